/** One kind of work that takes all it can get does not keep the others waiting. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { startTestApp } from '../support/app.js';
import { ndjson, upload } from '../support/bulk.js';
import { makeBlankPostgres } from '../support/database.js';
import { holdRows, waitingBackends } from '../support/locks.js';
import { makeGroup } from '../support/world.js';

const blank = await makeBlankPostgres();
await blank?.drop();
const skip = blank === null ? 'needs PostgreSQL: the embedded database has one connection' : false;
/** Longer than any test: whoever waits for the row waits until the test lets it go. */
const patient = { STATEMENT_TIMEOUT_MS: '600000', LOCK_TIMEOUT_MS: '600000' };

t.setTimeout(110_000);

t.test('many writers that wait for one row: reads are answered, and the service is ready', { skip }, async (t) => {
  const { admin, stranger, database } = await startTestApp(t, patient);
  const { groupId, registrationNo, areaCode } = await makeGroup(admin);
  const release = await holdRows(database, sql`select from groups where group_id = ${groupId} for update`);
  const writers = Array.from({ length: 30 }, (_, index) =>
    admin.put(`/v1/groups/${groupId}`, { registrationNo, areaCode, name: `ชื่อ ${index}` }, { 'if-match': '*' }),
  );
  // The test itself holds one of the eight places for writes.
  await waitingBackends(database, 7);
  for (let index = 0; index < 10; index += 1) {
    t.equal((await admin.get(`/v1/groups/${groupId}`)).status, 200);
    t.equal((await stranger.get('/readyz')).status, 200);
  }
  await release();
  const statuses = (await Promise.all(writers)).map(({ status }) => status);
  t.ok(statuses.includes(200), 'the writers go on when the row is free');
  t.ok(statuses.every((status) => status === 200 || status === 503));
});

t.test(
  'files that wait for rows leave writes and reads their places, and a third file waits its turn',
  { skip },
  async (t) => {
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
  },
);
