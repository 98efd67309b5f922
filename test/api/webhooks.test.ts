/** Webhooks as clients see them: the record, its secret, whom it may lead to, and what it tells. */
import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { Webhook } from 'standardwebhooks';
import t from 'tap';
import { rowsOf } from '../../src/platform/db/database.js';
import { startTestApp } from '../support/app.js';
import { startReceiver, status } from '../support/receiver.js';
import { webhooksOf } from '../support/webhooks.js';
import { made, makeGroup } from '../support/world.js';

const service = await startTestApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true' });
const { admin, database } = service;
const hooks = webhooksOf(t, service);
const anyVersion = { 'if-match': '*' };

t.test('what happens is sent as the feed tells it, and the receiver can verify it by the library', async (t) => {
  const receiver = await startReceiver(t);
  const { secret, webhookId, ...webhook } = await hooks.make(t, receiver.url);
  t.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  t.match(webhook, { active: true, version: 1, pending: 0, failingSince: null, disabledReason: null });
  const group = await makeGroup(admin);
  await hooks.send();
  const [message, ...others] = receiver.received;
  t.equal(others.length, 0);
  const { items } = await made(admin.get(`/v1/changes?resource=group&resourceId=${group.groupId}`));
  const [change] = items;
  t.strictSame(message?.body, { type: 'group.registered', timestamp: change.happenedAt, data: change });
  t.equal(message?.headers['webhook-id'], `${webhookId}_${change.position}`);
  t.strictSame(new Webhook(secret).verify(message?.raw ?? '', message?.headers ?? {}), message?.body);
  t.throws(() => new Webhook(secret).verify(`${message?.raw} `, message?.headers ?? {}), 'not another body');
  const other = `whsec_${randomBytes(32).toString('base64')}`;
  t.throws(() => new Webhook(other).verify(message?.raw ?? '', message?.headers ?? {}), 'not by another secret');
  t.match(await hooks.log(webhookId), [
    { position: change.position, state: 'delivered', attemptCount: 1, attempts: [{ status: 204, error: null }] },
  ]);
  t.equal((await hooks.read(webhookId)).position >= change.position, true);
});

t.test('a webhook sends what a reader of its area sees, by its filters, and nothing of keys', async (t) => {
  const receiver = await startReceiver(t);
  const inside = await makeGroup(admin, '401001');
  const outside = await makeGroup(admin, '400201');
  await hooks.make(t, receiver.url, { areaCode: '4010', filters: { resources: ['group', 'team'] } });
  const rename = (groupId: string, content: object) => made(admin.patch(`/v1/groups/${groupId}`, content, anyVersion));
  await rename(inside.groupId, { name: 'กลุ่มใหม่' });
  await rename(outside.groupId, { name: 'กลุ่มที่อื่น' });
  await made(admin.put(`/v1/groups/${inside.groupId}/figures/2012-03-31`, { memberCount: 1, savingsBaht: 1 }));
  await service.client({ areaCode: '4010' });
  await rename(inside.groupId, { areaCode: '400201' });
  await rename(outside.groupId, { areaCode: '401001' });
  await hooks.send();
  const told = (groupId: string) =>
    receiver.received.flatMap(({ body: { data } }) =>
      data.groupId === groupId ? [`${data.action} ${data.kind}`] : [],
    );
  t.strictSame(told(inside.groupId), ['group.changed changed', 'group.figures-updated changed', 'group.changed left']);
  t.strictSame(told(outside.groupId), ['group.changed entered']);
  t.equal(receiver.received.length, 4);
});

t.test('filters by action and by group', async (t) => {
  const receiver = await startReceiver(t);
  const group = await makeGroup(admin);
  await hooks.make(t, receiver.url, { filters: { groupId: group.groupId } });
  await hooks.make(t, `${receiver.url}/registered`, { filters: { actions: ['group.registered', 'team.formed'] } });
  const other = await makeGroup(admin);
  await made(admin.patch(`/v1/groups/${group.groupId}`, { name: 'กลุ่มใหม่' }, anyVersion));
  await hooks.send();
  const told = receiver.received.map(({ body: { data } }) => data.resourceId);
  t.strictSame(told.sort(), [group.groupId, other.groupId].sort());
  const unknown = { url: receiver.url, areaCode: null, filters: { groupId: '01936d5e-6f70-7c3a-9c55-0242ac120099' } };
  await admin.refused(
    t,
    { method: 'POST', path: '/v1/webhooks', body: unknown },
    { status: 422, code: 'rules-broken', pointers: ['/filters/groupId'] },
  );
});

