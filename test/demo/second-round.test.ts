import t from 'tap';
import type { DemoSheet } from '../../src/demo/data.js';
import { inventPlans } from '../../src/demo/plans.js';
import { reconstructKhonKaen } from '../../src/demo/reconstruct.js';
import { inventSecondRound } from '../../src/demo/second-round.js';
import { brokenAction } from '../../src/domain/plan.js';

const districtCodes = [...Array.from({ length: 25 }, (_, index) => String(4001 + index)), '4029'];
const areas = new Map(districtCodes.map((code) => [code, ['01', '02', '03'].map((place) => code + place)]));
const first = reconstructKhonKaen(areas);
const plans = inventPlans(first);
const second = inventSecondRound(first, plans);
const beforeByNo = new Map(first.sheets.map((sheet) => [sheet.registrationNo, sheet]));
const pairs = second.sheets.map((after) => ({ before: sheetBefore(after), after }));
const groupPlans = plans.filter((plan) => plan.tier === 'group');

function sheetBefore({ registrationNo }: DemoSheet): DemoSheet {
  const before = beforeByNo.get(registrationNo);
  if (before === undefined) throw new Error(`${registrationNo} was no target of round 1`);
  return before;
}

function levelIn({ scores }: DemoSheet, criterionNo: number): number {
  return scores.find((score) => score.criterionNo === criterionNo)?.level ?? 0;
}

function passedIn({ scores }: DemoSheet): number {
  return scores.filter((score) => score.level === 3).length;
}

function isInvented(text: string | null): boolean {
  return text?.includes('ข้อมูลสมมติ') === true && text.includes('invented for demonstration');
}

t.test('every record of the rest of the cycle says that it is invented', async (t) => {
  const actions = plans.flatMap((plan) => plan.actions);
  const outcomes = actions.flatMap(({ progress }) => progress.outcome ?? []);
  const texts = [
    second.round.title,
    ...second.sheets.map((sheet) => sheet.summary),
    ...plans.map((plan) => plan.title),
    ...plans.flatMap((plan) => plan.cancellationReason ?? []),
    ...outcomes,
  ];
  t.ok(outcomes.length > 50);
  t.strictSame(
    texts.filter((text) => !isInvented(text)),
    [],
  );
  t.ok(actions.every(({ text }) => text.title.includes('ข้อมูลสมมติ')));
  t.notOk(
    texts.some((text) => text.includes('Reconstructed')),
    'nothing claims to come from the report',
  );
});

t.test('round 1 is what it was: nothing invented is written into it', async (t) => {
  t.strictSame(first, reconstructKhonKaen(areas));
  t.notMatch(JSON.stringify(first), 'ข้อมูลสมมติ');
  t.strictSame([...new Set(first.groups.map((group) => group.status))], ['active']);
});

t.test('the same data give the same plans and the same second round', async (t) => {
  t.strictSame(inventPlans(first), plans);
  t.strictSame(inventSecondRound(first, plans), second);
});

t.test('the second round is August 2555 of the same targets, six of them without a sheet', async (t) => {
  const { roundNo, startsOn, endsOn, fiscalYearBe, targetSelection, targetPopulation } = second.round;
  t.strictSame(
    { roundNo, startsOn, endsOn, fiscalYearBe, targetSelection, targetPopulation },
    {
      roundNo: 2,
      startsOn: '2012-08-01',
      endsOn: '2012-08-31',
      fiscalYearBe: 2555,
      targetSelection: 'designated',
      targetPopulation: 786,
    },
  );
  t.equal(second.sheets.length, 154);
  t.equal(new Set(second.sheets.map((sheet) => sheet.registrationNo)).size, 154);
  for (const { before, after } of pairs) {
    t.equal(after.teamKey, before.teamKey);
    t.match(after.assessedOn, /^2012-08-\d\d$/);
    const weekday = new Date(`${after.assessedOn}T00:00:00Z`).getUTCDay();
    t.ok(weekday >= 1 && weekday <= 5, 'on a working day');
    t.strictSame(
      after.scores.map((score) => score.criterionNo),
      Array.from({ length: 19 }, (_, index) => index + 1),
    );
    t.ok(after.scores.every(({ level, reason }) => [1, 2, 3].includes(level) && reason !== ''));
    t.match(after.summary, passedIn(after) === 19 ? 'ผ่านครบทั้ง 19 ข้อ' : ` ${passedIn(after)} จาก 19 ข้อ`);
  }
});

