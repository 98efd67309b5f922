import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Place, type Server, startServer } from './server.js';

/** What is kept running, and what happens when that is no longer possible. */
interface Charge {
  place: Place;
  settings: Readonly<Record<string, string>>;
  /** See `startServer`. */
  recycledPid: number | undefined;
  log: Logger;
  onLost: ((error: Error) => void) | undefined;
}

/** So often in a row it is started again, with growing pauses of 13 s in all. */
const mostRestarts = 7;
const [firstPauseMs, longestPauseMs] = [100, 8_000];
/** One that has run for so long is not the same failure as the one before. */
const steadyMs = 60_000;

/**
 * Starts PostgreSQL and starts it again when it ends unasked. Until it is back, whoever asks it finds a database that does
 * not answer. If it does not come back, `onLost` is called.
 * @throws ProgramFailed when it does not start the first time
 */
export async function keepRunning(charge: Charge): Promise<{ stop(): Promise<void> }> {
  const { place, settings, recycledPid } = charge;
  let server = await startServer(place, settings, recycledPid);
  const stopping = new AbortController();
  const watch = async () => {
    for (let failures = 0; ; ) {
      const startedAt = performance.now();
      await server.exited;
      if (stopping.signal.aborted) return;
      if (performance.now() - startedAt > steadyMs) failures = 0;
      charge.log.error('the PostgreSQL of this service ended; it is started again');
      let back: Server | null = null;
      for (let last: unknown; back === null; failures += 1) {
        if (failures >= mostRestarts) return lose(charge, last);
        const pauseMs = failures === 0 ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
        const goesOn = await delay(pauseMs, true, { signal: stopping.signal }).catch(() => false);
        if (!goesOn) return;
        back = await startServer(place, settings, recycledPid).catch((error: unknown) => {
          last = error;
          return null;
        });
      }
      // It was on its way when it was to stop.
      if (stopping.signal.aborted) return back.stop();
      server = back;
      charge.log.warn('the PostgreSQL of this service runs again');
    }
  };
  const watching = watch();
  return {
    stop: async () => {
      stopping.abort();
      await server.stop();
      await watching;
    },
  };
}

function lose({ place, log, onLost }: Charge, cause: unknown): void {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  const error = new Error(`The PostgreSQL on ${place.data} ended again and again and was given up${why}.`, { cause });
  if (onLost === undefined) log.fatal({ err: error }, 'the database is lost');
  else onLost(error);
}
