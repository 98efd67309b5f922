/**
 * The whole health check, told once: figures, teams, targets, round 1, plans at three tiers, round 2, what moved and
 * whether the plans went with it. Eight groups, every figure counted by hand.
 *
 * | group | district | members | savings   | fails in round 1   | round 2            |
 * |-------|----------|---------|-----------|--------------------|--------------------|
 * | A     | 4010     | 100     | 1,000.50  | 2 at 1, 18 at 2, 19 at 1 | 19 at 2      |
 * | B     | 4010     | 50      | 2,000     | 2 at 2, 18 at 1    | 18 at 2            |
 * | C     | 4010     | 30      | 500       | 2 at 1, 18 at 2    | 2 at 2, 18 at 2    |
 * | D     | 4010     | 200     | 10,000    | 18 at 1            | 2 at 2, 18 at 1    |
 * | E     | 4001     | 80      | 400       | 2 at 1, 4 at 2, 18 at 1 | the same      |
 * | F     | 4001     | 60      | 300.25    | 18 at 2            | passes everything  |
 * | G     | 4001     | 900     | 90,000    | 2 at 2             | a draft only       |
 * | H     | 4001     | 20      | 100       | 6 at 2, 18 at 1    | dissolved by then  |
 * | I     | 4001     | none    | none      | not a target       | passes everything  |
 */
import t from 'tap';
import { startTestApp } from '../support/app.js';
import type { Answer } from '../support/client.js';
import { made, makeGroup, makeRound, makeTeam, moveRound, setTarget, sheetFrom, sheetPath } from '../support/world.js';

type Figures = Answer['body'];

const { client } = await startTestApp(t);
const province = await client({ name: 'Khon Kaen', areaCode: '40' });
const district = await client({ name: 'Ban Phai', areaCode: '4010' });
const current = { 'if-match': '*' };
const atHome: Record<string, string> = { A: '401001', B: '401001', C: '401002', D: '401002' };
const letters = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
const groups = new Map<string, { groupId: string; registrationNo: string; name: string; areaCode: string }>();
const rounds = { first: '', second: '' };
const plans = { A: '', B: '', C: '', district: '' };

const groupOf = (letter: string) => groups.get(letter) ?? { groupId: '', registrationNo: '', name: '', areaCode: '' };

/** All nineteen criteria at level 3, but for these. */
function levels(failed: Record<number, number>): string {
  return Array.from({ length: 19 }, (_, index) => failed[index + 1] ?? 3).join('');
}

/** Submits a sheet for each group, with the criteria it fails and their levels. */
async function checkAll(roundId: string, assessedOn: string, sheets: Record<string, Record<number, number>>) {
  for (const [letter, failed] of Object.entries(sheets)) {
    const path = sheetPath(roundId, groupOf(letter).groupId);
    await made(province.put(path, { ...sheetFrom(levels(failed)), assessedOn }));
    await made(province.post(`${path}/submission`, undefined, current));
  }
}

const draft = (who: typeof province, place: object) =>
  made(who.post('/v1/plans/drafting', { roundId: rounds.first, ...place }));
const draftFor = (letter: string) => draft(district, { tier: 'group', groupId: groupOf(letter).groupId });

/** Changes some fields of the action of a plan on a criterion, as a person would after reading it. */
async function edit(who: typeof province, planId: string, criterionNo: number, changes: object) {
  const { items } = (await who.get(`/v1/plans/${planId}/actions`)).body;
  const found = items.find((action: { criterionNo: number }) => action.criterionNo === criterionNo);
  const { actionId, finding, drafted, nextLevel, version, createdAt, updatedAt, planId: _, ...content } = found;
  const path = `/v1/plans/${planId}/actions/${actionId}`;
  return made(who.put(path, { ...content, ...changes }, { 'if-match': `"${version}"` }));
}

const move = (planId: string, step: string) => made(province.post(`/v1/plans/${planId}/${step}`, undefined, current));
const criteriaOf = (rows: { criterionNo: number }[]) => rows.map(({ criterionNo }) => criterionNo);

t.test('the registry: eight groups in two districts, with their figures of the year', async (t) => {
  const members = [100, 50, 30, 200, 80, 60, 900, 20];
  const savings = [1000.5, 2000, 500, 10000, 400, 300.25, 90000, 100];
  for (const [index, letter] of letters.entries()) {
    const group = await makeGroup(province, atHome[letter] ?? '400101', { name: `กลุ่ม ${letter}` });
    groups.set(letter, group);
    const content = { memberCount: members[index], savingsBaht: savings[index], developmentLevel: 3 };
    await made(province.put(`/v1/groups/${group.groupId}/figures/2012-03-31`, content));
  }
  t.hasStrict((await province.get('/v1/groups/summary?area=40')).body, { groups: 8, memberCount: 1440 });
});

