/** Imports beside other writes, beside each other, and on a database that gives them up. */
import { type SQL, sql } from 'drizzle-orm';
import t from 'tap';
import { rowsOf } from '../../src/platform/db/database.js';
import { inTransaction } from '../../src/platform/db/transactions.js';
import { batchRows } from '../../src/resources/imports/read-batches.actions.js';
import { startTestApp } from '../support/app.js';
import { countsOf, ndjson, upload } from '../support/bulk.js';
import { holdRows, waitingBackends } from '../support/locks.js';
import { stateOf } from '../support/state.js';
import { made, makeGroup, makeRound, scoresFrom, setTarget } from '../support/world.js';

/** Longer than any test: what waits for a lock goes on because the test lets it. */
const patient = { LOCK_TIMEOUT_MS: '90000', BULK_STATEMENT_TIMEOUT_MS: '90000' };
const { database, admin } = await startTestApp(t, patient);
const group = (registrationNo: string) => ({ registrationNo, name: `กลุ่ม ${registrationNo}`, areaCode: '401001' });
const groups = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => group(`${prefix}-${index}`));
const counts = (created: number, updated: number, unchanged: number) => ({
  rows: created + updated + unchanged,
  created,
  updated,
  unchanged,
  rejected: 0,
});
const rowsOfGroup = (registrationNo: string): SQL =>
  sql`select 1 as one from groups where registration_no = ${registrationNo} for update`;

t.test(
  'a backend that is ended in the middle of an import is a 503 that leaves nothing, and a re-send completes it',
  async (t) => {
    await made(admin.post('/v1/groups', group(`END-${1.5 * batchRows}`)));
    const file = ndjson(groups('END', 2 * batchRows));
    const before = await stateOf(database);
    const release = await holdRows(database, rowsOfGroup(`END-${1.5 * batchRows}`));
    const importing = upload(admin, '/v1/groups', file);
    const [backend] = await waitingBackends(database, 1);
    await rowsOf(database.db, sql`select pg_terminate_backend(${backend})`);
    const { status, body, headers } = await importing;
    t.strictSame([status, body.code, headers['retry-after']], [503, 'unavailable', '2']);
    await release();
    t.strictSame(await stateOf(database), before);
    t.strictSame(countsOf(await upload(admin, '/v1/groups', file)), counts(2 * batchRows - 1, 0, 1));
    t.strictSame(await changesPerGroup('END'), [{ times: 1, groups: 2 * batchRows }]);
  },
);

t.test('two imports of the same new groups in opposite order lock each other out, and both end', async (t) => {
  for (const gate of ['GATE-1', 'GATE-2']) await made(admin.post('/v1/groups', group(gate)));
  const [one, other] = [groups('RACE-A', batchRows - 1), groups('RACE-B', batchRows - 1)];
  const gates = sql`select from groups where registration_no like 'GATE-%' for update`;
  // Each has registered the numbers of its first batch and waits; the second batch has those of the other.
  const release = gates && (await holdRows(database, gates));
  const sent = [
    upload(admin, '/v1/groups', ndjson([group('GATE-1'), ...one, ...other])),
    upload(admin, '/v1/groups', ndjson([group('GATE-2'), ...other, ...one])),
  ];
  if (release !== null) {
    await waitingBackends(database, 2);
    await release();
  }
  const created = (await Promise.all(sent)).map((answer) => countsOf(answer)).sort((a, b) => b.created - a.created);
  t.strictSame(
    created,
    [counts(2 * batchRows - 2, 0, 1), counts(0, 0, 2 * batchRows - 1)],
    'one has made them, and the other found them there',
  );
  t.strictSame(await changesPerGroup('RACE'), [{ times: 1, groups: 2 * batchRows - 2 }]);
});

t.test('an import that loses a deadlock is run again from the file, and nothing of it is there twice', async (t) => {
  const [held, wanted] = [`LOSE-${1.5 * batchRows}`, `LOSE-${1.5 * batchRows + 1}`];
  for (const number of ['LOSE-0', held, wanted]) await made(admin.post('/v1/groups', group(number)));
  const file = ndjson(groups('LOSE', 2 * batchRows).map((row) => ({ ...row, name: `ใหม่ ${row.registrationNo}` })));
  const rename = (number: string) => sql`update groups set village_name = 'อื่น' where registration_no = ${number}`;
  const release = await holdRows(database, rowsOfGroup(held));
  // The other write looks for no deadlock itself, so the import is the one that finds it and gives way.
  const { importing } = await inTransaction(database.db, async (tx) => {
    await tx.execute(sql`set local deadlock_timeout = '1h'`);
    await tx.execute(rename(wanted));
    const importing = upload(admin, '/v1/groups', file);
    await waitingBackends(database, 1);
    const renaming = tx.execute(rename('LOSE-0')).then(() => {});
    await waitingBackends(database, 2);
    await release();
    await renaming;
    return { importing };
  });
  t.strictSame(countsOf(await importing), counts(2 * batchRows - 3, 3, 0));
  t.strictSame(await changesPerGroup('LOSE'), [
    { times: 1, groups: 2 * batchRows - 3 },
    { times: 2, groups: 3 },
  ]);
});

