import t, { type Test } from 'tap';
import { type Permission, permissions } from '../../src/domain/access.js';
import type { Operation } from '../../src/platform/http/operation.js';
import { adminSecret, startTestApp } from '../support/app.js';
import type { Client } from '../support/client.js';
import { makeKey } from '../support/keys.js';
import { sampleCall } from '../support/operations.js';
import type { AreaCase } from './area-cases.js';
import { areaTable } from './area-table.js';
import { type AreaWorld, home, makeAreaWorld, neighbour } from './area-world.js';

const service = await startTestApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true' });
const { app, admin, stranger, contract, withSecret } = service;
const { operations } = app;
const guarded = operations.filter((operation) => operation.permission !== 'public');
const unauthenticated = { status: 401, code: 'unauthenticated' };

t.test(
  'every operation but open data and those about the service itself and the caller needs a permission',
  async (t) => {
    t.strictSame(
      operations.filter(({ permission }) => permission === 'public').map(({ operationId }) => operationId),
      [
        'getService',
        'getContract',
        'getLiveness',
        'getReadiness',
        'listProblems',
        'explainProblem',
        'endSessions',
        'listPublishedRounds',
        'getPublishedStatistics',
        'listPublishedAreas',
        'listPublishedResults',
        'exportPublishedResults',
      ],
    );
    // What is open to everybody lies apart, so that no operation answers now a stranger and now a key.
    t.strictSame(
      operations.filter(({ path }) => path.startsWith('/v1/open-data/')),
      operations.filter(({ permission, path, form }) => permission === 'public' && path.startsWith('/v1/') && !form),
    );
    t.strictSame(
      operations.filter(({ permission }) => permission === 'signed-in').map(({ operationId }) => operationId),
      ['getMe', 'listRoles'],
      'these ask only that the caller is known',
    );
    const permitted = guarded.filter(({ permission }) => permission !== 'signed-in');
    t.ok(permitted.every(({ permission }) => permissions.includes(permission as Permission)));
  },
);

t.test('every operation that needs a permission answers 401 without a key, before it reads anything', async (t) => {
  for (const operation of guarded) {
    const answer = await stranger.refused(t, sampleCall(contract, operation), unauthenticated);
    t.equal(answer.headers['www-authenticate'], 'Bearer realm="prot"', operation.operationId);
    const badly = { ...sampleCall(contract, operation), path: `${sampleCall(contract, operation).path}?unknown=1` };
    await stranger.refused(t, badly, unauthenticated);
  }
});

t.test(
  'every operation that needs a permission answers 401 to a key that is unknown, expired or revoked',
  async (t) => {
    const expired = await makeKey(admin, { expiresAt: new Date(Date.now() + 300).toISOString() });
    const revoked = await makeKey(admin, {});
    await admin.delete(`/v1/api-keys/${revoked.apiKeyId}`, { 'if-match': '*' });
    await new Promise((resolve) => setTimeout(resolve, 350));
    const secrets = { unknown: `prot_${'x'.repeat(43)}`, expired: expired.secret, revoked: revoked.secret };
    for (const [what, secret] of Object.entries(secrets)) {
      for (const operation of guarded) {
        const answer = await withSecret(secret).refused(t, sampleCall(contract, operation), unauthenticated);
        t.ok(answer.headers['www-authenticate'], `${what}: ${operation.operationId}`);
      }
    }
  },
);

t.test('a secret counts only as a bearer token', async (t) => {
  const call = { method: 'GET', path: '/v1/areas/40' } as const;
  const basic = Buffer.from(`prot:${adminSecret}`).toString('base64');
  for (const authorization of ['', adminSecret, `Basic ${basic}`, `Token ${adminSecret}`, `Bearer ${adminSecret} x`]) {
    await stranger.refused(t, { ...call, headers: { authorization } }, unauthenticated);
  }
  await stranger.refused(t, { ...call, path: `${call.path}?access_token=${adminSecret}` }, unauthenticated);
  const headers = { authorization: `bearer ${adminSecret}` };
  t.equal((await stranger.get(call.path, headers)).status, 200, 'the name of the scheme has no case (RFC 9110)');
});

t.test('every operation answers 403 to a key that has every permission but the needed one', async (t) => {
  const clients = new Map<string, Client>();
  for (const permission of permissions) {
    const others = permissions.filter((other) => other !== permission && other !== 'admin');
    clients.set(permission, await service.client({ permissions: others }));
  }
  for (const operation of guarded.filter(({ permission }) => permission !== 'signed-in')) {
    const client = clients.get(operation.permission);
    if (client === undefined) throw new Error(`${operation.operationId} needs an unknown permission.`);
    const expected = { status: 403, code: 'permission-missing' };
    const { body } = await client.refused(t, sampleCall(contract, operation), expected);
    t.equal(body.permission, operation.permission, operation.operationId);
  }
});

