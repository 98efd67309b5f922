/** Seals over the log: made again by another hand, contiguous, one at a time, and never over what may still come between. */
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import t, { type Test } from 'tap';
import { rowsOf } from '../../src/platform/db/database.js';
import { inTransaction } from '../../src/platform/db/transactions.js';
import { readSigningKey } from '../../src/platform/sealing/signing.js';
import { type Sealing, sealNext } from '../../src/resources/seals/seals.actions.js';
import { startTestApp } from '../support/app.js';
import { canonical, sealHash, sha256 } from '../support/canonical.js';
import { holdRows } from '../support/locks.js';
import { assess, made, makeGroup, makeRound, setTarget } from '../support/world.js';

const directory = await mkdtemp(join(tmpdir(), 'prot-seals-'));
t.teardown(() => rm(directory, { recursive: true, force: true }));
const keyFile = join(directory, 'key.pem');
const { privateKey } = generateKeyPairSync('ed25519');
await writeFile(keyFile, privateKey.export({ format: 'pem', type: 'pkcs8' }));

const { admin, stranger, client, database } = await startTestApp(t, { SEAL_SIGNING_KEY: keyFile });
const { db } = database;
const now: Sealing = { afterSeconds: 0, key: null };
const noHash = '0'.repeat(64);

/** A change that is as good as any other, in a transaction that can be held or undone. */
const insertChange = (id: string) => sql`insert into changes (subject_id, actor_kind, actor_id, actor_name, action,
    resource, resource_id, version, after)
  values (gen_random_uuid(), 'service', 'test', 'ทดสอบ', 'test.made', 'test', ${id}, 1, '{"n": 1.50, "ข": "\\u0e01"}')`;

const sealAll = async (sealing = now) => {
  while (await sealNext(db, sealing));
};
const seals = async () => (await admin.pages('/v1/seals?limit=500')).flat();

/** Every seal as docs/seals.md says it is. */
async function provesAll(t: Test) {
  const list = await seals();
  let before = { sealNo: 0, toPosition: 0, hash: noHash };
  for (const seal of list) {
    t.equal(seal.sealNo, before.sealNo + 1);
    t.equal(seal.fromPosition, before.toPosition + 1);
    t.equal(seal.previousHash, before.hash);
    t.equal(seal.hash, await sealHash(database, seal));
    before = seal;
  }
  const [last] = await rowsOf<{ last: number; changes: number }>(
    db,
    sql`select max(sequence)::int as last, count(*)::int as changes from changes`,
  );
  t.equal(before.toPosition, last?.last, 'up to the last change');
  t.equal(
    list.reduce((sum, { changeCount }) => sum + changeCount, 0),
    last?.changes,
  );
  return list;
}

t.test('nothing is sealed before it is old enough, or many', async (t) => {
  const later: Sealing = { afterSeconds: 3_600, key: null };
  t.equal(await sealNext(db, later), false);
  t.strictSame(await seals(), []);
  await inTransaction(db, async (tx) => {
    for (let n = 0; n < 997; n += 1) await tx.execute(insertChange(`many-${n}`));
  });
  t.equal((await rowsOf(db, sql`select from changes`)).length, 998);
  await sealNext(db, later);
  t.strictSame(await seals(), [], '998 young ones wait');
  for (const id of ['one', 'two']) await inTransaction(db, (tx) => tx.execute(insertChange(id)));
  await sealNext(db, later);
  const [seal] = await provesAll(t);
  t.equal(seal?.changeCount, 1_000);
});