t.test(
  'sheets that another import makes at the same time are a 503 that says so, and a re-send finds them',
  async (t) => {
    const { roundId } = await makeRound(admin);
    const numbers: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const { groupId, registrationNo } = await makeGroup(admin);
      await setTarget(admin, roundId, groupId);
      numbers.push(registrationNo);
    }
    const path = `/v1/rounds/${roundId}/assessments`;
    const sheet = (registrationNo: string) => ({ registrationNo, assessedOn: '2012-04-12', scores: scoresFrom('3') });
    const [gate = '', first = '', second = ''] = numbers;
    await made(upload(admin, path, ndjson([sheet(gate)])));
    const release = await holdRows(database, sql`select 1 as one from assessments for update`);
    // A batch of empty rows makes the sheet at the gate one of the second batch, when the first is written.
    const filler = Array.from({ length: batchRows - 1 }, () => ({}));
    const skipping = `${path}?onError=skip`;
    const slow = upload(admin, skipping, ndjson([sheet(first), ...filler, sheet(gate)]));
    await waitingBackends(database, 1);
    const quick = upload(admin, path, ndjson([sheet(second), sheet(first)]));
    await waitingBackends(database, 2);
    await release();
    t.strictSame(countsOf(await slow), { ...counts(1, 0, 1), rows: batchRows + 1, rejected: batchRows - 1 });
    const { status, body } = await quick;
    t.strictSame([status, body.code], [503, 'unavailable']);
    t.match(body.detail, 'send it again');
    t.strictSame(countsOf(await upload(admin, path, ndjson([sheet(second), sheet(first)]))), counts(1, 0, 1));
    const changes = await rowsOf(
      database.db,
      sql`select count(*)::int as times from changes where resource = 'assessment' group by subject_id`,
    );
    t.strictSame(changes, [{ times: 1 }, { times: 1 }, { times: 1 }]);
  },
);

t.test('an import that the database gives up is a 503 that leaves nothing, and a re-send completes it', async (t) => {
  const ways = [
    { LOCK_TIMEOUT_MS: '90000', BULK_STATEMENT_TIMEOUT_MS: '1000', detail: /took too long/ },
    { LOCK_TIMEOUT_MS: '200', BULK_STATEMENT_TIMEOUT_MS: '90000', detail: /Another write holds the record/ },
  ];
  for (const { detail, ...variables } of ways) {
    const { database, admin } = await startTestApp(t, variables);
    await made(admin.post('/v1/groups', group(`SLOW-${1.5 * batchRows}`)));
    const file = ndjson(groups('SLOW', 2 * batchRows));
    const before = await stateOf(database);
    const release = await holdRows(database, rowsOfGroup(`SLOW-${1.5 * batchRows}`));
    const { status, body } = await upload(admin, '/v1/groups', file);
    t.strictSame([status, body.code], [503, 'unavailable']);
    t.match(body.detail, detail);
    await release();
    t.strictSame(await stateOf(database), before);
    t.strictSame(countsOf(await upload(admin, '/v1/groups', file)), counts(2 * batchRows - 1, 0, 1));
  }
});

t.test('the time that a short statement may take is no limit to the statements of an import', async (t) => {
  const { database, admin } = await startTestApp(t, { ...patient, STATEMENT_TIMEOUT_MS: '2000' });
  await made(admin.post('/v1/groups', group(`LONG-${1.5 * batchRows}`)));
  const release = await holdRows(database, rowsOfGroup(`LONG-${1.5 * batchRows}`));
  const importing = upload(admin, '/v1/groups', ndjson(groups('LONG', 2 * batchRows)));
  const [backend] = await waitingBackends(database, 1);
  // Longer than a short statement may take, as the database sees it.
  await rowsOf(database.db, sql`select pg_sleep(1.1)`);
  await rowsOf(database.db, sql`select pg_sleep(1.1)`);
  t.strictSame(await waitingBackends(database, 1), [backend], 'it still waits');
  await release();
  t.strictSame(countsOf(await importing), counts(2 * batchRows - 1, 0, 1));
});

/** How often the changes tell of a group whose number begins so, and of how many groups. */
function changesPerGroup(prefix: string) {
  return rowsOf(
    database.db,
    sql`select times, count(*)::int as groups
      from (select count(*)::int as times from changes join groups on group_id = subject_id
        where registration_no like ${`${prefix}-%`} group by subject_id) as told
      group by times order by times`,
  );
}
