import pg from 'pg';
import type { Logger } from 'pino';
import { queryPast } from './as-of.js';
import { DatabaseSilent, driverErrorOf, saysReadOnly, spoilsConnection } from './driver-error.js';
import { Heartbeat } from './heartbeat.js';
import { Held, type Limits } from './held.js';
import { queryPending } from './pending.js';
import { Places, type Work } from './places.js';

/** What opening a PostgreSQL needs; times in milliseconds. */
export interface PostgresSettings {
  url: string;
  poolSize: number;
  connectTimeoutMs: number;
  statementTimeoutMs: number;
  lockTimeoutMs: number;
  /** For the statements of whole lists and files of rows. */
  bulkStatementTimeoutMs?: number;
  /** Whether a pooler stands between that gives each transaction any connection of its own. */
  pooler?: boolean;
}

/** A file that has come is not sent again for a short wait. */
const importWaitMs = 60_000;
/** Who waits longer than this makes us ask whether the database answers at all. */
const suspectMs = 2_000;
/** Long work is dear to repeat, so it outlives a silence that short work does not. */
const longSilenceMs = 20_000;
/** What an answer may take beyond the time limit of its statement, which the database keeps itself. */
const graceMs = 1_000;
const lookEveryMs = 500;

/**
 * The connections to PostgreSQL: a pool divided among kinds of work, and one connection beside it that asks how the
 * database is. A connection that broke or can only be read is dropped; a database that does not answer fails whoever
 * waits for it, and refuses at once whoever comes, until it answers again.
 */
export class Connections {
  readonly #pool: pg.Pool;
  readonly #places: Places;
  readonly #heartbeat: Heartbeat;
  readonly #settings: PostgresSettings;
  readonly #mostMs: Readonly<Record<Work, number>>;
  readonly #held = new Map<Held, Work>();
  /** Since when each of those waits who has a place and no connection yet. */
  readonly #connecting = new Set<{ since: number }>();
  readonly #watch: NodeJS.Timeout;
  /** When each connection was made, so that all which were made before a fail-over can be dropped. */
  readonly #madeAt = new WeakMap<pg.PoolClient, number>();
  #freshSince = 0;