t.test('a seal can be made again by what the documents say', async (t) => {
  const group = await makeGroup(admin, '401001', { foundedOn: '1985-06-01', villageName: 'บ้าน "หนอง" 😀' });
  const money = { memberCount: 3, savingsBaht: 999_999_999_999.99 };
  await made(admin.put(`/v1/groups/${group.groupId}/figures/2012-03-31`, money));
  const { roundId } = await makeRound(admin);
  await setTarget(admin, roundId, group.groupId);
  await assess(admin, roundId, group.groupId, '1'.repeat(19));
  await sealAll();
  await provesAll(t);
  const page = await readFile(new URL('../../../docs/seals.md', import.meta.url), 'utf8');
  const document = /^\{"action".*$/m.exec(page)?.[0] ?? '';
  t.equal(canonical(JSON.parse(document)), document, 'the example is canonical');
  t.equal(/`hash`: `(\w+)`/.exec(page)?.[1], sha256(`${noHash}\n${document}\n`));
});

t.test('every column of a change is sealed, or named as left out', async (t) => {
  const page = await readFile(new URL('../../../docs/seals.md', import.meta.url), 'utf8');
  const [, example = ''] = /^(\{"action".*)$/m.exec(page) ?? [];
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const sealed = Object.keys(JSON.parse(example)).map((name) => (name === 'position' ? 'sequence' : snake(name)));
  const columns = await rowsOf<{ name: string }>(
    db,
    sql`select column_name as name from information_schema.columns where table_name = 'changes' and table_schema = 'public'`,
  );
  const leftOut = columns.map(({ name }) => name).filter((name) => !sealed.includes(name));
  t.strictSame(
    leftOut.filter((name) => !['transaction_id', 'area_code_before', 'draft_before', 'draft_after'].includes(name)),
    [],
    'whoever adds a column says in docs/seals.md whether it is derived; what is not needs a new form',
  );
});

t.test('positions that nobody used are in the stretch of a seal', async (t) => {
  await t.rejects(
    inTransaction(db, async (tx) => {
      await tx.execute(insertChange('undone'));
      throw new Error('undone');
    }),
    { message: 'undone' },
  );
  await inTransaction(db, (tx) => tx.execute(insertChange('done')));
  await sealAll();
  const last = (await provesAll(t)).at(-1);
  t.equal(last.toPosition - last.fromPosition, 1);
  t.equal(last.changeCount, 1);
});

t.test('a change in flight is waited for, and so is what came after it', async (t) => {
  const before = (await seals()).length;
  const commit = await holdRows(database, sql`${insertChange('slow')} returning 1`);
  await inTransaction(db, (tx) => tx.execute(insertChange('quick')));
  await sealAll();
  t.equal((await seals()).length, before, 'the quick one is not sealed without the slow one before it');
  await commit();
  await sealAll();
  t.equal((await provesAll(t)).at(-1).changeCount, 2);
});

t.test('many nodes seal while others write: one chain, each change once', async (t) => {
  let writing = true;
  const writer = async (name: number) => {
    for (let n = 0; n < 40; n += 1) await inTransaction(db, (tx) => tx.execute(insertChange(`${name}-${n}`)));
  };
  const node = async () => {
    while (writing) await sealNext(db, { ...now, most: 7 });
  };
  const nodes = [node(), node(), node()];
  await Promise.all([1, 2, 3, 4].map(writer));
  writing = false;
  await Promise.all(nodes);
  await sealAll({ ...now, most: 7 });
  const list = await provesAll(t);
  t.ok(list.length > 20);
});

t.test('a long history is sealed in steps', async (t) => {
  const before = (await seals()).length;
  await inTransaction(db, (tx) =>
    tx.execute(sql`insert into changes (subject_id, actor_kind, actor_id, actor_name, action, resource, resource_id, version)
      select gen_random_uuid(), 'service', 'test', 'test', 'test.made', 'test', n::text, 1 from generate_series(1, 2500) n`),
  );
  t.equal(await sealNext(db, { ...now, most: 1_000 }), true, 'there is more');
  await sealAll({ ...now, most: 1_000 });
  const list = (await provesAll(t)).slice(before);
  t.strictSame(
    list.map(({ changeCount }) => changeCount),
    [1_000, 1_000, 500],
  );
});

t.test('a seal is signed by the configured key, which clients can read', async (t) => {
  await inTransaction(db, (tx) => tx.execute(insertChange('signed')));
  t.equal((await seals()).at(-1).signature, null);
  await sealAll({ ...now, key: readSigningKey(keyFile) });
  const { signature, keyId, ...signed } = (await provesAll(t)).at(-1);
  const [key] = (await admin.get('/v1/seals/keys')).body.keys;
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  t.equal(key.x, x);
  t.equal(key.kid, sha256(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`, 'base64url'), 'RFC 7638');
  t.equal(keyId, key.kid);
  const checks = (document: object) =>
    verify(null, Buffer.from(canonical(document)), createPublicKey(privateKey), Buffer.from(signature, 'base64url'));
  t.ok(checks(signed));
  t.notOk(checks({ ...signed, changeCount: 2 }));
});

t.test('seals are read one by one, in pages and whole, by whoever may read', async (t) => {
  const all = await seals();
  const reader = await client({ permissions: ['read'], areaCode: '4010' });
  t.strictSame((await reader.get('/v1/seals/2')).body, all[1]);
  t.strictSame((await reader.pages('/v1/seals?limit=3')).flat(), all);
  const { bytes } = await reader.get('/v1/seals/rows', { accept: 'application/x-ndjson' });
  const lines = bytes.toString().trimEnd().split('\n');
  t.strictSame(
    lines.map((line) => JSON.parse(line)),
    all,
  );
  t.equal((await reader.get(`/v1/seals/${all.length + 1}`)).body.code, 'seal-not-found');
  for (const no of ['0', '1.5', 'x', '1e1']) {
    const { status, body } = await reader.get(`/v1/seals/${no}`);
    t.equal(status, body.status);
    t.ok([400, 404, 422].includes(status), `${no}: ${status} ${body.code}`);
  }
  t.equal((await stranger.get('/v1/seals')).status, 401);
});

t.test('a service without a key has none, and one with a wrong file does not start', async (t) => {
  const { admin } = await startTestApp(t);
  t.strictSame((await admin.get('/v1/seals/keys')).body, { keys: [] });
  const rsa = join(directory, 'rsa.pem');
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(rsa, pair.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  await t.rejects(startTestApp(t, { SEAL_SIGNING_KEY: rsa }), { message: /rsa\.pem holds no Ed25519 private key/ });
  await t.rejects(startTestApp(t, { SEAL_SIGNING_KEY: join(directory, 'none.pem') }), { message: /none\.pem/ });
});
