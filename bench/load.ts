/**
 * Asks a server for one thing after another on a few connections and says how fast the answers came. A process of its
 * own that speaks HTTP over plain sockets, because a client that costs as much as the server would measure itself.
 * Reads a `Load` as JSON on standard input and writes what came of it on standard output.
 */
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** What to ask: the requests are taken in turn by all connections, once or over and over until the time is up. */
export interface Load {
  port: number;
  connections: number;
  seconds: number;
  method: 'GET' | 'POST';
  paths: string[];
  headers: Record<string, string>;
  once: boolean;
  /** What is sent as `Authorization`, in turn. */
  authorizations?: string[];
  /** Whether each request has an `Idempotency-Key` of its own. */
  keyed?: boolean;
}

export interface LoadResult {
  answers: number;
  seconds: number;
  bytes: number;
}

const load: Load = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(await run(load)));

async function run(load: Load): Promise<LoadResult> {
  const tail = `host: bench\r\n${Object.entries(load.headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
  const result = { answers: 0, seconds: 0, bytes: 0 };
  const startedAt = performance.now();
  const endsAt = startedAt + load.seconds * 1000;
  let taken = 0;
  /** The bytes of the next request; null when there is nothing more to ask. */
  const next = () => {
    if (performance.now() >= endsAt || (load.once && taken === load.paths.length)) return null;
    const path = load.paths[taken % load.paths.length];
    taken += 1;
    const key = load.keyed === true ? `idempotency-key: "${randomUUID()}"\r\n` : '';
    const credential = load.authorizations?.[taken % load.authorizations.length];
    const authorization = credential === undefined ? '' : `authorization: ${credential}\r\n`;
    return `${load.method} ${path} HTTP/1.1\r\n${key}${authorization}${tail}`;
  };
  const answered = (bytes: number) => {
    result.answers += 1;
    result.bytes += bytes;
  };
  await Promise.all(Array.from({ length: load.connections }, () => ask(load.port, next, answered)));
  result.seconds = (performance.now() - startedAt) / 1000;
  return result;
}

/** One connection: sends the next request when the whole answer to the last has come. */
function ask(port: number, next: () => string | null, answered: (bytes: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let head = '';
    let missing = -1;
    let length = 0;
    const send = () => {
      const request = next();
      if (request === null) socket.end();
      else socket.write(request);
    };
    socket.once('connect', send);
    socket.on('data', (chunk) => {
      let body = chunk.length;
      if (missing < 0) {
        head += chunk.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        length = bodyLength(head.slice(0, end));
        missing = length;
        body = head.length - end - 4;
        head = '';
      }
      missing -= body;
      if (missing > 0) return;
      missing = -1;
      answered(length);
      send();
    });
    socket.once('error', reject);
    socket.once('close', () => resolve());
  });
}

/** @throws Error when the answer is no success, or does not say how long it is */
function bodyLength(head: string): number {
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? [];
  if (!/^HTTP\/1\.1 20[01] /.test(head) || length === undefined) throw new Error(`Unexpected answer:\n${head}`);
  return Number(length);
}
