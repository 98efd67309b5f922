import { readdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import t, { type Test } from 'tap';
import { forEachOf, makeCall } from '../../src/demo/client.js';
import {
  databaseStorage,
  embeddedStorage,
  endsWith,
  keyCount,
  launch,
  startService,
  temporaryDirectory,
  urlOf,
  type Variables,
} from '../support/process.js';
import { until } from '../support/wait.js';

const secret = `prot_${'start'.padEnd(43, '-')}`;

t.setTimeout(110_000);

t.test('a wrong configuration ends the start with 1 and names the variable, without a stack', async (t) => {
  const DATA_DIR = await temporaryDirectory(t);
  const wrong: [Variables, RegExp][] = [
    [{ PORT: 'abc' }, /PORT/],
    [{ NODE_ENV: 'production' }, /DATABASE_URL/],
    [{ BOOTSTRAP_API_KEY: 'secret-but-short' }, /BOOTSTRAP_API_KEY/],
    [{ DATABASE_URL: 'mysql://127.0.0.1/prot' }, /DATABASE_URL/],
    [{ DATBASE_URL: 'postgres://127.0.0.1/prot' }, /DATBASE_URL: .* DATABASE_URL/],
    [{ TRUST_PROXY: 'foo' }, /TRUST_PROXY: "foo"/],
  ];
  for (const [variables, message] of wrong) {
    const service = launch(t, { DATA_DIR, ...variables });
    await endsWith(t, service, message);
    t.notMatch(service.output(), /^ +at /m, 'no stack');
    t.notMatch(service.output(), 'secret-but-short', 'and no secret');
  }
  t.strictSame(await readdir(DATA_DIR), [], 'nothing was made');
});

t.test('the embedded PostgreSQL knows Thai, flushes what is answered, and listens on its socket alone', async (t) => {
  const variables = await embeddedStorage(t);
  await startService(t, variables);
  const found = await query(
    urlOf(variables),
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
      current_setting('listen_addresses') as addresses, cardinality(show_trgm('อ้อม')) > 0 as "readsThai",
      (select count(*)::int from pg_indexes where indexname = 'groups_by_search_text') as "searchIndexes",
      array(select name from unnest(array['เก', 'ข', 'ก']) as name order by name collate "thai") as sorted`,
  );
  const expected = { fsync: 'on', commit: 'on', addresses: '', readsThai: true, searchIndexes: 1 };
  t.strictSame(found, [{ ...expected, sorted: ['ก', 'เก', 'ข'] }]);
  const { mode } = await stat(join(variables.DATA_DIR, 'run'));
  t.equal(mode & 0o777, 0o700, 'which only its user can reach');
});

t.test('an embedded database whose order of names has another version gets its indexes anew', async (t) => {
  const variables = await embeddedStorage(t);
  const versions = `select collversion = pg_collation_actual_version(oid) as same, collversion from pg_collation
    where collname = 'thai'`;
  const file = `select pg_relation_filenode('groups_by_name') as file`;
  const first = await startService(t, variables);
  const [before] = await query(urlOf(variables), file);
  await query(urlOf(variables), `update pg_collation set collversion = '0' where collname = 'thai'`);
  await first.kill('SIGTERM');
  const second = await startService(t, variables);
  t.match(await query(urlOf(variables), versions), [{ same: true }]);
  t.notSame((await query(urlOf(variables), file))[0], before);
  await second.kill('SIGTERM');
  const third = await startService(t, variables);
  t.notOk(third.output().includes('made anew'), 'once');
});

t.test('FOUR_EYES=false is warned of by one line at the start', async (t) => {
  const variables = await databaseStorage(t);
  const usual = await startService(t, variables);
  t.notMatch(usual.output(), 'FOUR_EYES');
  await usual.kill('SIGTERM');
  const alone = await startService(t, { ...variables, FOUR_EYES: 'false' });
  const warnings = alone.output().match(/^.*"level":"?(?:40|warn)"?.*FOUR_EYES is false.*$/gm);
  t.equal(warnings?.length, 1);
});

t.test('a port that is taken ends the start with 1 and says so, and gives the DATA_DIR free', async (t) => {
  const port = await listener(t);
  const { DATA_DIR } = await embeddedStorage(t);
  await endsWith(t, launch(t, { DATA_DIR, PORT: String(port) }), new RegExp(`EADDRINUSE.*${port}`));
  t.ok(await startService(t, { DATA_DIR }));
});

t.test('a database that cannot be reached ends the start with 1 and says so, without its password', async (t) => {
  const DATA_DIR = await temporaryDirectory(t);
  const silent = await listener(t);
  for (const host of ['127.0.0.1:1', 'localhost:1', `127.0.0.1:${silent}`]) {
    const DATABASE_URL = `postgres://prot:pass-word@${host}/prot`;
    const service = launch(t, { DATA_DIR, DATABASE_URL, DATABASE_CONNECT_TIMEOUT_MS: '500' });
    await Promise.race([service.exited, delay(20_000, undefined, { ref: false })]);
    // One that waits for ever is killed, which shows in how it ended.
    await service.kill('SIGKILL');
    await endsWith(t, service, /ECONNREFUSED|timeout/);
    t.notMatch(service.output(), 'pass-word');
  }
});

t.test('of 4 processes that start at once on an empty database all serve, and one makes the key', async (t) => {
  const variables = await databaseStorage(t);
  const directories = await Promise.all([1, 2, 3, 4].map(() => temporaryDirectory(t)));
  const services = await Promise.all(directories.map((DATA_DIR) => startService(t, { ...variables, DATA_DIR })));
  const keys = services.flatMap(({ adminKey }) => adminKey ?? []);
  t.equal(keys.length, 1, 'one key is made');
  for (const { address } of services) t.equal(await keyCount(address, String(keys[0])), 1, 'and works on every node');
  const applied = await query(
    variables.DATABASE_URL,
    'select count(*)::int as migrations, count(distinct hash)::int as different from drizzle.__drizzle_migrations',
  );
  const files = (await readdir(new URL('../../../migrations', import.meta.url))).filter((file) =>
    file.endsWith('.sql'),
  );
  t.strictSame(applied, [{ migrations: files.length, different: files.length }], 'every migration is applied once');
});

t.test('a service whose database connections are cut recovers by itself', async (t) => {
  const variables = { ...(await databaseStorage(t)), BOOTSTRAP_API_KEY: secret };
  const service = await startService(t, variables);
  const call = makeCall(service.address, secret, [503]);
  const statuses = new Set<number>();
  const ask = async () => {
    const { status } = await call('GET', '/v1/groups');
    statuses.add(status);
    return status;
  };
  for (let round = 0; round < 5; round += 1) {
    const asking = forEachOf(Array.from({ length: 100 }), ask);
    await cutConnections(variables.DATABASE_URL);
    await asking;
    await cutConnections(variables.DATABASE_URL);
    await until('requests succeed again', async () => (await ask()) === 200);
  }
  t.strictSame(
    [...statuses].filter((status) => status !== 200 && status !== 503),
    [],
    'a cut is never a fault of ours',
  );
  t.strictSame(await service.kill('SIGTERM'), { code: 0, signal: null }, 'and the process lives on');
});

/** A port that somebody else listens on, and who never says a word. */
async function listener(t: Test): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function cutConnections(url: string): Promise<unknown[]> {
  return query(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`,
  );
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'other' });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
