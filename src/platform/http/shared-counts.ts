import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { inTime } from '../in-time.js';

/** How many requests were counted in the window that runs, and for how many milliseconds it still does. */
export interface Count {
  current: number;
  ttl: number;
}

/** An answer that takes longer is not waited for (milliseconds); after it nothing is asked until Redis answers again. */
const patienceMs = 100;
const lookAgainMs = 1_000;
/** A connection on which nothing comes for so long may lead nowhere; another is made. */
const silentMs = 5_000;

/** A window begins with the first request in it; whoever counts a request learns how many there were, and when it ends. */
const countScript = `
local current = redis.call('INCR', KEYS[1])
local ttl = redis.call('PTTL', KEYS[1])
if ttl < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  ttl = tonumber(ARGV[1])
end
return {current, ttl}`;

const readScript = `
local current = redis.call('GET', KEYS[1])
return {tonumber(current or '0'), math.max(redis.call('PTTL', KEYS[1]), 0)}`;

/** The commands that the scripts become. */
interface CountCommands {
  countRequest(key: string, windowMs: number): Promise<[number, number]>;
  readCount(key: string): Promise<[number, number]>;
}

/**
 * Counts of all nodes, in Redis. It is never in the way: while it does not answer, nobody waits for it, and every node goes by its
 * own counts. That it went and that it is back is logged once each.
 */
export class SharedCounts {
  readonly #redis: Redis & CountCommands;
  readonly #log: Logger;
  #answers = false;
  #isMissed = false;
  #isClosed = false;
  #lookAgain: NodeJS.Timeout | undefined;

  constructor(url: string, log: Logger) {
    this.#log = log;
    const redis = new Redis(url, {
      keyPrefix: 'prot:limits:',
      protocol: 2,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: 2_000,
      retryStrategy: (attempts) => Math.min(100 * attempts, lookAgainMs),
      scripts: {
        countRequest: { numberOfKeys: 1, lua: countScript },
        readCount: { numberOfKeys: 1, lua: readScript, readOnly: true },
      },
    });
    this.#redis = redis as Redis & CountCommands;
    this.#redis.on('ready', () => this.#returned());
    this.#redis.on('error', (error) => this.#missed(error));
    this.#redis.on('close', () => this.#missed(new Error('The connection to Redis ended.')));
  }

  /** Whether it is of use to ask. */
  get answers(): boolean {
    return this.#answers;
  }

  /** Counts a request. @throws Error when Redis does not answer in time */
  async count(key: string, windowMs: number): Promise<Count> {
    return this.#ask(() => this.#redis.countRequest(key, windowMs));
  }

  /** The same without counting. @throws Error when Redis does not answer in time */
  async read(key: string): Promise<Count> {
    return this.#ask(() => this.#redis.readCount(key));
  }

  close(): void {
    clearTimeout(this.#lookAgain);
    this.#isClosed = true;
    this.#redis.disconnect();
  }

  async #ask(command: () => Promise<[number, number]>): Promise<Count> {
    try {
      const [current, ttl] = await inTime(command(), patienceMs, late);
      return { current, ttl };
    } catch (error) {
      this.#missed(error);
      throw error;
    }
  }

  #returned(): void {
    if (this.#isMissed) this.#log.info('Redis answers again; the limits are counted for all nodes together');
    this.#isMissed = false;
    this.#answers = true;
  }

  #missed(error: unknown): void {
    if (this.#isClosed) return;
    if (!this.#isMissed) this.#log.warn({ err: error }, 'Redis does not answer; each node counts for itself');
    this.#isMissed = true;
    this.#answers = false;
    this.#lookAgain ??= setTimeout(() => this.#look(), lookAgainMs).unref();
  }

  /** One that is connected and was too slow; one that is not connected says itself when it is. */
  #look(): void {
    this.#lookAgain = undefined;
    if (this.#answers || this.#redis.status !== 'ready') return;
    inTime(this.#redis.ping(), silentMs, late).then(
      () => this.#returned(),
      (error) => {
        this.#missed(error);
        if (!this.#isClosed) this.#redis.disconnect(true);
      },
    );
  }
}

function late(): Error {
  return new Error('Redis did not answer in time.');
}
