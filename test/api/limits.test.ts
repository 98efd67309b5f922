/** How much a caller may ask, and an address before it is known who calls; what a refusal says, and whom it leaves alone. */
import t, { type Test } from 'tap';
import { LimitCounts } from '../../src/platform/http/limit-counts.js';
import { adminSecret, startTestApp } from '../support/app.js';
import { ndjson, upload } from '../support/bulk.js';
import type { Answer } from '../support/client.js';
import { chunk, openConnection, requestHead } from '../support/connection.js';
import { makeKey } from '../support/keys.js';
import { until } from '../support/wait.js';

/** What an answer says is left, by policy; `t` must be a whole number of seconds within the window. */
function leftOf(t: Test, { headers }: Pick<Answer, 'headers'>, windowSeconds: Record<string, number>) {
  const items = String(headers.ratelimit)
    .split(', ')
    .map((item) => {
      const [, name = '', r, seconds] = /^"([a-z-]+)";r=(\d+)(?:;t=(\d+))?$/.exec(item) ?? [];
      const most = windowSeconds[name];
      t.ok(most === undefined ? seconds === undefined : Number(seconds) >= 1 && Number(seconds) <= most, item);
      return [name, Number(r)];
    });
  return Object.fromEntries(items);
}

const windows = { 'interactive-burst': 10, interactive: 60, bulk: 60, address: 60, 'sign-in-failures': 60 };

t.test(
  'every answer says the policies and what is left of them; one request more is 429 and counts for nothing',
  async (t) => {
    const { admin, app, client } = await startTestApp(t, { RATE_LIMIT_BURST: '3', RATE_LIMIT_PER_MINUTE: '5' });
    const policy = '"interactive-burst";q=3;w=10, "interactive";q=5;w=60';
    const one = await admin.get('/v1/areas/41');
    t.equal(one.headers['ratelimit-policy'], policy);
    t.strictSame(leftOf(t, one, windows), { 'interactive-burst': 2, interactive: 4 });
    const head = await admin.send({ method: 'HEAD', path: '/v1/areas/41' });
    t.strictSame(leftOf(t, head, windows), { 'interactive-burst': 1, interactive: 3 }, 'a HEAD counts');
    const missing = await admin.get('/v1/areas/99');
    t.equal(missing.status, 404);
    t.strictSame(
      leftOf(t, missing, windows),
      { 'interactive-burst': 0, interactive: 2 },
      'and so does what is refused',
    );

    const body = { registrationNo: 'L-1', name: 'กลุ่ม', areaCode: '410101' };
    for (let again = 0; again < 3; again += 1) {
      const call = { method: 'POST', path: '/v1/groups', body } as const;
      const refused = await admin.refused(t, call, { status: 429, code: 'too-many-requests' });
      t.equal(refused.headers['ratelimit-policy'], policy);
      t.strictSame(
        leftOf(t, refused, windows),
        { 'interactive-burst': 0, interactive: 2 },
        'the minute is not used up by it',
      );
      t.strictSame(refused.body.violatedPolicies, ['interactive-burst']);
      t.equal(refused.headers['cache-control'], 'no-store');
      const [, seconds] = /"interactive-burst";r=0;t=(\d+)/.exec(String(refused.headers.ratelimit)) ?? [];
      t.equal(refused.headers['retry-after'], seconds);
    }
    const other = await app.inject({
      url: '/v1/areas/41',
      headers: { authorization: `Bearer prot_${'x'.repeat(43)}` },
    });
    t.equal(other.statusCode, 401, 'the limit of a caller is not that of its address');
    await t.rejects(client(), /too-many-requests/, 'no key is made with what is used up');
  },
);

t.test('two callers do not share, and both policies can be reached', async (t) => {
  const limits = { RATE_LIMIT_PER_MINUTE: '3' };
  const { admin, client, app } = await startTestApp(t, limits);
  const reader = await client({ permissions: ['read'] });
  for (const left of [2, 1, 0]) {
    t.equal(leftOf(t, await reader.get('/v1/areas/41'), windows).interactive, left);
  }
  const refused = await reader.get('/v1/areas/41', { 'accept-language': 'th' });
  t.strictSame([refused.status, refused.body.violatedPolicies], [429, ['interactive']]);
  t.match(refused.body.detail, /โปรดรอ \d+ วินาที/);
  t.equal((await admin.get('/v1/areas/41')).status, 200, 'the other goes on');
  const metrics = await admin.get('/metrics');
  t.match(metrics.body, /http_requests_limited_total\{policy="interactive"\} 1\n/);
  t.equal((await admin.get('/v1/areas/41')).status, 429);
  for (const path of ['/livez', '/readyz']) {
    const { status, headers } = await admin.get(path);
    t.strictSame([status, 'ratelimit' in headers], [200, false], `${path} is always answered`);
  }
  const preflight = { origin: 'https://a.example', 'access-control-request-method': 'PUT' };
  t.notOk('ratelimit' in (await app.inject({ method: 'OPTIONS', url: '/v1/groups', headers: preflight })).headers);
});