t.test('round 1, April: two teams, eight targets, eight sheets; the round is closed', async (t) => {
  const near = await makeTeam(province, { name: 'ทีมบ้านไผ่', tier: 'district', areaCode: '4010' });
  const far = await makeTeam(province, { name: 'ทีมเมือง', tier: 'district', areaCode: '4001' });
  const round = await makeRound(province, { targetPopulation: 8 }, 'draft');
  rounds.first = round.roundId;
  for (const letter of letters) {
    await setTarget(province, rounds.first, groupOf(letter).groupId, letter in atHome ? near.teamId : far.teamId);
  }
  await moveRound(province, rounds.first, 'opening');
  await checkAll(rounds.first, '2012-04-03', { A: { 2: 1, 18: 2, 19: 1 }, B: { 2: 2, 18: 1 }, C: { 2: 1, 18: 2 } });
  await checkAll(rounds.first, '2012-04-10', { D: { 18: 1 }, E: { 2: 1, 4: 2, 18: 1 }, F: { 18: 2 } });
  await checkAll(rounds.first, '2012-04-17', { G: { 2: 2 }, H: { 6: 2, 18: 1 } });
  t.equal((await moveRound(province, rounds.first, 'closing')).status, 'closed');
});

t.test('the statistics of round 1: criterion 18 fails in seven of eight groups, criterion 2 in five', async (t) => {
  const { body } = await province.get(`/v1/rounds/${rounds.first}/statistics`);
  t.hasStrict(body, { targets: 8, assessed: 8, coveragePercent: 100, groups: { wellManaged: 0, mostPassed: 18 } });
  const mostFailed = body.mostFailed.map((row: Figures) => `${row.rank}: ${row.criterionNo} in ${row.groups}`);
  t.strictSame(mostFailed, ['1: 18 in 7', '2: 2 in 5', '3: 4 in 1', '3: 6 in 1', '3: 19 in 1']);
  t.hasStrict(body.mostFailed, [{ failedPercent: 87.5 }, { failedPercent: 62.5 }, { failedPercent: 12.5 }]);
});

t.test('drafting: a plan for a group, for its district and for the province', async (t) => {
  const own = await draftFor('A');
  t.hasStrict(own, { created: true, plan: { tier: 'group', areaCode: '401001', status: 'draft' } });
  const steps = own.added.map((row: Figures) => `${row.criterionNo} (${row.finding}) to level ${row.nextLevel.level}`);
  const byDistance = ['2 (เหตุผลข้อ 2) to level 2', '19 (เหตุผลข้อ 19) to level 2', '18 (เหตุผลข้อ 18) to level 3'];
  t.strictSame(steps, byDistance, 'furthest from passing first: two criteria at level 1, then the one at level 2');
  const compiled = await draft(district, { tier: 'district', areaCode: '4010' });
  const findings = compiled.findings.map((row: Figures) => [row.criterionNo, row.failedGroups, row.planningGroups]);
  t.strictSame(findings.join(' | '), '18,4,1 | 2,3,1 | 19,1,1', 'criterion, groups that failed it, of these planning');
  t.hasStrict(compiled.findings[2].groups, [{ groupId: groupOf('A').groupId, level: 1 }]);
  t.strictSame(criteriaOf(compiled.added), [18, 2, 19]);
  const whole = await draft(province, { tier: 'province', areaCode: '40' });
  t.strictSame(criteriaOf(whole.added), [18, 2, 4, 6, 19]);
  t.hasStrict(whole.findings[0], { failedGroups: 7, planningGroups: 1 });
  const [b, c] = [await draftFor('B'), await draftFor('C')];
  t.strictSame([criteriaOf(b.added), criteriaOf(c.added)].join(' | '), '18,2 | 2,18');
  [plans.A, plans.B, plans.C] = [own, b, c].map(({ plan }) => plan.planId) as [string, string, string];
  plans.district = compiled.plan.planId;
});

