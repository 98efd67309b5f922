/** `Idempotency-Key` where something fails, or ends, between the write and its answer. */
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { inTransaction } from '../../src/platform/db/transactions.js';
import { startTestApp } from '../support/app.js';
import type { Call } from '../support/client.js';

const { admin, database } = await startTestApp(t);
const { db } = database;

const keyed = (path: string, body: unknown): Call => ({
  method: 'POST',
  path,
  body,
  headers: { 'idempotency-key': `"${randomUUID()}"` },
});
const team = (name: string) => keyed('/v1/teams', { name, tier: 'province', areaCode: '40', members: [] });
const run = (statement: string) => inTransaction(db, (tx) => tx.execute(sql.raw(statement)));
const named = async (name: string) =>
  (await admin.get('/v1/teams?limit=500')).body.items.filter((one: { name: string }) => one.name === name).length;

t.test('where the commit fails, the refusal says nothing of a record, and the same request goes through', async (t) => {
  await run(`create function fail_commit() returns trigger language plpgsql as
    $$ begin raise exception 'not committed' using errcode = '40001'; end $$`);
  await run(`create constraint trigger fail_commit after insert on teams
    deferrable initially deferred for each row execute function fail_commit()`);
  const call = team('ทีมที่ไม่สำเร็จ');
  const refused = await admin.send(call).finally(() => run('drop trigger fail_commit on teams'));
  t.equal(refused.status, 503);
  t.strictSame([refused.headers.location, refused.headers.etag], [undefined, undefined]);
  t.equal(await named('ทีมที่ไม่สำเร็จ'), 0);
  const done = await admin.send(call);
  t.strictSame([done.status, done.headers['idempotent-replayed']], [201, undefined], 'nothing was kept of the failure');
  t.equal(await named('ทีมที่ไม่สำเร็จ'), 1);
});

t.test('a key whose time ends while its request is repeated is asked for again', async (t) => {
  const call = team('ทีมที่หมดเวลา');
  await admin.send(call);
  // The repetition begins before the end of the time and is as slow as that its answer is made after it.
  await run(`create function expire_answers() returns trigger language plpgsql as $$ begin
    perform pg_sleep(extract(epoch from (select max(created_at) from kept_answers) + interval '24 hours' - clock_timestamp()) + 0.05);
    return new; end $$`);
  await run('create trigger expire_answers before insert on teams for each row execute function expire_answers()');
  await run(`update kept_answers set created_at = clock_timestamp() - interval '24 hours' + interval '3 seconds'`);
  const again = await admin.send(call).finally(() => run('drop trigger expire_answers on teams'));
  t.strictSame([again.status, again.body.code], [409, 'idempotency-key-in-use']);
  t.ok(Number(again.headers['retry-after']) > 0);
  t.equal(await named('ทีมที่หมดเวลา'), 1, 'and nothing has happened');
});

t.test('a secret is no more to be stored the second time than the first, whatever would be answered now', async (t) => {
  const expiresAt = new Date(Date.now() + 5_000).toISOString();
  const call = keyed('/v1/api-keys', { name: 'Stored', permissions: ['read'], areaCode: null, expiresAt });
  const first = await admin.send(call);
  t.equal(first.status, 201);
  await run(`select pg_sleep(greatest(0, extract(epoch from '${expiresAt}'::timestamptz - clock_timestamp()) + 0.05))`);
  const again = await admin.send(call);
  t.strictSame([again.status, again.headers['idempotent-replayed']], [201, 'true']);
  t.equal(again.bytes.toString(), first.bytes.toString());
  t.strictSame(
    [first, again].map(({ headers }) => headers['cache-control']),
    ['no-store', 'no-store'],
  );
});