t.test('a secret is shown once, stands in no change, and is encrypted with a key', async (t) => {
  const receiver = await startReceiver(t);
  const { secret, webhookId } = await hooks.make(t, receiver.url);
  const kept = async () =>
    JSON.stringify(
      await rowsOf(database.db, sql`select before, after, details from changes where resource = 'webhook'`),
    );
  t.notOk((await kept()).includes(secret.slice(6)));
  t.notOk(JSON.stringify(await made(admin.get('/v1/webhooks'))).includes(secret.slice(6)));
  t.notOk(JSON.stringify(await hooks.read(webhookId)).includes(secret.slice(6)));

  const key = randomBytes(32);
  const keyed = await startTestApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true', WEBHOOK_SECRET_KEY: key.toString('base64') });
  const theirs = webhooksOf(t, keyed);
  const sealed = await theirs.make(t, receiver.url);
  const rows = await rowsOf<{ secret: string }>(keyed.database.db, sql`select secret from webhook_secrets`);
  t.equal(rows.length, 1);
  t.notOk(rows[0]?.secret.includes(sealed.secret.slice(6)));
  await makeGroup(keyed.admin);
  await theirs.send({ secretKey: key });
  const [message] = receiver.received;
  t.ok(new Webhook(sealed.secret).verify(message?.raw ?? '', message?.headers ?? {}));
  await makeGroup(keyed.admin);
  await t.rejects(theirs.send(), /no key/, 'without the key nothing is sent');
});

t.test('a rotated secret signs beside the new one until its time is over', async (t) => {
  const receiver = await startReceiver(t);
  const { secret: first, webhookId } = await hooks.make(t, receiver.url);
  const { secret: second, version } = await hooks.act(webhookId, 'secret-rotation', { overlapHours: 24 });
  t.equal(version, 2);
  const verifies = async (secrets: string[]) => {
    receiver.received.length = 0;
    await makeGroup(admin);
    await hooks.send();
    const [message] = receiver.received;
    const isRight = (secret: string) => {
      try {
        return new Webhook(secret).verify(message?.raw ?? '', message?.headers ?? {}) !== null;
      } catch {
        return false;
      }
    };
    return secrets.map(isRight);
  };
  t.strictSame(await verifies([first, second]), [true, true]);
  await database.db.execute(sql`update webhook_secrets set expires_at = now() where expires_at is not null`);
  t.strictSame(await verifies([first, second]), [false, true]);
  const { secret: third } = await hooks.act(webhookId, 'secret-rotation', { overlapHours: 0 });
  t.strictSame(await verifies([first, second, third]), [false, false, true]);
});

t.test('nothing is sent unsigned: a webhook that came without its secret is off until it has a new one', async (t) => {
  const receiver = await startReceiver(t);
  const { webhookId } = await hooks.make(t, receiver.url);
  await database.db.execute(sql`delete from webhook_secrets where webhook_id = ${webhookId}`);
  await makeGroup(admin);
  await hooks.send();
  t.match(await hooks.read(webhookId), { active: false, disabledReason: 'secret-missing' });
  const refused = { status: 409, code: 'webhook-without-secret' };
  for (const act of ['activation', 'test'])
    await admin.refused(t, { method: 'POST', path: hooks.path(webhookId, `/${act}`), headers: anyVersion }, refused);
  const body = { active: true };
  await admin.refused(t, { method: 'PATCH', path: hooks.path(webhookId), body, headers: anyVersion }, refused);
  t.equal(receiver.received.length, 0);
  const { secret } = await hooks.act(webhookId, 'secret-rotation', {});
  await hooks.act(webhookId, 'activation');
  await hooks.send();
  const [message] = receiver.received;
  t.ok(new Webhook(secret).verify(message?.raw ?? '', message?.headers ?? {}));
});

t.test('a webhook has versions: a change needs the one it is made to, and is noted', async (t) => {
  const receiver = await startReceiver(t);
  const { webhookId } = await hooks.make(t, receiver.url);
  const path = hooks.path(webhookId);
  await admin.refused(
    t,
    { method: 'PATCH', path, body: { description: 'A' } },
    { status: 428, code: 'version-required' },
  );
  await admin.refused(
    t,
    { method: 'PATCH', path, body: { description: 'A' }, headers: { 'if-match': '"9"' } },
    { status: 412, code: 'version-stale' },
  );
  const off = await made(admin.patch(path, { active: false }, { 'if-match': '"1"' }));
  t.match(off, { active: false, disabledReason: 'by-request', disabledAt: /^20/, version: 2 });
  const on = await hooks.act(webhookId, 'activation');
  t.match(on, { active: true, disabledReason: null, disabledAt: null, version: 3 });
  t.equal((await hooks.act(webhookId, 'activation')).version, 3, 'on already');
  const history = await made(admin.get(`/v1/changes?resource=webhook&resourceId=${webhookId}`));
  t.strictSame(
    history.items.map(({ action }: { action: string }) => action),
    ['webhook.created', 'webhook.changed', 'webhook.activated'],
  );
  const reader = await service.client({ permissions: ['read'] });
  const { items } = await made(reader.get(`/v1/changes?resource=webhook&resourceId=${webhookId}`));
  t.strictSame(items, [], 'only auditors read it');
});

