import { setTimeout as delay } from 'node:timers/promises';
import { Broken, GivenUp } from './fault.js';
import { durationText } from './numbers.js';

export interface Attempts {
  most: number;
  /** What is done again, for the line that says so: `sending the whole file`. */
  what: string;
  say: (line: string) => void;
  signal: AbortSignal;
}

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

/**
 * Does work again while it ends as broken, after pauses that double and are never shorter than the service asks for. An
 * address at which nobody has ever answered is given up at once: that is more likely a wrong address than a bad moment.
 * @throws GivenUp when every attempt broke, Broken when nobody ever answered, and whatever else the work throws
 */
export async function withAttempts<T>(attempts: Attempts, work: (attempt: number) => Promise<T>): Promise<T> {
  const { most, what, say, signal } = attempts;
  let reached = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      if (signal.aborted || !(error instanceof Broken)) throw error;
      reached ||= error.reached;
      if (!reached) throw error;
      if (attempt >= most) throw new GivenUp(`${error.message} Given up after ${attemptsText(attempt)}.`);
      const pauseMs = pauseBefore(attempt, error.waitMs);
      say(`${error.message} Now ${what} again in ${durationText(pauseMs)} (attempt ${attempt + 1} of ${most}).`);
      await delay(pauseMs, undefined, { signal });
    }
  }
}

/** A little more or less than the doubled pause, so that many clients of a service that was away do not all come at once. */
function pauseBefore(attempt: number, waitMs: number): number {
  const doubled = Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs);
  return Math.max(doubled * (0.8 + Math.random() * 0.4), waitMs);
}

function attemptsText(attempts: number): string {
  return attempts === 1 ? 'one attempt' : `${attempts} attempts`;
}
