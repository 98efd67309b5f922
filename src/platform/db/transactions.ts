import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { drizzle as Drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Connections } from './connections.js';
import type { Db, Tx } from './database.js';
import { driverErrorOf } from './driver-error.js';
import type { Held } from './held.js';

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

const answering = new AsyncLocalStorage<PendingAnswer>();

/** The transaction of a request whose answer is kept in it. */
export interface AnswerPending {
  /** Null while the request has written nothing that stands. */
  readonly tx: Tx | null;
}

/**
 * Runs the work of a request so that the transaction in which it writes is not committed before its answer is made: the
 * work keeps the answer in `pending.tx`, and both stand or neither does. `begun` is called when such a transaction has begun,
 * and what it throws ends it. What is rolled back leaves the request without one.
 */
export async function commitAfter<T>(
  begun: (tx: Tx) => Promise<void>,
  work: (pending: AnswerPending) => Promise<T>,
): Promise<T> {
  const pending = new PendingAnswer(begun);
  try {
    const result = await answering.run(pending, () => work(pending));
    await pending.end();
    return result;
  } catch (error) {
    await pending.fail(error);
    throw error;
  }
}

/** Whether the answer to this request will be kept in its transaction, so that no statement may stand alone. */
export function isAnswerKept(): boolean {
  return answering.getStore() !== undefined;
}

/** Runs a statement in the transaction that waits for its answer; null when there is none. */
export function queryPending(config: pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> | null {
  return answering.getStore()?.held?.query(config, values) ?? null;
}

/** A transaction that stays open after its work until the answer is made. */
class PendingAnswer implements AnswerPending {
  readonly begun: (tx: Tx) => Promise<void>;
  tx: Tx | null = null;
  held: Held | null = null;
  #commit: (() => void) | null = null;
  #rollBack: ((error: unknown) => void) | null = null;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(begun: (tx: Tx) => Promise<void>) {
    this.begun = begun;
  }

  /** Gives what the work gives, and keeps the transaction open. `run` commits when its work has ended. */
  open<T>(
    held: Held,
    run: (work: (tx: Tx) => Promise<void>) => Promise<void>,
    work: (tx: Tx) => Promise<T>,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const ended = run(async (tx) => {
        await this.begun(tx);
        const result = await work(tx);
        await new Promise<void>((commit, rollBack) => {
          Object.assign(this, { tx, held });
          this.#commit = commit;
          this.#rollBack = rollBack;
          resolve(result);
        });
      });
      // Whoever commits or rolls back waits for this one; what failed before is told here.
      this.#ended = ended;
      ended.catch(reject);
    });
  }

  async end(): Promise<void> {
    this.#commit?.();
    await this.#ended;
  }

  async fail(error: unknown): Promise<void> {
    this.#rollBack?.(error);
    await this.#ended.catch(() => {});
  }
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
    const pending = answering.getStore();
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
