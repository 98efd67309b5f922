/**
 * Floods a server on 127.0.0.1 with the requests of one caller, for a bounded time and over a bounded number of connections. It
 * listens to nothing that it is told: whatever the answer, the next request follows. Reads a `Flood` as JSON on standard input and
 * writes what came of it on standard output.
 */
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { readAnswers } from './answers.js';

export interface Flood {
  port: number;
  path: string;
  authorization: string;
  seconds: number;
  connections: number;
  /** So many requests a second are written ahead, as far as the connections take them; null writes one after each answer. */
  perSecond: number | null;
}

export interface FloodResult {
  /** Requests that were written. Beyond them the connections took no more. */
  sent: number;
  /** How many answers there were of each status. */
  statuses: Record<string, number>;
  reconnects: number;
}

const flood: Flood = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(await run(flood)));
process.exit();

async function run({ port, path, authorization, seconds, connections, perSecond }: Flood): Promise<FloodResult> {
  const request = `GET ${path} HTTP/1.1\r\nhost: bench\r\nauthorization: ${authorization}\r\n\r\n`;
  const many = request.repeat(50);
  const result: FloodResult = { sent: 0, statuses: {}, reconnects: -connections };
  const sockets: Socket[] = [];
  const open = (place: number) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    sockets[place] = socket;
    result.reconnects += 1;
    const write = () => {
      result.sent += 1;
      socket.write(request);
    };
    readAnswers(socket, (status) => {
      result.statuses[status] = (result.statuses[status] ?? 0) + 1;
      if (perSecond === null) write();
    });
    socket.on('error', () => {});
    socket.once('close', () => setTimeout(() => open(place), 50));
    if (perSecond === null) socket.once('connect', write);
  };
  for (let place = 0; place < connections; place += 1) open(place);
  const startedAt = performance.now();
  let next = 0;
  let due = 0;
  for (;;) {
    const elapsed = (performance.now() - startedAt) / 1000;
    if (elapsed > seconds) return result;
    // What the connections would not take is not made up for later.
    const wanted = Math.round((perSecond ?? 0) * elapsed);
    for (let tries = 0; due < wanted && tries < connections; tries += 1, next += 1) {
      const socket = sockets[next % connections];
      if (socket === undefined || socket.connecting || socket.writableNeedDrain || !socket.writable) continue;
      socket.write(many);
      result.sent += 50;
      due += 50;
    }
    due = Math.max(due, wanted);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
