/** Why a sheet was last returned and a round last reopened stands on them: who, when and in which words. */
import t from 'tap';
import { startTestApp } from '../support/app.js';
import { countsOf, csv, ndjson, upload } from '../support/bulk.js';
import { parseCsv } from '../support/csv.js';
import { replay } from '../support/replay.js';
import { changesDuring } from '../support/state.js';
import { assess, made, makeGroup, makeRound, moveRound, scoresFrom, setTarget, sheetPath } from '../support/world.js';

const { admin, client, database } = await startTestApp(t);
const full = '3'.repeat(19);
const any = { 'if-match': '*' };
const { apiKeyId } = await made(admin.post('/v1/api-keys', { name: 'x', permissions: ['read'], areaCode: null }));

t.test('a sheet keeps its last return through submissions, and loses it with its deletion', async (t) => {
  const { roundId } = await makeRound(admin);
  const { groupId } = await makeGroup(admin);
  await setTarget(admin, roundId, groupId);
  await assess(admin, roundId, groupId, full);
  const path = sheetPath(roundId, groupId);
  t.equal((await admin.get(path)).body.lastReturn, null);

  const office = await client({ name: 'อำเภอเมือง', areaCode: '4010' });
  const keys = (await admin.get('/v1/api-keys?limit=500')).body.items;
  const { apiKeyId: id } = keys.find(({ name }: { name: string }) => name === 'อำเภอเมือง');
  const returned = await office.post(`${path}/return`, { reason: '  ข้อ 4 ไม่ตรงหลักฐาน\n' }, any);
  const { lastReturn, updatedAt } = returned.body;
  const by = { kind: 'api-key', id, name: 'อำเภอเมือง' };
  t.strictSame(lastReturn, { reason: 'ข้อ 4 ไม่ตรงหลักฐาน', at: updatedAt, by });

  const answers = [
    returned,
    await admin.put(`${path}/scores/3`, { level: 2, reason: 'แก้ไข' }, any),
    await admin.post(`${path}/submission`, undefined, any),
    await admin.get(path),
  ];
  for (const { status, body } of answers) t.strictSame([status, body.lastReturn], [200, lastReturn]);
  t.equal(answers[2]?.headers.etag, answers[3]?.headers.etag, 'written as it is read, so that its tag is the same');
  const list = `/v1/rounds/${roundId}/assessments`;
  const [item] = (await admin.get(list)).body.items;
  t.strictSame(item.lastReturn, lastReturn);
  const lines = await admin.get(`${list}/rows`, { accept: 'application/x-ndjson' });
  t.match(lines.bytes.toString(), JSON.stringify(lastReturn), 'the line has it as the page has');
  const [head = [], cells = []] = parseCsv((await admin.get(`${list}/rows`, { accept: 'text/csv' })).bytes.toString());
  const place = head.indexOf('lastReturnReason');
  t.equal(head[place - 1], 'submittedAt', 'the columns before it keep their places');
  t.strictSame(
    head.slice(place, place + 5).map((name, index) => [name, cells[place + index]]),
    [
      ['lastReturnReason', lastReturn.reason],
      ['lastReturnAt', lastReturn.at],
      ['lastReturnByKind', 'api-key'],
      ['lastReturnById', id],
      ['lastReturnByName', 'อำเภอเมือง'],
    ],
  );

  const province = await client({ name: 'จังหวัด', areaCode: '40' });
  const changes = await changesDuring(database, async () => {
    const again = (await made(province.post(`${path}/return`, { reason: 'อีกครั้ง' }, any))).lastReturn;
    t.hasStrict(again, { reason: 'อีกครั้ง', by: { name: 'จังหวัด' } });
    t.ok(again.at > lastReturn.at);
  });
  t.hasStrict(changes, [{ before: { lastReturn }, after: { lastReturn: { reason: 'อีกครั้ง' } } }]);
  await admin.delete(path, any);
  await assess(admin, roundId, groupId, full);
  t.equal((await admin.get(path)).body.lastReturn, null, 'a new sheet was never returned');
});

t.test('a round keeps its last reopening, also when it is published', async (t) => {
  const { roundId, lastReopening } = await makeRound(admin, { roundNo: 2 });
  t.equal(lastReopening, null);
  const path = `/v1/rounds/${roundId}`;
  await moveRound(admin, roundId, 'closing');
  const reopened = await admin.post(`${path}/reopening`, { reason: 'ส่งไม่ครบ "ทีม 3"' }, any);
  const { updatedAt, lastReopening: given } = reopened.body;
  t.hasStrict(given, { reason: 'ส่งไม่ครบ "ทีม 3"', at: updatedAt, by: { kind: 'api-key', name: 'First admin key' } });
  t.equal(reopened.headers.etag, (await admin.get(path)).headers.etag);
  await made(admin.patch(path, { title: 'อื่น' }, any));
  await moveRound(admin, roundId, 'closing');
  t.strictSame((await moveRound(admin, roundId, 'publication')).lastReopening, given);
  t.strictSame((await admin.get(path)).body.lastReopening, given);
  const { differences } = await replay(database.db);
  t.strictSame(differences, [], 'the changes tell all of it');
});

