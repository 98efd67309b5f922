/**
 * Asks a server for one thing after another, with a rest between, on one connection or on a new one each time, and says how
 * long each answer took. Reads a `Probe` as JSON on standard input and writes what came of it on standard output.
 */
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { readAnswers } from './answers.js';

export interface Probe {
  port: number;
  path: string;
  authorization: string | null;
  seconds: number;
  restMs: number;
  /** Whether each request comes on a connection of its own, as the probes of load balancers do. */
  reconnect: boolean;
}

export interface ProbeResult {
  /** Milliseconds, in order of size. */
  times: number[];
  statuses: Record<string, number>;
}

/** The first ones take the time in which this program is compiled. */
const notMeasured = 5;

const probe: Probe = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(await run(probe)));
process.exit();

async function run({ port, path, authorization, seconds, restMs, reconnect }: Probe): Promise<ProbeResult> {
  const key = authorization === null ? '' : `authorization: ${authorization}\r\n`;
  const request = `GET ${path} HTTP/1.1\r\nhost: bench\r\n${key}\r\n`;
  const result: ProbeResult = { times: [], statuses: {} };
  const endsAt = performance.now() + seconds * 1000;
  let socket: Socket | null = null;
  for (let asked = 0; performance.now() < endsAt; asked += 1) {
    const startedAt = performance.now();
    socket ??= connect({ port, host: '127.0.0.1', noDelay: true });
    const status = await answer(socket, request);
    if (asked >= notMeasured) result.times.push(performance.now() - startedAt);
    result.statuses[status] = (result.statuses[status] ?? 0) + 1;
    if (reconnect) {
      socket.destroy();
      socket = null;
    }
    await delay(restMs);
  }
  result.times.sort((a, b) => a - b);
  return result;
}

function answer(socket: Socket, request: string): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.removeAllListeners();
    readAnswers(socket, resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('The connection was closed.')));
    socket.write(request);
  });
}
