import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

/** A message that a receiver got: its body as the bytes that came, and read. */
export interface Received {
  headers: Record<string, string>;
  raw: string;
  body: { type: string; timestamp: string; data: Record<string, unknown> };
}

type Answering = (response: ServerResponse, message: Received) => void;

/** A receiver of webhooks, on this machine. */
export interface Receiver {
  url: string;
  received: Received[];
  /** How it answers from now on; at first it takes everything. */
  answer: Answering;
}

/** Starts a receiver; at the end of the test it closes, whatever is open. */
export async function startReceiver(t: Test): Promise<Receiver> {
  const receiver: Receiver = { url: '', received: [], answer: (response) => response.writeHead(204).end() };
  const server = createServer((request, response) => {
    void take(request).then((message) => {
      receiver.received.push(message);
      receiver.answer(response, message);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prot`;
  return receiver;
}

async function take(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const raw = Buffer.concat(chunks).toString('utf8');
  return { headers: request.headers as Record<string, string>, raw, body: JSON.parse(raw) };
}

/** Answers with a status. */
export function status(code: number, headers: Record<string, string> = {}): Answering {
  return (response) => response.writeHead(code, headers).end();
}
