import type { Database } from '../../platform/db/database.js';
import { readAccessRevision } from './revisions.store.js';

/** When the revision is asked for again, at the next request, and for how long it is relied upon; milliseconds. */
const askAgainMs = 400;
const reliedOnMs = 900;

/**
 * Lets what a node remembers of its callers be used without a question for each request, and yet be forgotten within a second
 * after access was taken back anywhere. All requests share one small question, which is asked while they go on; only where nobody has
 * asked for a while, or the database is slow to answer, do they wait for it. A node without requests asks nothing.
 */
export class AccessRevisions {
  readonly #database: Pick<Database, 'readBeside'>;
  readonly #forget: (() => void)[] = [];
  #revision = '';
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | null = null;

  constructor(database: Pick<Database, 'readBeside'>) {
    this.#database = database;
  }

  /** What is to be done when access was taken back. */
  onChange(forget: () => void): void {
    this.#forget.push(forget);
  }

  /**
   * Comes back when what is remembered may be used.
   * @throws what keeps the database from answering, when it was last read too long ago
   */
  async requireFresh(): Promise<void> {
    const age = performance.now() - this.#readAt;
    if (age < askAgainMs) return;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    if (age >= reliedOnMs) return this.#reading;
    // Who goes on need not know that the question failed; who waits for it does.
    this.#reading.catch(() => {});
  }

  async #read(): Promise<void> {
    const readAt = performance.now();
    const revision = await readAccessRevision(this.#database);
    if (revision !== this.#revision) for (const forget of this.#forget) forget();
    this.#revision = revision;
    this.#readAt = readAt;
  }
}
