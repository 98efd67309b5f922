/** Transactions that stay open until the answer to their request is made, so that the answer can be kept in them. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';
import type { Tx } from './database.js';
import type { Held } from './held.js';

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

/** What the request waits for that is being answered; undefined when its answer is not kept. */
export function pendingAnswer(): PendingAnswer | undefined {
  const pending = answering.getStore();
  // What is still under way when the request is over must not use a connection that another request may have by now.
  return pending?.isOver ? undefined : pending;
}

/** Whether the answer to this request will be kept in its transaction, so that no statement may stand alone. */
export function isAnswerKept(): boolean {
  return pendingAnswer() !== undefined;
}

/** Runs a statement in the transaction that waits for its answer; null when there is none. */
export function queryPending(config: pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> | null {
  return pendingAnswer()?.held?.query(config, values) ?? null;
}

/** A transaction that stays open after its work until the answer is made. */
class PendingAnswer implements AnswerPending {
  readonly begun: (tx: Tx) => Promise<void>;
  tx: Tx | null = null;
  held: Held | null = null;
  isOver = false;
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
    this.isOver = true;
    this.#commit?.();
    await this.#ended;
  }

  async fail(error: unknown): Promise<void> {
    this.isOver = true;
    this.#rollBack?.(error);
    await this.#ended.catch(() => {});
  }
}