t.test('whoever may not read cannot have it sent either', async (t) => {
  const keeper = await service.client({ permissions: ['keys:write'] });
  const { webhookId } = await hooks.make(t, 'http://127.0.0.1:9/');
  const body = { url: 'http://127.0.0.1:9/', areaCode: null };
  const refused = { status: 403, code: 'permission-not-yours' };
  await keeper.refused(t, { method: 'POST', path: '/v1/webhooks', body }, refused);
  const patch = { url: 'http://127.0.0.1:10/' };
  await keeper.refused(t, { method: 'PATCH', path: hooks.path(webhookId), body: patch, headers: anyVersion }, refused);
  for (const [what, sent] of [['activation'], ['replay', { from: 1 }]] as const) {
    const path = hooks.path(webhookId, `/${what}`);
    await keeper.refused(t, { method: 'POST', path, body: sent, headers: anyVersion }, refused);
  }
});

t.test('a test delivery is signed, says what the receiver answered, and stands in no log', async (t) => {
  const receiver = await startReceiver(t);
  const { secret, webhookId } = await hooks.make(t, receiver.url);
  receiver.answer = status(418);
  const tested = await hooks.act(webhookId, 'test');
  t.match(tested, { status: 418, error: null });
  const [message] = receiver.received;
  t.equal(message?.headers['webhook-id'], tested.eventId);
  t.match(new Webhook(secret).verify(message?.raw ?? '', message?.headers ?? {}), {
    type: 'webhook.test',
    data: { webhookId },
  });
  t.strictSame(await hooks.log(webhookId), []);
  const dead = await hooks.make(t, 'http://127.0.0.1:9/');
  t.match(await hooks.act(dead.webhookId, 'test'), { status: null, error: 'connection-failed' });
});

t.test('replay sends from a position on under the same ids, and a later one passes over', async (t) => {
  const receiver = await startReceiver(t);
  const { webhookId } = await hooks.make(t, receiver.url);
  for (let made = 0; made < 3; made += 1) await makeGroup(admin);
  await hooks.send();
  const ids = () => receiver.received.splice(0).map(({ headers }) => headers['webhook-id']);
  const first = ids();
  const [, second, third] = await hooks.log(webhookId);
  t.match(await hooks.act(webhookId, 'replay', { from: second.position }), { position: second.position - 1 });
  await hooks.send();
  t.strictSame(ids(), first.slice(1));

  receiver.answer = status(500);
  await hooks.act(webhookId, 'replay', { from: second.position });
  await hooks.send();
  t.match(await hooks.read(webhookId), { failingSince: /^20/ });
  receiver.answer = status(204);
  ids();
  await hooks.act(webhookId, 'replay', { from: third.position });
  t.match(await hooks.read(webhookId), { pending: 0, failingSince: null });
  await hooks.send();
  t.strictSame(ids(), first.slice(2));
  await admin.refused(
    t,
    { method: 'POST', path: hooks.path(webhookId, '/replay'), body: { from: 1_000_000 }, headers: anyVersion },
    { status: 422, code: 'rules-broken', pointers: ['/from'] },
  );
});

t.test('only public addresses are taken, by https and without a password', async (t) => {
  const strict = await startTestApp(t);
  const refuse = async (url: string) => {
    const call = { method: 'POST' as const, path: '/v1/webhooks', body: { url, areaCode: null } };
    const refused = { status: 422, code: 'rules-broken', pointers: ['/url'] };
    return (await strict.admin.refused(t, call, refused)).body.errors[0].code;
  };
  const hosts = [
    ...['127.0.0.1', '127.1', '2130706433', '0x7f.1', '0177.0.0.1', '0.0.0.0', '10.1.2.3', '172.16.0.1', '192.168.1.1'],
    ...['169.254.169.254', '100.64.0.1', '100.100.100.200', '192.0.0.192', '198.18.0.1', '224.0.0.1', '240.0.0.1'],
    ...['255.255.255.255', '168.63.129.16', '203.0.113.1', 'localhost', '[::1]', '[::]', '[::ffff:127.0.0.1]'],
    ...['[::ffff:8.8.8.8]', '[::127.0.0.1]', '[64:ff9b::7f00:1]', '[64:ff9b:1::a00:1]', '[2002:7f00:1::]', '[2001::1]'],
    ...['[fe80::1]', '[fc00::1]', '[fd00:ec2::254]', '[fec0::1]', '[ff02::1]', '[2001:db8::1]', '[100::1]'],
  ];
  for (const host of hosts) t.equal(await refuse(`https://${host}/hook`), 'url-not-public', host);
  t.equal(await refuse('http://1.1.1.1/'), 'url-not-https');
  t.equal(await refuse('https://user:password@1.1.1.1/'), 'url-with-credentials');
  for (const host of ['1.1.1.1', '[2606:4700:4700::1111]', '1.1.1.1:8443'])
    await made(strict.admin.post('/v1/webhooks', { url: `https://${host}/`, areaCode: null, active: false }));
});
