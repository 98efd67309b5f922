/** A registry that is backed up and restored elsewhere is the same registry, whatever is killed or damaged in between. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { drizzle } from 'drizzle-orm/node-postgres';
import fc from 'fast-check';
import pg from 'pg';
import t, { type Test } from 'tap';
import { applyMissing } from '../../src/platform/db/migrate.js';
import type { Client } from '../support/client.js';
import { runCommand } from '../support/command.js';
import { makeKey } from '../support/keys.js';
import { oddGroups } from '../support/odd-world.js';
import {
  databaseStorage,
  databases,
  type Storage,
  startService,
  temporaryDirectory,
  urlOf,
} from '../support/process.js';
import { remoteClient } from '../support/remote-client.js';
import { makeRichWorld } from '../support/rich-world.js';
import { until } from '../support/wait.js';
import { makeGroup, type People } from '../support/world.js';

const secret = `prot_${'backup'.padEnd(43, '-')}`;
const sealing = { SEAL_AFTER_SECONDS: '0', BOOTSTRAP_API_KEY: secret };
const [embedded, postgresql] = databases as [(typeof databases)[0], (typeof databases)[0]];
/** The admin, and somebody else with a key. */
async function peopleOf({ address }: { address: string }, admin: Client): Promise<People> {
  return { admin, reviewer: remoteClient(address, (await makeKey(admin, {})).secret) };
}

const directions = [
  { from: embedded, to: postgresql },
  { from: postgresql, to: embedded },
];

t.setTimeout(300_000);

for (const { from, to } of directions) {
  t.test(`${from.name} -> ${to.name}: every list, its past and the log are byte for byte the same`, async (t) => {
    const storage = await from.storage(t);
    const service = await startService(t, { ...storage, ...sealing });
    const old = remoteClient(service.address, secret);
    const [groups = []] = fc.sample(oddGroups, 1);
    await makeRichWorld(await peopleOf(service, old), groups);
    const { last } = await sealed(old);
    const moment = new Date().toISOString();
    const directory = join(await temporaryDirectory(t), 'backup');
    const backup = await runCommand('backup', [directory], { variables: storage });
    t.equal(backup.code, 0, backup.stderr);
    t.match(backup.stdout, /Not in it:\n.*the secrets of API keys/);
    await holdsNoSecret(t, directory, storage);

    const target = await emptied(t, to);
    const restore = await runCommand('restore', [directory], { variables: target });
    t.equal(restore.code, 0, restore.stderr);
    t.match(restore.stdout, /Verified: [1-9]\d* seals over [1-9]\d* of/);
    t.match(restore.stdout, /Not in it:\n.*the secrets of API keys/);
    const { service: other, client: restored } = await openRestored(t, target);
    const there = await everything(restored, last, moment);
    t.strictSame(there, await everything(old, last, moment));
    t.ok(Object.keys(there).length > 30, 'and that is more than a few');
    t.equal((await remoteClient(other.address, secret).get('/v1/groups')).status, 401, 'its key opens nothing');
    const next = await makeGroup(restored);
    const { items } = (await restored.get(`/v1/changes?resource=group&resourceId=${next.groupId}`)).body;
    t.ok(items[0].position > last, 'and positions go on');
    const webhooks = async (client: Client) => (await client.get('/v1/webhooks')).body.items;
    t.strictSame((await webhooks(restored))[0], (await webhooks(old))[0]);
    const off = async () => (await webhooks(restored))[1].disabledReason;
    t.equal(await until('a webhook without a secret is switched off', off), 'secret-missing');
    t.strictSame(await other.kill('SIGTERM'), { code: 0, signal: null });
    const verified = await runCommand('verify', ['--quiet'], { variables: target });
    t.equal(verified.code, 0, verified.stdout);
  });
}

