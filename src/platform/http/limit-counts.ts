/** Where requests are counted: on this node, and in Redis for all nodes where there is one. */
import type rateLimit from '@fastify/rate-limit';
import { LRUCache } from 'lru-cache';
import type { Count, SharedCounts } from './shared-counts.js';

type Done = (error: Error | null, count?: Count) => void;

interface Window {
  count: number;
  endsAt: number;
  /** Until when all nodes together have used it up, as far as Redis has told. */
  usedUpUntil: number;
}

/** Callers or addresses of which one policy has counts; of more than these the one that was longest quiet is forgotten. */
const mostCounted = 10_000;

/**
 * The counts of one policy, as @fastify/rate-limit wants a store. A window begins with the first request in it. This node
 * always counts, so that it can go on alone when Redis is away; and what it knows to be used up it does not ask Redis about,
 * so that refusing costs nothing there.
 */
export class LimitCounts implements rateLimit.FastifyRateLimitStore {
  readonly #shared: SharedCounts | null;
  readonly #windows = new LRUCache<string, Window>({ max: mostCounted });

  constructor(shared: SharedCounts | null) {
    this.#shared = shared;
  }

  incr(key: string, done: Done, windowMs: number, quota: number): void {
    const window = this.#windowOf(key, windowMs);
    window.count += 1;
    this.#tell(window, done, quota, () => this.#shared?.count(key, windowMs));
  }

  /** The same without counting. */
  read(key: string, done: Done, windowMs: number, quota: number): void {
    const window = this.#windowOf(key, windowMs);
    this.#tell(window, done, quota, () => this.#shared?.read(key));
  }

  child(): LimitCounts {
    return new LimitCounts(this.#shared);
  }

  #windowOf(key: string, windowMs: number): Window {
    const now = performance.now();
    const known = this.#windows.get(key);
    if (known !== undefined && known.endsAt > now) return known;
    const fresh = { count: 0, endsAt: now + windowMs, usedUpUntil: known?.usedUpUntil ?? 0 };
    this.#windows.set(key, fresh);
    return fresh;
  }

  #tell(window: Window, done: Done, quota: number, ask: () => Promise<Count> | undefined): void {
    const now = performance.now();
    const ours = { current: window.count, ttl: window.endsAt - now };
    if (window.usedUpUntil > now) done(null, { current: quota + 1, ttl: window.usedUpUntil - now });
    else if (this.#shared?.answers !== true) done(null, ours);
    else
      ask()?.then(
        (count) => {
          if (count.current > quota) window.usedUpUntil = performance.now() + count.ttl;
          done(null, count);
        },
        () => done(null, ours),
      );
  }
}
