import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { makeApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { permissions } from '../../src/domain/access.js';
import { rowsOf } from '../../src/platform/db/database.js';
import { makeLog } from '../../src/platform/log.js';
import { makeFirstKey } from '../../src/resources/api-keys/api-keys.actions.js';
import { adminSecret, startTestApp } from '../support/app.js';
import { makeClient } from '../support/client.js';
import { changesDuring } from '../support/state.js';

const { database, admin, client, withSecret, contract } = await startTestApp(t);
const otherNode = await makeApp(readConfig({ NODE_ENV: 'test' }), database, makeLog('silent'), { strictAnswers: true });
t.teardown(() => otherNode.close());
const keys = '/v1/api-keys';
const wanted = { name: 'อำเภอบ้านไผ่', permissions: ['read', 'assessments:write'], areaCode: '4010', expiresAt: null };
const anyVersion = { 'if-match': '*' };

t.test('createApiKey: shows a secret of 256 random bits once, and keeps only its hash', async (t) => {
  const { status, body, headers } = await admin.post(keys, wanted);
  t.equal(status, 201);
  t.equal(headers.location, `${keys}/${body.apiKeyId}`);
  t.equal(headers['cache-control'], 'no-store');
  const { secret, createdAt, apiKeyId, ...rest } = body;
  const { prefix, madeBy, ...plain } = rest;
  const more = { teamId: null, personId: null, actsOnBehalf: false, previousSecretExpiresAt: null, lastUsedOn: null };
  t.strictSame(plain, { ...wanted, ...more, revokedAt: null, version: 1 });
  t.equal(prefix, secret.slice(0, 12), 'so that a key found in a file is known again');
  t.hasStrict(madeBy, { kind: 'api-key', name: 'First admin key' });
  t.match(secret, /^prot_[A-Za-z0-9_-]{43}$/);
  t.ok(Math.abs(Date.parse(createdAt) - Date.now()) < 60_000, 'made now');

  const another = await admin.post(keys, wanted);
  t.not(another.body.secret, secret);
  const [row] = await rowsOf<{ hash: string; whole: string }>(
    database.db,
    sql`select secret_hash as hash, k::text as whole from api_keys as k where api_key_id = ${apiKeyId}`,
  );
  t.equal(row?.hash, createHash('sha256').update(secret).digest('hex'));
  const everywhere = [await admin.get(`${keys}/${apiKeyId}`), await admin.get(`${keys}?limit=500`)];
  const changes = await rowsOf<{ row: string }>(database.db, sql`select c::text as row from changes as c`);
  for (const text of [row?.whole, ...everywhere.map(({ bytes }) => String(bytes)), ...changes.map(({ row }) => row)]) {
    t.notOk(text?.includes(secret) || text?.includes('"secret'), 'no other answer and no row has the secret');
  }
  t.strictSame(everywhere[0]?.body, { ...rest, createdAt, apiKeyId });
});

t.test('createApiKey: the new key works at once, for its permissions', async (t) => {
  const { body } = await admin.post(keys, { ...wanted, permissions: ['read', 'read'] });
  t.strictSame(body.permissions, ['read'], 'a permission given twice is one');
  const made = withSecret(body.secret);
  t.equal((await made.get('/v1/groups')).status, 200);
  const call = { method: 'GET', path: keys } as const;
  await made.refused(t, call, { status: 403, code: 'permission-missing' });
});

t.test('createApiKey: a key passes on only permissions it has', async (t) => {
  const small = await client({ permissions: ['keys:write', 'read'] });
  t.equal((await small.post(keys, { ...wanted, permissions: ['read', 'keys:write'] })).status, 201);
  const all = await client({ permissions: ['admin'] });
  t.equal((await all.post(keys, { ...wanted, permissions: ['rounds:publish'] })).status, 201, 'admin is every one');
  for (const permission of permissions.filter((one) => !['keys:write', 'read'].includes(one))) {
    const call = { method: 'POST', path: keys, body: { ...wanted, permissions: ['read', permission] } } as const;
    const { body } = await small.refused(t, call, { status: 403, code: 'permission-not-yours' });
    t.ok(body.detail.includes(permission), body.detail);
  }
});

t.test('createApiKey: a key passes on only what lies in its area', async (t) => {
  const district = await client({ areaCode: '4010' });
  for (const areaCode of ['4010', '401001']) {
    t.equal((await district.post(keys, { ...wanted, areaCode })).status, 201, areaCode);
  }
  for (const areaCode of ['40', '4002', '400201', null]) {
    const call = { method: 'POST', path: keys, body: { ...wanted, areaCode } } as const;
    await district.refused(t, call, { status: 403, code: 'area-outside-yours' });
  }
});

t.test('createApiKey: refuses what is no key, and names everything wrong with it', async (t) => {
  const refused = (body: object, pointers: string[]) =>
    admin.refused(t, { method: 'POST', path: keys, body }, { status: 400, code: 'invalid-input', pointers });
  await refused({}, ['/name', '/permissions', '/areaCode']);
  await refused({ ...wanted, name: ' ', permissions: [], areaCode: '401' }, ['/name', '/permissions', '/areaCode']);
  await refused({ ...wanted, permissions: ['read', 'write'] }, ['/permissions/1']);
  await refused({ ...wanted, expiresAt: 'tomorrow' }, ['/expiresAt']);
  const { body } = await refused({ ...wanted, expiresAT: null }, ['/expiresAT']);
  t.equal(body.errors[0].detail, '"expiresAT" is not known here. Did you mean "expiresAt"?');

  const broken = { status: 422, code: 'rules-broken', pointers: ['/areaCode', '/expiresAt'] };
  const past = { ...wanted, areaCode: '4026', expiresAt: '2020-01-01T00:00:00Z' };
  const answer = await admin.refused(t, { method: 'POST', path: keys, body: past }, broken);
  t.strictSame(
    answer.body.errors.map(({ code }: { code: string }) => code),
    ['area-unknown', 'expiry-in-past'],
  );
});

t.test('a key stops working when it expires, also while it is remembered', async (t) => {
  const expiresAt = new Date(Date.now() + 600);
  const { body } = await admin.post(keys, { ...wanted, expiresAt: expiresAt.toISOString().replace('Z', '+00:00') });
  t.equal(body.expiresAt, expiresAt.toISOString());
  const brief = withSecret(body.secret);
  t.equal((await brief.get('/v1/areas/40')).status, 200);
  await new Promise((resolve) => setTimeout(resolve, expiresAt.getTime() - Date.now() + 50));
  await brief.refused(t, { method: 'GET', path: '/v1/areas/40' }, { status: 401, code: 'unauthenticated' });
  t.equal((await admin.get(`${keys}/${body.apiKeyId}`)).status, 200, 'its record stays');
});

t.test('revokeApiKey: refuses the key within a second, keeps the record, and may be repeated', async (t) => {
  const { body } = await admin.post(keys, wanted);
  const path = `${keys}/${body.apiKeyId}`;
  const doomed = withSecret(body.secret);
  const atOtherNode = makeClient(otherNode, database, contract, body.secret);
  for (const client of [doomed, atOtherNode]) t.equal((await client.get('/v1/areas/40')).status, 200);
  await admin.refused(t, { method: 'DELETE', path }, { status: 428, code: 'version-required' });
  const stale = { status: 412, code: 'version-stale' };
  await admin.refused(t, { method: 'DELETE', path, headers: { 'if-match': '"2"' } }, stale);

  let revoked = await admin.get(path);
  const changes = await changesDuring(database, async () => {
    revoked = await admin.delete(path, { 'if-match': '"1"' });
    const again = await admin.delete(path, anyVersion);
    t.strictSame([again.status, again.body], [200, revoked.body]);
  });
  t.strictSame([revoked.status, revoked.body.version], [200, 2]);
  t.match(revoked.headers.etag, /^"2-/);
  t.not(revoked.body.revokedAt, null);
  const usedOn = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
  t.equal(revoked.body.lastUsedOn, usedOn, 'today in Bangkok');
  t.strictSame((await admin.get(path)).body, revoked.body);
  t.strictSame(
    changes.map(({ action, before, after }) => [action, before?.revokedAt, after?.revokedAt]),
    [['api-key.revoked', null, revoked.body.revokedAt]],
    'the second time changed nothing',
  );

  await new Promise((resolve) => setTimeout(resolve, 1_000));
  for (const client of [doomed, atOtherNode]) {
    await client.refused(t, { method: 'GET', path: '/v1/areas/40' }, { status: 401, code: 'unauthenticated' });
  }
});

t.test('createApiKey: leaves one row in changes, with who made it and without the secret', async (t) => {
  const maker = await client({ name: 'The maker', areaCode: '40' });
  let made = await admin.get('/');
  const changes = await changesDuring(database, async () => {
    made = await maker.post(keys, wanted);
  });
  const { secret, lastUsedOn, ...after } = made.body;
  t.strictSame(changes, [
    {
      action: 'api-key.created',
      resource: 'api-key',
      resourceId: after.apiKeyId,
      areaCode: '4010',
      reason: null,
      actorName: 'The maker',
      version: 1,
      before: null,
      after,
    },
  ]);
});

t.test('listApiKeys: gives the keys of the area, oldest first, on any number of pages', async (t) => {
  const district = await client({ areaCode: '4029' });
  const own = (await district.get(keys)).body.items;
  t.equal(own.length, 1, 'it sees itself');
  const made = [];
  for (const name of ['a', 'b', 'c', 'd']) {
    made.push((await district.post(keys, { ...wanted, name, areaCode: '402901' })).body.apiKeyId);
  }
  const pages = await district.pages(`${keys}?limit=2`);
  t.strictSame(
    pages.map((page) => page.map((key) => key.apiKeyId)),
    [[own[0].apiKeyId, made[0]], [made[1], made[2]], [made[3]]],
  );
  const counted = await district.get(`${keys}?limit=1`, { prefer: 'count=exact' });
  t.equal(counted.body.total, 5);
});

t.test('getApiKey: a key that is not there, and an id that is none', async (t) => {
  const unknown = { method: 'GET', path: `${keys}/01936d5e-6f70-7c3a-9c55-0242ac120002` } as const;
  await admin.refused(t, unknown, { status: 404, code: 'api-key-not-found' });
  const none = { method: 'GET', path: `${keys}/1` } as const;
  await admin.refused(t, none, { status: 400, code: 'invalid-input', pointers: ['/path/apiKeyId'] });
});

t.test('makeFirstKey: makes an admin key only where there is no key at all', async (t) => {
  t.equal(await makeFirstKey(database.db, undefined), null);
  t.equal(await makeFirstKey(database.db, `prot_${'x'.repeat(43)}`), null);
  const { body } = await admin.get(`${keys}?limit=1`);
  t.hasStrict(body.items[0], { name: 'First admin key', permissions, areaCode: null, expiresAt: null });

  await database.db.execute(sql`delete from api_keys`);
  const made = await makeFirstKey(database.db, undefined);
  t.match(made, /^prot_[A-Za-z0-9_-]{43}$/);
  t.not(made, adminSecret);
  t.equal((await withSecret(String(made)).get(keys)).body.items.length, 1);
  const [change] = await rowsOf<{ actor: string }>(
    database.db,
    sql`select actor_kind as actor from changes order by sequence desc limit 1`,
  );
  t.equal(change?.actor, 'service');
});
