import t from 'tap';
import type { Instrument } from '../../src/domain/instrument.js';
import {
  type ActionFacts,
  allowsMove,
  brokenAction,
  brokenPlace,
  cancellationUnexplained,
  draftActionsForArea,
  draftActionsForGroup,
  draftTitle,
  governancePrinciples,
  isOverdue,
  type PlanMove,
  planMoves,
  planStateOf,
  planStatuses,
} from '../../src/domain/plan.js';

const five: Instrument = {
  code: 'fhc',
  instrumentVersion: 1,
  name: { th: 'ทดสอบ', en: 'Test' },
  passLevel: 3,
  healthLevelRule: 'weakest-criterion',
  healthLevelThresholds: null,
  reasonRequired: 'every',
  virtues: [],
  criteria: [1, 2, 3, 4, 5].map((criterionNo) => ({ criterionNo, name: null, virtueCode: null, levels: [] })),
};
const action: ActionFacts = {
  criterionNo: 2,
  reason: null,
  budgetBaht: 1500.5,
  startsOn: '2012-05-01',
  dueOn: '2012-08-31',
  status: 'planned',
  progressPercent: 0,
  outcome: null,
};
const brokenOf = (change: Partial<ActionFacts>) =>
  brokenAction({ ...action, ...change }, new Set([2, 4]), five).map(({ pointer, code }) => `${pointer} ${code}`);
const actionsOn = (...numbers: number[]) => numbers.map((criterionNo) => ({ criterionNo }));

t.test(
  'allowsMove: a plan is approved, started and completed in turn, and cancelled until it is completed',
  async (t) => {
    const moves = Object.keys(planMoves) as PlanMove[];
    const allowed = (status: (typeof planStatuses)[number]) => moves.filter((move) => allowsMove({ status }, move));
    t.strictSame(planStatuses.map(allowed), [
      ['approval', 'cancellation'],
      ['start', 'cancellation'],
      ['completion', 'cancellation'],
      [],
      [],
    ]);
  },
);

t.test('cancellationUnexplained: spaces, even of zero width, are no reason', async (t) => {
  t.equal(cancellationUnexplained('\u200b ')?.code, 'cancellation-unexplained');
  t.equal(cancellationUnexplained(null)?.pointer, '/reason');
  t.equal(cancellationUnexplained('งบประมาณถูกตัด'), null);
});

t.test('brokenPlace: the area fits the tier, the group and the round', async (t) => {
  const broken = (tier: 'group' | 'district' | 'province', areaCode: string, groupAreaCode: string | null = null) =>
    brokenPlace({ tier, areaCode, groupAreaCode }, { areaCode: '40' }).map(({ pointer, code }) => `${pointer} ${code}`);
  t.strictSame(
    [broken('province', '40'), broken('district', '4010'), broken('group', '401003', '401003')],
    [[], [], []],
  );
  t.strictSame(broken('province', '4010'), ['/areaCode area-of-other-tier']);
  t.strictSame(broken('district', '40'), ['/areaCode area-of-other-tier']);
  t.strictSame(broken('group', '4010', '401003'), ['/areaCode area-not-of-group']);
  t.strictSame(broken('group', '4010'), ['/groupId group-missing']);
  t.strictSame(broken('district', '4010', '401003'), ['/groupId group-not-expected']);
  t.strictSame(broken('province', '41'), ['/areaCode plan-outside-round']);
});

t.test('brokenAction: lets through what makes sense', async (t) => {
  t.strictSame(brokenOf({}), []);
  t.strictSame(brokenOf({ startsOn: null, dueOn: null, budgetBaht: null }), []);
  t.strictSame(brokenOf({ startsOn: '2012-05-01', dueOn: '2012-05-01', budgetBaht: 0 }), []);
  t.strictSame(brokenOf({ status: 'done', progressPercent: 100, outcome: 'มีบัญชีเงินสดแล้ว' }), []);
  t.strictSame(brokenOf({ status: 'in-progress', progressPercent: 100 }), []);
});

