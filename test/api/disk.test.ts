/** Disks without room: the one where files wait, and that of the database. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { startTestApp } from '../support/app.js';
import { ndjson, types, upload } from '../support/bulk.js';

const { database, admin } = await startTestApp(t);
const run = promisify(execFile);
const small = await smallDisk(256);
const { TMPDIR } = process.env;

t.afterEach(() => {
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
});

t.test(
  `a file that finds no room to wait is 507, and leaves the room to others${small === null ? ': needs the right to mount a small disk' : ''}`,
  { skip: small === null },
  async (t) => {
    process.env.TMPDIR = small ?? '';
    // Larger than the disk, and small enough for the write that no longer fits to be one of many.
    const large = {
      method: 'POST',
      path: '/v1/groups',
      payload: groups(5_000),
      headers: { 'content-type': types.ndjson },
    } as const;
    const refused = await admin.refused(t, large, { status: 507, code: 'storage-full' });
    t.equal(refused.headers['retry-after'], '60');
    t.strictSame(await readdir(small ?? ''), [], 'nothing is left of it');
    t.equal((await upload(admin, '/v1/groups', groups(10))).status, 200, 'a file that fits is taken');
  },
);

t.test(
  'a temporary directory that is not there, or is no directory, is 503 for files and for nothing else',
  async (t) => {
    for (const path of ['/proc/no-such-directory', '/dev/null']) {
      process.env.TMPDIR = path;
      const file = {
        method: 'POST',
        path: '/v1/groups',
        payload: groups(1),
        headers: { 'content-type': types.ndjson },
      } as const;
      await admin.refused(t, file, { status: 503, code: 'unavailable' });
      t.equal((await admin.get('/v1/groups?limit=1')).status, 200);
    }
  },
);

t.test('a database whose disk is full is 507, not one that cannot be reached', async (t) => {
  await database.db.execute(sql`create function no_room() returns trigger language plpgsql as $$
    begin raise disk_full using message = 'could not extend file "base/1/2": No space left on device'; end $$`);
  await database.db.execute(sql`create trigger no_room before insert on groups execute function no_room()`);
  t.teardown(() => database.db.execute(sql`drop function no_room cascade`));
  const body = { registrationNo: 'D-1', name: 'กลุ่มทดสอบ', areaCode: '401001' };
  const refused = await admin.refused(
    t,
    { method: 'POST', path: '/v1/groups', body },
    { status: 507, code: 'storage-full' },
  );
  t.match(refused.body.detail, /disk of the database is full/);
  t.notMatch(JSON.stringify(refused.body), /base\/1/, 'nothing of the driver leaves');
});

function groups(count: number): string {
  return ndjson(
    Array.from({ length: count }, (_, index) => ({
      registrationNo: `DISK-${index}`,
      name: 'กลุ่มออมทรัพย์เพื่อการผลิต',
      areaCode: '401001',
    })),
  );
}

/** A disk of so many kilobytes in memory, or null where we may not mount one. */
async function smallDisk(kilobytes: number): Promise<string | null> {
  const path = await mkdtemp(join(tmpdir(), 'prot-disk-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path]);
  } catch {
    return null;
  }
  t.teardown(() => run('umount', [path]));
  return path;
}
