import pg from 'pg';
import type { Logger } from 'pino';
import { inTime } from '../in-time.js';
import { DatabaseSilent, isSilence } from './driver-error.js';

/** How long an answer to `select` may take, in milliseconds; a load balancer's probe does not wait much longer. */
const answerMs = 1_500;
/** The first silence may be that of a connection which somebody between us cut off without a word. */
const silencesInARow = 2;

/**
 * Asks the database whether it answers, on a connection of its own beside the pool, so that no load of ours makes the
 * answer late. It is connected by the first question.
 */
export class Heartbeat {
  readonly #settings: pg.ClientConfig;
  readonly #log: Logger;
  #client: pg.Client | null = null;
  #asking: Promise<{ writable: boolean }> | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #silences = 0;
  #silentSince = 0;

  constructor(settings: pg.ClientConfig, log: Logger) {
    this.#settings = settings;
    this.#log = log;
  }

  /** For how long the database has not answered, in milliseconds; 0 while it does, as far as it was asked. */
  get silentMs(): number {
    return this.#silentSince === 0 ? 0 : performance.now() - this.#silentSince;
  }

  /** Asks now; whoever asks meanwhile gets the same answer. `writable` is false on a database that can only be read. */
  ask(): Promise<{ writable: boolean }> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  /**
   * Reads one small row, which no load of ours makes late. A connection that was cut off without a word is given up for a new one.
   * @throws DatabaseSilent, and what the database says
   */
  async read(query: string): Promise<Record<string, unknown> | undefined> {
    const wasConnected = this.#client !== null;
    try {
      return await this.#answerTo(query);
    } catch (error) {
      if (!wasConnected || !isSilence(error)) throw error;
      return this.#answerTo(query);
    }
  }

  close(): void {
    this.#drop();
  }

  async #ask(): Promise<{ writable: boolean }> {
    const answer = await this.#answerTo(`select current_setting('transaction_read_only') = 'off' as writable`);
    const writable = answer?.writable === true;
    // A new connection may lead to the primary that has taken over.
    if (!writable) this.#drop();
    return { writable };
  }

  async #answerTo(query: string): Promise<Record<string, unknown> | undefined> {
    try {
      const row = await inTime(this.#query(query), answerMs, silent);
      this.#answered();
      return row;
    } catch (error) {
      this.#drop();
      if (isSilence(error)) this.#unanswered(error);
      else this.#answered();
      throw error;
    }
  }

  /** One after the other: a client of the driver runs one query at a time. */
  #query(query: string): Promise<Record<string, unknown> | undefined> {
    const answer = this.#turn.then(() => this.#queryNow(query));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  async #queryNow(query: string): Promise<Record<string, unknown> | undefined> {
    const client = this.#client ?? (await this.#connect());
    const { rows } = await client.query(query);
    return rows[0];
  }

  /** It is known before it is connected, so that one which never comes about can be dropped. */
  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#settings);
    this.#client = client;
    client.on('error', () => {
      if (this.#client === client) this.#client = null;
    });
    await client.connect();
    return client;
  }

  /** Cuts it off: to say goodbye to whoever does not answer would take for ever. */
  #drop(): void {
    this.#client?.connection.stream.destroy();
    this.#client = null;
  }

  #answered(): void {
    if (this.#silentSince > 0) this.#log.info('the database answers again');
    this.#silences = 0;
    this.#silentSince = 0;
  }

  #unanswered(error: unknown): void {
    this.#silences += 1;
    if (this.#silences < silencesInARow || this.#silentSince > 0) return;
    this.#silentSince = performance.now();
    this.#log.error({ err: error }, 'the database does not answer');
  }
}

function silent(): DatabaseSilent {
  return new DatabaseSilent(`The database did not answer within ${answerMs} ms.`);
}
