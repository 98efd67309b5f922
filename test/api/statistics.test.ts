import fc from 'fast-check';
import t, { type Test } from 'tap';
import { startTestApp } from '../support/app.js';
import {
  assess,
  made,
  makeGroup,
  makeRound,
  makeTeam,
  moveRound,
  setTarget,
  sheetFrom,
  sheetPath,
} from '../support/world.js';

const { admin, client } = await startTestApp(t);
const reviewer = await client();
let lastYear = 2555;

/** A round of a fiscal year of its own, so that every property run starts with an empty one. */
async function makeOwnRound(content: object = {}) {
  lastYear += 1;
  const year = lastYear - 543;
  const days = { startsOn: `${year - 1}-11-01`, endsOn: `${year - 1}-11-30` };
  const round = await makeRound(admin, { fiscalYearBe: lastYear, ...days, ...content });
  return { roundId: round.roundId as string, assessedOn: days.startsOn };
}

const areas = ['400101', '400102', '401001', '402901'];
const pool: { groupId: string; areaCode: string }[] = [];
for (let index = 0; index < 24; index += 1) pool.push(await makeGroup(admin, areas[index % areas.length]));
const { teamId } = await makeTeam(admin);

/** What one group of a random round has: no sheet (null), or the levels of a draft or submitted sheet. */
const level = fc.constantFrom('1', '2', '3', '3');
const complete = fc.array(level, { minLength: 19, maxLength: 19 }).map((levels) => levels.join(''));
const partial = fc
  .array(fc.constantFrom('0', '1', '2', '3'), { minLength: 19, maxLength: 19 })
  .map((levels) => levels.join(''));
const target = fc.oneof(
  { weight: 6, arbitrary: fc.record({ levels: complete, submitted: fc.constant(true), team: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ levels: partial, submitted: fc.constant(false), team: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant(null) },
);

interface ExportedSheet {
  areaCode: string;
  teamId: string | null;
  status: string;
  scores: { criterionNo: number; level: number }[];
}

t.test(
  'statistics agree with a brute-force recount over the exported sheets, whole and by district and team',
  async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(target, { minLength: 1, maxLength: pool.length }), async (given) => {
        const { roundId, assessedOn } = await makeOwnRound();
        for (const [index, sheet] of given.entries()) {
          const { groupId } = pool[index] ?? { groupId: '' };
          await setTarget(admin, roundId, groupId, sheet?.team ? teamId : null);
          if (sheet === null) continue;
          const path = sheetPath(roundId, groupId);
          await made(admin.put(path, { ...sheetFrom(sheet.levels), assessedOn }));
          if (sheet.submitted) await made(admin.post(`${path}/submission`, undefined, { 'if-match': '"1"' }));
        }
        const targets = (await admin.pages(`/v1/rounds/${roundId}/targets?limit=7`)).flat();
        const sheets: ExportedSheet[] = (await admin.pages(`/v1/rounds/${roundId}/assessments?limit=7`)).flat();
        const path = `/v1/rounds/${roundId}/statistics?top=19`;
        const whole = (await admin.get(`${path}&by=district`)).body;
        compare(t, whole, targets, sheets);
        for (const part of whole.breakdown) {
          const inDistrict = ({ areaCode }: { areaCode: string }) => areaCode.startsWith(part.code);
          compare(t, part, targets.filter(inDistrict), sheets.filter(inDistrict));
        }
        t.strictSame(
          whole.breakdown.map(({ code }: { code: string }) => code),
          [...new Set(targets.map(({ areaCode }) => areaCode.slice(0, 4)))].sort(),
        );
        const byTeam = (await admin.get(`${path}&by=team`)).body;
        compare(t, byTeam, targets, sheets);
        for (const part of byTeam.breakdown) {
          const ofTeam = (row: { teamId: string | null }) => row.teamId === part.code;
          compare(t, part, targets.filter(ofTeam), sheets.filter(ofTeam));
        }
        const area = (await admin.get(`${path}&area=4001`)).body;
        const in4001 = ({ areaCode }: { areaCode: string }) => areaCode.startsWith('4001');
        compare(t, area, targets.filter(in4001), sheets.filter(in4001));
      }),
      { numRuns: 6, seed: 2555 },
    );
  },
);

