import { setTimeout as delay } from 'node:timers/promises';
import type { drizzle as Drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Connections } from './connections.js';
import type { Db, Tx } from './database.js';
import { driverErrorOf } from './driver-error.js';
import type { Held } from './held.js';
import { pendingAnswer } from './pending.js';

/** How long a transaction that can run again waits for a row before it lets others have its connection, in milliseconds. */
const patienceMs = 200;
const longestPauseMs = 800;

/**
 * How often a transaction may run: `once`; `again`, so that it can give way to others while its rows are held; or as an
 * `import` of a file, for files have their own share of the connections.
 */
export type TransactionKind = 'once' | 'again' | 'import';

/** Runs work in a transaction: all of it is done, or nothing. */
export type RunTransaction = <T>(work: (tx: Tx) => Promise<T>, kind: TransactionKind) => Promise<T>;

/** How writes reach each open database. Not properties of `Db`, so that whoever reads cannot begin one. */
const writers = new WeakMap<Db, { run: RunTransaction; single: Tx }>();

/**
 * Says how the transactions of a database run, and what runs single statements that are transactions by themselves;
 * called once, by what opens it.
 */
export function provideTransactions(db: Db, run: RunTransaction, single: Db): void {
  writers.set(db, { run, single: single as Tx });
}

/**
 * Runs work in a transaction of its own. Only `write` (resources/changes), which notes what changes, and commands that
 * keep a database in order may call it; a dependency rule holds that.
 * @throws Error inside another transaction, and whatever the work throws
 */
export function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>, kind: TransactionKind = 'once'): Promise<T> {
  return writerOf(db).run(work, kind);
}

/**
 * What runs each statement as a transaction by itself, without `begin` and `commit`, for `writeAtOnce` (resources/changes).
 * @throws Error inside a transaction
 */
export function singleStatements(db: Db): Tx {
  return writerOf(db).single;
}

function writerOf(db: Db): { run: RunTransaction; single: Tx } {
  const writer = writers.get(db);
  if (writer === undefined)
    throw new Error('A transaction begins on an open database, and not inside another transaction.');
  return writer;
}

/**
 * Runs work in transactions on connections of a pool. One that can run again (`again`) gives its connection up while
 * another transaction holds its row for long, and comes back until the lock timeout is over: those who wait for one row
 * would else keep all writes waiting. The pauses differ, so that two who hold each other up do not meet again.
 */
export function transactionsOf(connections: Connections, drizzle: typeof Drizzle): RunTransaction {
  return async (work, kind) => {
    const pending = pendingAnswer();
    if (pending !== undefined && pending.tx !== null) return work(pending.tx);
    const runWork = <R>(held: Held, some: (tx: Tx) => Promise<R>) => runOn(held, drizzle, some);
    const runOnce = (held: Held) =>
      pending === undefined ? runWork(held, work) : pending.open(held, (some) => runWork(held, some), work);
    const place = kind === 'import' ? 'import' : 'write';
    const { lockTimeoutMs } = connections;
    if (kind !== 'again') return runOnce(await connections.hold(place));
    const giveUpAt = performance.now() + lockTimeoutMs;
    for (let attempt = 0; ; attempt += 1) {
      const held = await connections.hold(place, Math.min(patienceMs, lockTimeoutMs));
      try {
        return await runOnce(held);
      } catch (error) {
        const pauseMs = Math.min(longestPauseMs, patienceMs * 2 ** attempt) * (0.5 + Math.random() / 2);
        if (!waitedForRow(error) || performance.now() + pauseMs > giveUpAt) throw error;
        await delay(pauseMs);
      }
    }
  };
}

/**
 * Runs work in a transaction and gives the connection back. Drizzle's own way loses a connection for good when `begin`
 * fails on it, and tells of one that breaks in the middle only that it cannot be rolled back.
 */
async function runOn<T>(held: Held, drizzle: typeof Drizzle, work: (tx: Tx) => Promise<T>): Promise<T> {
  const failure: { error?: unknown } = {};
  let usable = true;
  try {
    return await drizzle(held as unknown as pg.PoolClient).transaction(async (tx) => {
      try {
        return await work(tx as unknown as Tx);
      } catch (error) {
        failure.error = error;
        throw error;
      }
    });
  } catch (error) {
    // Anything else comes from `begin`, `commit` or `rollback`, and nobody knows what state they left.
    usable = 'error' in failure && error === failure.error;
    throw 'error' in failure ? failure.error : error;
  } finally {
    held.release(failure.error, usable);
  }
}

function waitedForRow(error: unknown): boolean {
  return driverErrorOf(error)?.sqlState === '55P03';
}
