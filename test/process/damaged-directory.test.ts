/** A data directory that is not empty and not a whole database of ours is refused by name, and not a byte of it changes. */
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { startEmbedded } from '../../src/platform/db/embedded/embedded.js';
import { makeLog } from '../../src/platform/log.js';
import { embeddedStorage, endsWith, keyCount, launch, startService, temporaryDirectory } from '../support/process.js';

const secret = `prot_${'start'.padEnd(43, '-')}`;

t.setTimeout(200_000);

/** Ways in which a copy is half restored or damaged: what is done to DATA_DIR, and what the refusal says. */
const damages: Record<string, [damage: (directory: string) => Promise<unknown>, says: RegExp]> = {
  'PG_VERSION is missing': [(directory) => rm(join(directory, 'postgres/PG_VERSION')), /PG_VERSION is missing/],
  'PG_VERSION is empty': [(directory) => truncate(join(directory, 'postgres/PG_VERSION')), /PG_VERSION is missing/],
  'it is of a newer version': [
    (directory) => writeFile(join(directory, 'postgres/PG_VERSION'), '19\n'),
    /of PostgreSQL 19, and this program has 18/,
  ],
  'it is of an older version': [
    (directory) => writeFile(join(directory, 'postgres/PG_VERSION'), '9.6\n'),
    /of PostgreSQL 9\.6, and/,
  ],
  'an empty folder was not copied': [
    (directory) => rm(join(directory, 'postgres/pg_notify'), { recursive: true }),
    /pg_notify\/ is missing/,
  ],
  'the tables are missing': [
    (directory) => rm(join(directory, 'postgres/base'), { recursive: true }),
    /base\/ is missing/,
  ],
  'the log is missing': [
    (directory) => rm(join(directory, 'postgres/pg_wal/000000010000000000000001')),
    /pg_wal\/ is empty/,
  ],
  'the log is cut off': [
    (directory) => truncate(join(directory, 'postgres/pg_wal/000000010000000000000001'), 1_000_000),
    /pg_wal\/0+10+1 is cut off/,
  ],
  'pg_control is missing': [
    (directory) => rm(join(directory, 'postgres/global/pg_control')),
    /pg_control is missing or cut off/,
  ],
  'pg_control is cut off': [
    (directory) => truncate(join(directory, 'postgres/global/pg_control'), 100),
    /pg_control is missing or cut off/,
  ],
  'a table is cut off': [
    (directory) => truncate(join(directory, 'postgres/base/5/1259'), 10_000),
    /base\/5\/1259 is cut off/,
  ],
  'only the key is there': [
    (directory) => rm(join(directory, 'postgres'), { recursive: true }),
    /it is missing, although admin-api-key is there/,
  ],
  'its files lie one folder too high': [
    (directory) =>
      cp(join(directory, 'postgres'), directory, { recursive: true }).then(() =>
        rm(join(directory, 'postgres'), { recursive: true }),
      ),
    /it is missing, although \w+ is there/,
  ],
  'something else is there': [
    async (directory) => {
      await rm(join(directory, 'postgres'), { recursive: true });
      await mkdir(join(directory, 'postgres'));
      await writeFile(join(directory, 'postgres/letters.txt'), 'of somebody');
    },
    /PG_VERSION is missing/,
  ],
};

t.test('a directory that is not a whole database is refused by name and left as it is', async (t) => {
  const DATA_DIR = await skeleton(t);
  for (const [what, [damage, says]] of Object.entries(damages)) {
    const directory = join(await temporaryDirectory(t), 'data');
    await cp(DATA_DIR, directory, { recursive: true });
    await damage(directory);
    const before = await contentOf(directory);
    const message = await startEmbedded(directory, { connections: 1 }, makeLog('silent')).then(
      ({ stop }) => stop().then(() => 'it was opened'),
      (error: Error) => error.message,
    );
    t.match(message, says, what);
    t.match(message, /is not whole: .* It was left as it is\. Restore all of/);
    t.strictSame(await contentOf(directory), before, `${what}: not a byte has changed`);
  }
});

