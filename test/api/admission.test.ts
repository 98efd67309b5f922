/** Who asks for more than its share waits or is refused, and nobody else notices. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import t, { type Test } from 'tap';
import { Admission } from '../../src/platform/http/admission.js';
import { adminSecret, startTestApp, type TestApp } from '../support/app.js';
import { type Connection, openConnection } from '../support/connection.js';
import { makeKey } from '../support/keys.js';
import { holdRows, waitingBackends } from '../support/locks.js';
import { until } from '../support/wait.js';
import { makeGroup } from '../support/world.js';

t.setTimeout(110_000);

/** Longer than any test: whoever waits for the row waits until the test lets it go. */
const patient = { STATEMENT_TIMEOUT_MS: '600000', LOCK_TIMEOUT_MS: '600000', DATABASE_CONNECT_TIMEOUT_MS: '60000' };

/** Opens connections to an app that listens, and writes requests of a caller on them. */
async function callerOn(t: Test, { app, sendRaw }: TestApp, secret: string) {
  await sendRaw('GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
  const listening = app.server.address();
  const port = typeof listening === 'object' ? listening?.port : null;
  const request = (method: string, path: string, body = '') =>
    `${method} ${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${secret}\r\nif-match: *\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  return {
    request,
    open: () => openConnection(t, `http://127.0.0.1:${port}`),
    ask: async (...asked: Parameters<typeof request>) => {
      const connection = await openConnection(t, `http://127.0.0.1:${port}`);
      await connection.send(request(...asked));
      return connection;
    },
  };
}

const statusesOf = (connection: Connection) =>
  [...connection.received().matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));
const answered = (connection: Connection) => until('it is answered', () => statusesOf(connection)[0]);

t.test(
  'a caller has so many requests under way, the next wait, and one more is refused early; others go on',
  async (t) => {
    const service = await startTestApp(t, { ...patient, MAX_REQUESTS_PER_CALLER: '2', MAX_WAITING: '4' });
    const { admin, database } = service;
    const { groupId, registrationNo, areaCode } = await makeGroup(admin);
    const caller = await callerOn(t, service, (await makeKey(admin, {})).secret);
    const other = await callerOn(t, service, adminSecret);
    t.equal(await answered(await caller.ask('GET', '/v1/areas/41')), 200, 'the key is known from now on');
    t.equal(await answered(await other.ask('GET', '/v1/areas/41')), 200);

    const release = await holdRows(database, sql`select from groups where group_id = ${groupId} for update`);
    const write = [
      'PUT',
      `/v1/groups/${groupId}`,
      JSON.stringify({ registrationNo, areaCode, name: 'ชื่อใหม่' }),
    ] as const;
    const writers = [await caller.ask(...write), await caller.ask(...write)];
    await waitingBackends(database, 2);
    const waiting = [await caller.ask(...write), await caller.ask(...write)];
    const asked = performance.now();
    const refused = await until('one more is refused', async () => {
      const one = await caller.ask(...write);
      return (await answered(one)) === 503 ? one : null;
    });
    t.ok(performance.now() - asked < 60_000, 'at once, and not when its time to wait is over');
    t.match(refused.received(), /\r\nretry-after: 2\r\n/);
    t.match(refused.received(), /"code":"unavailable"/);
    t.strictSame([...writers, ...waiting].map(statusesOf), [[], [], [], []]);

    for (let again = 0; again < 3; again += 1) t.equal(await answered(await other.ask('GET', '/v1/areas/41')), 200);
    t.equal(await answered(await caller.ask('GET', '/v1/areas/41')), 200, 'and what the caller reads');
    t.equal(await answered(await caller.ask('GET', '/livez')), 200);
    t.equal(await answered(await caller.ask('GET', '/readyz')), 200);
    await release();
    t.strictSame(
      await Promise.all([...writers, ...waiting].map(answered)),
      [200, 200, 200, 200],
      'all have their turn',
    );
    const metrics = await admin.get('/metrics');
    t.match(metrics.body, /http_requests_refused_early_total [1-9]/);
    t.match(metrics.body, /http_requests_waiting 0\n/);
  },
);

