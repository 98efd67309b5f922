/** What the log holds when all goes wrong: never what a record or a request says. */
import { Writable } from 'node:stream';
import { sql } from 'drizzle-orm';
import t, { type Test } from 'tap';
import { makeApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import type { Database } from '../../src/platform/db/database.js';
import { makeLog } from '../../src/platform/log.js';
import { makeFirstKey } from '../../src/resources/api-keys/api-keys.actions.js';
import { adminSecret } from '../support/app.js';
import { ndjson } from '../support/bulk.js';
import { openConnection } from '../support/connection.js';
import { openTestDatabase } from '../support/database.js';
import { until } from '../support/wait.js';

type Line = Record<string, unknown> & { level: string; msg: string };

/** A service that logs everything there is to log, and what it has logged. */
async function loggedService(t: Test) {
  const database = await openTestDatabase();
  t.teardown(() => database.close());
  await makeFirstKey(database.db, adminSecret);
  const written: string[] = [];
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      written.push(String(chunk));
      done();
    },
  });
  const config = readConfig({ NODE_ENV: 'test' });
  const app = await makeApp(config, database, makeLog('trace', sink));
  t.teardown(() => app.close());
  const text = () => written.join('');
  const lines = (): Line[] =>
    text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  return { app, database, text, lines };
}

/** Stands wherever a client may put something; each place has its own, so that a failure says which one leaked. */
const marker = (place: string) => `รั่วLEAK${place}`;
const places = ['body', 'line', 'query', 'path', 'header', 'name', 'cookie', 'id', 'agent', 'trailing'];
const wrongKey = `prot_${'LEAKkey'.padEnd(43, 'x')}`;