/** Counts sheet by sheet, in the plainest way, and cuts percents in decimal text: nothing here is the service's own. */
function compare(t: Test, figures: Figures, targets: readonly unknown[], sheets: readonly ExportedSheet[]): void {
  const submitted = sheets.filter(({ status }) => status === 'submitted');
  const drafts = sheets.length - submitted.length;
  const passedOf = ({ scores }: ExportedSheet) => scores.filter((score) => score.level === 3).length;
  const passed = submitted.map(passedOf).sort((a, b) => a - b);
  const criteria = Array.from({ length: 19 }, (_, index) => {
    const levels = submitted.map(({ scores }) => scores.find((score) => score.criterionNo === index + 1)?.level);
    const at = (wanted: number) => levels.filter((given) => given === wanted).length;
    const passedHere = at(3);
    const failedHere = at(1) + at(2);
    return {
      criterionNo: index + 1,
      assessed: passedHere + failedHere,
      level1: at(1),
      level2: at(2),
      level3: at(3),
      passed: passedHere,
      passedPercent: cut(passedHere, passedHere + failedHere),
      failed: failedHere,
      failedPercent: cut(failedHere, passedHere + failedHere),
    };
  });
  t.hasStrict(figures, {
    targets: targets.length,
    assessed: submitted.length,
    drafts,
    notAssessed: targets.length - submitted.length - drafts,
    coveragePercent: cut(submitted.length, targets.length),
    groups: {
      wellManaged: passed.filter((count) => count === 19).length,
      mostPassed: passed.at(-1) ?? null,
      fewestPassed: passed[0] ?? null,
      medianPassed: median(passed),
    },
    criteria,
  });
  for (const { passedCount, groups } of figures.groups.byPassedCount) {
    t.equal(groups, passed.filter((count) => count === passedCount).length);
  }
  const byFailed = criteria.filter(({ failed }) => failed > 0).sort((a, b) => b.failed - a.failed);
  t.strictSame(
    figures.mostFailed.map(({ rank, criterionNo, groups }) => [rank, criterionNo, groups]),
    byFailed.map(({ criterionNo, failed }) => {
      return [criteria.filter((other) => other.failed > failed).length + 1, criterionNo, failed];
    }),
  );
}

interface Figures {
  groups: { byPassedCount: { passedCount: number; groups: number }[] };
  mostFailed: { rank: number; criterionNo: number; groups: number }[];
}

function cut(count: number, total: number): number | null {
  if (total === 0) return null;
  const digits = String((BigInt(count) * 10_000n) / BigInt(total)).padStart(3, '0');
  return Number(`${digits.slice(0, -2)}.${digits.slice(-2)}`);
}

function median(sorted: readonly number[]): number | null {
  const half = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = sorted.slice(half - 1, half + 1);
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? (sorted[half] ?? null) : (low + high) / 2;
}

t.test(
  'only a random sample of a known population has intervals, and only as a whole; the payload says why',
  async (t) => {
    const { roundId, assessedOn } = await makeOwnRound({ targetSelection: 'random', targetPopulation: 100 });
    for (const { groupId } of pool.slice(0, 4)) {
      await setTarget(admin, roundId, groupId);
      const path = sheetPath(roundId, groupId);
      await made(admin.put(path, { ...sheetFrom('3'.repeat(19)), assessedOn }));
      await made(admin.post(`${path}/submission`, undefined, { 'if-match': '"1"' }));
    }
    const { body } = await admin.get(`/v1/rounds/${roundId}/statistics?by=district`);
    t.hasStrict(body.sampling, { selection: 'random', population: 100, sample: 4, sampledPercent: 4, intervals: true });
    // Wilson by hand, n_eff = 4 x 99 / 96 = 4.125 and all passed: low = n / (n + z^2) = 4.125 / 7.96646 = 51.78 %.
    t.strictSame(body.criteria[0].passedInterval, { low: 51.77, high: 100 });
    t.equal(body.breakdown[0].criteria[0].passedInterval, null);
    const designated = await makeOwnRound();
    const { body: other } = await admin.get(`/v1/rounds/${designated.roundId}/statistics`);
    t.hasStrict(other.sampling, { selection: 'designated', intervals: false });
    t.match(other.sampling.statement.en, /designated/);
    t.equal(other.criteria[0].passedInterval, null);
    t.strictSame(other.groups.mostPassed, null, 'without a sheet there is no most and no fewest');
  },
);

t.test(
  'by virtue: the same figures for each virtue that the instrument knows, else null with the reason',
  async (t) => {
    const criterion = (criterionNo: number, virtueCode: string | null) => ({
      criterionNo,
      name: null,
      virtueCode,
      levels: [1, 2, 3].map((level) => ({ level, descriptor: null, guidance: null })),
    });
    const instrument = {
      code: 'small',
      instrumentVersion: 1,
      name: { th: 'ฉบับเล็ก', en: 'Small' },
      passLevel: 3,
      healthLevelRule: 'weakest-criterion',
      reasonRequired: 'none',
      virtues: ['honesty', 'trust'].map((code) => ({ code, name: { th: code, en: code } })),
      criteria: [criterion(1, 'honesty'), criterion(2, 'trust'), criterion(3, 'honesty')],
    };
    await made(admin.post('/v1/instruments', instrument));
    const { roundId, assessedOn } = await makeOwnRound({ instrument: 'small@1' });
    for (const [index, levels] of ['323', '133'].entries()) {
      const { groupId } = pool[index] ?? { groupId: '' };
      await setTarget(admin, roundId, groupId);
      const path = sheetPath(roundId, groupId);
      await made(admin.put(path, { ...sheetFrom(levels), assessedOn }));
      await made(admin.post(`${path}/submission`, undefined, { 'if-match': '"1"' }));
    }
    const { body } = await admin.get(`/v1/rounds/${roundId}/statistics?by=virtue`);
    t.equal(body.virtuesNote, null);
    t.hasStrict(body.virtues, [
      { code: 'honesty', criteria: [1, 3], assessed: 4, passed: 3, passedPercent: 75, failed: 1 },
      { code: 'trust', criteria: [2], assessed: 2, passed: 1, passedPercent: 50, failed: 1 },
    ]);
    t.hasStrict(body.breakdown, [
      { by: 'virtue', code: 'honesty', assessed: 2, groups: { wellManaged: 1, mostPassed: 2, fewestPassed: 1 } },
      { by: 'virtue', code: 'trust', assessed: 2, groups: { wellManaged: 1, mostPassed: 1, fewestPassed: 0 } },
    ]);
    const unknown = await makeOwnRound();
    const { body: without } = await admin.get(`/v1/rounds/${unknown.roundId}/statistics?by=virtue`);
    t.equal(without.virtues, null);
    t.equal(without.breakdown, null);
    t.ok(without.virtuesNote.en);
  },
);

