import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import t from 'tap';
import { rowsOf } from '../../src/platform/db/database.js';
import { databaseProblem, driverErrorOf, isRetryable } from '../../src/platform/db/driver-error.js';
import { guardDirectory } from '../../src/platform/db/embedded/guard.js';
import { migrateDatabase } from '../../src/platform/db/migrate.js';
import { statement } from '../../src/platform/db/statement.js';
import { theService } from '../../src/resources/api-keys/api-keys.actions.js';
import { type Change, write } from '../../src/resources/changes/changes.actions.js';
import { notedBy } from '../../src/resources/changes/changes.store.js';
import { startTestApp } from '../support/app.js';
import { makeBlankDatabase } from '../support/database.js';
import { stateOf } from '../support/state.js';

const { database, admin } = await startTestApp(t);
const { db } = database;
const change: Change = {
  action: 'test.made',
  resource: 'test',
  resourceId: 'x',
  areaCode: '4010',
  before: null,
  after: {},
};
const addKeySecret = (name: string) => sql`insert into service_secrets (name, secret) values (${name}, 'x')`;

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

t.test('write: work that notes nothing, or something outside the area, leaves nothing', async (t) => {
  const before = await stateOf(database);
  const silent = write(db, theService, async (tx) => void (await tx.execute(addKeySecret('silent'))));
  await t.rejects(silent, { message: 'A write noted no change.' });
  const district = { ...theService, areaCode: '4002' };
  const outside = write(db, district, async (tx, note) => {
    await tx.execute(addKeySecret('outside'));
    note(change);
  });
  await t.rejects(outside, { code: 'area-outside-yours' });
  const failing = write(db, theService, async (tx, note) => {
    await tx.execute(addKeySecret('failing'));
    note(change);
    throw new Error('too late');
  });
  await t.rejects(failing, { message: 'too late' });
  t.strictSame(await stateOf(database), before);
  t.equal(await write(db, theService, async (_tx, note) => note.unchanged()), undefined);
  t.strictSame(await stateOf(database), before, 'nothing to note is nothing changed');
});

t.test('write: a record and its change by one statement are made both or neither', async (t) => {
  const made = (name: string) =>
    statement(`made_${name}`, () =>
      notedBy(sql`insert into service_secrets (name, secret) values (${name}, 'x') on conflict do nothing returning 1`),
    );
  const once = made('once');
  await write(db, theService, (tx, note) => note.with({ ...change, resourceId: 'once' }, (noted) => once(tx, noted)));
  const noted = await rowsOf(
    db,
    sql`select resource_id as id, before, after from changes order by sequence desc limit 1`,
  );
  t.strictSame(noted, [{ id: 'once', before: null, after: {} }]);
  const before = await stateOf(database);
  const again = write(db, theService, (tx, note) => note.with(change, (noted) => once(tx, noted)));
  await t.rejects(again, { message: 'A write of one record noted no change.' }, 'it wrote nothing');
  const district = { ...theService, areaCode: '4002' };
  const outside = made('outside');
  const refused = write(db, district, (tx, note) => note.with(change, (noted) => outside(tx, noted)));
  await t.rejects(refused, { code: 'area-outside-yours' });
  t.strictSame(await stateOf(database), before);
});

t.test('write: numbers its changes in order and dates them by its transaction', async (t) => {
  await write(db, theService, async (_tx, note) => {
    note({ ...change, resourceId: 'one' });
    note({ ...change, resourceId: 'two', reason: 'because' });
  });
  const rows = await rowsOf<Record<string, unknown>>(
    db,
    sql`select resource_id as id, reason, actor_kind as kind, happened_at = max(happened_at) over () as together,
      transaction_id = max(transaction_id::text) over ()::xid8 as one from changes order by sequence desc limit 2`,
  );
  t.strictSame(rows.reverse(), [
    { id: 'one', reason: null, kind: 'service', together: true, one: true },
    { id: 'two', reason: 'because', kind: 'service', together: true, one: true },
  ]);
});

t.test('write: a deadlock is lived through: both writes are made, once each', async (t) => {
  await db.execute(sql`create table tally (name text primary key, number int not null)`);
  await db.execute(sql`insert into tally values ('a', 0), ('b', 0)`);
  t.teardown(() => db.execute(sql`drop table tally`));
  let attempts = 0;
  const addTo = (first: string, second: string) =>
    write(db, theService, async (tx, note) => {
      attempts += 1;
      await tx.execute(sql`update tally set number = number + 1 where name = ${first}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await tx.execute(sql`update tally set number = number + 1 where name = ${second}`);
      note({ ...change, resourceId: 'deadlock' });
    });
  await Promise.all([addTo('a', 'b'), addTo('b', 'a')]);
  t.strictSame(await rowsOf(db, sql`select name, number from tally order by name`), [
    { name: 'a', number: 2 },
    { name: 'b', number: 2 },
  ]);
  t.ok(attempts > 2, 'one of them ran again');
  const noted = await rowsOf(db, sql`select 1 from changes where resource_id = 'deadlock'`);
  t.equal(noted.length, 2);
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
