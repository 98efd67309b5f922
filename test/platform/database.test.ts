import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import t from 'tap';
import { databaseProblem, driverErrorOf, isRetryable } from '../../src/platform/db/driver-error.js';
import { guardDirectory } from '../../src/platform/db/embedded/guard.js';
import { migrateDatabase } from '../../src/platform/db/migrate.js';
import { startTestApp } from '../support/app.js';
import { makeBlankDatabase } from '../support/database.js';

const { database, admin } = await startTestApp(t);
const { db } = database;

t.test('migrate: five nodes that start at once on an empty database migrate it once', async (t) => {
  const blank = await makeBlankDatabase();
  t.teardown(blank.drop);
  let firsts = 0;
  let inside = 0;
  const start = () =>
    migrateDatabase(blank.url, async () => {
      inside += 1;
      t.equal(inside, 1, 'one node at a time');
      firsts += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside -= 1;
    });
  await Promise.all(Array.from({ length: 5 }, start));
  t.equal(firsts, 5);
  const client = new pg.Client({ connectionString: blank.url });
  await client.connect();
  const { rows } = await client.query('select count(*)::int as areas from areas');
  await client.end();
  t.strictSame(rows, [{ areas: 8441 }]);
});

t.test('guardDirectory: one process holds a directory, and it is free when that ends', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'prot-guard-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const release = await guardDirectory(directory);
  await t.rejects(guardDirectory(directory), { message: /is in use by another process/ });
  await release();
  const racers = await Promise.allSettled(Array.from({ length: 10 }, () => guardDirectory(directory)));
  const winners = racers.filter((racer) => racer.status === 'fulfilled');
  t.equal(winners.length, 1, 'of ten starters one gets it');
  await winners[0]?.value();
});

t.test('guardDirectory: takes over from a process that died, once, however many try', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'prot-guard-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const { spawnSync } = await import('node:child_process');
  const socket = JSON.stringify(join(directory, 'in-use.sock'));
  const die = `require('node:net').createServer().listen(${socket}, () => process.kill(process.pid, 'SIGKILL'))`;
  t.equal(spawnSync(process.execPath, ['-e', die]).signal, 'SIGKILL');
  const racers = await Promise.allSettled(Array.from({ length: 10 }, () => guardDirectory(directory)));
  const winners = racers.filter((racer) => racer.status === 'fulfilled');
  t.equal(winners.length, 1);
  await winners[0]?.value();
});

t.test(
  'databaseProblem: says what passes or is for the operator to mend, and nothing for our own mistakes',
  async (t) => {
    const said = (code: string, message = 'driver') =>
      databaseProblem(new Error('Failed query', { cause: Object.assign(new Error(message), { code }) }));
    const unavailable: Record<string, RegExp> = {
      '08000 08001 08003 08004 08006 08P01': /cannot be reached/,
      '25006': /takes no changes/,
      '25P03 26000 28000 28P01 3D000 42P05 55000': /cannot be reached/,
      '40001 40P01 55P03': /Another write/,
      '25P04 57014': /took too long/,
      '53000 53200 53300 53400': /no room for more work/,
      '57P01 57P02 57P03 57P04 57P05 58000 58030': /cannot be reached/,
      'ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH ENOTFOUND EAI_AGAIN': /cannot be reached/,
    };
    for (const [codes, detail] of Object.entries(unavailable)) {
      for (const code of codes.split(' ')) {
        const problem = said(code);
        t.equal(problem?.code, 'unavailable', code);
        t.match(problem?.content.detail.en, detail, code);
      }
    }
    t.equal(said('53100')?.code, 'storage-full');
    for (const code of ['22P02', '23505', '23514', '42501', '42703', '42P01', '54001', 'P0001', 'XX000', 'ENOENT']) {
      t.equal(said(code), null, code);
    }
    t.equal(databaseProblem(new Error('timeout exceeded when trying to connect'))?.code, 'unavailable');
    t.equal(databaseProblem('no error at all'), null);
    const wrapped = (code: string) =>
      new Error('Failed query', { cause: Object.assign(new Error('driver'), { code }) });
    t.strictSame([isRetryable(wrapped('40P01')), isRetryable(wrapped('55P03'))], [true, false]);
    t.equal(driverErrorOf(new Error('plain')), null);
  },
);

t.test('a database that drops its connections is used again with the next request', async (t) => {
  await admin.get('/v1/groups');
  await db.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`);
  const statuses = [];
  for (let index = 0; index < 5; index += 1) statuses.push((await admin.get('/v1/groups')).status);
  t.ok(
    statuses.every((status) => status === 200 || status === 503),
    statuses.join(),
  );
  t.equal(statuses.at(-1), 200);
});

t.test('without its database the service lives and is not ready', async (t) => {
  const { database: lost, stranger, admin: asker } = await startTestApp(t);
  t.equal((await asker.get('/v1/groups')).status, 200);
  await lost.close();
  t.equal((await stranger.get('/livez')).status, 200);
  const { status, body, headers } = await stranger.get('/readyz');
  t.strictSame([status, body.code, headers['retry-after']], [503, 'unavailable', '2']);
  t.notMatch(JSON.stringify(body), /pool|select|postgres/i, 'nothing of the driver leaves');
  t.equal((await asker.get('/v1/groups')).status, 503);
});
