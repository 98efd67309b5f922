/** Webhooks: what becomes of a delivery that fails, and why a webhook is switched off. */

/** Why a webhook is off. */
export const disabledReasons = ['by-request', 'receiver-gone', 'failing-too-long', 'secret-missing'] as const;

export type DisabledReason = (typeof disabledReasons)[number];

/** Why there was no answer to a delivery. */
export const deliveryErrors = [
  'timeout',
  'name-not-found',
  'address-not-allowed',
  'connection-failed',
  'tls-failed',
  'answer-malformed',
] as const;

export type DeliveryError = (typeof deliveryErrors)[number];

export const deliveryStates = ['pending', 'delivered'] as const;

/** One attempt to deliver: the status of the answer, or why there was none. */
export interface Attempt {
  attemptedAt: string;
  status: number | null;
  error: DeliveryError | null;
  ms: number;
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** The pauses after the first attempt, the second and so on, as Standard Webhooks has them; the last one goes on. */
const pausesMs = [
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
];

/** The longest that a receiver can ask for by `Retry-After`. */
const longestWaitMs = 24 * hourMs;

/** How many attempts of one delivery the log keeps. */
export const attemptsKept = 20;

/** Whether a receiver took a delivery: a redirect is not followed, and counts as a failure. */
export function isTaken({ status }: Pick<Attempt, 'status'>): boolean {
  return status !== null && status >= 200 && status < 300;
}

/**
 * How long to wait after so many attempts, the first counted: any part of the pause at random ("full jitter"), so that
 * what failed together is not sent again together. What the receiver asked for is the least.
 */
export function pauseAfter(attempts: number, random: number, retryAfterMs: number | null = null): number {
  const pause = pausesMs[Math.min(attempts, pausesMs.length) - 1] ?? 0;
  return Math.max(secondMs, Math.round(pause * random), Math.min(retryAfterMs ?? 0, longestWaitMs));
}

/**
 * How long a receiver is left alone, after so many batches of which it took nothing, before the next attempt of anything.
 * What it asked for is the least, also when it took some.
 */
export function restAfter(failures: number, random: number, retryAfterMs: number | null = null): number {
  const rest = failures === 0 ? 0 : Math.min(minuteMs, secondMs * 2 ** Math.min(failures, 10));
  return Math.max(Math.round(rest * (0.5 + random / 2)), Math.min(retryAfterMs ?? 0, longestWaitMs));
}

/** `Retry-After` in milliseconds: seconds, or the instant of an HTTP date (RFC 9110); null for anything else. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * secondMs;
  const at = /^[A-Z][a-z]{2}, /.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}

/** What every message says, as Standard Webhooks has it: what happened, when, and what there is to know of it. */
export function payloadOf(type: string, timestamp: string, data: unknown): string {
  return JSON.stringify({ type, timestamp, data });
}
