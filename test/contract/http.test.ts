/** What HTTP itself promises, at every path: methods, hosts, challenges, lengths, and the paths that answers name. */
import { METHODS } from 'node:http';
import t from 'tap';
import { adminSecret, startTestApp } from '../support/app.js';
import type { Answer } from '../support/client.js';
import { reads, sampleCall } from '../support/operations.js';
import { makeGroup } from '../support/world.js';

const origin = 'https://a.example';
const { app, admin, stranger, client, contract, sendRaw } = await startTestApp(t, {
  CORS_ORIGINS: `https://b.example,${origin}`,
  TRUST_PROXY: '127.0.0.1',
});
const { operations } = app;
const authorization = `Bearer ${adminSecret}`;
const paths = [...new Set(operations.map((operation) => sampleCall(contract, operation).path))];

t.test(
  'every path answers every method that it does not take, known or odd, with 405 and a problem document',
  async (t) => {
    for (const path of paths) {
      const taken = operations.filter(({ method }) => contract.operationOf(method, path) !== null);
      const methods = new Set<string>(taken.flatMap(({ method }) => contract.operationOf(method, path)?.method ?? []));
      if (methods.has('GET')) methods.add('HEAD');
      for (const method of METHODS.filter((method) => !methods.has(method) && method !== 'CONNECT')) {
        for (const headers of [{}, { 'content-type': ' ', 'content-encoding': 'foo' }]) {
          const response = await app.inject({ method: method as 'GET', url: path, headers: { origin, ...headers } });
          const { statusCode, headers: given } = response;
          // What refuses HEAD has no body.
          const code = method === 'HEAD' ? 'method-not-allowed' : response.json().code;
          const seen = [statusCode, code, String(given.allow).split(', ').sort()];
          const expected = [405, 'method-not-allowed', [...methods].sort()];
          if (JSON.stringify(seen) !== JSON.stringify(expected)) t.strictSame(seen, expected, `${method} ${path}`);
          if (given['access-control-allow-origin'] !== origin) t.fail(`${method} ${path} cannot be read by a page`);
        }
      }
    }
    const nowhere = await app.inject({ method: 'QUERY' as 'GET', url: '/nowhere' });
    t.equal(nowhere.statusCode, 404);
  },
);

t.test('a preflight is answered, and any other OPTIONS is a method that is not taken', async (t) => {
  for (const url of ['/v1/groups', '/livez', '/nowhere']) {
    const preflight = { origin, 'access-control-request-method': 'PUT' };
    const { statusCode, headers } = await app.inject({ method: 'OPTIONS', url, headers: preflight });
    t.strictSame([statusCode, headers['access-control-allow-origin']], [204, origin], url);
  }
  for (const headers of [{}, { origin }, { 'access-control-request-method': 'PUT' }]) {
    const response = await app.inject({ method: 'OPTIONS', url: '/livez', headers });
    t.strictSame([response.statusCode, response.json().code], [405, 'method-not-allowed']);
  }
  const { body } = await stranger.send({ method: 'OPTIONS', path: '/nowhere' });
  t.equal(body.code, 'path-not-found');
});

