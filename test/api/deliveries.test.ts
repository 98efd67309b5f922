/** Webhooks whose receivers fail, hang, redirect, are gone or lie: what is sent again, in which order, and what waits for whom. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { databaseNow } from '../../src/platform/db/clock.js';
import { rowsOf } from '../../src/platform/db/database.js';
import { makeSender } from '../../src/platform/outbound/sender.js';
import { faultOfTarget, systemResolve } from '../../src/platform/outbound/target.js';
import { writeApart } from '../../src/resources/changes/changes.actions.js';
import { clearLog, sendDue, sendToWebhooks } from '../../src/resources/deliveries/delivering.actions.js';
import { takeLeases } from '../../src/resources/webhooks/cursors.store.js';
import { startTestApp } from '../support/app.js';
import { type Received, type Receiver, startReceiver, status } from '../support/receiver.js';
import { until } from '../support/wait.js';
import { webhooksOf } from '../support/webhooks.js';
import { made, makeGroup } from '../support/world.js';

const service = await startTestApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true' });
const { admin, database } = service;
const { db } = database;
const hooks = webhooksOf(t, service);
const never = new AbortController().signal;
const outbound = { allowPrivate: true, resolve: systemResolve };

const rename = (groupId: string, name: string) =>
  made(admin.patch(`/v1/groups/${groupId}`, { name }, { 'if-match': '*' }));
const names = ({ received }: Receiver, groupId: string) =>
  received.flatMap(({ body: { data } }) => (data.groupId === groupId ? [(data.record as { name: string }).name] : []));
const idsOf = ({ received }: Receiver) => received.map(({ headers }) => headers['webhook-id'] ?? '');
const isAbout = (groupId: string) => (message: Received) => message.body.data.groupId === groupId;

t.test('what fails keeps back what comes after it for the same group, and nothing else', async (t) => {
  const receiver = await startReceiver(t);
  const [one, other] = [await makeGroup(admin), await makeGroup(admin)];
  const { webhookId } = await hooks.make(t, receiver.url);
  const isFailing = isAbout(one.groupId);
  receiver.answer = (response, message) => status(isFailing(message) ? 500 : 204)(response, message);
  for (const name of ['ก', 'ข', 'ค']) {
    await rename(one.groupId, name);
    await rename(other.groupId, name);
  }
  await hooks.send();
  t.strictSame(names(receiver, one.groupId), ['ก']);
  t.strictSame(names(receiver, other.groupId), ['ก', 'ข', 'ค']);
  t.match(await hooks.read(webhookId), { active: true, pending: 3, failingSince: /^20/ });
  await rename(one.groupId, 'ง');
  await rename(other.groupId, 'ง');
  await hooks.send();
  t.strictSame(names(receiver, one.groupId), ['ก'], 'not before its time');
  t.strictSame(names(receiver, other.groupId), ['ก', 'ข', 'ค', 'ง']);

  receiver.answer = status(204);
  const [first] = receiver.received.filter(isFailing);
  await hooks.letPausesPass();
  await hooks.send();
  t.strictSame(names(receiver, one.groupId), ['ก', 'ก', 'ข', 'ค', 'ง']);
  const [, again] = receiver.received.filter(isFailing);
  t.equal(again?.headers['webhook-id'], first?.headers['webhook-id'], 'the same id');
  t.equal(again?.raw, first?.raw, 'and the same bytes');
  t.match(await hooks.read(webhookId), { pending: 0, failingSince: null });
  const log = await hooks.log(webhookId);
  t.match(log[0], {
    state: 'delivered',
    attemptCount: 2,
    attempts: [{ status: 500 }, { status: 204 }],
    nextAttemptAt: null,
  });
  t.equal(log.length, 8);
});

t.test('a receiver that took nothing is asked little, and gets all when it is there again', async (t) => {
  const receiver = await startReceiver(t);
  const { webhookId } = await hooks.make(t, receiver.url);
  receiver.answer = status(503);
  const groups = [];
  for (let count = 0; count < 30; count += 1) groups.push(await makeGroup(admin));
  await hooks.send();
  // Four failures end the batch; three more may be under way by then.
  t.ok(receiver.received.length <= 7, `${receiver.received.length} attempts`);
  for (let rest = 1; rest <= 3; rest += 1) {
    receiver.received.length = 0;
    await db.execute(sql`update webhook_cursors set wake_at = now()`);
    await hooks.send();
    t.ok(receiver.received.length <= 1, 'one at a time');
  }
  receiver.answer = status(204);
  receiver.received.length = 0;
  await db.execute(sql`update webhook_cursors set wake_at = now()`);
  await hooks.send();
  t.strictSame(
    receiver.received.map(({ body }) => body.data.groupId).sort(),
    groups.map(({ groupId }) => groupId).sort(),
  );
  t.match(await hooks.read(webhookId), { pending: 0, failingSince: null });
});

t.test('Retry-After keeps everything back until it is over', async (t) => {
  const receiver = await startReceiver(t);
  const { webhookId } = await hooks.make(t, receiver.url);
  receiver.answer = status(429, { 'retry-after': '7200' });
  await makeGroup(admin);
  await hooks.send();
  await makeGroup(admin);
  await hooks.send();
  t.equal(receiver.received.length, 1);
  const rows = await rowsOf<{ wait: boolean }>(
    db,
    sql`select c.wake_at > now() + interval '119 minutes' and d.next_attempt_at > now() + interval '119 minutes' as wait
      from webhook_cursors c join webhook_deliveries d using (webhook_id) where webhook_id = ${webhookId}`,
  );
  t.strictSame(rows, [{ wait: true }]);
});

t.test('410 switches a webhook off at once, by a change of the service; it goes on where it was', async (t) => {
  const receiver = await startReceiver(t);
  const { webhookId } = await hooks.make(t, receiver.url);
  receiver.answer = status(410);
  const group = await makeGroup(admin);
  await hooks.send();
  const off = await hooks.read(webhookId);
  t.match(off, { active: false, disabledReason: 'receiver-gone', disabledAt: /^20/, version: 2 });
  const history = await made(admin.get(`/v1/changes?resource=webhook&resourceId=${webhookId}`));
  t.match(history.items.at(-1), { action: 'webhook.disabled', actor: { kind: 'service' }, version: 2 });
  await makeGroup(admin);
  await hooks.letPausesPass();
  await hooks.send();
  t.equal(receiver.received.length, 1, 'off is off');
  receiver.answer = status(204);
  await hooks.act(webhookId, 'activation');
  await hooks.send();
  t.equal(receiver.received.length, 3);
  t.equal(idsOf(receiver)[1], idsOf(receiver)[0]);
  t.equal(receiver.received[1]?.body.data.groupId, group.groupId);
});

t.test('what fails for days switches a webhook off, with the reason', async (t) => {
  const receiver = await startReceiver(t);
  const { webhookId } = await hooks.make(t, receiver.url);
  receiver.answer = status(500);
  await makeGroup(admin);
  await hooks.send();
  await hooks.letPausesPass(4.9);
  await hooks.send();
  t.match(await hooks.read(webhookId), { active: true, pending: 1 });
  await hooks.letPausesPass(0.2);
  await hooks.send();
  t.match(await hooks.read(webhookId), { active: false, disabledReason: 'failing-too-long', pending: 1 });
  t.equal(receiver.received.length, 3);
  await hooks.act(webhookId, 'activation');
  await hooks.send();
  t.match(await hooks.read(webhookId), { active: true, pending: 1 }, 'the days are counted from now on');
});

t.test('a redirect is a failure and is not followed; why there was no answer is said', async (t) => {
  const [target, receiver] = [await startReceiver(t), await startReceiver(t)];
  const { webhookId } = await hooks.make(t, receiver.url);
  await makeGroup(admin);
  const resolve = async () => {
    throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  };
  const sender = makeSender({ allowPrivate: true, resolve }, { timeoutMs: 500, answerBytes: 65_536 });
  t.teardown(() => sender.close());
  const attempt = async (url: string) => {
    await made(admin.patch(hooks.path(webhookId), { url }, { 'if-match': '*' }));
    await hooks.letPausesPass();
    await hooks.send({ sender });
    const [delivery] = await hooks.log(webhookId);
    const { status: answered, error } = delivery.attempts.at(-1);
    return answered ?? error;
  };
  receiver.answer = status(307, { location: target.url });
  t.equal(await attempt(receiver.url), 307);
  t.equal(target.received.length, 0);
  receiver.answer = () => {};
  t.equal(await attempt(receiver.url), 'timeout');
  receiver.answer = (response) => response.destroy();
  t.equal(await attempt(receiver.url), 'connection-failed');
  t.equal(await attempt('http://127.0.0.1:9/'), 'connection-failed');
  t.equal(await attempt(receiver.url.replace('http', 'https')), 'tls-failed');
  const babbling = createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.6\r\n'));
  await once(babbling.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => babbling.close());
  t.equal(await attempt(`http://127.0.0.1:${(babbling.address() as AddressInfo).port}/`), 'answer-malformed');
  t.equal(await attempt('http://receiver.invalid/'), 'name-not-found');
  const [delivery] = await hooks.log(webhookId);
  t.match(delivery, { state: 'pending', attemptCount: 7 });
});

t.test('of an answer of 100 MB little is read', async (t) => {
  const receiver = await startReceiver(t);
  const { webhookId } = await hooks.make(t, receiver.url);
  const megabyte = Buffer.alloc(1_048_576, 'x');
  let written = 0;
  let closed = false;
  receiver.answer = async (response) => {
    response.on('close', () => {
      closed = true;
    });
    response.writeHead(200);
    for (; written < 100 && !closed; written += 1) {
      if (!response.write(megabyte)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
    response.end();
  };
  await makeGroup(admin);
  await hooks.send();
  t.match(await hooks.log(webhookId), [{ state: 'delivered', attempts: [{ status: 200 }] }]);
  await until('the receiver is cut off', () => closed);
  t.ok(written < 50, `${written} of 100 MB were taken off the receiver's hands`);
});

t.test('a name that leads to this machine at the second look-up is not called', async (t) => {
  const receiver = await startReceiver(t);
  const asked: string[] = [];
  const answers = ['1.1.1.1', '127.0.0.1'];
  const rules = {
    allowPrivate: false,
    resolve: async (host: string) => {
      asked.push(host);
      return [{ address: answers[asked.length - 1] ?? '127.0.0.1', family: 4 }];
    },
  };
  const url = `https://rebinding.example:${new URL(receiver.url).port}/`;
  t.equal(await faultOfTarget(url, rules), null, 'the first time it is public');
  const sender = makeSender(rules);
  t.teardown(() => sender.close());
  t.match(await sender.post(url, {}, '{}', never), { status: null, error: 'address-not-allowed' });
  t.strictSame(asked, ['rebinding.example', 'rebinding.example'], 'looked up once for the connection');
  for (const addresses of [['1.1.1.1', '10.0.0.1'], ['::ffff:127.0.0.1'], []]) {
    const resolve = async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const mixed = makeSender({ allowPrivate: false, resolve });
    t.teardown(() => mixed.close());
    t.match(await mixed.post(url, {}, '{}', never), { error: 'address-not-allowed' }, addresses.join());
  }
  const literal = makeSender({ allowPrivate: false, resolve: systemResolve });
  t.teardown(() => literal.close());
  for (const host of ['127.0.0.1', '[::1]'])
    t.match(await literal.post(`https://${host}:${new URL(receiver.url).port}/`, {}, '{}', never), {
      error: 'address-not-allowed',
    });
  t.equal(receiver.received.length, 0);
});

t.test('the connection goes to the address that was checked', async (t) => {
  const receiver = await startReceiver(t);
  const resolve = async (host: string) =>
    host === 'receiver.example' ? [{ address: '127.0.0.1', family: 4 }] : systemResolve(host);
  const sender = makeSender({ allowPrivate: true, resolve });
  t.teardown(() => sender.close());
  const url = receiver.url.replace('127.0.0.1', 'receiver.example');
  t.match(await sender.post(url, { 'webhook-id': 'a' }, '{}', never), { status: 204, error: null });
  t.equal(receiver.received[0]?.headers.host, new URL(url).host);
});

t.test('nodes share the work: each message is sent once, and that of a killed node again', async (t) => {
  const receiver = await startReceiver(t);
  const { webhookId } = await hooks.make(t, receiver.url);
  const expected = new Set<string>();
  for (let count = 0; count < 40; count += 1) expected.add((await makeGroup(admin)).groupId);
  await Promise.all([hooks.send(), hooks.send(), hooks.send()]);
  await hooks.send();
  t.equal(receiver.received.length, 40);
  t.strictSame(new Set(receiver.received.map(({ body }) => body.data.groupId)), expected);
  t.equal(new Set(idsOf(receiver)).size, 40);

  // A node takes the lease, and that is the last of it.
  await makeGroup(admin);
  t.equal((await writeApart(db, (tx) => takeLeases(tx, [webhookId], 60_000))).length, 1);
  await hooks.send();
  t.equal(receiver.received.length, 40, 'it is leased');
  await db.execute(sql`update webhook_cursors set leased_until = now()`);
  await hooks.send();
  t.equal(receiver.received.length, 41);
});

t.test('a node that lost its lease while it sent writes nothing of it', async (t) => {
  const receiver = await startReceiver(t);
  const { webhookId } = await hooks.make(t, receiver.url);
  await makeGroup(admin);
  receiver.answer = (response) => {
    receiver.answer = status(204);
    void db
      .execute(sql`update webhook_cursors set leased_by = null, leased_until = null`)
      .then(() => response.writeHead(204).end());
  };
  await hooks.send();
  t.equal(receiver.received.length, 2, 'at least once');
  t.equal(new Set(idsOf(receiver)).size, 1);
  t.match(await hooks.log(webhookId), [{ state: 'delivered', attemptCount: 1 }]);
});

t.test('a receiver that hangs keeps neither other receivers nor writes waiting, nor a transaction open', async (t) => {
  const [hanging, good] = [await startReceiver(t), await startReceiver(t)];
  hanging.answer = () => {};
  const dead = await hooks.make(t, hanging.url);
  await hooks.make(t, good.url);
  const stopping = new AbortController();
  const errors: unknown[] = [];
  const task = sendToWebhooks(db, { outbound, secretKey: null, giveUpDays: 5 }, (error) => errors.push(error));
  const ended = task.turn(stopping.signal);
  t.teardown(() => stopping.abort());
  await makeGroup(admin);
  await until('the one hangs', () => hanging.received.length === 1);
  const since = (await databaseNow(db)).toISOString();
  await until('the other has it', () => good.received.length === 1);
  const group = await makeGroup(admin);
  await until('the other has what was written meanwhile', () => good.received.some(isAbout(group.groupId)));
  t.equal(hanging.received.length, 1, 'it still hangs');
  const open = await rowsOf<{ count: number }>(
    db,
    sql`select count(*)::int as count from pg_stat_activity
      where datname = current_database() and xact_start <= ${since}`,
  );
  t.strictSame(open, [{ count: 0 }], 'no transaction is as old as the attempt');
  stopping.abort();
  await ended;
  t.strictSame(errors, []);
  t.match(await hooks.log(dead.webhookId), [], 'an attempt that the stop cut off is none');
  const free = sql`select count(*)::int as count from webhook_cursors where leased_by is not null`;
  t.strictSame(await rowsOf(db, free), [{ count: 0 }], 'and the leases are given back');
});

t.test('the log keeps what was delivered for some days, and what was not for as long as it is not', async (t) => {
  const receiver = await startReceiver(t);
  const { webhookId } = await hooks.make(t, receiver.url);
  await makeGroup(admin);
  await hooks.send();
  receiver.answer = status(500);
  await makeGroup(admin);
  await hooks.send();
  await db.execute(sql`update webhook_deliveries set changed_at = now() - interval '15 days'`);
  const clear = clearLog(db, 14);
  t.equal(await clear.turn(never), false);
  t.match(await hooks.log(webhookId), [{ state: 'pending' }]);
  t.equal((await made(admin.get(hooks.path(webhookId, '/deliveries?state=delivered')))).items.length, 0);
  t.equal(await sendDue({ db, sender: makeSender(outbound), secretKey: null, giveUpDays: 5 }, never), 0);
});