t.test('a person edits a drafted action; drafting again adds nothing and keeps what the person wrote', async (t) => {
  const written = {
    title: 'อบรมการจัดทำบัญชีเงินสด',
    principle: 'transparency',
    responsible: { name: 'นางสาวตัวอย่าง', organization: 'พัฒนาชุมชนอำเภอบ้านไผ่' },
    budgetBaht: 12000.5,
    dueOn: '2012-07-31',
  };
  const edited = await edit(district, plans.A, 2, written);
  t.hasStrict(edited, { ...written, version: 2, finding: 'เหตุผลข้อ 2' });
  const before = (await district.get(`/v1/plans/${plans.A}/actions`)).body;
  const again = await draftFor('A');
  t.hasStrict(again, { created: false, plan: { planId: plans.A, version: 1 } });
  t.strictSame(again.added, []);
  t.strictSame((await district.get(`/v1/plans/${plans.A}/actions`)).body, before);
});

t.test('the plans are approved, started and worked on; the plan of A is completed', async (t) => {
  for (const planId of [plans.A, plans.B, plans.C, plans.district]) {
    t.equal((await move(planId, 'approval')).status, 'approved');
    t.equal((await move(planId, 'start')).status, 'in-progress');
  }
  const done = { status: 'done', progressPercent: 100 };
  await edit(district, plans.A, 2, { ...done, outcome: 'บัญชีเป็นปัจจุบัน' });
  await edit(district, plans.A, 18, { ...done, outcome: 'ตั้งกองทุนสวัสดิการแล้ว' });
  await edit(district, plans.A, 19, { status: 'dropped' });
  await edit(district, plans.B, 2, { ...done, outcome: 'มีบัญชีแล้ว', principle: 'transparency', budgetBaht: 3000 });
  await edit(district, plans.B, 18, { status: 'in-progress', progressPercent: 20 });
  await edit(district, plans.C, 2, { status: 'in-progress', progressPercent: 10 });
  await edit(district, plans.C, 18, { dueOn: '2012-06-30' });
  const support = { status: 'in-progress', progressPercent: 40, principle: 'participation', budgetBaht: 20000 };
  await edit(district, plans.district, 18, support);
  t.hasStrict(await move(plans.A, 'completion'), { status: 'completed', version: 4 });
});

t.test('coverage: of seven groups that fail criterion 18 three plan for it, and one of these is late', async (t) => {
  const { body } = await province.get(`/v1/rounds/${rounds.first}/plan-coverage`);
  // Criterion 2 fails in A, B, C, E, G: A and B are done, C is at it. Criterion 18 fails in all but G: A is done, B is
  // at it, C is late. The action of A on 19 was dropped, so nobody plans for it. 1/7 = 14.285..., 3/7 = 42.857...
  t.strictSame(body.criteria.map(textOf), [
    '2: 5 fail, plan 3 = 60 %, at it 1 = 20 %, done 2 = 40 %, late 0 = 0 %',
    '4: 1 fail, plan 0 = 0 %, at it 0 = 0 %, done 0 = 0 %, late 0 = 0 %',
    '6: 1 fail, plan 0 = 0 %, at it 0 = 0 %, done 0 = 0 %, late 0 = 0 %',
    '18: 7 fail, plan 3 = 42.85 %, at it 1 = 14.28 %, done 1 = 14.28 %, late 1 = 14.28 %',
    '19: 1 fail, plan 0 = 0 %, at it 0 = 0 %, done 0 = 0 %, late 0 = 0 %',
  ]);
  t.strictSame(body.budget, [
    { tier: 'district', principle: 'participation', actions: 1, budgetBaht: 20000 },
    { tier: 'district', principle: null, actions: 2, budgetBaht: 0 },
    { tier: 'group', principle: 'transparency', actions: 2, budgetBaht: 15000.5 },
    { tier: 'group', principle: null, actions: 4, budgetBaht: 0 },
    { tier: 'province', principle: null, actions: 5, budgetBaht: 0 },
  ]);
  const late = await province.get(`/v1/rounds/${rounds.first}/plan-coverage/groups?criterion=18&state=overdue`);
  t.hasStrict(late.body.items, [{ groupId: groupOf('C').groupId, level: 2, withPlan: true, done: false }]);
  t.equal(late.body.items.length, 1, 'the list behind the count');
});

