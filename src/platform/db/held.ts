import type pg from 'pg';

/** What a connection keeps its work to. */
export interface Limits {
  /** Whether each transaction may run on another connection to the database, so that a session keeps nothing. */
  pooled: boolean;
  /** SQL that sets the time limits of a transaction where they are not those of the session; empty where they are. */
  ofTransaction: string;
}

/** A connection of the pool while some work holds it: what Drizzle takes for the driver's client. */
export class Held {
  readonly client: pg.PoolClient;
  readonly #limits: Limits;
  readonly #letGo: (error: unknown, usable: boolean) => void;
  #askedAt = 0;

  constructor(client: pg.PoolClient, limits: Limits, letGo: (error: unknown, usable: boolean) => void) {
    this.client = client;
    this.#limits = limits;
    this.#letGo = letGo;
  }

  /** For how long the database has owed an answer, in milliseconds; 0 while it owes none. */
  get waitedMs(): number {
    return this.#askedAt === 0 ? 0 : performance.now() - this.#askedAt;
  }

  query(config: pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    return this.during(this.client.query(this.#adapted(config), values));
  }

  /** A statement outside of any transaction; where the limits need one, it has one of its own. */
  async queryAlone(config: pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> {
    if (!this.#limits.pooled) return this.query(config, values);
    await this.query({ text: 'begin' });
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

  /** Limits go with `begin`, which saves them a way of their own. A name would stay with a connection that we may not get again. */
  #adapted(config: pg.QueryConfig): pg.QueryConfig {
    const { pooled, ofTransaction } = this.#limits;
    if (ofTransaction !== '' && config.text === 'begin') return { ...config, text: `begin; ${ofTransaction}` };
    return pooled && config.name !== undefined ? { ...config, name: undefined } : config;
  }
}
