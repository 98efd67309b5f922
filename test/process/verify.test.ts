/** `npm run verify` as it is called: what it says, how it ends, and that it needs nobody to stop. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import t from 'tap';
import { runCommand } from '../support/command.js';
import { makeBlankDatabase } from '../support/database.js';
import { databases, startService, temporaryDirectory } from '../support/process.js';
import { until } from '../support/wait.js';

t.setTimeout(110_000);
const cwd = await temporaryDirectory(t);
const { url, drop } = await makeBlankDatabase();
t.teardown(drop);
const client = new pg.Client({ connectionString: url, application_name: 'prot-test' });
const verify = (...args: string[]) =>
  runCommand('verify', args, { cwd, variables: { DATABASE_URL: url, DATA_DIR: join(cwd, 'data') } });

t.test('all is well in a new database', async (t) => {
  const { code, stdout, stderr } = await verify();
  t.strictSame([code, stderr], [0, '']);
  t.match(stdout, /^0 seals over 0 of 1 changes; .*\n2 records compared.*\nEverything is as the service left it\.\n$/);
});

t.test('what was touched is named, in words and as JSON, and the exit code is 1', async (t) => {
  await client.connect();
  t.teardown(() => client.end());
  const { rows } = await client.query(`update api_keys set name = name || '.' returning api_key_id as id`);
  const { code, stdout } = await verify();
  t.equal(code, 1);
  t.match(stdout, `2 FINDINGS, the first:\n  api-key ${rows[0].id} is not as change 1 left it: name, recordedAt.\n`);
  const json = await verify('--json', '--quiet');
  t.equal(json.code, 1);
  t.match(JSON.parse(json.stdout), {
    ok: false,
    findings: 2,
    first: [{ code: 'record-differs', resource: 'api-key', resourceId: rows[0].id, columns: ['name', 'recordedAt'] }],
  });
});

t.test('what is no key and no seal is refused by name', async (t) => {
  for (const [option, value] of [
    ['--public-key', 'none.pem'],
    ['--noted', '1:abc'],
    ['--noted', `0x1:${'0'.repeat(64)}`],
    ['--most', '0'],
  ] as const) {
    const { code, stdout, stderr } = await verify(option, value);
    t.strictSame([code, stdout], [2, ''], `${option} ${value}`);
    t.match(stderr, value);
  }
});

for (const { name, storage } of databases) {
  t.test(`${name}: while the service runs, and afterwards, with what it sealed`, async (t) => {
    const where = await storage(t);
    const key = join(cwd, `${where.DATA_DIR.replaceAll('/', '-')}.pem`);
    const pair = generateKeyPairSync('ed25519');
    await writeFile(key, pair.privateKey.export({ format: 'pem', type: 'pkcs8' }));
    await writeFile(`${key}.pub`, pair.publicKey.export({ format: 'pem', type: 'spki' }));
    const service = await startService(t, { ...where, SEAL_SIGNING_KEY: key, SEAL_AFTER_SECONDS: '0' });
    const headers = { authorization: `Bearer ${service.adminKey}` };
    await until('the first key is sealed', async () => {
      const answer = await fetch(`${service.address}/v1/seals`, { headers });
      const { items } = (await answer.json()) as { items: unknown[] };
      return items.length > 0;
    });
    const options = ['--public-key', `${key}.pub`];
    const running = await runCommand('verify', options, { cwd, variables: where });
    if (name === 'embedded') {
      t.equal(running.code, 1);
      t.match(running.stderr, 'is in use by another process of Prot: stop that one first');
    } else t.strictSame([running.code, running.stderr], [0, '']);
    await service.kill('SIGTERM');
    const { code, stdout } = await runCommand('verify', options, { cwd, variables: where });
    t.equal(code, 0);
    t.match(
      stdout,
      /^1 seals over 1 of 1 changes; 1 are signed, signatures checked\.\nThe newest, .*: 1:[0-9a-f]{64}\n/,
    );
  });
}
