/** Signing in with a real OpenID provider, through HTTP. */
import { createHash } from 'node:crypto';
import t, { type Test } from 'tap';
import { makeApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import type { Database } from '../../src/platform/db/database.js';
import { makeLog } from '../../src/platform/log.js';
import { startTestApp } from '../support/app.js';
import { openEvents } from '../support/events.js';
import { audience, clientOfPeople, startIdentityProvider } from '../support/identity-provider.js';
import { makeKey } from '../support/keys.js';
import { until } from '../support/wait.js';
import { made, makeGroup, makeTeam } from '../support/world.js';

const people: Record<string, Record<string, unknown>> = {
  malee: { name: 'มาลี ใจดี', roles: ['prot-province'], area: 'area-40' },
  somchai: { name: 'สมชาย ใจดี', roles: ['prot-district', 'other'], area: 'area-4010' },
  nobody: { name: 'ไม่มีพื้นที่', roles: ['prot-district'] },
  'office-app': { roles: ['prot-integration'], area: 'all', trusted: ['acts-for-officers'] },
};

const provider = await startIdentityProvider(t, (subject) => people[subject] ?? { area: 'area-40' });

/** What the service is told of the provider; keys may be asked for every second, so that no test waits long. */
function providersFile(t: Test, keys: object = { cooldownSeconds: 1 }): { IDENTITY_PROVIDERS: string } {
  const settings = {
    issuer: provider.issuer,
    allowHttp: true,
    audience,
    clockToleranceSeconds: 0,
    roles: [
      {
        claim: 'roles',
        values: {
          'prot-province': 'province',
          'prot-district': 'district',
          'prot-integration': ['read', 'groups:write'],
        },
      },
    ],
    area: [{ claim: 'area', prefix: 'area-', values: { all: 'whole-country' } }],
    actsOnBehalf: [{ claim: 'trusted', values: 'acts-for-officers' }],
    keys,
    logout: { audience: clientOfPeople },
  };
  const directory = t.testdir({ 'providers.json': JSON.stringify([settings]) });
  return { IDENTITY_PROVIDERS: `${directory}/providers.json` };
}

const startWithProvider = (t: Test, keys?: object) => startTestApp(t, providersFile(t, keys));

/** UUID v5 by its definition (RFC 9562, 5.5), and not by the library that the service uses. */
function uuidOf(name: string, namespace: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const { withSecret, admin } = await startWithProvider(t);
const namespaceOfUrls = '6ba7b811-9dad-11d1-80b4-00c04fd430c8';
const unauthenticated = { status: 401, code: 'unauthenticated' };
const readMe = { method: 'GET', path: '/v1/me' } as const;

t.test('somebody who signs in works by the roles and the area of the token, and the history names them', async (t) => {
  const token = (await provider.signIn('somchai')).access_token;
  const somchai = withSecret(token);
  const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  const me = await made(somchai.get('/v1/me'));
  const id = uuidOf('somchai', uuidOf(provider.issuer, namespaceOfUrls));
  t.hasStrict(me, {
    kind: 'person',
    id,
    personId: id,
    name: 'สมชาย ใจดี',
    actsOnBehalf: false,
    area: { areaCode: '4010', name: { th: 'บ้านไผ่', en: 'Ban Phai' } },
    team: null,
    expiresAt: new Date(exp * 1_000).toISOString(),
  });
  t.ok(me.permissions.includes('assessments:review'));
  t.notOk(me.permissions.includes('keys:write'));

  const group = await makeGroup(somchai, '401001');
  const outside = { registrationNo: 'X-1', name: 'กลุ่มข้างเคียง', areaCode: '400201' };
  await somchai.refused(
    t,
    { method: 'POST', path: '/v1/groups', body: outside },
    { status: 403, code: 'area-outside-yours' },
  );
  await somchai.refused(t, { method: 'GET', path: '/v1/api-keys' }, { status: 403, code: 'permission-missing' });
  const { items } = await made(admin.get(`/v1/changes?resource=group&resourceId=${group.groupId}`));
  t.strictSame(items[0].actor, { kind: 'person', id, name: 'สมชาย ใจดี', personId: id });
});

t.test('a system that signs in is a client, and may be trusted to name its officers', async (t) => {
  const me = await made(withSecret(await provider.clientToken()).get('/v1/me'));
  t.hasStrict(me, { kind: 'client', name: 'office-app', personId: null, area: null, actsOnBehalf: true });
  t.strictSame(me.permissions, ['read', 'groups:write'], 'a list of permissions is as good as a role');
});

t.test('who has no area in the token has no area, and an ID token opens nothing', async (t) => {
  const { access_token } = await provider.signIn('nobody');
  await withSecret(access_token).refused(t, readMe, { status: 403, code: 'access-not-mapped' });
  const { id_token } = await provider.signIn('somchai');
  const { headers } = await withSecret(id_token).refused(t, readMe, unauthenticated);
  t.match(headers['www-authenticate'], /^Bearer realm="prot", error="invalid_token", error_description="The type /);
});

t.test('a key that somebody makes for themselves is of the person, and no other is without admin', async (t) => {
  const malee = withSecret((await provider.signIn('malee')).access_token);
  const { id } = await made(malee.get('/v1/me'));
  const { secret } = await makeKey(malee, { permissions: ['read'], areaCode: '40' });
  t.equal((await made(withSecret(secret).get('/v1/me'))).personId, id);
});

t.test('a new token of the same person gets the answer that is kept for an Idempotency-Key', async (t) => {
  const body = { registrationNo: 'I-1', name: 'กลุ่มออมทรัพย์', areaCode: '401001' };
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const [one, other] = [await provider.signIn('somchai'), await provider.signIn('somchai')];
  t.not(one.access_token, other.access_token);
  const first = await withSecret(one.access_token).post('/v1/groups', body, headers);
  const again = await withSecret(other.access_token).post('/v1/groups', body, headers);
  t.strictSame([again.status, again.headers['idempotent-replayed']], [201, 'true']);
  t.ok(first.bytes.equals(again.bytes));
});

t.test('new keys of the provider are found, old ones forgotten, and unknown ones cost few requests', async (t) => {
  const { withSecret } = await startWithProvider(t, { cooldownSeconds: 1, maxAgeSeconds: 1 });
  const old = (await provider.signIn('somchai')).access_token;
  t.equal((await withSecret(old).get('/v1/me')).status, 200);
  await provider.stop();
  await provider.start('new');
  const fresh = (await provider.signIn('somchai')).access_token;
  await until('the new key is known', async () => (await withSecret(fresh).get('/v1/me')).status === 200);
  const { headers } = await withSecret(old).refused(t, readMe, unauthenticated);
  t.match(headers['www-authenticate'], /error_description="The issuer has no key/);

  const patient = await startWithProvider(t, { cooldownSeconds: 300 });
  t.equal((await patient.withSecret(fresh).get('/v1/me')).status, 200);
  const before = provider.keyRequests();
  const [head = '', ...rest] = fresh.split('.');
  for (let count = 0; count < 50; count += 1) {
    const header = { ...JSON.parse(Buffer.from(head, 'base64url').toString()), kid: crypto.randomUUID() };
    const forged = [Buffer.from(JSON.stringify(header)).toString('base64url'), ...rest].join('.');
    t.equal((await patient.withSecret(forged).get('/v1/me')).status, 401);
  }
  t.equal(provider.keyRequests(), before, 'the keys were fetched a moment ago');
});

t.test('while the provider is away its keys go on, and without any the service says so', async (t) => {
  const { withSecret } = await startWithProvider(t, { cooldownSeconds: 1, maxAgeSeconds: 1 });
  const [known, unseen] = [await provider.signIn('somchai'), await provider.signIn('malee')];
  t.equal((await withSecret(known.access_token).get('/v1/me')).status, 200);
  const late = await startWithProvider(t);
  await provider.stop();
  try {
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    t.equal((await withSecret(unseen.access_token).get('/v1/me')).status, 200, 'a token of which the key is kept');
    const away = { status: 503, code: 'identity-provider-away' };
    const { headers } = await late.withSecret(unseen.access_token).refused(t, readMe, away);
    t.equal(headers['retry-after'], '10');
    t.equal((await late.admin.get('/v1/me')).status, 200, 'keys need no provider');
  } finally {
    await provider.start();
  }
  const comesBack = async () => (await late.withSecret(unseen.access_token).get('/v1/me')).status === 200;
  await until('the provider is asked again', comesBack);
});

t.test('a stream ends when the token of its reader does', async (t) => {
  const { app, withSecret, admin } = await startWithProvider(t);
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/v1/changes/stream`;
  provider.ttlSeconds = 2;
  const token = (await provider.signIn('malee')).access_token;
  provider.ttlSeconds = 300;
  const lasting = await openEvents(t, url, (await provider.signIn('malee')).access_token);
  const brief = await openEvents(t, url, token);
  await makeTeam(admin);
  await brief.come(1);
  await until('the stream has ended', () => brief.ended() === 'in order');
  t.equal(lasting.ended(), null);
  const { headers } = await withSecret(token).refused(t, readMe, unauthenticated);
  t.match(headers['www-authenticate'], /error_description="The token has expired."/);
});

t.test('sign-ins that an office ends are refused within a second on every node, and a new one works', async (t) => {
  const { app, database, admin, withSecret } = await startWithProvider(t);
  const second = await secondNode(t, database);
  const [malee, somchai] = [await provider.signIn('malee'), await provider.signIn('somchai')];
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/v1/changes/stream`;
  const following = await openEvents(t, url, somchai.access_token);
  const statusOn = async (node: typeof second, token: string) =>
    (await node.inject({ url: '/v1/me', headers: { authorization: `Bearer ${token}` } })).statusCode;
  const { id: personId } = await made(withSecret(somchai.access_token).get('/v1/me'));
  for (const token of [malee.access_token, somchai.access_token]) t.equal(await statusOn(second, token), 200);

  // Tokens say to the second when they were issued.
  await new Promise((resolve) => setTimeout(resolve, 1_000 - (Date.now() % 1_000)));
  const wanted = { personId, areaCode: '40', reason: 'แท็บเล็ตของเจ้าหน้าที่สูญหาย' };
  const signOut = await made(withSecret(malee.access_token).post('/v1/sign-outs', wanted));
  t.hasStrict(signOut, wanted);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  for (const node of [app, second]) {
    t.equal(await statusOn(node, somchai.access_token), 401);
    t.equal(await statusOn(node, malee.access_token), 200, 'nobody else is signed out');
  }
  const { headers } = await withSecret(somchai.access_token).refused(t, readMe, unauthenticated);
  t.match(headers['www-authenticate'], /error_description="The sign-in was ended; sign in again."/);
  await until('the stream has ended', () => following.ended() === 'in order');
  const again = (await provider.signIn('somchai')).access_token;
  t.equal(await statusOn(second, again), 200);

  const { items } = await made(admin.get('/v1/changes?resource=sign-out&order=oldest'));
  t.hasStrict(items[0], {
    action: 'sign-out.created',
    reason: wanted.reason,
    actor: { name: 'มาลี ใจดี' },
    record: signOut,
  });
});

t.test('who signs out at the provider is signed out here within a second, and signs in again', async (t) => {
  const service = await startWithProvider(t);
  const address = await service.app.listen({ host: '127.0.0.1', port: 0 });
  provider.logoutUri = `${address}/v1/backchannel-logout`;
  await provider.stop();
  await provider.start();
  const [somchai, malee] = [await provider.signIn('somchai'), await provider.signIn('malee')];
  const statusOf = async (token: string) => (await service.withSecret(token).get('/v1/me')).status;
  for (const { access_token } of [somchai, malee]) t.equal(await statusOf(access_token), 200);
  await new Promise((resolve) => setTimeout(resolve, 1_000 - (Date.now() % 1_000)));
  await provider.signOut(somchai);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await service.withSecret(somchai.access_token).refused(t, readMe, unauthenticated);
  t.equal(await statusOf(malee.access_token), 200);
  t.equal(await statusOf((await provider.signIn('somchai')).access_token), 200);
});

/** Another node on the same database. */
async function secondNode(t: Test, database: Database) {
  const config = readConfig({ NODE_ENV: 'test', LOG_LEVEL: 'silent', ...providersFile(t) });
  const node = await makeApp(config, database, makeLog(config.LOG_LEVEL));
  t.teardown(() => node.close());
  await node.ready();
  return node;
}
