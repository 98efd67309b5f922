/** A transaction that waits for the answer to its request, and what of the request outlives it. */
import { EventEmitter, once } from 'node:events';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { openPool } from '../../src/platform/db/connect.js';
import { type Db, onlyRow, rowsOf, type Tx } from '../../src/platform/db/database.js';
import { commitAfter } from '../../src/platform/db/pending.js';
import { inTransaction } from '../../src/platform/db/transactions.js';
import { makeLog } from '../../src/platform/log.js';
import { makeBlankDatabase } from '../support/database.js';

const blank = await makeBlankDatabase();
t.teardown(blank.drop);
const database = openPool(
  { url: blank.url, poolSize: 6, connectTimeoutMs: 5_000, statementTimeoutMs: 20_000, lockTimeoutMs: 5_000 },
  makeLog('silent'),
);
t.teardown(() => database.close());
const { db } = database;

const nothing = async () => {};
const placeOf = async (on: Db | Tx) =>
  onlyRow(
    await rowsOf<{ backend: number; id: string }>(on, sql`select pg_backend_pid() as backend, txid_current() as id`),
  );

for (const ending of ['committed', 'rolled back'] as const)
  t.test(`what goes on when the transaction is ${ending} is none of its connection`, async (t) => {
    const over = new EventEmitter();
    const isOver = once(over, 'over');
    const left: Promise<{ backend: number; id: string }>[] = [];
    const request = commitAfter(nothing, async () => {
      const own = await inTransaction(db, (tx) => placeOf(tx));
      t.strictSame(await placeOf(db), own, 'until then a read is on it');
      left.push(isOver.then(() => placeOf(db)));
      left.push(isOver.then(() => inTransaction(db, (tx) => placeOf(tx))));
      if (ending === 'rolled back') throw new Error('refused');
    });
    await request.catch(() => {});
    await inTransaction(db, async (tx) => {
      const other = await placeOf(tx);
      over.emit('over');
      const places = await Promise.all(left);
      for (const { backend, id } of places) {
        t.not(backend, other.backend, 'another request has its connection to itself');
        t.not(id, other.id);
      }
      t.not(places[0]?.id, places[1]?.id);
    });
  });