t.test(
  'before it is known who calls the address is limited: IPv6 by its network, and as trusted proxies tell it',
  async (t) => {
    const limits = { RATE_LIMIT_ADDRESS_PER_MINUTE: '2', TRUST_PROXY: '127.0.0.1' };
    const { app, admin } = await startTestApp(t, limits);
    const ask = async (remoteAddress: string, headers = {}, url = '/v1/groups') => {
      const { statusCode } = await app.inject({ url, remoteAddress, headers });
      return statusCode;
    };
    t.strictSame([await ask('10.0.0.1'), await ask('10.0.0.1'), await ask('10.0.0.1')], [401, 401, 429]);
    t.equal(await ask('10.0.0.2'), 401);
    t.equal(await ask('::ffff:10.0.0.1'), 429, 'the same address in another writing');
    t.strictSame(
      [await ask('2001:db8:1:2::1'), await ask('2001:db8:1:2:ffff::9'), await ask('2001:db8:1:2:3::1')],
      [401, 401, 429],
      'a network of 64 bits is one',
    );
    t.equal(await ask('2001:db8:1:3::1'), 401);
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const proxied = [];
    for (const address of ['10.9.0.1', '10.9.0.1', '10.9.0.1', '10.9.0.2'])
      proxied.push(await ask('127.0.0.1', from(address)));
    t.strictSame(proxied, [401, 401, 429, 401]);
    t.equal(await ask('10.0.0.3', from('10.0.0.1')), 401, 'nobody else is believed');
    t.strictSame(
      [
        await ask('10.0.0.4', {}, '/'),
        await ask('10.0.0.4', {}, '/problems'),
        await ask('10.0.0.4', {}, '/openapi.json'),
      ],
      [200, 200, 429],
    );
    t.equal(await ask('10.0.0.4', {}, '/livez'), 200);

    t.equal((await admin.get('/v1/areas/41')).status, 200);
    await Promise.all([ask('127.0.0.1'), ask('127.0.0.1')]);
    t.equal(await ask('127.0.0.1'), 429);
    t.equal((await admin.get('/v1/areas/41')).status, 200, 'whoever is known is let through behind the same address');
  },
);

t.test('after some keys that are not valid none is looked up that is not known', async (t) => {
  const { admin, stranger, withSecret } = await startTestApp(t, { RATE_LIMIT_SIGN_IN_FAILURES: '2' });
  const { secret } = await makeKey(admin, {});
  const known = withSecret((await makeKey(admin, {})).secret);
  t.equal((await known.get('/v1/areas/41')).status, 200);
  const guess = (letter: string) => withSecret(`prot_${letter.repeat(43)}`).get('/v1/areas/41');
  const first = await guess('a');
  t.equal(first.status, 401);
  t.equal(first.headers['ratelimit-policy'], '"sign-in-failures";q=2;w=60');
  t.strictSame(leftOf(t, first, windows), { 'sign-in-failures': 1 });
  t.equal((await stranger.get('/v1/areas/41')).status, 401, 'no key is no failure');
  t.equal((await guess('b')).status, 401);
  const refused = await guess('c');
  t.strictSame([refused.status, refused.body.code], [429, 'too-many-failed-sign-ins']);
  t.strictSame(refused.body.violatedPolicies, ['sign-in-failures']);
  t.ok(Number(refused.headers['retry-after']) >= 1);
  t.equal(
    (await withSecret(secret).get('/v1/areas/41')).status,
    429,
    'a valid one that was never used is not looked up',
  );
  t.equal((await known.get('/v1/areas/41')).status, 200, 'one that was used is');
  t.equal((await stranger.get('/problems')).status, 200, 'and what needs no key');
});

t.test('files and whole lists are counted apart from other requests', async (t) => {
  const { client } = await startTestApp(t, { RATE_LIMIT_BULK_PER_MINUTE: '4' });
  const caller = await client();
  const rows = '/v1/groups/rows';
  const policy = '"bulk-at-once";q=1000;qu="concurrent-requests", "bulk";q=4;w=60';
  const list = await caller.get('/v1/groups', { accept: 'text/csv' });
  t.equal(list.headers['ratelimit-policy'], policy);
  t.strictSame(leftOf(t, list, windows), { 'bulk-at-once': 999, bulk: 3 });
  const file = ndjson([{ registrationNo: 'L-1', name: 'กลุ่ม', areaCode: '410101' }]);
  t.equal((await upload(caller, '/v1/groups', file)).status, 200);
  t.equal((await upload(caller, rows, file)).status, 200);
  t.strictSame(leftOf(t, await caller.get(rows), windows), { 'bulk-at-once': 999, bulk: 0 });
  const refused = await caller.get(rows);
  t.strictSame([refused.status, refused.body.violatedPolicies], [429, ['bulk']]);
  const call = {
    method: 'POST',
    path: rows,
    payload: file,
    headers: { 'content-type': 'application/x-ndjson' },
  } as const;
  await caller.refused(t, call, { status: 429, code: 'too-many-requests' });
  const page = await caller.get('/v1/groups');
  t.equal(page.headers['ratelimit-policy'], '"interactive-burst";q=1000000;w=10, "interactive";q=1000000;w=60');
});