t.test('a restore takes the last return over, and every other file passes over it', async (t) => {
  const { roundId } = await makeRound(admin, { roundNo: 3 });
  const history = { version: 4, createdAt: '2012-04-12T02:00:00.000Z', updatedAt: '2012-04-14T02:00:00.000Z' };
  const by = { kind: 'api-key', id: apiKeyId, name: 'สำนักงาน, "40"' };
  const lastReturn = { reason: 'บรรทัด 1\n=บรรทัด 2', at: '2012-04-13T02:00:00.000Z', by };
  const row = async (fields: object = {}) => {
    const { groupId } = await makeGroup(admin);
    await setTarget(admin, roundId, groupId);
    const sheet = { groupId, assessedOn: '2012-04-12', scores: scoresFrom(full), summary: null, status: 'draft' };
    return { ...sheet, areaCode: '401001', submittedAt: null, lastReturn, ...history, ...fields };
  };
  const path = `/v1/rounds/${roundId}/assessments/rows`;
  const returnOf = async ({ groupId }: { groupId: string }) =>
    (await admin.get(sheetPath(roundId, groupId))).body.lastReturn;

  const [restored, plain] = [await row(), await row()];
  t.equal((await upload(admin, `${path}?restore=true`, ndjson([restored]))).body.created, 1);
  t.strictSame(await returnOf(restored), lastReturn);
  t.equal((await upload(admin, path, ndjson([plain]))).body.created, 1);
  t.equal(await returnOf(plain), null);
  const { lastReturn: _left, ...before } = await row();
  t.equal((await upload(admin, `${path}?restore=true`, ndjson([before]))).body.created, 1, 'older lists have none');

  const asCsv = ({ scores, lastReturn: _flat, ...sheet }: Awaited<ReturnType<typeof row>>, fields: object = {}) => ({
    ...sheet,
    ...Object.fromEntries(scores.flatMap(({ criterionNo, level }) => [[`c${criterionNo}`, level]])),
    ...Object.fromEntries(scores.flatMap(({ criterionNo, reason }) => [[`r${criterionNo}`, reason]])),
    lastReturnReason: lastReturn.reason,
    lastReturnAt: lastReturn.at,
    lastReturnByKind: by.kind,
    lastReturnById: by.id,
    lastReturnByName: by.name,
    ...fields,
  });
  const [one, two, three] = [await row(), await row(), await row()];
  const none = {
    lastReturnReason: '',
    lastReturnAt: '',
    lastReturnByKind: '',
    lastReturnById: '',
    lastReturnByName: '',
  };
  const file = csv([asCsv(one), asCsv(two, none)]);
  t.strictSame((await upload(admin, `${path}?restore=true`, file, 'csv')).body.errors, []);
  t.strictSame([await returnOf(one), await returnOf(two)], [lastReturn, null]);
  const again = await upload(admin, path, file, 'csv');
  t.strictSame(countsOf(again), { rows: 2, created: 0, updated: 0, unchanged: 2, rejected: 0 });

  const wrong: [Record<string, string>, object, string, string][] = [
    [
      { lastReturnAt: '2012-04-11T02:00:00.000Z' },
      { at: '2012-04-11T02:00:00.000Z' },
      '/lastReturn/at',
      'dates-out-of-order',
    ],
    [
      { lastReturnAt: '2012-04-15T02:00:00.000Z' },
      { at: '2012-04-15T02:00:00.000Z' },
      '/lastReturn/at',
      'dates-out-of-order',
    ],
    [{ lastReturnByKind: 'god' }, { by: { ...by, kind: 'god' } }, '/lastReturn/by/kind', 'invalid-value'],
    [{ lastReturnByName: '' }, { by: { kind: by.kind, id: by.id } }, '/lastReturn/by/name', 'required'],
    [{ lastReturnReason: '' }, { at: lastReturn.at, by, reason: undefined }, '/lastReturn/reason', 'required'],
  ];
  for (const [cells, fields, pointer, code] of wrong) {
    const line = { ...three, lastReturn: { ...lastReturn, ...fields } };
    const lines = await upload(admin, `${path}?restore=true&onError=skip`, ndjson([line]));
    t.hasStrict(lines.body.errors, [{ pointer, code }]);
    const rows = await upload(admin, `${path}?restore=true&onError=skip`, csv([asCsv(three, cells)]), 'csv');
    t.hasStrict(rows.body.errors, [{ pointer: `/${Object.keys(cells)[0]}`, code }]);
  }
});
