import fc from 'fast-check';
import t, { type Test } from 'tap';
import { startTestApp } from '../support/app.js';
import type { Answer } from '../support/client.js';
import {
  cut,
  type ListedRound,
  pairsOf,
  passedCount,
  readRound,
  recountBudget,
  recountComparison,
  recountCoverage,
  recountPairs,
  recountSplit,
  type Scale,
  scales,
  type World,
  within,
  world,
} from '../support/recount.js';
import { assess, made, makeGroup, makeRound, setTarget, sheetFrom, sheetPath } from '../support/world.js';

type Body = Answer['body'];

const { admin } = await startTestApp(t);
const today = new Date(Date.now() + 7 * 60 * 60 * 1000).toISOString().slice(0, 10);
const areas = ['400101', '400102', '401001', '402901'];
const pool: string[] = [];
for (let index = 0; index < 14; index += 1) pool.push((await makeGroup(admin, areas[index % areas.length])).groupId);

for (const instrumentVersion of [1, 2]) {
  const levels = [1, 2, 3].map((level) => ({ level, descriptor: null, guidance: null }));
  const criteria = [1, 2, 3, 4].map((criterionNo) => ({ criterionNo, name: null, virtueCode: null, levels }));
  const name = { th: 'ฉบับสั้น', en: 'Short' };
  const rules = { healthLevelRule: 'weakest-criterion', reasonRequired: 'none', passLevel: 4 - instrumentVersion };
  await made(admin.post('/v1/instruments', { code: 'four', instrumentVersion, name, ...rules, virtues: [], criteria }));
}

const daysOf2554 = { startsOn: '2011-04-01', endsOn: '2011-04-30' };
let roundNo = 0;

async function fill({ instrument, groups }: World, side: 'first' | 'second'): Promise<string> {
  roundNo += 1;
  const { roundId } = await makeRound(admin, { instrument, roundNo });
  const length = scales[instrument]?.criteria ?? 0;
  for (const [index, given] of groups.entries()) {
    const { [side]: own } = given;
    const groupId = pool[index] ?? '';
    await setTarget(admin, roundId, groupId);
    if (own === null) continue;
    await assess(admin, roundId, groupId, own.levels.slice(0, length), { submitted: own.submitted });
  }
  return roundId;
}

async function makePlan(roundId: string, place: object, { actions, cancelled }: World['district']): Promise<void> {
  const { planId } = await made(admin.post('/v1/plans', { roundId, title: 'แผน', ...place }));
  for (const content of actions) {
    const done = content.status === 'done' ? { progressPercent: 100, outcome: 'เสร็จแล้ว' } : {};
    const body = { title: 'กิจกรรม', reason: 'จำเป็น', ...content, ...done };
    await made(admin.post(`/v1/plans/${planId}/actions`, body));
  }
  if (!cancelled) return;
  await made(admin.post(`/v1/plans/${planId}/cancellation`, { reason: 'เลิก' }, { 'if-match': '*' }));
}

async function build(given: World): Promise<{ first: string; second: string; scale: Scale }> {
  const [first, second] = [await fill(given, 'first'), await fill(given, 'second')];
  for (const [index, { first: own, plans }] of given.groups.entries()) {
    if (!own?.submitted) continue;
    for (const some of plans) await makePlan(first, { tier: 'group', groupId: pool[index] }, some);
  }
  await makePlan(first, { tier: 'district', areaCode: '4001' }, given.district);
  return { first, second, scale: scales[given.instrument] ?? { criteria: 0, passLevel: 0 } };
}

t.test('comparison, coverage and co-failure agree with a recount of what is listed, on random rounds', async (t) => {
  const property = fc.asyncProperty(world, async (given) => {
    const { first, second, scale } = await build(given);
    const [before, after] = [await readRound(admin, first), await readRound(admin, second)];
    await checkComparison(t, { first, second, before, after, scale });
    await checkPages(t, { first, second, before, after, scale });
    await checkMirror(t, first, second);
    await checkCoverage(t, first, before, scale);
    await checkPairs(t, first, before, scale);
  });
  await fc.assert(property, { numRuns: 6, seed: 2555, endOnFailure: true });
});