t.test(
  'so many files and whole lists of one caller are under way at once; a place is free when one has ended',
  async (t) => {
    const { admin, app, sendRaw } = await startTestApp(t, { RATE_LIMIT_BULK_AT_ONCE: '1' });
    await sendRaw('GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    const { secret } = await makeKey(admin, {});
    const ask = async (url: string) => {
      const answer = await app.inject({ url, headers: { authorization: `Bearer ${secret}` } });
      return answer.statusCode;
    };
    const rows = '/v1/groups/rows';
    const listening = app.server.address();
    const port = typeof listening === 'object' ? listening?.port : null;
    const send = async () => {
      const connection = await openConnection(t, `http://127.0.0.1:${port}`);
      await connection.send(requestHead('POST', rows, { secret, type: 'application/x-ndjson', length: null }));
      await connection.send(chunk(ndjson([{ registrationNo: 'L-1', name: 'กลุ่ม', areaCode: '410101' }])));
      return connection;
    };
    /** Of two that come together one has the place and the other is refused. */
    const takePlace = async () => {
      const both = await Promise.all([send(), send()]);
      const refused = await until('one is refused', () => both.find((one) => /^HTTP\/1.1 429 /.test(one.received())));
      const [taken = refused] = both.filter((one) => one !== refused);
      return { taken, refused: refused.received() };
    };
    const { taken, refused } = await takePlace();
    t.match(refused, /\r\nratelimit-policy: "bulk-at-once";q=1;qu="concurrent-requests"\r\n/);
    t.match(refused, /\r\nratelimit: "bulk-at-once";r=0\r\n/);
    t.match(refused, /\r\nretry-after: 5\r\n/);
    t.match(refused, /"code":"too-many-at-once".*"violatedPolicies":\["bulk-at-once"\]/);
    t.equal(await ask(rows), 429, 'a whole list counts as a file');
    t.equal(await ask('/v1/groups'), 200, 'and pages do not');
    t.equal((await admin.get(rows)).status, 200, 'another caller has its own place');
    await taken.send('0\r\n\r\n');
    await until('the file is taken', () => taken.received().includes('"created":1'));
    await until('its place is free', async () => (await ask(rows)) === 200);

    const broken = (await takePlace()).taken;
    t.equal(await ask(rows), 429);
    broken.hangUp();
    await until('the place of one that broke off is free', async () => (await ask(rows)) === 200);
  },
);

t.test('a limit of 0 is none, and pages of other origins can read the fields', async (t) => {
  const origin = 'https://a.example';
  const { app } = await startTestApp(t, {
    RATE_LIMIT_PER_MINUTE: '0',
    RATE_LIMIT_BURST: '0',
    RATE_LIMIT_BULK_AT_ONCE: '0',
    RATE_LIMIT_BULK_PER_MINUTE: '0',
    RATE_LIMIT_ADDRESS_PER_MINUTE: '0',
    RATE_LIMIT_SIGN_IN_FAILURES: '0',
    CORS_ORIGINS: origin,
  });
  const headers = { origin, authorization: `Bearer ${adminSecret}` };
  for (const url of ['/v1/groups', '/v1/groups/rows', '/problems']) {
    const { statusCode, headers: given } = await app.inject({ url, headers });
    t.strictSame([statusCode, 'ratelimit' in given, 'ratelimit-policy' in given], [200, false, false], url);
    t.match(given['access-control-expose-headers'], /RateLimit-Policy, RateLimit\b/);
  }
});

t.test('a count begins with the first request, ends with its window, and is not changed by a look', async (t) => {
  const counts = new LimitCounts(null);
  const count = (key: string, change: 'incr' | 'read') =>
    new Promise<number>((resolve, reject) =>
      counts[change](
        key,
        (error, result) => (result ? resolve(result.current) : reject(error)),
        key === 'short' ? 20 : 60_000,
        2,
      ),
    );
  t.strictSame(
    [await count('a', 'read'), await count('a', 'incr'), await count('a', 'incr'), await count('a', 'read')],
    [0, 1, 2, 2],
  );
  t.equal(await count('b', 'incr'), 1);
  await count('short', 'incr');
  await until('the window is over', async () => (await count('short', 'read')) === 0);
  t.equal(await count('a', 'incr'), 3);
});