t.test('brokenAction: names every rule an action breaks, and where', async (t) => {
  t.strictSame(brokenOf({ criterionNo: 6 }), ['/criterionNo criterion-unknown']);
  t.strictSame(brokenOf({ criterionNo: 3 }), ['/reason criterion-not-failed']);
  t.strictSame(brokenOf({ criterionNo: 3, reason: 'ข้อนี้ผ่านแบบเฉียดฉิว' }), []);
  t.strictSame(brokenOf({ status: 'done', budgetBaht: -1, dueOn: '2012-04-30', outcome: ' ', progressPercent: 90 }), [
    '/budgetBaht budget-negative',
    '/dueOn dates-out-of-order',
    '/progressPercent done-not-complete',
    '/outcome outcome-missing',
  ]);
});

t.test('planStateOf: is the furthest action that is not dropped', async (t) => {
  t.equal(planStateOf([]), 'none');
  t.equal(planStateOf(['dropped']), 'none');
  t.equal(planStateOf(['planned', 'dropped']), 'planned');
  t.equal(planStateOf(['in-progress', 'planned']), 'in-progress');
  t.equal(planStateOf(['done', 'in-progress']), 'done');
});

t.test('isOverdue: from the day after the due day, while the action is open', async (t) => {
  const overdue = (status: ActionFacts['status'], dueOn: string | null) => isOverdue({ status, dueOn }, '2012-08-31');
  t.strictSame([overdue('planned', '2012-08-30'), overdue('in-progress', '2012-08-30')], [true, true]);
  t.strictSame([overdue('planned', '2012-08-31'), overdue('planned', null)], [false, false]);
  t.strictSame([overdue('done', '2012-08-30'), overdue('dropped', '2012-08-30')], [false, false]);
});

t.test('draftActionsForGroup: furthest from passing first, with the reasons, and nothing twice', async (t) => {
  const sheet = { levels: '21310', reasons: { 2: 'ไม่มีสมุดเงินสด' } };
  const drafted = draftActionsForGroup(sheet, five, []);
  t.strictSame(drafted, [
    { criterionNo: 2, level: 1, finding: 'ไม่มีสมุดเงินสด' },
    { criterionNo: 4, level: 1, finding: null },
    { criterionNo: 1, level: 2, finding: null },
  ]);
  t.strictSame(draftActionsForGroup(sheet, five, drafted), []);
  t.strictSame(
    draftActionsForGroup(sheet, five, actionsOn(4)).map(({ criterionNo }) => criterionNo),
    [2, 1],
  );
  t.throws(() => draftActionsForGroup({ levels: '21319', reasons: {} }, five, []), RangeError);
});

t.test('draftActionsForArea: the most failed first, a tie at the cut stays whole, and nothing twice', async (t) => {
  const failed = [
    { criterionNo: 2, failed: 100, groups: ['a'] },
    { criterionNo: 19, failed: 126, groups: ['b'] },
    { criterionNo: 18, failed: 131, groups: [] },
    { criterionNo: 6, failed: 100, groups: [] },
    { criterionNo: 1, failed: 0, groups: [] },
  ];
  const numbers = (top: number, ...covered: number[]) =>
    draftActionsForArea(failed, actionsOn(...covered), top).map(({ criterionNo }) => criterionNo);
  t.strictSame(numbers(2), [18, 19]);
  t.strictSame(numbers(3), [18, 19, 2, 6]);
  t.strictSame(numbers(9), [18, 19, 2, 6]);
  t.strictSame(numbers(2, 18), [19]);
  t.strictSame(numbers(2, 18, 19), []);
  t.strictSame(draftActionsForArea(failed, [], 1), [failed[2]]);
});

t.test('draftTitle: names the criterion as far as the instrument does', async (t) => {
  t.strictSame(draftTitle({ criterionNo: 7, name: null }), {
    en: 'Improve criterion 7',
    th: 'ปรับปรุงการดำเนินงานตามเกณฑ์ข้อ 7',
  });
  t.equal(
    draftTitle({ criterionNo: 18, name: { en: 'Welfare', th: 'สวัสดิการ' } }).th,
    'ปรับปรุงการดำเนินงานตามเกณฑ์ข้อ 18 สวัสดิการ',
  );
});

t.test('governancePrinciples: are the six of the regulation of B.E. 2542', async (t) => {
  t.equal(governancePrinciples.length, 6);
});