t.test('rounds of different instrument versions are compared by a mapping; a bad one is named', async (t) => {
  const before = await makeRound(admin, { fiscalYearBe: 2554, ...daysOf2554, instrument: 'four@1' });
  const after = await makeRound(admin, { fiscalYearBe: 2554, ...daysOf2554, roundNo: 2, instrument: 'four@2' });
  const [groupId = ''] = pool;
  for (const [{ roundId }, given] of [[before, '1213'] as const, [after, '2112'] as const]) {
    await setTarget(admin, roundId, groupId);
    const path = sheetPath(roundId, groupId);
    await made(admin.put(path, sheetFrom(given, { assessedOn: '2011-04-12' })));
    await made(admin.post(`${path}/submission`, undefined, { 'if-match': '*' }));
  }
  const plan = { roundId: before.roundId, tier: 'group', groupId, title: 'แผน' };
  const { planId } = await made(admin.post('/v1/plans', plan));
  await made(admin.post(`/v1/plans/${planId}/actions`, { criterionNo: 3, title: 'งาน', status: 'in-progress' }));
  const whole = `/v1/rounds/${before.roundId}/comparison?with=${after.roundId}`;
  const list = `/v1/rounds/${before.roundId}/comparison/groups?with=${after.roundId}`;
  const effect = `/v1/plans/${planId}/effect?with=${after.roundId}`;
  const refuse = async (path: string, status: 400 | 422, pointer: string, codes: string[]) => {
    const code = status === 400 ? 'invalid-input' : 'rules-broken';
    const pointers = codes.map(() => pointer);
    const { body } = await admin.refused(t, { method: 'GET', path }, { status, code, pointers });
    t.equal(body.errors.map((error: Body) => error.code).join(), codes.join(), path);
    return body.errors.map(({ detail }: Body) => detail).join(' ');
  };
  for (const path of [whole, list, effect]) {
    await refuse(path, 422, '/query/with', ['instruments-differ']);
    await refuse(`${path}&mapping=1:5,6:2`, 422, '/query/mapping', ['criterion-unknown', 'criterion-unknown']);
    t.match(await refuse(`${path}&mapping=1:2,3:2`, 422, '/query/mapping', ['criterion-repeated']), /Criterion 2 /);
    t.match(await refuse(`${path}&mapping=3:1,3:2`, 422, '/query/mapping', ['criterion-repeated']), /Criterion 3 /);
    await refuse(`${path}&mapping=1-2`, 400, '/query/mapping', ['invalid-format']);
  }
  // Criterion 3 became 1 and 4 became 4, judged by the pass level 2 of the second: 1 to 2 is gained, 3 to 2 still passes.
  const { body } = await admin.get(`${whole}&mapping=3:1,4:4&split=plan`);
  t.hasStrict(body.groups, { compared: 1, missing: 0, complete: 0, improved: 1 });
  t.hasStrict(body.criteria, [
    { criterionNo: 1, compared: 1, gainedPasses: 1 },
    { criterionNo: 2, compared: 0, missing: 1, passedBeforePercent: null },
    { criterionNo: 3, compared: 0, missing: 1 },
    { criterionNo: 4, compared: 1, gainedPasses: 0, lostPasses: 0, passedAfter: 1 },
  ]);
  const split = { state: 'in-progress', failedBefore: 1, passedAfter: 1 };
  t.hasStrict(body.plans.criteria[0].byState[2], split, 'the plan for criterion 3 counts for what it became');
  t.hasStrict((await admin.get(`${effect}&mapping=3:1,4:4`)).body.criteria[0].byState[2], split);
  const { items } = (await admin.get(`${list}&mapping=3:1,4:4`)).body;
  t.hasStrict(items, [{ groupId, compared: 2, passedBefore: 1, passedAfter: 2, change: 1 }]);
});

