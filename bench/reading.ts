/** Asking a server or a database the same over and over, and how fast that went. */
import { runLoad, type Server } from './processes.js';
import type { World } from './world.js';

/** How long each measurement takes, in seconds, and how often the two sides take turns. */
export interface Effort {
  seconds: number;
  rounds: number;
}

/** Answers a second, and the processor time of the server for each in microseconds. */
export interface Measured {
  rate: number;
  cpuMicros: number;
}

/** Asks for paths in turn, over and over for some seconds. */
export async function read(
  world: World,
  server: Server,
  { paths, seconds, connections }: { paths: string[]; seconds: number; connections: number },
): Promise<Measured> {
  const { authorization } = world;
  const before = server.cpuMicros();
  const load = { port: server.port, connections, seconds, method: 'GET', paths, once: false } as const;
  const result = await runLoad({ ...load, headers: { authorization } });
  return { rate: result.answers / result.seconds, cpuMicros: (server.cpuMicros() - before) / result.answers };
}

/** How often work that waits for itself can be done in a second. @param work is given how often it was done before */
export async function perSecondOf(seconds: number, work: (before: number) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  for (; performance.now() - startedAt < seconds * 1000; done += 1) await work(done);
  return done / ((performance.now() - startedAt) / 1000);
}