t.test('a backup that was killed is started again, keeps what it had of the log, and holds up no writer', async (t) => {
  const storage = await databaseStorage(t);
  const service = await startService(t, { ...storage, ...sealing });
  const client = remoteClient(service.address, secret);
  await makeRichWorld(await peopleOf(service, client), fc.sample(oddGroups, 1)[0] ?? []);
  const directory = join(await temporaryDirectory(t), 'backup');
  const args = [directory, '--changes-per-file', '20'];
  const held = await hold(storage.DATABASE_URL, 'teams');
  const kill = new AbortController();
  const killed = runCommand('backup', args, { variables: storage, killedBy: kill.signal });
  await held.awaited();
  const during = await makeGroup(client);
  kill.abort();
  t.equal((await killed).code, null);
  await held.awaited(0);
  t.notOk((await readdir(directory)).includes('manifest.json'), 'it is not finished');
  t.match(await runCommand('restore', [directory], { variables: await emptied(t, postgresql) }), {
    code: 1,
    stderr: /There is no finished backup/,
  });

  const again = runCommand('backup', args, { variables: storage });
  await held.awaited();
  const after = await makeGroup(client);
  await held.release();
  const { code, stdout, stderr } = await again;
  t.equal(code, 0, stderr);
  t.match(stdout, /[1-9]\d* of the files of the log were there already/);
  const target = await emptied(t, postgresql);
  t.match(await runCommand('restore', [directory], { variables: target }), { code: 0 });
  const { client: restored } = await openRestored(t, target);
  t.strictSame((await restored.get(`/v1/groups/${during.groupId}`)).body, during);
  t.equal((await restored.get(`/v1/groups/${after.groupId}`)).status, 404, 'it is of one moment');

  const third = await runCommand('backup', args, { variables: storage });
  t.match(third.stdout, /[1-9]\d* of the files of the log were there already/);
  t.equal(
    (await readdir(directory)).filter((name) => name.startsWith('tables-')).length,
    1,
    'the one before made room',
  );
});

t.test(
  'a directory of another registry, or of something else, and a table that nobody knows are refused',
  async (t) => {
    const directory = join(await temporaryDirectory(t), 'backup');
    const [one, other] = [await databaseStorage(t), await databaseStorage(t)];
    for (const storage of [one, other]) await startService(t, { ...storage, ...sealing });
    t.match(await runCommand('backup', [directory], { variables: one }), { code: 0 });
    const manifest = await readFile(join(directory, 'manifest.json'));
    t.match(await runCommand('backup', [directory], { variables: other }), {
      code: 1,
      stderr: /holds the backup of another registry: the change at position \d+/,
    });
    t.strictSame(await readFile(join(directory, 'manifest.json')), manifest);
    const home = await temporaryDirectory(t);
    await writeFile(join(home, 'letter.txt'), 'x');
    t.match(await runCommand('backup', [home], { variables: one }), { code: 1, stderr: /something else.*letter\.txt/ });
    await query(one.DATABASE_URL, 'create table notes (note text)');
    t.match(await runCommand('backup', [directory], { variables: one }), { code: 1, stderr: /does not know: notes\./ });
    t.match(await runCommand('backup', [directory], { variables: await emptied(t, postgresql) }), {
      code: 1,
      stderr: /There is no registry in this database/,
    });
  },
);

