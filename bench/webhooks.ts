/** Webhooks beside submissions: how much slower these are while ten receivers are told of each. */
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server } from './processes.js';
import type { World } from './world.js';

const receivers = 10;

/** Ten webhooks that are told of every change, and the receiver of all. */
export interface Webhooks {
  /** Messages that came so far. */
  received(): number;
  switchTo(active: boolean): Promise<void>;
  close(): void;
}

/** Makes the webhooks, switched off. */
export async function makeWebhooks({ authorization }: World, { port }: Server): Promise<Webhooks> {
  let received = 0;
  const receiver: HttpServer = createServer((request, response) => {
    received += 1;
    request.resume().once('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port: receivingPort } = receiver.address() as AddressInfo;
  const send = async (method: string, path: string, body: object) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json', 'if-match': '*' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { webhookId: string };
  };
  const ids: string[] = [];
  for (let made = 0; made < receivers; made += 1) {
    const url = `http://127.0.0.1:${receivingPort}/${made}`;
    ids.push((await send('POST', '/v1/webhooks', { url, areaCode: null })).webhookId);
  }
  const switchTo = async (active: boolean) => {
    for (const id of ids) await send('PATCH', `/v1/webhooks/${id}`, { active });
  };
  await switchTo(false);
  return {
    received: () => received,
    switchTo,
    close: () => {
      receiver.closeAllConnections();
      receiver.close();
    },
  };
}