t.test('groups and criteria move both ways, and a few groups become well managed', async (t) => {
  const changes = pairs.map(({ before, after }) => passedIn(after) - passedIn(before));
  const improved = changes.filter((change) => change > 0).length;
  const declined = changes.filter((change) => change < 0).length;
  t.ok(improved > declined, `${improved} improved, ${declined} declined`);
  t.ok(declined >= 10);
  t.ok(changes.length - improved - declined >= 10, 'many stay as they are');
  const wellManaged = pairs.filter(({ after }) => passedIn(after) === 19).length;
  t.ok(wellManaged >= 3 && wellManaged <= 8, `${wellManaged} became well managed`);
  const nets = first.sheets[0]?.scores.map(({ criterionNo }) => {
    const passed = (sheet: DemoSheet) => (levelIn(sheet, criterionNo) === 3 ? 1 : 0);
    return pairs.reduce((net, { before, after }) => net + passed(after) - passed(before), 0);
  });
  t.ok(nets?.some((net) => net > 0) && nets.some((net) => net < 0), 'some criteria gain, some lose');
});

t.test('a failed criterion with an action done is passed more often than one without, but not always', async (t) => {
  const planByNo = new Map(groupPlans.map((plan) => [plan.registrationNo, plan]));
  const counts = { done: { failed: 0, passed: 0 }, none: { failed: 0, passed: 0 } };
  for (const { before, after } of pairs) {
    const plan = planByNo.get(after.registrationNo);
    for (const { criterionNo, level } of before.scores) {
      const progress = plan?.actions.find((action) => action.criterionNo === criterionNo)?.progress;
      const count = progress?.status === 'done' ? counts.done : plan === undefined ? counts.none : null;
      if (level === 3 || count === null) continue;
      count.failed += 1;
      count.passed += levelIn(after, criterionNo) === 3 ? 1 : 0;
    }
  }
  const { done, none } = counts;
  t.ok(done.failed >= 30 && none.failed >= 500);
  t.ok(done.passed / done.failed > (2 * none.passed) / none.failed, `${done.passed} of ${done.failed}`);
  t.ok(done.passed < done.failed, 'not always');
  t.ok(none.passed > 0, 'and without a plan too');
});

t.test('plans are of 40 targets, three districts and the province, and in every state', async (t) => {
  t.equal(groupPlans.length, 40);
  t.ok(groupPlans.every(({ registrationNo }) => beforeByNo.has(registrationNo ?? '')));
  t.equal(new Set(groupPlans.map((plan) => plan.registrationNo)).size, 40);
  const areaPlans = plans.filter((plan) => plan.tier !== 'group');
  t.equal(areaPlans.filter(({ tier, areaCode }) => tier === 'district' && areas.has(areaCode ?? '')).length, 3);
  t.strictSame(
    areaPlans.filter(({ tier }) => tier === 'province').map(({ areaCode }) => areaCode),
    ['40'],
  );
  t.strictSame([...new Set(plans.map((plan) => plan.status))].sort(), [
    'approved',
    'cancelled',
    'completed',
    'draft',
    'in-progress',
  ]);
  for (const plan of plans) t.equal(plan.cancellationReason !== null, plan.status === 'cancelled');
});

t.test('every action keeps the rules of the field, in the days between the rounds', async (t) => {
  const instrument = { criteria: Array.from({ length: 19 }, (_, index) => ({ criterionNo: index + 1, name: null })) };
  const groupActions = groupPlans.flatMap((plan) => {
    const { scores } = sheetBefore({ registrationNo: plan.registrationNo } as DemoSheet);
    const failed = new Set(scores.filter((score) => score.level < 3).map((score) => score.criterionNo));
    return plan.actions.map((action) => ({ action, failed }));
  });
  const broken = groupActions.flatMap(({ action: { criterionNo, text, progress }, failed }) =>
    brokenAction({ criterionNo, reason: null, ...text, ...progress }, failed, instrument as never),
  );
  t.strictSame(broken, []);
  const actions = plans.flatMap((plan) => plan.actions);
  t.ok(actions.every(({ text }) => text.startsOn >= '2012-05-01' && text.dueOn <= '2012-07-31'));
  t.strictSame([...new Set(actions.map(({ progress }) => progress.status))].sort(), [
    'done',
    'dropped',
    'in-progress',
    'planned',
  ]);
  for (const { actions } of plans.filter((plan) => plan.status === 'completed')) {
    t.ok(actions.every(({ progress }) => progress.status === 'done' || progress.status === 'dropped'));
  }
});
