import t from 'tap';
import { dayInBangkok } from '../../src/domain/calendar.js';
import { startTestApp } from '../support/app.js';
import { made, makeGroup, makeRound, makeTeam, moveRound, setTarget, sheetFrom, sheetPath } from '../support/world.js';

const { admin } = await startTestApp(t);
const reason = 'มีบัญชีแต่ไม่เป็นปัจจุบัน';
const { roundId } = await makeRound(admin);

/** A round that lasts all of the fiscal year in which today lies. */
async function makeRoundOfToday() {
  const [year, month] = dayInBangkok(new Date()).split('-').map(Number) as [number, number];
  const endingYear = month >= 10 ? year + 1 : year;
  const days = { startsOn: `${endingYear - 1}-10-01`, endsOn: `${endingYear}-09-30` };
  return makeRound(admin, { fiscalYearBe: endingYear + 543, ...days });
}

async function makeTarget(round = roundId, teamId: string | null = null) {
  const { groupId } = await makeGroup(admin);
  await setTarget(admin, round, groupId, teamId);
  return { groupId, path: sheetPath(round, groupId) };
}

t.test(
  'one score: set as the team goes, without If-Match or with the current one; read back by its number',
  async (t) => {
    const { path } = await makeTarget();
    const score = { level: 2, reason };
    await made(admin.put(path, sheetFrom('3')));
    const { body } = await admin.put(`${path}/scores/2`, score);
    t.hasStrict(body, { version: 2, result: { passedCount: 1, failedCriteria: [2] } });
    t.strictSame((await admin.get(`${path}/scores/2`)).body, { criterionNo: 2, ...score, version: 2 });
    t.equal((await admin.get(`${path}/scores/3`)).body.code, 'score-not-found');
    t.equal((await admin.put(`${path}/scores/2`, score)).body.version, 2, 'the same score again changes nothing');
    const put = (no: number, level: unknown, headers = {}) => ({
      method: 'PUT' as const,
      path: `${path}/scores/${no}`,
      body: { level, reason: 'เหตุผล' },
      headers,
    });
    await admin.refused(t, put(2, 3, { 'if-match': '"1"' }), { status: 412, code: 'version-stale' });
    await admin.refused(t, put(20, 3), { status: 422, code: 'rules-broken', pointers: ['/path/criterionNo'] });
    await admin.refused(t, put(0, 3), { status: 400, code: 'invalid-input', pointers: ['/path/criterionNo'] });
    await admin.refused(t, put(2, 4), { status: 400, code: 'invalid-input', pointers: ['/level'] });
  },
);

t.test('the first score begins the sheet, of the day of the visit and the team of the target', async (t) => {
  const { teamId } = await makeTeam(admin);
  for (const method of ['put', 'patch'] as const) {
    const { path } = await makeTarget(roundId, teamId);
    const first = { level: 2, reason, assessedOn: '2012-04-12' };
    const { status, headers, body } = await admin[method](`${path}/scores/5`, first);
    t.strictSame([status, headers.location], [201, path], method);
    t.equal(headers.etag, (await admin.get(path)).headers.etag);
    t.hasStrict(body, { status: 'draft', teamId, assessedOn: '2012-04-12', summary: null, version: 1 });
    t.strictSame(body.scores, [{ criterionNo: 5, level: 2, reason }]);
    t.equal((await admin[method](`${path}/scores/5`, first)).status, 200, 'and is not made twice');
  }
});

t.test('the first score is of today when no day is named and today is a day of the round', async (t) => {
  const today = await makeRoundOfToday();
  const { path } = await makeTarget(today.roundId);
  const { status, body } = await admin.put(`${path}/scores/1`, { level: 3, reason });
  t.strictSame([status, body.assessedOn], [201, dayInBangkok(new Date(body.createdAt))]);

  const other = await makeTarget();
  const call = { method: 'PUT' as const, path: `${other.path}/scores/1`, body: { level: 3, reason } };
  const { body: refusal } = await admin.refused(t, call, {
    status: 422,
    code: 'rules-broken',
    pointers: ['/assessedOn'],
  });
  t.equal(refusal.errors[0].code, 'visit-day-needed', 'a day is never made up');
});

t.test('a first score that cannot begin a sheet is refused and begins none', async (t) => {
  const { path } = await makeTarget();
  const put = (body: object, headers = {}) => ({ method: 'PUT' as const, path: `${path}/scores/1`, body, headers });
  const score = { level: 3, reason, assessedOn: '2012-04-12' };
  const broken = { status: 422, code: 'rules-broken', pointers: ['/assessedOn'] };
  await admin.refused(t, put({ ...score, assessedOn: '2012-05-01' }), broken);
  await admin.refused(t, put(score, { 'if-match': '"1"' }), { status: 412, code: 'version-stale' });
  const nothing = { status: 404, code: 'assessment-not-found' };
  await admin.refused(t, { method: 'PATCH', path: `${path}/scores/1`, body: {} }, nothing);
  await admin.refused(t, { method: 'DELETE', path: `${path}/scores/1` }, nothing);
  await admin.refused(t, put({ ...score }, { 'if-none-match': '"x' }), { status: 400, code: 'malformed-request' });
  const { groupId } = await makeGroup(admin);
  await admin.refused(
    t,
    { method: 'PUT', path: `${sheetPath(roundId, groupId)}/scores/1`, body: score },
    { status: 422, code: 'rules-broken' },
  );
});