t.test(
  'a damaged file, a database with records and a registry that was touched are refused, and leave nothing',
  async (t) => {
    const storage = await databaseStorage(t);
    const service = await startService(t, { ...storage, ...sealing });
    const client = remoteClient(service.address, secret);
    const group = await makeGroup(client);
    const directory = join(await temporaryDirectory(t), 'backup');
    t.match(await runCommand('backup', [directory], { variables: storage }), { code: 0 });
    const target = await emptied(t, postgresql);
    const restore = () => runCommand('restore', [directory], { variables: target });
    const packed = (await filesOf(directory)).filter((path) => path.endsWith('.gz'));
    for (const paths of [packed, ['manifest.json']]) {
      for (const path of paths) await flipByte(join(directory, path));
      const { code, stderr } = await restore();
      t.equal(code, 1);
      for (const path of paths) t.ok(stderr.includes(path), `${path} is named as damaged`);
      for (const path of paths) await flipByte(join(directory, path));
    }
    t.strictSame(await tablesOf(target.DATABASE_URL ?? ''), []);
    t.match(await runCommand('restore', [directory], { variables: storage }), {
      code: 1,
      stderr: /not empty: api_keys \(1\), changes \(2\), groups \(1\)/,
    });

    await query(storage.DATABASE_URL, `update groups set name = 'touched' where group_id = '${group.groupId}'`);
    t.match(await runCommand('backup', [directory], { variables: storage }), { code: 0 });
    const { code, stderr } = await restore();
    t.equal(code, 1);
    t.ok(stderr.includes(group.groupId), stderr);
    t.strictSame(await tablesOf(target.DATABASE_URL ?? ''), [], 'nothing stays');
    const kept = await runCommand('restore', [directory, '--although-touched'], { variables: target });
    t.match(kept, { code: 0, stdout: /FINDINGS/ });
  },
);

t.test('a backup of a database that an older program migrated is restored, and brought up to date', async (t) => {
  const blank = await databaseStorage(t);
  const { entries } = JSON.parse(await readFile('migrations/meta/_journal.json', 'utf8'));
  const instants = new Map<string, number>(entries.map(({ tag, when }: { tag: string; when: number }) => [tag, when]));
  const last = instants.get('0015_given_reasons') ?? 0;
  const client = new pg.Client({ connectionString: blank.DATABASE_URL });
  await client.connect();
  const migrate = (to: number | undefined) => drizzle(client).transaction((tx) => applyMissing(tx, to));
  await migrate(instants.get('0009_identity'));
  await client.query(await readFile('test/migrations/before-0010.sql', 'utf8'));
  await client.query(`select setval('changes_sequence_seq', (select max(sequence) from changes))`);
  await migrate(last);
  const groupsOf = (url: string) =>
    query(url, 'select group_id, name, version, updated_at, recorded_at from groups order by group_id').then(
      ({ rows }) => rows,
    );
  const before = await groupsOf(blank.DATABASE_URL);
  t.ok(before.length > 0);
  await client.end();
  const directory = join(await temporaryDirectory(t), 'backup');
  t.match(await runCommand('backup', [directory], { variables: blank }), { code: 0 });
  const target = await databaseStorage(t);
  t.match(await runCommand('restore', [directory], { variables: target }), { code: 0, stderr: /verifying/ });
  t.strictSame(await groupsOf(target.DATABASE_URL), before);
  const { rows } = await query(
    target.DATABASE_URL,
    'select max(created_at)::text as latest from drizzle.__drizzle_migrations',
  );
  t.equal(Number(rows[0].latest), Math.max(...instants.values()));
  const migrated = await databaseStorage(t);
  t.match(await runCommand('migrate', [], { variables: migrated }), { code: 0 });
  t.match(await runCommand('restore', [directory], { variables: migrated }), {
    code: 1,
    stderr: /made at migration 16 of the database and this one is at \d+\. Restore into a new database/,
  });
});

