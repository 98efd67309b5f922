import { setTimeout as delay } from 'node:timers/promises';

/** Waits until `look` gives something; `what` says in words what was waited for in vain. */
export async function until<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (const giveUpAt = Date.now() + 30_000; Date.now() < giveUpAt; ) {
    const seen = await look();
    if (seen) return seen;
    await delay(10);
  }
  throw new Error(`Waited in vain until ${what}.`);
}
