import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import t, { type Test } from 'tap';
import { rowsOf } from '../../src/platform/db/database.js';
import { inTransaction } from '../../src/platform/db/transactions.js';
import { startTestApp } from '../support/app.js';
import { changesDuring } from '../support/state.js';
import {
  assess,
  made,
  makeGroup,
  makeRound,
  makeTeam,
  moveRound,
  scoresFrom,
  setTarget,
  sheetFrom,
  sheetPath,
} from '../support/world.js';

const { admin, client, database } = await startTestApp(t);
const reviewer = await client();
const { roundId } = await makeRound(admin);
const allThree = '3'.repeat(19);
const any = { 'if-match': '*' };

async function makeTarget(areaCode = '401001', teamId: string | null = null): Promise<string> {
  const { groupId } = await makeGroup(admin, areaCode);
  await setTarget(admin, roundId, groupId, teamId);
  return groupId;
}

const refusedSheet = (t: Test, groupId: string, body: object, pointers: string[], status: 400 | 422 = 422) =>
  admin.refused(
    t,
    { method: 'PUT', path: sheetPath(roundId, groupId), body },
    { status, code: status === 400 ? 'invalid-input' : 'rules-broken', pointers },
  );

t.test('a sheet is written, read back with its result, replaced under If-Match and submitted', async (t) => {
  const groupId = await makeTarget();
  const path = sheetPath(roundId, groupId);
  // By hand: criteria 1-10 at 3, 11-14 at 2, 15 at 1, 16-19 not scored yet.
  const levels = `${'3'.repeat(10)}222210000`;
  const { status, headers, body } = await admin.put(path, sheetFrom(levels, { summary: 'ภาพรวม' }));
  t.equal(status, 201);
  t.equal(headers.location, path);
  t.match(headers.etag, /^"1-/);
  t.strictSame(body.scores, scoresFrom(levels));
  t.strictSame(body.result, {
    passedCount: 10,
    failedCount: 5,
    missingCount: 4,
    failedCriteria: [11, 12, 13, 14, 15],
    healthLevel: null,
    wellManaged: false,
    rule: 'weakest-criterion',
  });
  t.strictSame((await admin.get(path)).body, body);
  t.equal((await admin.get(path, { 'if-none-match': String(headers.etag) })).status, 304);
  const again = await admin.put(path, sheetFrom(levels, { summary: 'ภาพรวม' }));
  t.equal(again.status, 200);
  t.equal(again.body.version, 1, 'the same sheet again changes nothing');
  const complete = sheetFrom(`2${'3'.repeat(18)}`);
  await admin.refused(t, { method: 'PUT', path, body: complete }, { status: 428, code: 'version-required' });
  await admin.refused(
    t,
    { method: 'PUT', path, body: complete, headers: { 'if-match': '"7"' } },
    { status: 412, code: 'version-stale' },
  );
  t.equal((await admin.put(path, complete, { 'if-match': '"1"' })).body.version, 2);
  const submitted = await admin.post(`${path}/submission`, undefined, { 'if-match': '"2"' });
  t.hasStrict(submitted.body, { status: 'submitted', version: 3, result: { passedCount: 18, healthLevel: 2 } });
  t.ok(submitted.body.submittedAt);
});

t.test('levels 0, 4, "3" and 2.5, criteria 0 and 20, and a criterion twice are each refused by place', async (t) => {
  const groupId = await makeTarget();
  for (const level of [0, 4, '3', 2.5, undefined]) {
    await refusedSheet(t, groupId, sheetFrom('', { scores: [{ criterionNo: 1, level }] }), ['/scores/0/level'], 400);
  }
  const one = (criterionNo: number) => ({ criterionNo, level: 3, reason: null });
  await refusedSheet(t, groupId, sheetFrom('', { scores: [one(0)] }), ['/scores/0/criterionNo'], 400);
  await refusedSheet(t, groupId, sheetFrom('', { scores: [one(1), one(20)] }), ['/scores/1/criterionNo']);
  await refusedSheet(t, groupId, sheetFrom('', { scores: [one(2), one(3), one(2)] }), ['/scores/2/criterionNo']);
  await refusedSheet(t, groupId, sheetFrom('3', { score: [] }), ['/score'], 400);
  await refusedSheet(t, groupId, sheetFrom('3', { assessedOn: '2012-05-01' }), ['/assessedOn']);
  await refusedSheet(t, groupId, sheetFrom('3', { assessedOn: '2555-04-12' }), ['/assessedOn', '/assessedOn']);
  await refusedSheet(t, groupId, sheetFrom('3', { summary: 'nul \u0000' }), ['/summary'], 400);
  const several = sheetFrom('', {
    assessedOn: '2012-13-01',
    scores: [
      { criterionNo: 1, level: 9, reason: ' ' },
      { criterionNo: 'x', level: 3 },
    ],
  });
  const places = ['/assessedOn', '/scores/0/level', '/scores/0/reason', '/scores/1/criterionNo'];
  await refusedSheet(t, groupId, several, places, 400);
});

t.test('submission names every criterion without a level or a required reason, and nothing else', async (t) => {
  const groupId = await makeTarget();
  const path = sheetPath(roundId, groupId);
  const scores = scoresFrom(`${'3'.repeat(17)}00`).map((score) =>
    score.criterionNo === 5 ? { ...score, reason: null } : score,
  );
  await made(admin.put(path, sheetFrom('', { scores })));
  const answer = await admin.refused(
    t,
    { method: 'POST', path: `${path}/submission`, headers: any },
    {
      status: 422,
      code: 'sheet-incomplete',
      pointers: ['', '', ''],
    },
  );
  const missing = answer.body.errors.map(({ code, criterionNo }: Record<string, unknown>) => [code, criterionNo]);
  t.strictSame(missing, [
    ['reason-missing', 5],
    ['level-missing', 18],
    ['level-missing', 19],
  ]);
});

t.test('a submitted sheet is frozen until it is returned with a reason, and can be submitted again', async (t) => {
  const groupId = await makeTarget();
  const path = sheetPath(roundId, groupId);
  await assess(admin, roundId, groupId, allThree);
  const frozen = { status: 409, code: 'assessment-submitted' };
  await admin.refused(t, { method: 'PUT', path, body: sheetFrom('1'), headers: any }, frozen);
  await admin.refused(t, { method: 'PUT', path: `${path}/scores/2`, body: { level: 1, reason: 'x' } }, frozen);
  await admin.refused(t, { method: 'POST', path: `${path}/submission`, headers: any }, frozen);
  await admin.refused(t, { method: 'DELETE', path, headers: any }, frozen);
  const changes = await changesDuring(database, () =>
    made(reviewer.post(`${path}/return`, { reason: 'เหตุผลข้อ 4 ไม่ตรงหลักฐาน' }, any)),
  );
  t.hasStrict(changes, [
    {
      action: 'assessment.returned',
      resourceId: `${roundId}/${groupId}`,
      areaCode: '401001',
      reason: 'เหตุผลข้อ 4 ไม่ตรงหลักฐาน',
      before: { status: 'submitted' },
      after: { status: 'draft', submittedAt: null },
    },
  ]);
  const notSubmitted = { status: 409, code: 'assessment-not-submitted' };
  await admin.refused(t, { method: 'POST', path: `${path}/return`, body: { reason: 'x' }, headers: any }, notSubmitted);
  t.equal((await admin.post(`${path}/submission`, undefined, any)).body.status, 'submitted');
});

t.test(
  'scores into a draft, closed or published round, and a sheet for a group that is no target, are refused',
  async (t) => {
    const year = { fiscalYearBe: 2556, startsOn: '2013-04-01', endsOn: '2013-04-30' };
    const round = await makeRound(admin, year, 'draft');
    const { groupId } = await makeGroup(admin);
    const stranger = await makeGroup(admin);
    await setTarget(admin, round.roundId, groupId);
    const path = sheetPath(round.roundId, groupId);
    const body = { ...sheetFrom(allThree), assessedOn: '2013-04-02' };
    const notOpen = { status: 409, code: 'round-not-open' };
    await admin.refused(t, { method: 'PUT', path, body }, notOpen);
    await moveRound(admin, round.roundId, 'opening');
    await admin.refused(
      t,
      { method: 'PUT', path: sheetPath(round.roundId, stranger.groupId), body },
      { status: 422, code: 'rules-broken', pointers: ['/path/groupId'] },
    );
    const nobody = '01936d5e-6f70-7c3a-9c55-0242ac12ffff';
    await admin.refused(
      t,
      { method: 'PUT', path: sheetPath(round.roundId, nobody), body },
      { status: 404, code: 'group-not-found' },
    );
    await made(admin.put(path, body));
    for (const move of ['closing', 'publication']) {
      await moveRound(admin, round.roundId, move);
      await admin.refused(t, { method: 'PUT', path, body: { ...body, summary: 'x' }, headers: any }, notOpen);
      await admin.refused(t, { method: 'PUT', path: `${path}/scores/1`, body: { level: 1, reason: 'x' } }, notOpen);
      await admin.refused(t, { method: 'POST', path: `${path}/submission`, headers: any }, notOpen);
      await admin.refused(t, { method: 'POST', path: `${path}/return`, body: { reason: 'x' }, headers: any }, notOpen);
    }
  },
);

t.test('twenty teams that make the same sheet at once make one: nineteen are told that it is there', async (t) => {
  const groupId = await makeTarget();
  const sheets = Array.from({ length: 20 }, (_, index) => sheetFrom('3', { summary: `ทีม ${index}` }));
  const answers = await Promise.all(sheets.map((sheet) => admin.put(sheetPath(roundId, groupId), sheet)));
  const statuses = answers.map(({ status }) => status).sort();
  t.strictSame(statuses, [201, ...Array.from({ length: 19 }, () => 428)]);
});

t.test('closing a round waits for scores in flight: none is acknowledged after it closed', async (t) => {
  const year = { fiscalYearBe: 2557, startsOn: '2014-04-01', endsOn: '2014-04-30' };
  const round = await makeRound(admin, year);
  const groupIds = [];
  for (let index = 0; index < 12; index += 1) {
    const { groupId } = await makeGroup(admin);
    await setTarget(admin, round.roundId, groupId);
    groupIds.push(groupId);
  }
  const body = { ...sheetFrom('3'), assessedOn: '2014-04-02' };
  const writing = groupIds.map((groupId) => admin.put(sheetPath(round.roundId, groupId), body));
  const closing = moveRound(admin, round.roundId, 'closing');
  const answers = await Promise.all(writing);
  const closed = await closing;
  for (const { status, body: sheet } of answers) {
    if (status === 201) t.ok(sheet.createdAt <= closed.closedAt, 'an acknowledged sheet was written before it closed');
    else t.equal(sheet.code, 'round-not-open');
  }
});

t.test('a group taken off the targets while its sheet waits for the round is no target', async (t) => {
  const groupId = await makeTarget();
  let writing: ReturnType<typeof admin.put> | undefined;
  await inTransaction(database.db, async (tx) => {
    await tx.execute(sql`select from rounds where round_id = ${roundId} for update`);
    writing = admin.put(sheetPath(roundId, groupId), sheetFrom('3'));
    const waiting = sql`select 1 from pg_locks join pg_stat_activity using (pid)
      where not granted and datname = current_database()`;
    while ((await rowsOf(database.db, waiting)).length === 0) await delay(5);
    await tx.execute(sql`delete from targets where round_id = ${roundId} and group_id = ${groupId}`);
  });
  const answer = await writing;
  t.strictSame([answer?.status, answer?.body.errors[0].code], [422, 'group-not-targeted']);
});

t.test('the list: filters by area, status, team, failed criterion and well managed, page by page', async (t) => {
  const year = { fiscalYearBe: 2558, startsOn: '2015-04-01', endsOn: '2015-04-30' };
  const { roundId: listed } = await makeRound(admin, year);
  const { teamId } = await makeTeam(admin);
  const rows = [
    { areaCode: '400101', levels: allThree, submitted: true },
    { areaCode: '400102', levels: `31${'3'.repeat(17)}`, submitted: true },
    { areaCode: '401001', levels: `30${'3'.repeat(17)}`, submitted: false },
    { areaCode: '402901', levels: `32${'3'.repeat(17)}`, submitted: false },
  ];
  for (const { areaCode, levels, submitted } of rows) {
    const { groupId } = await makeGroup(admin, areaCode);
    await setTarget(admin, listed, groupId, areaCode === '402901' ? teamId : null);
    const path = sheetPath(listed, groupId);
    await made(admin.put(path, { ...sheetFrom(levels), assessedOn: '2015-04-02' }));
    if (submitted) await made(admin.post(`${path}/submission`, undefined, any));
  }
  const areas = async (query: string, who = admin) =>
    (await who.get(`/v1/rounds/${listed}/assessments?${query}`)).body.items.map(
      ({ areaCode }: { areaCode: string }) => areaCode,
    );
  t.strictSame(await areas(''), ['400101', '400102', '401001', '402901']);
  t.strictSame(await areas('area=4001'), ['400101', '400102']);
  t.strictSame(await areas('status=draft'), ['401001', '402901']);
  t.strictSame(await areas(`team=${teamId}`), ['402901']);
  t.strictSame(await areas('failedCriterion=2'), ['400102', '402901'], 'a missing level is not a failed one');
  t.strictSame(await areas('wellManaged=true'), ['400101']);
  t.strictSame(await areas('wellManaged=false'), ['400102', '401001', '402901']);
  const district = await client({ areaCode: '4010', permissions: ['read', 'read:drafts'] });
  t.strictSame(await areas('', district), ['401001']);
  t.strictSame(await areas('area=40', district), ['401001'], 'of an area around its own it gets its own part');
  await district.refused(
    t,
    { method: 'GET', path: `/v1/rounds/${listed}/assessments?area=4001` },
    { status: 404, code: 'area-not-found' },
  );
  const pages = await admin.pages(`/v1/rounds/${listed}/assessments?limit=3`);
  t.strictSame(
    pages.map((page) => page.length),
    [3, 1],
  );
  const path = `/v1/rounds/${listed}/assessments`;
  const bad = [
    ['area=4026', '/query/area'],
    ['failedCriterion=20', '/query/failedCriterion'],
    ['failedCriterion=x', '/query/failedCriterion'],
    ['status=sent', '/query/status'],
    ['wellManaged=yes', '/query/wellManaged'],
  ];
  for (const [query, pointer = ''] of bad) {
    const call = { method: 'GET' as const, path: `${path}?${query}` };
    await admin.refused(t, call, { status: 400, code: 'invalid-input', pointers: [pointer] });
  }
});

t.test("another district's officer neither sees nor writes a sheet", async (t) => {
  const groupId = await makeTarget('401001');
  await assess(admin, roundId, groupId, allThree, { submitted: false });
  const path = sheetPath(roundId, groupId);
  const officer = await client({ areaCode: '4002' });
  const hidden = { status: 404, code: 'group-not-found' };
  t.equal((await officer.get(path)).status, 404);
  t.equal((await officer.get(`${path}/scores/1`)).status, 404);
  await officer.refused(t, { method: 'PUT', path, body: sheetFrom('1'), headers: any }, hidden);
  await officer.refused(t, { method: 'PUT', path: `${path}/scores/1`, body: { level: 1, reason: 'x' } }, hidden);
  await officer.refused(t, { method: 'POST', path: `${path}/submission`, headers: any }, hidden);
  await officer.refused(t, { method: 'DELETE', path, headers: any }, hidden);
  const own = await client({ areaCode: '4010' });
  t.equal((await own.post(`${path}/submission`, undefined, any)).status, 200, 'its own officer does');
});

t.test("a group's health shows every round with levels and result, oldest first", async (t) => {
  const groupId = await makeTarget();
  await assess(admin, roundId, groupId, `1${'3'.repeat(18)}`);
  const later = await makeRound(admin, { fiscalYearBe: 2559, startsOn: '2016-04-01', endsOn: '2016-04-30' });
  await setTarget(admin, later.roundId, groupId);
  await made(admin.put(sheetPath(later.roundId, groupId), { ...sheetFrom('33'), assessedOn: '2016-04-02' }));
  const { body } = await admin.get(`/v1/groups/${groupId}/health`);
  t.hasStrict(body, {
    groupId,
    rounds: [
      { fiscalYearBe: 2555, assessmentStatus: 'submitted', result: { passedCount: 18, healthLevel: 1 } },
      {
        fiscalYearBe: 2559,
        assessmentStatus: 'draft',
        result: { passedCount: 2, missingCount: 17, healthLevel: null },
      },
    ],
  });
  t.strictSame(body.rounds[0].levels.slice(0, 2), [
    { criterionNo: 1, level: 1 },
    { criterionNo: 2, level: 3 },
  ]);
  t.strictSame(body.rounds[1].levels[2], { criterionNo: 3, level: null });
});