t.test('round 2, August: the targets are copied, the dissolved group is left out and reported', async (t) => {
  const { groupId, registrationNo, name, areaCode } = groupOf('H');
  const content = { registrationNo, name, areaCode, status: 'dissolved' };
  await made(province.put(`/v1/groups/${groupId}`, content, current));
  const days = { startsOn: '2012-08-01', endsOn: '2012-08-31' };
  const round = await makeRound(province, { roundNo: 2, ...days, targetPopulation: 8 }, 'draft');
  rounds.second = round.roundId;
  const copy = { fromRoundId: rounds.first };
  const copied = await made(province.post(`/v1/rounds/${rounds.second}/targets/copy`, copy));
  t.hasStrict(copied, { copied: 7, alreadyTargets: 0, teamsLeftOut: 0 });
  const left = { groupId, registrationNo, groupName: name, code: 'group-not-active', status: 'dissolved', areaCode };
  t.strictSame(copied.leftOut, [left]);
  const again = await made(province.post(`/v1/rounds/${rounds.second}/targets/copy`, copy));
  t.hasStrict(again, { copied: 0, alreadyTargets: 7 });
  groups.set('I', await makeGroup(province, '400101'));
  await setTarget(province, rounds.second, groupOf('I').groupId);
  await moveRound(province, rounds.second, 'opening');
  await checkAll(rounds.second, '2012-08-02', { A: { 19: 2 }, B: { 18: 2 }, C: { 2: 2, 18: 2 }, D: { 2: 2, 18: 1 } });
  await checkAll(rounds.second, '2012-08-09', { E: { 2: 1, 4: 2, 18: 1 }, F: {}, I: {} });
  const unfinished = { ...sheetFrom('3'), assessedOn: '2012-08-09' };
  await made(province.put(sheetPath(rounds.second, groupOf('G').groupId), unfinished));
});

t.test('the comparison: six groups were assessed twice; two passes of criterion 2 were gained, one lost', async (t) => {
  const { body } = await province.get(`/v1/rounds/${rounds.first}/comparison?with=${rounds.second}&by=district`);
  // Passed before and after: A 16 18, B 17 18, C 17 17, D 18 17, E 16 16, F 18 19; sums 102 and 105.
  t.hasStrict(body, {
    onlyBefore: 2,
    onlyAfter: 1,
    groups: { compared: 6, missing: 0, complete: 6, improved: 3, unchanged: 2, declined: 1, becameWellManaged: 1 },
  });
  t.hasStrict(body.groups, { stoppedBeingWellManaged: 0, meanPassedBefore: 17, meanPassedAfter: 17.5 });
  // Criterion 2: A 1-3, B 2-3, C 1-2, D 3-2, E 1-1, F 3-3. Three changed, one of them for the worse:
  // p = 2 (C(3,0) + C(3,1)) / 2^3 = 1.
  t.strictSame(textOfMatrix(body.criteria[1]), '1 1 1 / 0 0 1 / 0 1 1');
  t.hasStrict(body.criteria[1], { compared: 6, gainedPasses: 2, lostPasses: 1, net: 1, mcnemarP: 1 });
  const { passedBefore, passedBeforePercent, passedAfter, passedAfterPercent } = body.criteria[1];
  t.strictSame([passedBefore, passedBeforePercent, passedAfter, passedAfterPercent], [2, 33.33, 3, 50]);
  // Criterion 18: A 2-3, B 1-2, C 2-2, D 1-1, E 1-1, F 2-3. Two gained, none lost: p = 2 C(2,0) / 2^2 = 0.5.
  t.strictSame(textOfMatrix(body.criteria[17]), '2 1 0 / 0 1 2 / 0 0 0');
  t.hasStrict(body.criteria[17], { gainedPasses: 2, lostPasses: 0, net: 2, mcnemarP: 0.5 });
  t.hasStrict(body.breakdown, [
    { code: '4001', onlyBefore: 2, onlyAfter: 1, groups: { compared: 2, improved: 1, unchanged: 1, declined: 0 } },
    { code: '4010', onlyBefore: 0, onlyAfter: 0, groups: { compared: 4, improved: 2, unchanged: 1, declined: 1 } },
  ]);
});

t.test('did criteria with a plan move more? What moved by state of the actions, and no proof', async (t) => {
  const path = `/v1/rounds/${rounds.first}/comparison?with=${rounds.second}&split=plan`;
  const { plans: split } = (await province.get(path)).body;
  // Criterion 2: A and B had it done and passed; C was at it and failed; E had no plan and failed.
  t.equal(
    split.criteria[1].byState.map(textOfOutcome).join(', '),
    'none 0 of 1 = 0 %, planned 0 of 0 = null %, in-progress 0 of 1 = 0 %, done 2 of 2 = 100 %',
  );
  // Newcombe: of 2 of 2 Wilson gives 2 / (2 + z^2) = 34.238 % to 100 %, of 0 of 1 it gives 0 to z^2 / (1 + z^2) =
  // 79.345 %. 1 - sqrt(0.65762^2 + 0.79345^2) = -0.0305; above, 1 + sqrt(0 + 0).
  t.strictSame(split.criteria[1].doneAgainstNone, { difference: 100, low: -3.05, high: 100 });
  // Criterion 18: A done, passed; B at it, C planned, both failed; D, E and F without a plan, of which F passed.
  t.equal(
    split.criteria[17].byState.map(textOfOutcome).join(', '),
    'none 1 of 3 = 33.33 %, planned 0 of 1 = 0 %, in-progress 0 of 1 = 0 %, done 1 of 1 = 100 %',
  );
  t.equal(split.criteria[17].doneAgainstNone.difference, 66.66);
  // All: criteria 2, 18, 4 (E) and 19 (A, whose action was dropped and so is none). H was not assessed again.
  t.equal(
    split.allCriteria.map(textOfOutcome).join(', '),
    'none 1 of 6 = 16.66 %, planned 0 of 1 = 0 %, in-progress 0 of 2 = 0 %, done 3 of 3 = 100 %',
  );
  t.match(split.statement.en, /association, not proof.*regression to the mean/);
  t.match(split.statement.th, /การถดถอยสู่ค่าเฉลี่ย/);
});