t.test('damage that only PostgreSQL finds is told in the same words, and leaves nothing running', async (t) => {
  const damaged: [name: string, says: RegExp][] = [
    ['base/5/1259', /is not whole: PostgreSQL cannot read it\./],
    ['global/1262', /is not whole: PostgreSQL cannot read it\./],
    ['pg_xact/0000', /is not whole: pg_xact\/ is empty/],
    ['postgresql.conf', /is not whole: PostgreSQL cannot open it \(postgres ended: .*postgresql.conf/],
  ];
  for (const [name, says] of damaged) {
    const { DATA_DIR } = await embeddedStorage(t);
    await rm(join(DATA_DIR, 'postgres', name));
    await endsWith(t, launch(t, { DATA_DIR }), says);
    t.notOk((await readdir(join(DATA_DIR, 'postgres'))).includes('postmaster.pid'), name);
  }
});

t.test('a directory of the engine of earlier versions is refused with the way out', async (t) => {
  const DATA_DIR = await skeleton(t);
  const control = join(DATA_DIR, 'postgres/global/pg_control');
  const bytes = await readFile(control);
  // Built for 32 bits, it passed no number of 64 bits as a value; the rest is as in any PostgreSQL 18.
  bytes[0xf8] = 0;
  await writeFile(control, bytes);
  const before = await contentOf(DATA_DIR);
  await endsWith(t, launch(t, { DATA_DIR }), /another embedded engine \(PGlite\).*docs\/moving-from-pglite\.md/);
  t.strictSame(await contentOf(DATA_DIR), before, 'not a byte has changed');
});

t.test('a start that was killed while it made the database is begun again, and a whole one is opened', async (t) => {
  const { DATA_DIR } = await embeddedStorage(t);
  const half = await temporaryDirectory(t);
  await cp(join(DATA_DIR, 'postgres/global'), join(half, 'postgres.making/global'), { recursive: true });
  const first = await startService(t, { DATA_DIR: half, BOOTSTRAP_API_KEY: secret });
  t.equal(await keyCount(first.address, secret), 1);
  t.notOk((await readdir(half)).includes('postgres.making'), 'what was half made is gone');
  await first.kill('SIGKILL');
  const moved = join(await temporaryDirectory(t), 'moved');
  await rename(half, moved);
  const second = await startService(t, { DATA_DIR: moved, BOOTSTRAP_API_KEY: secret });
  t.equal(await keyCount(second.address, secret), 1, 'after a kill as well');
});

/** What a database that was closed looks like from outside, with next to nothing in it: a real one has 60 MB to copy. */
async function skeleton(t: Test): Promise<string> {
  const { DATA_DIR } = await embeddedStorage(t);
  const directory = join(await temporaryDirectory(t), 'data');
  const inside = (name: string) => join(directory, 'postgres', name);
  await mkdir(inside('base/5'), { recursive: true });
  for (const entry of await readdir(join(DATA_DIR, 'postgres'), { withFileTypes: true })) {
    if (entry.isDirectory()) await mkdir(inside(entry.name), { recursive: true });
    else await cp(join(DATA_DIR, 'postgres', entry.name), inside(entry.name));
  }
  const kept = ['global/pg_control', 'global/pg_filenode.map', 'global/1262', 'pg_xact/0000'];
  const ofDatabase = ['PG_VERSION', 'pg_filenode.map', '1259', '1259_fsm'].map((name) => `base/5/${name}`);
  for (const name of [...kept, ...ofDatabase]) await cp(join(DATA_DIR, 'postgres', name), inside(name));
  await writeFile(inside('pg_wal/000000010000000000000001'), '');
  await truncate(inside('pg_wal/000000010000000000000001'), 16 * 1024 * 1024);
  await writeFile(join(directory, 'admin-api-key'), `${secret}\n`, { mode: 0o600 });
  return directory;
}

/** Every file of a directory with what is in it, and every folder. */
async function contentOf(directory: string): Promise<string[]> {
  const names = (await readdir(directory, { recursive: true })).sort();
  return Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      const isFile = (await stat(path)).isFile();
      return isFile
        ? `${name} ${createHash('sha256')
            .update(await readFile(path))
            .digest('hex')}`
        : name;
    }),
  );
}