t.test('a round, an area, a criterion or a state that is not there is refused by name', async (t) => {
  const { roundId } = await makeRound(admin, { fiscalYearBe: 2553, startsOn: '2010-04-01', endsOn: '2010-04-30' });
  const nowhere = '01936d5e-6f70-7c3a-9c55-0242ac12ffff';
  const path = `/v1/rounds/${roundId}`;
  const faults: [string, number, string, string[]][] = [
    [`comparison?with=${nowhere}`, 422, 'rules-broken', ['/query/with']],
    ['comparison', 400, 'invalid-input', ['/query/with']],
    [`comparison?with=${roundId}&area=4026`, 400, 'invalid-input', ['/query/area']],
    [`comparison?with=${roundId}&by=team&split=group`, 400, 'invalid-input', ['/query/by', '/query/split']],
    ['plan-coverage/groups?criterion=20', 400, 'invalid-input', ['/query/criterion']],
    ['plan-coverage/groups?state=late', 400, 'invalid-input', ['/query/criterion', '/query/state']],
  ];
  for (const [end, status, code, pointers] of faults) {
    await admin.refused(t, { method: 'GET', path: `${path}/${end}` }, { status, code, pointers });
  }
  const { body } = await admin.get(`${path}/comparison?with=${roundId}`);
  t.hasStrict(body.groups, { compared: 0, meanPassedBefore: null }, 'an empty round compares as nothing');
});

interface Rounds {
  first: string;
  second: string;
  before: ListedRound;
  after: ListedRound;
  scale: Scale;
}

async function checkComparison(t: Test, { first, second, before, after, scale }: Rounds): Promise<void> {
  const path = `/v1/rounds/${first}/comparison?with=${second}`;
  const { body } = await admin.get(`${path}&by=district&split=plan`);
  t.hasStrict(body, recountComparison(before.sheets, after.sheets, scale));
  t.equal(body.criteria.length, scale.criteria);
  for (const part of body.breakdown) {
    const [one, other] = [within(part.code, before), within(part.code, after)];
    t.hasStrict(part, recountComparison(one.sheets, other.sheets, scale));
  }
  t.strictSame(codesOf(body), districtsOf([...before.sheets, ...after.sheets]));
  const [inTown, later] = [within('4001', before), within('4001', after)];
  t.hasStrict((await admin.get(`${path}&area=4001`)).body, recountComparison(inTown.sheets, later.sheets, scale));
  t.strictSame(
    body.plans.criteria.map(({ byState }: Body) =>
      byState.map(({ state, failedBefore, passedAfter }: Body) => `${state}: ${passedAfter} of ${failedBefore}`),
    ),
    recountSplit(before, after.sheets, scale),
  );
}

async function checkPages(t: Test, { first, second, before, after, scale }: Rounds): Promise<void> {
  const pages = await admin.pages(`/v1/rounds/${first}/comparison/groups?with=${second}&limit=3`);
  const listed = pages.flat().map(({ groupId, compared, passedBefore, passedAfter, change }) => {
    return { groupId, compared, passedBefore, passedAfter, change };
  });
  const expected = pairsOf(before.sheets, after.sheets).map(([b, a]) => {
    const [passedBefore, passedAfter] = [passedCount(b, scale), passedCount(a, scale)];
    const change = passedAfter - passedBefore;
    return { groupId: b.groupId, compared: scale.criteria, passedBefore, passedAfter, change };
  });
  t.strictSame(byGroup(listed), byGroup(expected), 'every compared group is listed once');
}

/** A round with itself moves nothing; the other way round every figure is the mirror image. */
async function checkMirror(t: Test, first: string, second: string): Promise<void> {
  const compare = async (one: string, other: string) =>
    (await admin.get(`/v1/rounds/${one}/comparison?with=${other}`)).body;
  const same = await compare(first, first);
  const { compared } = same.groups;
  t.hasStrict(same, { onlyBefore: 0, onlyAfter: 0, groups: { improved: 0, unchanged: compared, declined: 0 } });
  for (const { matrix, ...figures } of same.criteria) {
    t.hasStrict(figures, { gainedPasses: 0, lostPasses: 0, net: 0, mcnemarP: 1 });
    t.strictSame(matrix, [
      [matrix[0][0], 0, 0],
      [0, matrix[1][1], 0],
      [0, 0, matrix[2][2]],
    ]);
  }
  const [there, back] = [await compare(first, second), await compare(second, first)];
  t.hasStrict(back, { onlyBefore: there.onlyAfter, onlyAfter: there.onlyBefore });
  t.hasStrict(back.groups, {
    improved: there.groups.declined,
    becameWellManaged: there.groups.stoppedBeingWellManaged,
  });
  for (const [index, { matrix, gainedPasses, lostPasses, net, mcnemarP }] of there.criteria.entries()) {
    const transposed = [0, 1, 2].map((column) => matrix.map((row: number[]) => row[column]));
    const mirrored = { gainedPasses: lostPasses, lostPasses: gainedPasses, net: 0 - net, mcnemarP };
    t.hasStrict(back.criteria[index], { matrix: transposed, ...mirrored });
  }
}