t.test('every operation stands in the area table, and the table has no other', async (t) => {
  t.strictSame(
    Object.keys(areaTable).sort(),
    operations.map(({ operationId }) => operationId).sort(),
    'add the operation to test/contract/area-table.ts: what does a key of another district get?',
  );
});

t.test('a key of another district reaches nothing, whatever it asks', async (t) => {
  const world = await makeAreaWorld({ admin, reviewer: await service.client() });
  const ours = await service.client({ areaCode: home });
  const theirs = await service.client({ areaCode: neighbour });
  // Reads first, then writes as they stand: a deleted record would refuse everybody.
  const inOrder = [...operations].sort((a, b) => rank(a) - rank(b));
  for (const operation of inOrder) {
    const row = areaTable[operation.operationId] ?? [];
    for (const areaCase of 'notAreaBound' in row ? [] : row) {
      const what = `${operation.operationId}: ${areaCase.what}`;
      await t.test(what, (t) => tryCase(t, operation, areaCase, { world, ours, theirs }));
      if (operation.answer.streams === undefined) continue;
      for (const accept of ['application/x-ndjson', 'text/csv']) {
        const whole = { ...areaCase, call: (world: AreaWorld) => asStream(areaCase.call(world), accept) };
        await t.test(`${what}, as ${accept}`, (t) => tryCase(t, operation, whole, { world, ours, theirs }));
      }
    }
  }
});

/** The same list whole: it takes no limit. */
function asStream(call: ReturnType<AreaCase['call']>, accept: string): ReturnType<AreaCase['call']> {
  return { ...call, path: call.path.replace(/[?&]limit=\d+$/, ''), headers: { ...call.headers, accept } };
}

function rank({ method }: Operation): number {
  return ['GET', 'PUT', 'PATCH', 'POST', 'DELETE'].indexOf(method);
}

async function tryCase(
  t: Test,
  { method }: Operation,
  { call, neighbour, home }: AreaCase,
  { world, ours, theirs }: { world: AreaWorld; ours: Client; theirs: Client },
): Promise<void> {
  const request = { method, ...call(world) };
  if ('status' in neighbour) await theirs.refused(t, request, neighbour);
  // In JSON with its quotes, so that a code is not found in a longer one; CSV has none.
  const isCsv = request.headers?.accept === 'text/csv';
  const written = (value: string) => (isCsv ? value : JSON.stringify(value));
  const hidden = 'hides' in neighbour ? neighbour.hides.map((name) => written(world[name])) : [];
  if ('hides' in neighbour) {
    const { status, bytes } = await theirs.send(request);
    t.equal(status, 200, 'the neighbour gets an answer');
    for (const value of hidden) t.notOk(bytes.includes(value), `and ${value} is not in it`);
  }
  const { status, bytes, body } = await ours.send(request);
  t.equal(status < 300, home === 'succeeds', `the district's own key: ${status} ${JSON.stringify(body).slice(0, 200)}`);
  for (const value of hidden) t.ok(bytes.includes(value), `it sees ${value}`);
}

t.test('every answer carries the security headers, a refusal and a broken address too', async (t) => {
  for (const path of ['/', '/v1/areas/40', '/nowhere', '/v1/areas/%zz', '/problems/unauthenticated']) {
    const { headers } = await admin.get(path);
    t.hasStrict(
      headers,
      {
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'",
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
      },
      path,
    );
    t.match(headers['cache-control'], /^(private, no-cache|no-store)$/, path);
    t.notOk('x-powered-by' in headers, path);
  }
});

t.test('no page of another origin may call the API unless it is configured', async (t) => {
  const preflight = (origin: string) => ({
    method: 'OPTIONS' as const,
    path: '/v1/areas',
    headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
  });
  const allowed = 'access-control-allow-origin';
  const origin = 'https://office.example';
  t.notOk(allowed in (await stranger.send(preflight(origin))).headers);
  t.notOk(allowed in (await admin.get('/v1/areas', { origin })).headers);

  const open = await startTestApp(t, { CORS_ORIGINS: `${origin}, https://other.example` });
  const { status, headers } = await open.stranger.send(preflight(origin));
  t.strictSame([status, headers[allowed]], [204, origin]);
  const read = await open.admin.get('/v1/areas', { origin });
  t.equal(read.headers[allowed], origin);
  t.ok(String(read.headers['access-control-expose-headers']).includes('ETag'));
  t.notOk(allowed in (await open.admin.get('/v1/areas', { origin: 'https://evil.example' })).headers);
});
