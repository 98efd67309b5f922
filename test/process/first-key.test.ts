import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { readConfig } from '../../src/config.js';
import { makeCall } from '../../src/demo/client.js';
import { rowsOf } from '../../src/platform/db/database.js';
import { makeLog } from '../../src/platform/log.js';
import { openDatabase } from '../../src/start.js';
import {
  databaseStorage,
  databases,
  embeddedStorage,
  endsWith,
  keyCount,
  launch,
  startService,
  type Variables,
} from '../support/process.js';

const secret = `prot_${'start'.padEnd(43, '-')}`;

t.setTimeout(110_000);

for (const { name, storage: newStorage } of databases) {
  t.test(
    `${name}: the first start makes an admin key in a file only its owner reads, and prints it nowhere`,
    async (t) => {
      const variables = await newStorage(t);
      const first = await startService(t, variables);
      const key = String(first.adminKey);
      t.notMatch(first.output(), key, 'neither on standard output, which is the log, nor on standard error');
      const path = join(variables.DATA_DIR, 'admin-api-key');
      t.equal(await readFile(path, 'utf8'), `${key}\n`);
      t.equal((await stat(path)).mode & 0o777, 0o600);
      t.equal(await keyCount(first.address, key), 1, 'it works, and is the only one');
      await first.kill('SIGTERM');

      const second = await startService(t, variables);
      t.equal(second.adminKey, null, 'the second start makes none');
      t.notMatch(second.output(), /prot_/);
      t.equal(await keyCount(second.address, key), 1);
    },
  );

  t.test(`${name}: BOOTSTRAP_API_KEY becomes the first key and is written down nowhere`, async (t) => {
    const variables = { ...(await newStorage(t)), BOOTSTRAP_API_KEY: secret, LOG_LEVEL: 'trace' };
    const service = await startService(t, variables);
    t.equal(await keyCount(service.address, secret), 1);
    await service.kill('SIGTERM');
    t.notMatch(service.output(), secret);
    t.strictSame(await filesWith(variables.DATA_DIR, secret), []);

    const other = await startService(t, { ...variables, BOOTSTRAP_API_KEY: `prot_${'x'.repeat(43)}` });
    t.equal(await keyCount(other.address, secret), 1, 'another one makes no second key');
    await other.kill('SIGTERM');
    const [row = ''] = await storedKeys(variables);
    t.notMatch(row, secret);
    t.match(row, createHash('sha256').update(secret).digest('hex'));
  });

  t.test(`${name}: no log line holds a secret, whatever the request`, async (t) => {
    const variables = { ...(await newStorage(t)), BOOTSTRAP_API_KEY: secret, LOG_LEVEL: 'trace' };
    const service = await startService(t, variables);
    const wrong = 'prot_wrong-but-still-the-secret-of-someone';
    const requests: [string, RequestInit][] = [
      ['/v1/api-keys', { headers: { authorization: `Bearer ${secret}` } }],
      ['/v1/api-keys', { headers: { authorization: `Bearer ${wrong}`, cookie: `session=${wrong}` } }],
      ['/v1/api-keys', { headers: { authorization: `Basic ${wrong}` } }],
      ['/v1/%zz', { headers: { authorization: `Bearer ${secret}` } }],
      ['/v1/nothing', { headers: { authorization: `Bearer ${secret}` } }],
      ['/v1/groups', { method: 'POST', headers: { authorization: `Bearer ${secret}` }, body: '{' }],
    ];
    for (const [path, request] of requests) await (await fetch(`${service.address}${path}`, request)).text();
    const key = { name: 'A key', permissions: ['read'], areaCode: null };
    const { body: issued } = await makeCall(service.address, secret)('POST', '/v1/api-keys', key);
    await service.kill('SIGTERM');
    for (const hidden of [secret, wrong, issued.secret]) t.notMatch(service.output(), hidden);
    t.notMatch(service.output(), /postgres(ql)?:\/\//, 'nor how to reach the database');
  });
}

t.test('a first start that cannot write the key down makes none, so that the next one does', async (t) => {
  const variables = await databaseStorage(t);
  const file = join(variables.DATA_DIR, 'a-file');
  await writeFile(file, '');
  await endsWith(t, launch(t, { ...variables, DATA_DIR: join(file, 'below') }), /could not start/);
  const service = await startService(t, variables);
  t.ok(service.adminKey, 'the next start gives a key');
});

t.test('the first key is for its owner alone, even where a file of that name was there for all to read', async (t) => {
  const { DATA_DIR } = await embeddedStorage(t);
  await writeFile(join(DATA_DIR, 'admin-api-key'), 'of an earlier database\n', { mode: 0o644 });
  const service = await startService(t, { DATA_DIR });
  t.equal(await readFile(join(DATA_DIR, 'admin-api-key'), 'utf8'), `${service.adminKey}\n`);
  t.equal((await stat(join(DATA_DIR, 'admin-api-key'))).mode & 0o777, 0o600);
});

async function storedKeys(variables: Variables): Promise<string[]> {
  const { database } = await openDatabase(readConfig({ ...variables }), makeLog('silent'));
  const rows = await rowsOf<{ row: string }>(database.db, sql`select k::text as row from api_keys k`);
  await database.close();
  return rows.map(({ row }) => row);
}

async function filesWith(directory: string | undefined, text: string): Promise<string[]> {
  const entries = await readdir(String(directory), { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(paths.map((path) => readFile(path)));
  return paths.filter((_, index) => contents[index]?.includes(text));
}