/** Requests that reach the database, and requests that do not, all full of markers. */
async function askEverything(app: Awaited<ReturnType<typeof loggedService>>['app']): Promise<number[]> {
  const ndjsonType = { 'content-type': 'application/x-ndjson' };
  const group = { registrationNo: 'LEAKid-1', name: marker('name'), areaCode: '401001', villageName: marker('body') };
  const query = encodeURIComponent(marker('query'));
  const id = '01936d5e-6f70-7c3a-9c55-0242ac120002';
  const requests = [
    { method: 'POST', url: '/v1/groups', payload: group },
    { method: 'PUT', url: `/v1/groups/${id}`, payload: group, headers: { 'if-match': '*' } },
    { method: 'POST', url: '/v1/groups', payload: ndjson([{ ...group, name: marker('line') }]), headers: ndjsonType },
    {
      method: 'POST',
      url: '/v1/groups',
      payload: `{"name":"${marker('body')}"`,
      headers: { 'content-type': 'application/json' },
    },
    { method: 'POST', url: '/v1/groups', payload: `"${marker('body')}`, headers: { 'content-type': 'text/csv' } },
    {
      method: 'PUT',
      url: `/v1/groups/${id}/figures/2013-03-31`,
      payload: { memberCount: 71, savingsBaht: 1, developmentLevel: 3, source: marker('body') },
    },
    {
      method: 'POST',
      url: '/v1/teams',
      payload: {
        name: marker('name'),
        tier: 'province',
        areaCode: '40',
        members: [{ name: marker('name'), role: 'leader' }],
      },
    },
    { method: 'GET', url: `/v1/groups?q=${query}` },
    { method: 'GET', url: `/v1/groups?q=${query}`, headers: { accept: 'text/csv' } },
    { method: 'GET', url: `/v1/groups?${query}=1` },
    { method: 'GET', url: `/v1/groups/${encodeURIComponent(marker('path'))}` },
    { method: 'GET', url: `/problems/${encodeURIComponent(marker('path'))}` },
    { method: 'GET', url: `/${encodeURIComponent(marker('path'))}?key=${wrongKey}` },
    { method: 'GET', url: `/v1/%zz${wrongKey}` },
    {
      method: 'GET',
      url: '/v1/groups',
      headers: { 'x-request-id': marker('header'), 'user-agent': marker('agent'), cookie: marker('cookie') },
    },
    { method: 'GET', url: '/v1/groups', headers: { authorization: `Bearer ${wrongKey}` } },
    {
      method: 'GET',
      url: '/v1/groups',
      headers: { accept: `text/${wrongKey}`, 'if-none-match': `"${wrongKey}"`, 'x-forwarded-for': wrongKey },
    },
    {
      method: 'POST',
      url: '/v1/api-keys',
      payload: { name: marker('name'), permissions: ['read'], areaCode: null, expiresAt: null },
    },
  ] as const;
  const statuses: number[] = [];
  for (const { headers, ...request } of requests as readonly {
    method: 'GET';
    url: string;
    headers?: Record<string, string>;
  }[]) {
    const utf8 = Object.fromEntries(
      Object.entries(headers ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
    );
    const answer = await app.inject({ ...request, headers: { authorization: `Bearer ${adminSecret}`, ...utf8 } });
    statuses.push(answer.statusCode);
  }
  return statuses;
}

/** Ways to break a database so that the statements of the requests fail with what they were given. */
const breakages: Record<string, (run: (text: string) => Promise<unknown>) => Promise<unknown>> = {
  'nothing is broken': async () => {},
  'a table is gone': (run) => run('alter table groups rename to lost'),
  'a column is gone': (run) => run('alter table groups rename column village_name to lost'),
  'a rule refuses rows, and shows them': (run) =>
    run(`alter table groups add constraint no_more check (name = '') not valid`),
  'a trigger repeats what it was given': async (run) => {
    await run(`create function repeats() returns trigger language plpgsql as $$
      begin raise exception 'cannot keep %', new using detail = new::text, hint = new::text; end $$`);
    await run('create trigger repeats before insert or update on groups for each row execute function repeats()');
    await run('create trigger repeats before insert or update on teams for each row execute function repeats()');
  },
  'a value fits no more': async (run) => {
    await run(`create function narrow() returns trigger language plpgsql as $$
      begin perform new.name::int; return new; end $$`);
    await run('create trigger narrow before insert or update on groups for each row execute function narrow()');
  },
  'the keys cannot be read': (run) => run('alter table api_keys rename to lost'),
};

for (const [what, breakIt] of Object.entries(breakages)) {
  t.test(`the log holds nothing of records, requests and keys while ${what}`, async (t) => {
    const { app, database, text, lines } = await loggedService(t);
    await breakIt((statement) => run(database, statement));
    const statuses = await askEverything(app);
    if (what !== 'nothing is broken')
      t.ok(
        statuses.some((status) => status >= 500),
        'something fails',
      );
    for (const place of places) t.notOk(text().includes(marker(place)), `${place} is not in the log`);
    for (const secret of ['LEAK', wrongKey, adminSecret, 'รั่ว']) t.notOk(text().includes(secret), secret);
    const failures = lines().filter(({ level }) => level === 'error');
    for (const { err } of failures) t.match(err, { type: /./, stack: /at .*\.[jt]s:\d+/ }, 'a failure says where');
    if (what === 'a table is gone') t.match(failures[0]?.err, { cause: { code: '42P01', message: /does not exist/ } });
    if (what.startsWith('a rule')) t.match(failures[0]?.err, { cause: { code: '23514', constraint: 'no_more' } });
  });
}

t.test('the log has a line for each request: who, which operation, what became of it', async (t) => {
  const { app, lines } = await loggedService(t);
  const authorization = `Bearer ${adminSecret}`;
  const answer = await app.inject({ url: '/v1/api-keys', headers: { authorization } });
  const [{ apiKeyId }] = answer.json().items;
  await app.inject({ url: '/v1/groups/01936d5e-6f70-7c3a-9c55-0242ac120002', headers: { authorization } });
  await app.inject({ url: '/v1/groups' });
  await app.inject({ url: '/nowhere', headers: { authorization } });
  for (const url of ['/livez', '/readyz', '/metrics']) await app.inject({ url, headers: { authorization } });
  const completed = lines().filter(({ msg }) => msg === 'request completed');
  const seen = completed.map(({ level, method, route, operation, keyId, status, problem }) => [
    level,
    method,
    route,
    operation,
    keyId,
    status,
    problem,
  ]);
  t.strictSame(seen, [
    ['info', 'GET', '/v1/api-keys', 'listApiKeys', apiKeyId, 200, null],
    ['info', 'GET', '/v1/groups/:groupId', 'getGroup', apiKeyId, 404, 'group-not-found'],
    ['info', 'GET', '/v1/groups', 'listGroups', null, 401, 'unauthenticated'],
    ['info', 'GET', null, null, null, 404, 'path-not-found'],
    ['debug', 'GET', '/livez', 'getLiveness', null, 200, null],
    ['debug', 'GET', '/readyz', 'getReadiness', null, 200, null],
    ['debug', 'GET', '/metrics', 'getMetrics', apiKeyId, 200, null],
  ]);
  t.ok(completed.every(({ reqId, ms }) => typeof reqId === 'string' && typeof ms === 'number'));
});

t.test('an error is logged by what may be said of it, whatever it carries and however it is logged', async (t) => {
  const written: string[] = [];
  const log = makeLog('trace', { write: (line) => void written.push(line) });
  const secret = 'ความลับ';
  const withSecret = (error: Error, facts: object = {}) =>
    Object.assign(error, { detail: secret, input: secret, ...facts });
  const errors = [
    withSecret(new Error(`Failed query: select $1\nparams: ${secret}\n    at ${secret} (/x.js:1:1)`), {
      query: '',
      params: [secret],
    }),
    withSecret(new Error(`value "${secret}" is out of range\n    at ${secret} (/x.js:1:1)`), {
      code: '22003',
      where: secret,
    }),
    withSecret(new Error(`Key (name)=(${secret}) already exists`), { code: 'P0001', constraint: secret }),
    withSecret(new SyntaxError(`Unexpected token in ${secret}`)),
    withSecret(new TypeError(`Cannot create property 'x' on string '${secret}'`)),
    withSecret(new Error(`Invalid value is ${secret}`), { code: 'CSV_QUOTE_NOT_CLOSED', record: [secret] }),
    withSecret(new Error('outer', { cause: withSecret(new Error(secret), { code: 'ERR_INVALID_ARG_VALUE' }) })),
    withSecret(new AggregateError([withSecret(new SyntaxError(secret))], `several: "${secret}"`)),
  ];
  for (const error of errors) {
    log.error({ err: error }, 'it failed');
    log.error({ err: error });
    log.error(error);
    log.warn(error, `it failed at "/v1/groups?q=${secret}"`);
  }
  log.warn(`Reply was already sent, did you forget to "return reply" in the "/v1/groups?q=${secret}" (GET) route?`);
  t.equal(written.length, errors.length * 4 + 1);
  t.strictSame(
    written.filter((line) => line.includes(secret)),
    [],
  );

  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
  log.error({ err: refused }, 'no database');
  log.error({ err: Object.assign(new Error('sorry, too many clients already'), { code: '53300' }) }, 'no database');
  t.match(
    written.at(-2),
    '"code":"ECONNREFUSED","message":"connect ECONNREFUSED 127.0.0.1:5432"',
    'what operators need is said',
  );
  t.match(written.at(-1), '"code":"53300","message":"sorry, too many clients already"');
});

function run(database: Database, statement: string) {
  return database.db.execute(sql.raw(statement));
}

t.test('what never became a request has its line too, under the id that whoever sent it was told', async (t) => {
  const { app, lines } = await loggedService(t);
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const sent = [
    'GET /%ZZ-LEAK HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    'LEAK /v1/groups HTTP/1.1\r\nHost: a\r\n\r\n',
    'CONNECT leak:80 HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /LEAK HTTP/1.1\r\nHost: a\r\nLE AK\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: a\r\nX-Leak: ${'x'.repeat(20_000)}\r\n\r\n`,
  ];
  for (const bytes of sent) {
    const connection = await openConnection(t, address);
    await connection.send(bytes);
    await until('the answer has come', () => connection.ended() !== null);
    const answer = connection.received();
    const [, status = ''] = /^HTTP\/1\.1 (\d{3})/.exec(answer) ?? [];
    const [, told = ''] = /"requestId":"([^"]+)"/.exec(answer) ?? [];
    const [, code = ''] = /"code":"([^"]+)"/.exec(answer) ?? [];
    const logged = () => lines().filter(({ msg, reqId }) => msg === 'request completed' && reqId === told);
    await until('it is logged', () => logged().length > 0);
    t.match(
      logged(),
      [{ level: 'info', status: Number(status), problem: code, route: null, keyId: null }],
      bytes.slice(0, 30),
    );
  }
  t.notMatch(JSON.stringify(lines()), /leak/i);
});