t.test('what Node would answer by itself is a problem document with the headers of every other', async (t) => {
  const get = (...lines: string[]) => `${['GET /livez HTTP/1.1', ...lines].join('\r\n')}\r\norigin: ${origin}\r\n\r\n`;
  const close = 'connection: close';
  const requests: [string, string, number, string][] = [
    ['no Host', get(close), 400, 'malformed-request'],
    ['two Hosts', get('host: a', 'Host: b', close), 400, 'malformed-request'],
    ['two Hosts that are the same', get('host: a', 'host: a', close), 400, 'malformed-request'],
    [
      'two keys',
      get('host: a', `authorization: ${authorization}`, 'authorization: Bearer x', close),
      400,
      'malformed-request',
    ],
    [
      'two types',
      get('host: a', 'content-type: text/csv', 'content-type: application/json', close),
      400,
      'malformed-request',
    ],
    ['a Host that is a path', get('host: a/b', close), 400, 'malformed-request'],
    ['a Host of two words', get('host: a b', close), 400, 'malformed-request'],
    ['a Host with a user', get('host: u@a', close), 400, 'malformed-request'],
    ['an unknown expectation', get('host: a', 'expect: 200-ok', close), 417, 'expectation-failed'],
    ['two expectations', get('host: a', 'expect: 100-continue, x', close), 417, 'expectation-failed'],
    ['an unknown method', get('host: a').replace('GET', 'FETCH'), 501, 'method-unknown'],
    [
      'CONNECT',
      `CONNECT example.org:443 HTTP/1.1\r\nhost: example.org\r\norigin: ${origin}\r\n\r\n`,
      501,
      'method-unknown',
    ],
    ['a broken header', get('host: a', 'no header'), 400, 'malformed-request'],
    ['a broken version', get('host: a').replace('1.1', '9.9'), 400, 'malformed-request'],
    ['both lengths', get('host: a', 'content-length: 1', 'transfer-encoding: chunked'), 400, 'malformed-request'],
    ['large headers', get('host: a', `x: ${'x'.repeat(20_000)}`), 431, 'headers-too-large'],
    ['a broken address', get('host: a', close).replace('/livez', '/%zz'), 400, 'malformed-request'],
    ['a broken query', get('host: a', close).replace('/livez', '/livez?%zz'), 400, 'malformed-request'],
  ];
  for (const [what, bytes, status, code] of requests) {
    const [head = '', body = ''] = (await sendRaw(bytes)).split('\r\n\r\n');
    const headers = Object.fromEntries(
      head
        .split('\r\n')
        .slice(1)
        .map((line) => [line.split(': ')[0]?.toLowerCase(), line.replace(/^[^:]*: /, '')]),
    );
    t.match(head, new RegExp(`^HTTP/1.1 ${status} `), what);
    const problem = JSON.parse(body);
    t.match(
      { ...problem, misfit: contract.misfit('/components/schemas/Problem', problem) },
      { code, status, misfit: null },
      what,
    );
    t.equal(problem.requestId, headers['x-request-id'], what);
    t.ok(Math.abs(Date.parse(headers.date ?? '') - Date.now()) < 3_600_000, `${what}: it is dated`);
    t.match(
      headers,
      { 'content-type': /^application\/problem\+json/, 'content-language': 'en', 'cache-control': 'no-store' },
      what,
    );
    t.match(
      headers,
      { 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'", vary: /Origin/i },
      what,
    );
    if (bytes.includes('origin:') && status !== 431) t.equal(headers['access-control-allow-origin'], origin, what);
    t.equal(Number(headers['content-length']), Buffer.byteLength(body), what);
  }
});

t.test('a request of HTTP/1.0 needs no Host', async (t) => {
  t.match(await sendRaw('GET /livez HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /);
});

t.test('each form of a Host is taken, and no header is lost among many', async (t) => {
  for (const host of ['', 'prot', 'prot.example:8080', '127.0.0.1', '[::1]:8080', 'a_b.local', 'xn--o3cw4h']) {
    t.match(
      await sendRaw(`GET /livez HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`),
      /^HTTP\/1\.1 200 /,
      host,
    );
  }
  const many = 'a:\r\n'.repeat(3_000);
  const lines = `${many}host: prot\r\nauthorization: ${authorization}\r\nconnection: close\r\n\r\n`;
  t.match(await sendRaw(`GET /v1/areas/40 HTTP/1.1\r\n${lines}`), /^HTTP\/1\.1 200 /);
});

t.test('the problem of an unknown method names the methods that there are', async (t) => {
  const { detail } = JSON.parse((await sendRaw('BREW / HTTP/1.1\r\nhost: a\r\n\r\n')).split('\r\n\r\n')[1] ?? '');
  for (const { method } of operations) if (!detail.includes(method)) t.fail(`${method} is not in "${detail}"`);
});

t.test('a 401 says whether a key was sent and a 403 what is missing (RFC 6750)', async (t) => {
  const challenge = async (authorization: string) => {
    const { status, headers } = await stranger.get('/v1/areas', authorization === '' ? {} : { authorization });
    return [status, headers['www-authenticate']];
  };
  const none = [401, 'Bearer realm="prot"'];
  for (const value of ['', 'Basic YTpi', 'prot_x']) t.strictSame(await challenge(value), none, value);
  const invalid = [401, 'Bearer realm="prot", error="invalid_token"'];
  for (const value of ['Bearer x', `bearer prot_${'x'.repeat(43)}`, 'Bearer a b']) {
    t.strictSame(await challenge(value), invalid, value);
  }
  t.strictSame(await challenge(`BEARER  ${adminSecret}`), [200, undefined], 'any case, and more than one space');
  const reader = await client({ permissions: ['read'] });
  for (const operation of operations.filter(
    ({ permission }) => !['public', 'signed-in', 'read'].includes(permission),
  )) {
    const { status, headers, body } = await reader.send(sampleCall(contract, operation));
    const expected = `Bearer realm="prot", error="insufficient_scope", scope="${operation.permission}"`;
    t.strictSame(
      [status, headers['www-authenticate'], body.code],
      [403, expected, 'permission-missing'],
      operation.operationId,
    );
  }
});

t.test(
  'HEAD gives the length that GET would send, or none, and what an answer depends on is always said',
  async (t) => {
    for (const operation of operations.filter(reads)) {
      const { path } = sampleCall(contract, operation);
      for (const encoding of [undefined, 'identity', 'gzip', '*', 'br, gzip;q=0.5', 'gzip;q=0']) {
        const headers = encoding === undefined ? {} : { 'accept-encoding': encoding };
        const [get, head] = [await admin.get(path, headers), await admin.send({ method: 'HEAD', path, headers })];
        const what = `${operation.operationId} ${encoding}`;
        const length = head.headers['content-length'];
        // What is measured while it is asked for is not the same twice.
        if (length !== undefined && operation.operationId !== 'getMetrics')
          t.equal(Number(length), get.bytes.length, what);
        for (const answer of [get, head]) t.match(String(answer.headers.vary), /accept-encoding/i, what);
      }
    }
  },
);

t.test('next and Link name the path of the list, in whichever form the request came', async (t) => {
  for (let index = 0; index < 3; index += 1) await makeGroup(admin, '401001');
  const { groupId } = (await admin.get('/v1/groups?limit=1')).body.items[0];
  for (const day of ['2012-03-31', '2013-03-31', '2014-03-31']) await putFigures(groupId, day);
  const lists = ['/v1/areas', '/v1/groups', '/v1/api-keys', '/v1/figures', `/v1/groups/${groupId}/figures`];
  for (const name of ['x', 'y'])
    await admin.post('/v1/api-keys', { name, permissions: ['read'], areaCode: null, expiresAt: null });
  for (const path of lists) {
    const encoded = path.replace(/[a-z](?=[^/]*$)/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
    const first = await raw('GET', `${path}?limit=1`);
    const form = new RegExp(`^${path}\\?limit=1&after=[\\w.-]+$`);
    t.match(first.body.next, form, path);
    for (const target of [
      `http://other.example${path}?limit=1`,
      `${encoded}?limit=1`,
      `http://[::1]:1${encoded}?limit=1`,
    ]) {
      const { body, headers } = await raw('GET', target);
      t.match(body.next, form, target);
      t.equal(headers.link, `<${body.next}>; rel="next"`, target);
      const second = (await raw('GET', target.replace(/limit=1.*/, body.next.replace(/^.*\?/, '')))).body;
      t.strictSame(
        second.items,
        (await admin.get(first.body.next)).body.items,
        `${target}: its cursor goes on where the other does`,
      );
      t.match(second.next, form, target);
    }
    const behind = await raw('GET', `${path}?limit=1`, ['x-forwarded-prefix: /gov/prot/']);
    t.match(behind.body.next, new RegExp(`^/gov/prot${path}\\?limit=1&after=`), 'a prefix that the proxy took off');
    t.equal((await admin.get(behind.body.next.slice('/gov/prot'.length))).status, 200);
  }
  for (const prefix of ['/..', '/gov/../prot', '/.', '//other.example', 'https://other.example', '/a, /b']) {
    const { body } = await raw('GET', '/v1/areas?limit=1', [`x-forwarded-prefix: ${prefix}`]);
    t.match(body.next, /^\/v1\/areas\?/, `${prefix} is no prefix`);
  }
  const asked = await admin.get(`/v1/areas?limit=1&parentCode=4010`);
  if (asked.status === 200) t.match(asked.body.next, /^\/v1\/areas\?limit=1&parentCode=4010&after=/);
});

t.test(
  'a prefix is also in Location and in the type of a problem, and only when a trusted proxy gives a plain one',
  async (t) => {
    const made = await admin.post(
      '/v1/groups',
      { registrationNo: 'PREFIX-1', name: 'ก', areaCode: '401001' },
      { 'x-forwarded-prefix': '/prot' },
    );
    t.equal(made.headers.location, `/prot/v1/groups/${made.body.groupId}`);
    const missing = await app.inject({ url: '/nowhere', headers: { 'x-forwarded-prefix': '/prot' } });
    t.equal(missing.json().type, '/prot/problems/path-not-found');
    const nextOf = async (prefix: string, remoteAddress = '127.0.0.1') => {
      const headers = { authorization, 'x-forwarded-prefix': prefix };
      return (await app.inject({ url: '/v1/areas?limit=1', headers, remoteAddress })).json().next;
    };
    for (const prefix of [
      '//evil.example',
      'http://evil.example',
      '/a b',
      '/a"b',
      'a',
      '/',
      '/a?b',
      '/a//b',
      '/a\\b',
      `/${'a'.repeat(200)}`,
    ]) {
      t.match(await nextOf(prefix), /^\/v1\/areas\?/, prefix);
    }
    t.match(await nextOf('/prot'), /^\/prot\/v1\/areas\?/);
    t.match(await nextOf('/prot', '203.0.113.9'), /^\/v1\/areas\?/, 'of anybody else it is ignored');
  },
);

t.test('a request id that holds a key is not taken', async (t) => {
  const { headers } = await stranger.get('/livez', { 'x-request-id': adminSecret });
  t.notMatch(String(headers['x-request-id']), 'prot_');
});

t.test(
  'the files of the reference are sent once: unchanged ones are 304, and what is not among them is not there',
  async (t) => {
    const url = '/docs/static/swagger-ui-bundle.js';
    const first = await app.inject({ url, headers: { 'accept-encoding': 'gzip' } });
    t.strictSame([first.statusCode, first.headers['content-encoding']], [200, 'gzip']);
    const again = await app.inject({ url, headers: { 'if-none-match': String(first.headers.etag) } });
    t.strictSame([again.statusCode, again.rawPayload.length], [304, 0]);
    for (const name of ['x.js', '..%2fpackage.json', '', 'constructor']) {
      t.equal((await app.inject(`/docs/static/${name}`)).statusCode, 404, name);
    }
    t.equal((await app.inject('/docs/json')).headers.location, '../openapi.json');
  },
);

async function putFigures(groupId: string, day: string): Promise<void> {
  const { operationId: _id, bodyExample } = operations.find(({ operationId }) => operationId === 'putFigures') ?? {};
  const { status } = await admin.put(`/v1/groups/${groupId}/figures/${day}`, bodyExample);
  if (status !== 201) throw new Error(`No figures were made: ${status}`);
}

/** A request with this very target, over a connection of its own. */
async function raw(method: string, target: string, lines: string[] = []): Promise<Pick<Answer, 'body' | 'headers'>> {
  const head = [
    `${method} ${target} HTTP/1.1`,
    'host: prot',
    'connection: close',
    `authorization: ${authorization}`,
    ...lines,
  ];
  const answer = await sendRaw(`${head.join('\r\n')}\r\n\r\n`);
  const [, link] = /^link: (.*)\r$/im.exec(answer) ?? [];
  return { body: JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)), headers: { link } };
}
