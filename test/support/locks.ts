import { type SQL, sql } from 'drizzle-orm';
import { type Database, rowsOf } from '../../src/platform/db/database.js';
import { inTransaction } from '../../src/platform/db/transactions.js';
import { until } from './wait.js';

/** Holds the rows that a `select ... for update` finds, until the function that it gives is called. */
export async function holdRows({ db }: Database, rows: SQL): Promise<() => Promise<void>> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let transaction = Promise.resolve();
  await new Promise<void>((held, failed) => {
    transaction = inTransaction(db, async (tx) => {
      await tx.execute(sql`set local idle_in_transaction_session_timeout = 0`);
      const { length } = await rowsOf(tx, rows);
      if (length === 0) throw new Error('There are no rows to hold.');
      held();
      await released;
    });
    transaction.catch(failed);
  });
  return () => {
    release();
    return transaction;
  };
}

/** Waits until so many backends wait for a lock, and gives their process ids. */
export function waitingBackends({ db }: Database, count: number): Promise<number[]> {
  return until(`${count} backends wait for a lock`, async () => {
    const rows = await rowsOf<{ pid: number }>(
      db,
      sql`select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length === count ? rows.map(({ pid }) => pid) : null;
  });
}
