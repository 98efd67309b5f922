/** The ways in which PostgreSQL goes away while the service runs, and how it comes back. */
import { sql } from 'drizzle-orm';
import pg from 'pg';
import t, { type Test } from 'tap';
import { openPool } from '../../src/platform/db/connect.js';
import { databaseProblem } from '../../src/platform/db/driver-error.js';
import { inTransaction } from '../../src/platform/db/transactions.js';
import { makeLog } from '../../src/platform/log.js';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Answer } from '../support/client.js';
import { makeBlankDatabase } from '../support/database.js';
import { startSilentProxy } from '../support/proxy.js';
import { until } from '../support/wait.js';

const blank = await makeBlankDatabase();
await blank?.drop();
/** So long that only the service itself can have found out that nobody answers. */
const patient = { STATEMENT_TIMEOUT_MS: '600000', LOCK_TIMEOUT_MS: '600000' };

t.setTimeout(110_000);

const ways: { name: string; away: (database: string) => string; back: (database: string) => string }[] = [
  {
    name: 'has another name (3D000)',
    away: (database) => `alter database ${database} rename to ${database}_gone`,
    back: (database) => `alter database ${database}_gone rename to ${database}`,
  },
  {
    name: 'takes no connections (55000)',
    away: (database) => `alter database ${database} allow_connections false`,
    back: (database) => `alter database ${database} allow_connections true`,
  },
];

for (const { name, away, back } of ways) {
  t.test(`a database that ${name} is 503, and used again when it is back`, async (t) => {
    const { database, service, onServer } = await startOn(t);
    await read(service);
    await service.stranger.get('/readyz');
    await onServer(`select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${database}'`);
    await onServer(away(database));
    t.teardown(() => onServer(back(database)).catch(() => {}));
    for (const answer of [await read(service), await write(service), await service.stranger.get('/readyz')]) {
      isUnavailable(t, answer);
    }
    await onServer(back(database));
    t.equal((await read(service)).status, 200);
    t.equal((await write(service)).status, 201);
    t.equal((await service.stranger.get('/readyz')).status, 200);
  });
}

t.test('a database that can only be read answers reads, refuses writes, and is left for the next one', async (t) => {
  const { database, service, onServer } = await startOn(t);
  const end = `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${database}'`;
  await onServer(`alter database ${database} set default_transaction_read_only = on`);
  await onServer(end);
  await until(
    'the pool has met connections of the read-only database',
    async () => (await read(service)).status === 200,
  );
  const refused = await write(service);
  isUnavailable(t, refused);
  t.match(refused.body.detail, /only be read/);
  t.hasStrict(await service.stranger.get('/readyz'), { status: 200, body: { status: 'ready', writable: false } });
  t.equal((await read(service)).status, 200, 'reading goes on');
  // The sessions that are open stay read-only for ever, as those to a former primary do.
  await onServer(`alter database ${database} reset default_transaction_read_only`);
  await until('a new connection takes a write', async () => (await write(service)).status === 201);
  const writes = await Promise.all(Array.from({ length: 20 }, () => write(service)));
  t.strictSame(new Set(writes.map(({ status }) => status)), new Set([201]), 'and no old connection is left');
  t.hasStrict((await service.stranger.get('/readyz')).body, { writable: true });
});

t.test('a network that swallows everything: whoever waits gets 503, whoever comes gets it at once', async (t) => {
  const proxy = await startSilentProxy(t);
  const { service } = await startOn(t, patient, proxy.through);
  await Promise.all([read(service), read(service), write(service)]);
  proxy.swallow('all');
  for (const answer of await Promise.all([read(service), write(service)])) isUnavailable(t, answer);
  t.equal((await service.stranger.get('/livez')).status, 200);
  const late = await Promise.all(Array.from({ length: 100 }, () => read(service)));
  t.ok(late.every(({ status }) => status === 503));
  isUnavailable(t, await service.stranger.get('/readyz'));
  proxy.pass();
  await until('reads succeed again', async () => (await read(service)).status === 200);
  t.equal((await write(service)).status, 201);
  t.equal((await service.stranger.get('/readyz')).status, 200);
});

