/** One kind of work that takes all it can get does not keep the others waiting. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { type Database, rowsOf } from '../../src/platform/db/database.js';
import { startTestApp } from '../support/app.js';
import { ndjson, upload } from '../support/bulk.js';
import { holdRows, waitingBackends } from '../support/locks.js';
import { until } from '../support/wait.js';
import { makeGroup } from '../support/world.js';

/** Longer than any test: whoever waits for the row waits until the test lets it go. */
const patient = { STATEMENT_TIMEOUT_MS: '600000', LOCK_TIMEOUT_MS: '600000' };

t.setTimeout(110_000);

t.test('many writers that wait for one row: reads and other writes go on, and the service is ready', async (t) => {
  const { admin, stranger, database } = await startTestApp(t, patient);
  const { groupId, registrationNo, areaCode } = await makeGroup(admin);
  const release = await holdRows(database, sql`select from groups where group_id = ${groupId} for update`);
  const writers = Array.from({ length: 30 }, (_, index) =>
    admin.put(`/v1/groups/${groupId}`, { registrationNo, areaCode, name: `ชื่อ ${index}` }, { 'if-match': '*' }),
  );
  // They come and go, each as long as its patience lasts.
  await until('several of them wait', async () => (await waitingWrites(database)) > 2);
  for (let index = 0; index < 10; index += 1) {
    t.equal((await admin.get(`/v1/groups/${groupId}`)).status, 200);
    t.equal((await stranger.get('/readyz')).status, 200);
    t.ok(await makeGroup(admin), 'a write of another record');
  }
  await release();
  const statuses = (await Promise.all(writers)).map(({ status }) => status);
  t.strictSame(statuses, Array(30).fill(200), 'and every writer that waited has its turn');
});

t.test('a writer whose row stays held is refused when the lock timeout is over', async (t) => {
  const { admin, database } = await startTestApp(t, { LOCK_TIMEOUT_MS: '700' });
  const { groupId, registrationNo, areaCode } = await makeGroup(admin);
  const release = await holdRows(database, sql`select from groups where group_id = ${groupId} for update`);
  const body = { registrationNo, areaCode, name: 'ชื่อใหม่' };
  const put = { method: 'PUT', path: `/v1/groups/${groupId}`, body, headers: { 'if-match': '*' } } as const;
  const { body: problem } = await admin.refused(t, put, { status: 503, code: 'unavailable' });
  t.match(problem.detail, /Another write holds the record/);
  await release();
  t.equal((await admin.send(put)).status, 200);
});

t.test('files that wait for rows leave writes and reads their places, and a third file waits its turn', async (t) => {
  const { admin, stranger, database } = await startTestApp(t, patient);
  const group = await makeGroup(admin);
  const release = await holdRows(database, sql`select from groups where group_id = ${group.groupId} for update`);
  const row = ({ registrationNo, areaCode }: typeof group, name: string) =>
    ndjson([{ registrationNo, areaCode, name }]);
  const files = ['ก', 'ข', 'ค', 'ง'].map((name) => upload(admin, '/v1/groups', row(group, `ชื่อ ${name}`)));
  await waitingBackends(database, 2);
  const made = await Promise.all(Array.from({ length: 20 }, () => makeGroup(admin)));
  t.equal(made.length, 20, 'writes of other rows go on');
  t.equal((await admin.get('/v1/groups', { accept: 'application/x-ndjson' })).status, 200, 'and whole lists');
  t.equal((await stranger.get('/readyz')).status, 200);
  await release();
  t.strictSame(
    (await Promise.all(files)).map(({ status }) => status),
    [200, 200, 200, 200],
    'each file has its turn',
  );
});

async function waitingWrites({ db }: Database): Promise<number> {
  const waiting = sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return (await rowsOf(db, waiting)).length;
}