t.test('a district sees the figures of its own part and is refused others', async (t) => {
  const { roundId, assessedOn } = await makeOwnRound();
  for (const { groupId } of pool.slice(0, 8)) {
    await setTarget(admin, roundId, groupId);
    await made(admin.put(sheetPath(roundId, groupId), { ...sheetFrom('3'), assessedOn }));
  }
  const path = `/v1/rounds/${roundId}/statistics`;
  const officer = await client({ areaCode: '4010', permissions: ['read', 'read:drafts'] });
  t.hasStrict((await officer.get(path)).body, { areaCode: '4010', targets: 2, drafts: 2, assessed: 0 });
  for (const area of ['40', '4001']) {
    const call = { method: 'GET' as const, path: `${path}?area=${area}` };
    await officer.refused(t, call, { status: 404, code: 'area-not-found' });
  }
  const bad = [
    ['area=4026', '/query/area'],
    ['top=0', '/query/top'],
    ['by=village', '/query/by'],
    ['topp=5', '/query/topp'],
  ];
  for (const [query, pointer = ''] of bad) {
    const call = { method: 'GET' as const, path: `${path}?${query}` };
    await officer.refused(t, call, { status: 400, code: 'invalid-input', pointers: [pointer] });
  }
});

t.test('preview: scores without storing, explains each criterion and says what submission would ask for', async (t) => {
  const scores = [
    { criterionNo: 2, level: 3, reason: 'มีบัญชีครบ' },
    { criterionNo: 18, level: 1 },
  ];
  const { status, body } = await admin.post('/v1/scoring/preview', { scores });
  t.equal(status, 200);
  t.hasStrict(body, {
    instrument: 'fhc@1',
    complete: false,
    result: { passedCount: 1, failedCount: 1, missingCount: 17, failedCriteria: [18], healthLevel: null },
  });
  t.equal(body.steps.length, 19);
  t.hasStrict(body.steps[1], { criterionNo: 2, level: 3, passed: true });
  t.hasStrict(body.steps[17], { criterionNo: 18, level: 1, passed: false });
  t.hasStrict(
    body.missing.filter(({ code }: { code: string }) => code === 'reason-missing'),
    [{ criterionNo: 18 }],
  );
  await admin.refused(
    t,
    { method: 'POST', path: '/v1/scoring/preview', body: { instrument: 'fhc@7', scores: [] } },
    { status: 422, code: 'rules-broken', pointers: ['/instrument'] },
  );
  const twice = [scores[0], { ...scores[0], criterionNo: 20 }, scores[0]];
  await admin.refused(
    t,
    { method: 'POST', path: '/v1/scoring/preview', body: { scores: twice } },
    { status: 422, code: 'rules-broken', pointers: ['/scores/1/criterionNo', '/scores/2/criterionNo'] },
  );
});

t.test('a returned sheet leaves the figures until it is submitted again', async (t) => {
  const { roundId } = await makeRound(admin);
  const { groupId } = await makeGroup(admin);
  await setTarget(admin, roundId, groupId);
  await assess(admin, roundId, groupId, '3'.repeat(19));
  const path = `/v1/rounds/${roundId}/statistics`;
  t.hasStrict((await admin.get(path)).body, { assessed: 1, drafts: 0, groups: { wellManaged: 1 } });
  await made(reviewer.post(`${sheetPath(roundId, groupId)}/return`, { reason: 'แก้ไข' }, { 'if-match': '*' }));
  t.hasStrict((await admin.get(path)).body, { assessed: 0, drafts: 1, groups: { wellManaged: 0 } });
  await moveRound(admin, roundId, 'closing');
  t.hasStrict((await admin.get(path)).body, { assessed: 0, drafts: 1 }, 'a draft left over does not count');
});