t.test('of first scores at the same moment one begins the sheet and none is lost', async (t) => {
  for (let round = 0; round < 5; round += 1) {
    const { path } = await makeTarget();
    const criteria = [1, 2, 3, 4, 5, 6, 7, 8];
    const answers = await Promise.all(
      criteria.map((no) => admin.put(`${path}/scores/${no}`, { level: 3, reason, assessedOn: '2012-04-12' })),
    );
    t.equal(answers.filter(({ status }) => status === 201).length, 1);
    t.ok(answers.every(({ status }) => status === 200 || status === 201));
    const { body } = await admin.get(path);
    t.strictSame(
      body.scores.map(({ criterionNo }: { criterionNo: number }) => criterionNo),
      criteria,
    );
    t.equal(body.version, criteria.length);
  }
});

t.test('PATCH of a score changes what is sent: a level keeps its reason, a reason waits for its level', async (t) => {
  const { path } = await makeTarget();
  await made(admin.put(path, sheetFrom('31')));
  const scoreOf = async (no: number) => (await admin.get(`${path}/scores/${no}`)).body;
  await made(admin.patch(`${path}/scores/2`, { level: 3 }));
  t.hasStrict(await scoreOf(2), { level: 3, reason: 'เหตุผลข้อ 2' });

  const { body } = await admin.patch(`${path}/scores/4`, { reason });
  t.hasStrict(await scoreOf(4), { level: null, reason });
  t.hasStrict(body.result, { passedCount: 2, failedCount: 0, missingCount: 17 }, 'a reason alone is no level');
  await made(admin.patch(`${path}/scores/4`, { level: 1 }));
  t.hasStrict(await scoreOf(4), { level: 1, reason });
  await made(admin.patch(`${path}/scores/4`, { level: null }));
  t.hasStrict(await scoreOf(4), { level: null, reason }, 'null takes off what it is sent for');
  const version = (await admin.get(path)).body.version;
  t.equal((await admin.patch(`${path}/scores/4`, {})).body.version, version, 'and nothing sent changes nothing');
});

t.test(
  'a reason without a level goes out and comes in with the sheet, and submission asks for the level',
  async (t) => {
    const { groupId, path } = await makeTarget();
    const scores = [...sheetFrom('3'.repeat(18)).scores, { criterionNo: 19, level: null, reason }];
    const { body } = await admin.put(path, sheetFrom('', { scores }));
    t.strictSame(body.scores, scores);
    const refused = { status: 422, code: 'sheet-incomplete' };
    const submission = { method: 'POST' as const, path: `${path}/submission`, headers: { 'if-match': '*' } };
    const { body: refusal } = await admin.refused(t, submission, refused);
    t.strictSame([refusal.errors.length, refusal.errors[0].code], [1, 'level-missing']);

    const list = `/v1/rounds/${roundId}/assessments`;
    const [page, lines, csv] = await Promise.all(
      ['application/json', 'application/x-ndjson', 'text/csv'].map((accept) => admin.get(list, { accept })),
    );
    const ofGroup = (sheet: { groupId: string }) => sheet.groupId === groupId;
    t.strictSame(page?.body.items.find(ofGroup).scores, scores);
    const streamed = lines?.bytes
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    t.strictSame(streamed?.find(ofGroup).scores, scores, 'the stream has it too');
    for (const [sent, type] of [
      [lines, 'application/x-ndjson'],
      [csv, 'text/csv'],
    ] as const) {
      const payload = sent?.bytes ?? '';
      const report = await admin.send({ method: 'POST', path: list, payload, headers: { 'content-type': type } });
      const { rows, unchanged } = report.body;
      t.strictSame([report.status, unchanged], [200, rows], `${type} comes back as it went out`);
    }
  },
);

t.test('a score can be cleared, and a submitted sheet keeps its scores', async (t) => {
  const { path } = await makeTarget();
  await made(admin.put(path, sheetFrom('3'.repeat(19))));
  const score = `${path}/scores/7`;
  const cleared = await admin.delete(score);
  t.hasStrict(cleared.body, { version: 2, result: { missingCount: 1 } });
  t.equal(cleared.headers.etag, (await admin.get(path)).headers.etag);
  await admin.refused(t, { method: 'DELETE', path: score }, { status: 404, code: 'score-not-found' });
  await admin.refused(t, { method: 'DELETE', path: `${path}/scores/20` }, { status: 404, code: 'score-not-found' });
  const stale = { method: 'DELETE' as const, path: `${path}/scores/6`, headers: { 'if-match': '"1"' } };
  await admin.refused(t, stale, { status: 412, code: 'version-stale' });
  await made(admin.put(score, { level: 3, reason }));
  await made(admin.post(`${path}/submission`, undefined, { 'if-match': '*' }));
  const frozen = { status: 409, code: 'assessment-submitted' };
  await admin.refused(t, { method: 'DELETE', path: score }, frozen);
  await admin.refused(t, { method: 'PATCH', path: score, body: { level: 1 } }, frozen);
});

t.test('a day that is not that of the sheet is refused with a score, and a closed round takes none', async (t) => {
  const { roundId: closing } = await makeRound(admin, { roundNo: 2 });
  const { path } = await makeTarget(closing);
  await made(admin.put(path, sheetFrom('3')));
  const call = { method: 'PATCH' as const, path: `${path}/scores/1` };
  const broken = { status: 422, code: 'rules-broken', pointers: ['/assessedOn'] };
  const { body } = await admin.refused(t, { ...call, body: { assessedOn: '2012-04-13' } }, broken);
  t.equal(body.errors[0].code, 'visit-of-another-day');
  t.equal((await admin.patch(call.path, { assessedOn: '2012-04-12' })).body.version, 1);
  await moveRound(admin, closing, 'closing');
  await admin.refused(t, { ...call, body: { level: 1 } }, { status: 409, code: 'round-not-open' });
});
