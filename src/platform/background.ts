import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';

/** Work that is done again and again beside the requests, on every node. */
export interface BackgroundTask {
  name: string;
  /** How long it rests between two turns, in milliseconds. */
  everyMs: number;
  /** One turn. Says true when there is more to do at once. It ends soon after the signal. */
  turn(signal: AbortSignal): Promise<boolean>;
}

/**
 * Runs tasks until they are stopped. A turn that fails is logged and the next one comes after the rest: a database that is
 * away for an hour stops nothing for good.
 */
export function startTasks(tasks: readonly BackgroundTask[], log: Logger): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = tasks.map((task) => repeat(task, stopping.signal, log));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

async function repeat({ name, everyMs, turn }: BackgroundTask, signal: AbortSignal, log: Logger): Promise<void> {
  while (!signal.aborted) {
    let more = false;
    try {
      more = await turn(signal);
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error, task: name }, 'a task in the background failed; it is tried again');
    }
    if (!more) await delay(everyMs, undefined, { signal }).catch(() => {});
  }
}
