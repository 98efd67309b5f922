import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from '../../platform/db/database.js';
import { findSettled, type Settled } from './settled.store.js';

/** Somebody who waits until the log is settled further than where it was when it was read. */
interface Waiter {
  known: number;
  go(state: Settled | null): void;
}

/** How often the database is asked while anybody waits, in milliseconds. */
const pauseMs = 100;

/** Waits for news in the log of changes: one who asks the database for all who wait on this node, and nobody when none does. */
export class LogWatch {
  readonly #db: Db;
  readonly #waiters = new Set<Waiter>();
  #asking = false;

  constructor(db: Db) {
    this.#db = db;
  }

  /**
   * Waits until the log is not settled just as far as `known` any more, and says how far it is then; null when the time is over
   * or the signal came. A database that does not answer is waited for.
   */
  next(known: number, patienceMs: number, signal: AbortSignal): Promise<Settled | null> {
    if (signal.aborted || patienceMs <= 0) return Promise.resolve(null);
    return new Promise((resolve) => {
      const giveUp = () => waiter.go(null);
      const timer = setTimeout(giveUp, patienceMs);
      const waiter: Waiter = {
        known,
        go: (state) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', giveUp);
          this.#waiters.delete(waiter);
          resolve(state);
        },
      };
      signal.addEventListener('abort', giveUp);
      this.#waiters.add(waiter);
      if (!this.#asking) void this.#ask();
    });
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    while (this.#waiters.size > 0) {
      const state = await findSettled(this.#db, 0).catch(() => null);
      if (state !== null) for (const waiter of this.#waiters) if (waiter.known !== state.settled) waiter.go(state);
      await delay(pauseMs, undefined, { ref: false });
    }
    this.#asking = false;
  }
}