/** Every list and figure that a reader can have, by its address; of the log all up to a position. */
async function everything(client: Client, last: number, moment: string): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  const read = async (path: string) => {
    const { status, bytes, headers, body } = await client.get(path);
    if (status !== 200) throw new Error(`${path}: ${status} ${bytes}`);
    answers[path] = `${headers.etag ?? ''} ${bytes}`;
    return body;
  };
  for (const list of ['groups', 'figures', 'teams', 'plans']) {
    await read(`/v1/${list}/rows`);
    await read(`/v1/${list}/rows?asOf=${moment}`);
  }
  await read('/v1/areas/rows');
  await read('/v1/instruments');
  await read('/v1/groups/summary');
  const { items: rounds } = await read('/v1/rounds?limit=500');
  for (const { roundId } of rounds) {
    for (const part of ['', '/targets/rows', '/assessments/rows', '/plan-coverage'])
      await read(`/v1/rounds/${roundId}${part}`);
    for (const part of ['statistics?by=district&', 'statistics/priorities?']) {
      await read(`/v1/rounds/${roundId}/${part}asOf=${moment}`);
    }
  }
  const { items: plans } = await read('/v1/plans?limit=500');
  for (const { planId } of plans) await read(`/v1/plans/${planId}/actions/rows`);
  const { items: groups } = await read('/v1/groups?limit=500');
  for (const { groupId } of groups) await read(`/v1/groups/${groupId}/health`);
  const { items: keys } = (await client.get('/v1/api-keys?limit=500')).body;
  // When a key was last used is no record, and not in a backup.
  answers.keys = JSON.stringify(
    keys
      .filter(({ name }: { name: string }) => name !== 'restored')
      .map(({ lastUsedOn: _left, ...key }: { lastUsedOn: string | null }) => key),
  );
  const changes = (await client.pages('/v1/changes?limit=500')).flat();
  answers.changes = JSON.stringify(changes.filter(({ position }) => position <= last));
  const seals = (await client.pages('/v1/seals?limit=500')).flat();
  answers.seals = JSON.stringify(seals.filter(({ toPosition }) => toPosition <= last));
  return answers;
}

/** Waits until all changes are sealed, and gives the position of the last one. */
async function sealed(client: Client): Promise<{ last: number }> {
  const { position: last } = (await client.get('/v1/changes?limit=500&after=0')).body;
  await until('all changes are sealed', async () => {
    const seals = (await client.pages('/v1/seals?limit=500')).flat();
    return seals.at(-1)?.toPosition >= last;
  });
  return { last };
}

/** A place for a registry where nothing is yet. */
async function emptied(t: Test, { name, storage }: (typeof databases)[0]): Promise<Storage> {
  return name === 'embedded' ? { DATA_DIR: join(await temporaryDirectory(t), 'new') } : storage(t);
}

async function openRestored(t: Test, storage: Storage) {
  const key = await runCommand('create-api-key', ['--name', 'restored', '--permissions', 'admin,read,groups:write'], {
    variables: storage,
  });
  const [, secret = ''] = /(prot_[\w-]{43})\n/.exec(key.stdout) ?? [];
  const service = await startService(t, { ...storage, ...sealing });
  return { service, client: remoteClient(service.address, secret) };
}

async function holdsNoSecret(t: Test, directory: string, storage: Storage): Promise<void> {
  const { rows } = await query(urlOf(storage), 'select secret_hash, secret_lookup from api_keys');
  t.ok(rows.length > 0);
  const texts = await Promise.all((await filesOf(directory)).map((path) => textOf(join(directory, path))));
  for (const { secret_hash: hash, secret_lookup: lookup } of rows) {
    t.notOk(
      texts.some((text) => text.includes(hash) || text.includes(lookup)),
      'no hash of a secret is in it',
    );
  }
}

/** Done twice, it is as before. */
async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

async function textOf(path: string): Promise<string> {
  const bytes = await readFile(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

async function filesOf(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true });
  return entries.filter((name) => /\.(gz|json)$/.test(name));
}

async function query(url: string, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}

async function tablesOf(url: string): Promise<string[]> {
  const { rows } = await query(url, `select relname from pg_class where relnamespace = 'public'::regnamespace`);
  return rows.map(({ relname }) => relname);
}

/** Holds a table so that nobody can read it, until `release`. */
async function hold(url: string, table: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`begin; lock table ${table} in access exclusive mode`);
  const awaited = (backups = 1) =>
    until(`${backups} backups wait for the table`, async () => {
      const { rows } = await query(
        url,
        `select pid from pg_stat_activity where query like 'copy %' and wait_event_type = 'Lock'
          and datname = current_database()`,
      );
      return rows.length === backups;
    });
  return { awaited, release: () => client.end() };
}
