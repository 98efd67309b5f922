import type pg from 'pg';

/** SQL that gives a transaction its time limits, where a session cannot keep them; null where it does. */
export type TransactionLimits = string | null;

/** A connection of the pool while some work holds it: what Drizzle takes for the driver's client. */
export class Held {
  readonly client: pg.PoolClient;
  readonly #limits: TransactionLimits;
  readonly #letGo: (error: unknown, usable: boolean) => void;
  #askedAt = 0;

  constructor(client: pg.PoolClient, limits: TransactionLimits, letGo: (error: unknown, usable: boolean) => void) {
    this.client = client;
    this.#limits = limits;
    this.#letGo = letGo;
  }

  /** For how long the database has owed an answer, in milliseconds; 0 while it owes none. */
  get waitedMs(): number {
    return this.#askedAt === 0 ? 0 : performance.now() - this.#askedAt;
  }

  query(config: pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    return this.during(this.client.query(this.#limits === null ? config : unnamed(config), values));
  }

  /** A statement outside of any transaction; where the limits need one, it has one of its own. */
  async queryAlone(config: pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    if (this.#limits === null) return this.query(config, values);
    await this.query({ text: `begin; ${this.#limits}` });
    try {
      const answer = await this.query(config, values);
      await this.query({ text: 'commit' });
      return answer;
    } catch (error) {
      // What the statement met is told; whether it could be undone shows in the state of the connection.
      await this.query({ text: 'rollback' }).catch(() => {});
      throw error;
    }
  }

  /** Sets the time limits of the transaction that has begun. */
  async limit(): Promise<void> {
    if (this.#limits !== null) await this.query({ text: this.#limits });
  }

  /** Waits for what the database answers by another way than `query`. */
  async during<T>(answer: Promise<T>): Promise<T> {
    this.#askedAt = performance.now();
    try {
      return await answer;
    } finally {
      this.#askedAt = 0;
    }
  }

  /** Ends the connection under whoever waits for an answer, which fails. */
  breakOff(): void {
    void this.client.end();
  }

  /** Gives the connection back, to be called once: with the error that the work met, which may say that it is broken. */
  release(error?: unknown, usable = true): void {
    // One that is still in a transaction would carry it into the work of another request.
    this.#letGo(error, usable && this.client.getTransactionStatus() === 'I');
  }
}

/** A statement with a name stays with one connection to the database; behind a pooler the next may be another. */
function unnamed(config: pg.QueryConfig): pg.QueryConfig {
  return config.name === undefined ? config : { ...config, name: undefined };
}