t.test('the effect of one plan: of a group on itself, of a district on the groups of its area', async (t) => {
  const effectOf = async (planId: string) =>
    (await district.get(`/v1/plans/${planId}/effect?with=${rounds.second}`)).body;
  const own = await effectOf(plans.A);
  t.hasStrict(own, { planId: plans.A, compared: 1, before: { roundNo: 1 }, after: { roundNo: 2 } });
  t.equal(
    own.allCriteria.map(textOfOutcome).join(', '),
    'none 0 of 1 = 0 %, planned 0 of 0 = null %, in-progress 0 of 0 = null %, done 2 of 2 = 100 %',
  );
  t.match(own.statement.en, /regression to the mean/);
  const support = await effectOf(plans.district);
  t.equal(support.compared, 4);
  // The support on criterion 18 is in progress for A, B, C and D alike; A alone passed in round 2.
  t.equal(textOfOutcome(support.criteria[17].byState[2]), 'in-progress 1 of 4 = 25 %');
});

t.test('what fails together, and where to start', async (t) => {
  const statistics = `/v1/rounds/${rounds.first}/statistics`;
  const { pairs } = (await province.get(`${statistics}/co-failure`)).body;
  // Criteria 2 and 18: A, B, C and E fail both, G only 2, D, F and H only 18. phi = (4 x 0 - 1 x 3) / sqrt(5 x 3 x 7 x 1)
  // = -0.29277; lift = 4 x 8 / (5 x 7) = 0.91428.
  const pair = pairs.find(({ a, b }: { a: number; b: number }) => a === 2 && b === 18);
  t.hasStrict(pair, { total: 8, both: 4, onlyA: 1, onlyB: 3, neither: 0, either: 8 });
  t.hasStrict(pair, { phi: -0.2928, lift: 0.9143, small: true });
  const { body } = await province.get(`${statistics}/priorities`);
  t.hasStrict(body, { assessed: 8, groupsWithoutFigures: 0 });
  // Members and savings behind 18: all but G; behind 2: A, B, C, E and G, whose 900 members put it first.
  t.strictSame(body.criteria.map(textOfWeight), [
    '18: 7 groups (1), 540 members (2), 14300.75 baht (2)',
    '2: 5 groups (2), 1160 members (1), 93900.5 baht (1)',
    '19: 1 groups (3), 100 members (3), 1000.5 baht (3)',
    '4: 1 groups (3), 80 members (4), 400 baht (4)',
    '6: 1 groups (3), 20 members (5), 100 baht (5)',
  ]);
});

/** Figures as a reader would say them, one line each. */
function textOf({ criterionNo, failing, withPlan, inProgress, done, overdue }: Figures): string {
  const share = ({ groups, percent }: Figures) => `${groups} = ${percent} %`;
  const shares = `plan ${share(withPlan)}, at it ${share(inProgress)}, done ${share(done)}, late ${share(overdue)}`;
  return `${criterionNo}: ${failing} fail, ${shares}`;
}

function textOfMatrix({ matrix }: Figures): string {
  return matrix.map((row: number[]) => row.join(' ')).join(' / ');
}

function textOfOutcome({ state, failedBefore, passedAfter, passedAfterPercent }: Figures): string {
  return `${state} ${passedAfter} of ${failedBefore} = ${passedAfterPercent} %`;
}

function textOfWeight(row: Figures): string {
  const groups = `${row.groups} groups (${row.groupsRank}), ${row.members} members (${row.membersRank})`;
  return `${row.criterionNo}: ${groups}, ${row.savingsBaht} baht (${row.savingsRank})`;
}
