import { isTaken } from '../../domain/webhook.js';
import type { Outcome } from '../../platform/outbound/sender.js';
import type { Delivery } from './deliveries.store.js';

/** What became of an attempt, and when it was made. */
export type Tried = { at: Date } & Outcome;

/** How a batch is sent. */
export interface BatchRules {
  /** Attempts at once. */
  concurrency: number;
  /** No attempt begins when it is over. */
  mayGoOn: () => boolean;
  send: (delivery: Delivery) => Promise<Tried | null>;
}

/** So many failures without one success end a batch: the receiver is not there. */
const mostFailures = 4;

/**
 * Sends deliveries, those of one subject one after the other and none after one that failed. Gives what became of those that
 * were tried. It ends early when the receiver is gone, asks to wait, or takes nothing.
 */
export async function sendBatch(
  deliveries: readonly Delivery[],
  { concurrency, mayGoOn, send }: BatchRules,
): Promise<Map<Delivery, Tried>> {
  const lanes = new Map<string, Delivery[]>();
  for (const delivery of deliveries) lanes.set(delivery.subject, [...(lanes.get(delivery.subject) ?? []), delivery]);
  const waiting = [...lanes.values()];
  const tried = new Map<Delivery, Tried>();
  let failures = 0;
  let successes = 0;
  let stopped = false;

  const isOver = () => stopped || !mayGoOn();
  const sendLane = async (lane: readonly Delivery[]) => {
    for (const delivery of lane) {
      if (isOver()) return;
      const outcome = await send(delivery);
      if (outcome === null) {
        stopped = true;
        return;
      }
      tried.set(delivery, outcome);
      if (!isTaken(outcome)) {
        failures += 1;
        const isGone = outcome.status === 410 || outcome.retryAfter !== undefined;
        if (isGone || (successes === 0 && failures >= Math.min(mostFailures, concurrency))) stopped = true;
        return;
      }
      successes += 1;
    }
  };
  const work = async () => {
    for (let lane = waiting.shift(); lane !== undefined && !isOver(); lane = waiting.shift()) await sendLane(lane);
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return tried;
}