  constructor(settings: PostgresSettings, log: Logger) {
    const { poolSize, connectTimeoutMs, statementTimeoutMs, bulkStatementTimeoutMs = 600_000 } = settings;
    this.#pool = new pg.Pool({ ...clientSettings(settings), max: poolSize });
    // An idle connection that breaks reports here; without a listener the process would end.
    this.#pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection broke'));
    this.#pool.on('connect', (client) => {
      this.#madeAt.set(client, performance.now());
      // One that breaks while it works fails the statement, or the next one; that it says so as well must not end the process.
      client.on('error', () => {});
    });
    const short = connectTimeoutMs;
    this.#places = new Places({
      size: poolSize,
      waitMs: { read: short, write: short, list: short, import: importWaitMs },
      mostWaiting: waitingOf(poolSize),
    });
    this.#settings = settings;
    const [shortMs, longMs] = [statementTimeoutMs + graceMs, bulkStatementTimeoutMs + graceMs];
    this.#mostMs = { read: shortMs, write: shortMs, list: longMs, import: longMs };
    this.#heartbeat = new Heartbeat(clientSettings(settings), log);
    this.#watch = setInterval(() => this.#look(), lookEveryMs).unref();
  }

  /**
   * Waits for a connection for some work, and gives it until `release`. A transaction on it waits for a row no longer than
   * `lockTimeoutMs`.
   * @throws problems.unavailable (503) when no place came free in time, DatabaseSilent or the driver's error when no
   *   connection came about
   */
  async hold(work: Work, lockTimeoutMs = this.#settings.lockTimeoutMs): Promise<Held> {
    this.#requireAnswers();
    const giveBack = await this.#places.take(work);
    try {
      const client = await this.#freshClient();
      const held = new Held(client, limitsOf(this.#settings, lockTimeoutMs), (error, usable) => {
        this.#held.delete(held);
        if (saysReadOnly(error)) this.#dropAll();
        client.release(!usable || spoilsConnection(error) || this.#isOld(client));
        giveBack();
      });
      this.#held.set(held, work);
      return held;
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  /**
   * Runs one statement on a connection of its own: what Drizzle calls outside a transaction. What reads the past, or has written
   * and waits for its answer, has one already.
   */
  async query(config: pg.QueryConfig, values?: unknown[], work: Work = 'read'): Promise<pg.QueryResult> {
    const elsewhere = queryPast(this, config, values) ?? queryPending(config, values);
    if (elsewhere !== null) return elsewhere;
    const held = await this.hold(work);
    try {
      const answer = await held.queryAlone(config, values);
      held.release();
      return answer;
    } catch (error) {
      held.release(error);
      throw error;
    }
  }

  /** @throws whatever keeps the database from answering */
  async ask(): Promise<{ writable: boolean }> {
    const answer = await this.#heartbeat.ask();
    if (!answer.writable) this.#dropAll();
    return answer;
  }

  /** Reads one small row beside the pool. @throws whatever keeps the database from answering */
  readBeside(query: string): Promise<Record<string, unknown> | undefined> {
    return this.#heartbeat.read(query);
  }

  /** For how long a write may wait for rows, in milliseconds. */
  get lockTimeoutMs(): number {
    return this.#settings.lockTimeoutMs;
  }

  async end(): Promise<void> {
    clearInterval(this.#watch);
    this.#heartbeat.close();
    await this.#pool.end();
  }

  async #freshClient(): Promise<pg.PoolClient> {
    for (;;) {
      this.#requireAnswers();
      const client = await this.#connect();
      if (!this.#isOld(client)) return client;
      client.release(true);
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    const waiting = { since: performance.now() };
    this.#connecting.add(waiting);
    try {
      return await this.#pool.connect().catch(noConnection);
    } finally {
      this.#connecting.delete(waiting);
    }
  }

  #isOld(client: pg.PoolClient): boolean {
    return (this.#madeAt.get(client) ?? 0) < this.#freshSince;
  }

  /** A new connection finds the server that has taken over; those in use are dropped when they are given back. */
  #dropAll(): void {
    const now = performance.now();
    // While there is none that takes changes, each refused write would drop what the one before has connected.
    if (now - this.#freshSince > 1_000) this.#freshSince = now;
  }

  #requireAnswers(): void {
    if (this.#heartbeat.silentMs > 0) throw new DatabaseSilent('The database has not answered for a while.');
  }

  /** Fails who has waited too long, and finds out whether it is any use to wait. */
  #look(): void {
    const silentMs = this.#heartbeat.silentMs;
    const suspectSince = performance.now() - suspectMs;
    let suspicious = silentMs > 0 || [...this.#connecting].some(({ since }) => since < suspectSince);
    // What was sent on a connection during a silence may be lost, and then it stays silent when the database does not.
    if (silentMs > 0) this.#freshSince = performance.now();
    for (const [held, work] of this.#held) {
      const { waitedMs } = held;
      const bearableMs = work === 'read' || work === 'write' ? 0 : longSilenceMs;
      if (waitedMs > this.#mostMs[work] || (waitedMs > suspectMs && silentMs > bearableMs)) held.breakOff();
      else if (waitedMs > suspectMs) suspicious = true;
    }
    // A pooler that has no connection free looks like a database that does not answer, so behind one nothing is concluded.
    if (suspicious && !this.#settings.pooler) this.ask().catch(() => {});
  }
}

/** Short work passes quickly; of long work one that waits behind many would wait for minutes. */
function waitingOf(poolSize: number): Readonly<Record<Work, number>> {
  const [short, long] = [Math.max(100, 20 * poolSize), Math.max(20, 2 * poolSize)];
  return { read: short, write: short, list: long, import: long };
}

/** What the driver says has many forms (a name that is not found, a certificate that is not good); PostgreSQL's own has a code. */
function noConnection(error: unknown): never {
  throw driverErrorOf(error) === null ? new DatabaseSilent('No connection came about.', { cause: error }) : error;
}

function clientSettings(settings: PostgresSettings): pg.PoolConfig {
  const { url, connectTimeoutMs, statementTimeoutMs, lockTimeoutMs, pooler } = settings;
  const limits = {
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
  };
  return {
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    // Finds out that the other side is gone although nothing is sent.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'prot',
    ...(pooler ? {} : limits),
  };
}

function limitsOf(
  { statementTimeoutMs, lockTimeoutMs: ofSession, pooler }: PostgresSettings,
  lockTimeoutMs: number,
): Limits {
  const lock = `set local lock_timeout = ${lockTimeoutMs}`;
  if (!pooler) return { pooled: false, ofTransaction: lockTimeoutMs === ofSession ? '' : lock };
  const others = `set local statement_timeout = ${statementTimeoutMs};
    set local idle_in_transaction_session_timeout = ${statementTimeoutMs}`;
  return { pooled: true, ofTransaction: `${lock}; ${others}` };
}