t.test('who goes on after ten refusals is answered late, and another caller at once', async (t) => {
  const service = await startTestApp(t, { RATE_LIMIT_PER_MINUTE: '2' });
  const { admin } = service;
  const caller = await callerOn(t, service, (await makeKey(admin, {})).secret);
  const connection = await caller.open();
  const bytes = caller.request('GET', '/v1/areas/41');
  for (let count = 1; count <= 12; count += 1) {
    await connection.send(bytes);
    await until(`answer ${count}`, () => statusesOf(connection).length === count);
  }
  t.strictSame(statusesOf(connection), [200, 200, ...Array(10).fill(429)]);
  await connection.send(bytes);
  const more = await caller.ask('GET', '/v1/areas/41');
  t.equal(await answered(await (await callerOn(t, service, adminSecret)).ask('GET', '/v1/areas/41')), 200);
  t.equal(statusesOf(connection).length, 12, 'the next refusal is held up');
  t.equal(await answered(more), 429);
  await until('the one on the connection of before', () => statusesOf(connection)[12] === 429);
});

t.test('who then sends many ahead on one connection is answered nothing on it, and it ends', async (t) => {
  const server = createServer((request, response) => {
    admission.noteRefusal(request, 60);
    response.end('refused');
  });
  const settings = { mostOfCaller: 2, mostWaiting: 4, waitMs: 60_000, trustProxy: [], heldMs: 50, endedAfterMs: 100 };
  const admission = new Admission(server, settings, () => null);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => {
    admission.close();
    server.close();
  });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const get = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';
  const connection = await openConnection(t, address);
  for (let count = 1; count <= 12; count += 1) {
    await connection.send(get);
    await until(`answer ${count}`, () => statusesOf(connection).length === count);
  }
  const few = await openConnection(t, address);
  await few.send(get.repeat(20));
  const many = await openConnection(t, address);
  await many.send(get.repeat(21));
  await until('who sent a few is answered', () => statusesOf(few).length === 20);
  await until('who sent many is ended', () => many.ended());
  t.equal(many.received(), '');
  t.equal(few.ended(), null);
  await few.send(get);
  await until('and goes on', () => statusesOf(few).length === 21);
});

t.test('what waits when the service shuts down is told so', async (t) => {
  const service = await startTestApp(t, { RATE_LIMIT_PER_MINUTE: '100' });
  const { app, admin } = service;
  const caller = await callerOn(t, service, (await makeKey(admin, {})).secret);
  const connection = await caller.open();
  await connection.send(caller.request('GET', '/v1/areas/41').repeat(100));
  await until('all are answered', () => statusesOf(connection).length === 100);
  for (let count = 101; count <= 110; count += 1) {
    await connection.send(caller.request('GET', '/v1/areas/41'));
    await until(`answer ${count}`, () => statusesOf(connection).length === count);
  }
  const held = [await caller.ask('GET', '/v1/areas/41'), await caller.ask('GET', '/v1/areas/41')];
  await until('they are held up', async () => /_waiting 2\n/.test((await admin.get('/metrics')).body));
  await app.close();
  t.strictSame(await Promise.all(held.map(answered)), [503, 503]);
  for (const one of held) t.match(one.received(), /\r\nconnection: close\r\n/i);
});

t.test('of a caller that asks for more on one connection than it may, every answer comes, in order', async (t) => {
  const service = await startTestApp(t, { MAX_REQUESTS_PER_CALLER: '2' });
  const caller = await callerOn(t, service, adminSecret);
  t.equal(await answered(await caller.ask('GET', '/v1/areas/41')), 200);
  const connection = await caller.open();
  const paths = Array.from({ length: 30 }, (_, index) => `/v1/areas/${index % 2 === 0 ? '41' : '99'}`);
  await connection.send(paths.map((path) => caller.request('GET', path)).join(''));
  await until('all are answered', () => statusesOf(connection).length === 30);
  t.strictSame(
    statusesOf(connection),
    paths.map((path) => (path.endsWith('41') ? 200 : 404)),
  );
  await connection.send(caller.request('GET', '/v1/areas/41'));
  await until('and the connection goes on', () => statusesOf(connection).length === 31);
});