async function checkCoverage(t: Test, roundId: string, round: ListedRound, scale: Scale): Promise<void> {
  const path = `/v1/rounds/${roundId}/plan-coverage`;
  const { body } = await admin.get(`${path}?by=district`);
  const counted = recountCoverage(round, scale, today);
  t.strictSame(body.criteria.map(withoutName), counted.map(figuresOf));
  t.strictSame({ ...(await admin.get(path)).body, breakdown: body.breakdown }, body);
  for (const part of body.breakdown) {
    const own = recountCoverage(within(part.code, round), scale, today);
    t.strictSame(part.criteria.map(withoutName), own.map(figuresOf));
  }
  const failing = round.sheets.filter((one) => passedCount(one, scale) < scale.criteria);
  t.strictSame(codesOf(body), districtsOf(failing));
  const inTown = recountCoverage(within('4001', round), scale, today);
  t.strictSame((await admin.get(`${path}?area=4001`)).body.criteria.map(withoutName), inTown.map(figuresOf));
  const budget = body.budget.map(({ tier, principle, actions, budgetBaht }: Body) => {
    return [`${tier} ${principle}`, { actions, satang: Math.round(budgetBaht * 100) }];
  });
  t.strictSame(Object.fromEntries(budget), recountBudget(round.plans));
  for (const criterion of counted.slice(0, 4)) await checkLists(t, path, criterion);
}

/** Behind every count stands a list of exactly these groups. */
async function checkLists(t: Test, path: string, counted: ReturnType<typeof recountCoverage>[number]): Promise<void> {
  const { criterionNo, failing, ...byState } = counted;
  const { withPlan, withoutPlan, inProgress, done, overdue } = byState;
  const lists = { 'with-plan': withPlan, 'without-plan': withoutPlan, 'in-progress': inProgress, done, overdue };
  for (const [state, groups] of [['', failing] as const, ...Object.entries(lists)]) {
    const query = `criterion=${criterionNo}&limit=4${state === '' ? '' : `&state=${state}`}`;
    const listed = (await admin.pages(`${path}/groups?${query}`)).flat();
    t.strictSame(listed.map(({ groupId }) => groupId).sort(), [...groups].sort(), `the list behind ${query}`);
  }
}

async function checkPairs(t: Test, roundId: string, { sheets }: ListedRound, scale: Scale): Promise<void> {
  const { body } = await admin.get(`/v1/rounds/${roundId}/statistics/co-failure?minimum=3`);
  t.hasStrict(body, { assessed: sheets.length, minimum: 3 });
  const recounted = recountPairs(sheets, scale, 3);
  t.equal(body.pairs.length, recounted.length);
  for (const [index, { counts, phi, lift, small }] of recounted.entries()) {
    const pair = body.pairs[index];
    t.hasStrict(pair, { ...counts, small });
    t.ok(isNear(pair.phi, phi) && isNear(pair.lift, lift), `phi ${pair.phi} is ${phi}, lift ${pair.lift} is ${lift}`);
  }
}

/** Rounded at four decimals, or both null. */
function isNear(given: number | null, exact: number | null): boolean {
  return given === null || exact === null ? given === exact : Math.abs(given - exact) <= 0.00005 + 1e-9;
}

function figuresOf({ criterionNo, failing, withPlan, inProgress, done, overdue }: Body): Body {
  const share = (groups: string[]) => ({ groups: groups.length, percent: cut(groups.length, failing.length) });
  const shares = {
    withPlan: share(withPlan),
    inProgress: share(inProgress),
    done: share(done),
    overdue: share(overdue),
  };
  return { criterionNo, failing: failing.length, ...shares };
}

function withoutName({ name, ...figures }: Body): Body {
  return figures;
}

function codesOf({ breakdown }: Body): string[] {
  return breakdown.map(({ code }: Body) => code);
}

function districtsOf(sheets: readonly { areaCode: string }[]): string[] {
  return [...new Set(sheets.map(({ areaCode }) => areaCode.slice(0, 4)))].sort();
}

function byGroup<Row extends { groupId: string }>(rows: Row[]): Row[] {
  return rows.sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
}
