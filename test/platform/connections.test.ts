import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { keepDocument, sendDocument } from '../../src/platform/http/cached-document.js';
import { Connections } from '../../src/platform/http/connections.js';
import { openConnection } from '../support/connection.js';
import { until } from '../support/wait.js';

const get = 'GET / HTTP/1.1\r\nhost: prot\r\n\r\n';
const large = Buffer.alloc(20_000_000, 'x');

t.test('a client that takes nothing of its answer is ended', async (t) => {
  const { address, open } = await serve(t, { pauseMs: 100, slowest: 1_000_000_000, lookEveryMs: 20 }, (response) => {
    response.end(large);
  });
  const standing = await openConnection(t, address);
  standing.pause();
  await standing.send(get);
  await until('it is ended', async () => (await open()) === 0);
  standing.resume();
  await until('it learns so', standing.ended);
  t.ok(standing.received().length < large.length, 'in the middle of its answer');
});

t.test('a client has the time that its answer needs at the slowest, not only a pause', async (t) => {
  const { address, looked } = await serve(t, { pauseMs: 0, slowest: 1, lookEveryMs: 1 }, (response) => {
    response.end(large);
  });
  const connection = await openConnection(t, address);
  connection.pause();
  await connection.send(get);
  await until('it was looked for often', () => looked() > 100);
  t.equal(connection.ended(), null);
});

t.test('one connection more than the most is closed, and the others are not', async (t) => {
  const { address } = await serve(t, { most: 2 }, (response) => {
    response.end('served');
  });
  const kept = [await openConnection(t, address), await openConnection(t, address)];
  for (const connection of kept) await connection.send(get);
  await until('they are served', () => kept.every(({ received }) => received().includes('served')));
  const more = await openConnection(t, address);
  await until('it is closed', more.ended);
  t.equal(more.received(), '');
});

t.test('a connection with a hundred requests under way is told to take their answers first', async (t) => {
  const waiting: ServerResponse[] = [];
  const { address, connections } = await serve(t, {}, (response) => {
    if (connections.isOverfull(response.req)) response.end('too many');
    else waiting.push(response);
  });
  const connection = await openConnection(t, address);
  await connection.send(get.repeat(103));
  await until('a hundred are under way', () => waiting.length === 100);
  for (const response of waiting) response.end('served');
  await until('all are answered', () => connection.received().match(/HTTP\/1\.1 200/g)?.length === 103);
  t.equal(connection.received().match(/served/g)?.length, 100);
  t.equal(connection.received().match(/too many/g)?.length, 3);
});

t.test('a kept document is the same bytes for everybody, as it is and packed', async (t) => {
  const document = await keepDocument('text/plain', 'ก'.repeat(10_000));
  const sent = (encoding: string) => {
    const reply = { type: () => reply, header: () => reply };
    return sendDocument({ headers: { 'accept-encoding': encoding } } as never, reply as never, document);
  };
  for (const encoding of ['gzip', 'x-gzip', 'identity']) t.equal(sent(encoding), sent(encoding), encoding);
  t.ok(sent('gzip').length < sent('identity').length / 10);
  t.equal(sent('X-GZip'), sent('gzip'), 'its old name');
  t.equal(sent('gzip;q=0'), document.plain);
});

async function serve(t: Test, settings: object, answer: (response: ServerResponse) => void) {
  const connections = new Connections({ most: 100, pauseMs: 30_000, corsOrigins: [], ...settings });
  const server = createServer((_request, response) => answer(response));
  connections.watch(server);
  let looks = 0;
  const timer = setInterval(() => {
    looks += 1;
  }, 1);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    clearInterval(timer);
    server.closeAllConnections();
    server.close();
  });
  const open = () => new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
  return {
    open,
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections,
    looked: () => looks,
  };
}
