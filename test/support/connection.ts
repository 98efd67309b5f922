import { once } from 'node:events';
import { connect } from 'node:net';
import type { Test } from 'tap';

/** A connection that sends what it is told to and stays open until the other side, or the test, has done with it. */
export interface Connection {
  send(bytes: string | Buffer): Promise<void>;
  received(): string;
  /** How the other side has ended it: in order, or broken off; null while it has not. */
  ended(): 'in order' | 'broken' | null;
  /** Whether it could not send all that it was told to. */
  failed(): boolean;
  /** Stops reading what comes, and begins again. */
  pause(): void;
  resume(): void;
  /** Breaks it off. */
  hangUp(): void;
}

export async function openConnection(t: Test, address: string): Promise<Connection> {
  const { hostname, port } = new URL(address);
  // Half-open: the other side cannot count on us to close when it has.
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  let ended: ReturnType<Connection['ended']> = null;
  socket.on('end', () => {
    ended ??= 'in order';
  });
  let failed = false;
  socket.on('error', () => {
    failed = true;
    ended ??= 'broken';
  });
  await once(socket, 'connect');
  return {
    send: (bytes) => new Promise((resolve) => void socket.write(bytes, () => resolve())),
    received: () => Buffer.concat(chunks).toString('utf8'),
    ended: () => ended,
    failed: () => failed,
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    hangUp: () => void socket.destroy(),
  };
}

/** The head of a request; `length` of null sends the body in chunks. */
export function requestHead(
  method: string,
  path: string,
  { secret, type, length }: { secret: string; type: string; length: number | null },
): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: prot',
    `authorization: Bearer ${secret}`,
    `content-type: ${type}`,
    length === null ? 'transfer-encoding: chunked' : `content-length: ${length}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** A piece of a body that is sent in chunks. */
export function chunk(piece: string): string {
  return `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`;
}
