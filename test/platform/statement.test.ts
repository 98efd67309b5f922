import { sql } from 'drizzle-orm';
import t from 'tap';
import { rowsOf } from '../../src/platform/db/database.js';
import { statement } from '../../src/platform/db/statement.js';
import { inTransaction } from '../../src/platform/db/transactions.js';
import { startTestApp } from '../support/app.js';

const { database } = await startTestApp(t);

t.test('statement: two texts never share a name, however long their labels and wherever these differ', async (t) => {
  const label = 'a_label_that_is_longer_than_the_63_bytes_of_a_name_in_postgresql_';
  const one = statement<{ found: number }>(`${label}one`, () => sql`select 1 + ${sql.placeholder('by')}::int as found`);
  const two = statement<{ found: number }>(`${label}two`, () => sql`select 2 + ${sql.placeholder('by')}::int as found`);
  await inTransaction(database.db, async (tx) => {
    t.strictSame(await one(tx, { by: 10 }), [{ found: 11 }]);
    t.strictSame(await two(tx, { by: 10 }), [{ found: 12 }]);
    t.strictSame(await one(tx, { by: 20 }), [{ found: 21 }]);
    const prepared = sql`select length(name) as length from pg_prepared_statements where starts_with(name, 'a_label')`;
    t.strictSame(await rowsOf(tx, prepared), [{ length: 63 }, { length: 63 }]);
  });
});
