/** Reading a whole list from PostgreSQL, with a limit for readers that is short enough to be tried. */
import { sql } from 'drizzle-orm';
import pg from 'pg';
import t from 'tap';
import { wholeFromPostgres } from '../../src/platform/db/read-whole.js';
import type { WholeReading } from '../../src/platform/db/whole.js';
import { makeBlankPostgres } from '../support/database.js';
import { until } from '../support/wait.js';

const blank = await makeBlankPostgres();
const skip = blank === null ? 'needs PostgreSQL' : false;
if (blank !== null) t.teardown(blank.drop);
const pauseMs = 100;
const rows = 200_000;
/** Larger than what the driver and the system hold between the database and a reader. */
const list = {
  query: () =>
    sql`select json_build_object('number', n, 'text', repeat('x', 100)) as line from generate_series(1, ${rows}::int) as n`,
  after: null,
  keyOf: () => [],
};

t.test(
  'a reader that stands still too long is ended: its connection is free, and what follows is no end',
  { skip },
  async (t) => {
    const pool = new pg.Pool({ connectionString: blank?.url, max: 2, application_name: 'prot' });
    t.teardown(() => pool.end());
    const readWhole = wholeFromPostgres(pool, 2, pauseMs);
    const standing = await readWhole(list);
    t.notOk((await standing.lines.next()).done);
    await t.rejects(readWhole(list), { code: 'unavailable' }, 'of two connections one reads');
    const others = 'from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
    await until('its connection is gone', () => pool.totalCount === 0);
    await until('the database knows it too', async () => (await pool.query(`select ${others}`)).rowCount === 0);
    await t.rejects(linesOf(standing), 'whoever reads on sees it break');
    t.equal(await linesOf(await readWhole(list)), rows, 'the next one is whole');
  },
);

async function linesOf({ lines }: WholeReading): Promise<number> {
  let count = 0;
  for await (const piece of lines) count += piece.toString('latin1').split('\n').length - 1;
  return count;
}