t.test(
  'a network that swallows everything while no connection is open: whoever comes later need not wait',
  async (t) => {
    const proxy = await startSilentProxy(t);
    const { service, database, onServer } = await startOn(t, { DATABASE_POOL_SIZE: '1' }, proxy.through);
    await read(service);
    await onServer(`select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${database}'`);
    proxy.swallow('all');
    // Whoever waits in a queue is told of the queue, so none of these has waited.
    await until('all are refused before they wait', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => read(service)));
      for (const answer of answers) isUnavailable(t, answer);
      return answers.every(({ body }) => /cannot be reached/.test(body.detail));
    });
    proxy.pass();
    await until('reads succeed again', async () => (await read(service)).status === 200);
  },
);

t.test('one connection that is cut off without a word fails what is sent on it, and is not used again', async (t) => {
  const proxy = await startSilentProxy(t);
  const variables = { STATEMENT_TIMEOUT_MS: '500', DATABASE_POOL_SIZE: '1' };
  const { service } = await startOn(t, variables, proxy.through);
  t.equal((await service.stranger.get('/readyz')).status, 200);
  t.equal((await read(service)).status, 200);
  proxy.swallow('open');
  isUnavailable(t, await read(service));
  t.equal((await read(service)).status, 200, 'the next one has a new connection');
  t.equal((await write(service)).status, 201);
  await until('it is ready by a new connection', async () => (await service.stranger.get('/readyz')).status === 200);
});

const nowhere: Record<string, Partial<URL>> = {
  'a host whose name is not found': { hostname: 'database.invalid' },
  'a role that is not there': { username: 'prot_nobody' },
  'a database that is not there': {},
  'a port where nobody listens': { port: '1' },
};
for (const [name, change] of Object.entries(nowhere)) {
  t.test(`${name} is 503`, async (t) => {
    const timeouts = { connectTimeoutMs: 20_000, statementTimeoutMs: 5_000, lockTimeoutMs: 5_000 };
    const url = Object.assign(new URL(blank.url), change).href;
    const database = openPool({ url, poolSize: 2, ...timeouts }, makeLog('silent'));
    t.teardown(() => database.close());
    const statement = database.db.execute(sql`select 1`).catch((error) => databaseProblem(error)?.code);
    const work = inTransaction(database.db, (tx) => tx.execute(sql`select 1`)).catch(
      (error) => databaseProblem(error)?.code,
    );
    t.strictSame(await Promise.all([statement, work]), ['unavailable', 'unavailable']);
    await t.rejects(database.ask());
  });
}

/** The service on a database of its own, and a way to the server past it. */
async function startOn(t: Test, variables: Record<string, string> = {}, through = (url: string) => url) {
  let direct = '';
  const service = await startTestApp(t, variables, (url) => {
    direct = url;
    return through(url);
  });
  const server = Object.assign(new URL(direct), { pathname: '/postgres' }).href;
  const onServer = async (text: string) => {
    const client = new pg.Client({ connectionString: server, application_name: 'other' });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  return { service, database: new URL(direct).pathname.slice(1), onServer };
}

function read({ admin }: TestApp): Promise<Answer> {
  return admin.get('/v1/groups?limit=1');
}

let numbered = 0;

function write({ admin }: TestApp): Promise<Answer> {
  numbered += 1;
  return admin.post('/v1/groups', { registrationNo: `OUT-${numbered}`, name: 'กลุ่มทดสอบ', areaCode: '401001' });
}

function isUnavailable(t: Test, { method, path, status, body, headers }: Answer): void {
  t.strictSame([status, body.code, headers['retry-after']], [503, 'unavailable', '2'], `${method} ${path}`);
}
