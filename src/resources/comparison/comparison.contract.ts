import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { pageOf, pageQuery } from '../../platform/http/page.js';
import { draftsWithheld } from '../../platform/http/withheld.js';
import { says } from '../../platform/violations/says.js';
import { areaCode, count, districtBreakdown, id, instant } from '../shapes.contract.js';
import { comparedRound, effect, movement, name, PlansEffect } from './movement.contract.js';

const DistrictMovement = component(
  'DistrictMovement',
  z.strictObject({ by: districtBreakdown, code: areaCode, name, ...movement }),
);

const Comparison = component(
  'Comparison',
  z.strictObject({
    before: comparedRound,
    after: comparedRound,
    areaCode: areaCode.nullable(),
    asOf: instant,
    ...movement,
    plans: PlansEffect.optional().meta({
      description: 'Only with `split=plan`: what moved where plans were, and were not',
    }),
    breakdown: z.array(DistrictMovement).optional().meta({ description: 'Only with `by`' }),
    ...draftsWithheld,
  }),
);

const ComparedGroup = component(
  'ComparedGroup',
  z.strictObject({
    groupId: id,
    registrationNo: z.string(),
    groupName: z.string(),
    areaCode,
    compared: count.meta({ description: 'Criteria scored in both rounds; the counts are of these' }),
    passedBefore: count,
    passedAfter: count,
    change: z.int(),
  }),
);

const PlanEffect = component(
  'PlanEffect',
  z.strictObject({ planId: id, before: comparedRound, after: comparedRound, compared: count, ...effect }),
);

const withRound = id.meta({ description: 'The second round: what the first is compared with' });
const mapping = says(z.string().regex(/^[0-9]{1,2}:[0-9]{1,2}(,[0-9]{1,2}:[0-9]{1,2})*$/), {
  en: 'Write pairs old:new, separated by commas: 1:1,2:3.',
  th: 'ต้องเป็นคู่ ข้อเดิม:ข้อใหม่ คั่นด้วยจุลภาค เช่น 1:1,2:3',
})
  .optional()
  .meta({
    description:
      'Criteria of the first instrument and what they became in the second, `1:1,2:3`. Needed when the rounds used different instrument versions.',
    examples: ['1:1,2:3'],
  });
const area = areaCode.optional().meta({ description: 'Default: the part of the first round that your key may see' });
const example = {
  groupId: '01936d5e-6f70-7c3a-9c55-0242ac120002',
  registrationNo: 'KK-4010-0001',
  groupName: 'กลุ่มออมทรัพย์เพื่อการผลิตบ้านหนองน้ำใส',
  areaCode: '401001',
  compared: 19,
  passedBefore: 11,
  passedAfter: 14,
  change: 3,
};

const refusals = [problems.roundNotFound, problems.areaNotFound, problems.rulesBroken] as const;

const roundExample = (roundNo: number) => ({
  roundId: `01936d5e-6f70-7c3a-9c55-0242ac12000${roundNo + 3}`,
  fiscalYearBe: 2555,
  roundNo,
  title: `ตรวจสุขภาพทางการเงิน รอบที่ ${roundNo}`,
  instrument: 'fhc@1',
});
const roundsExample = { before: roundExample(1), after: roundExample(2) };
const criterionName = { th: 'การจัดสวัสดิการให้แก่สมาชิก', en: 'Welfare for members' };
const comparisonExample = {
  ...roundsExample,
  areaCode: '40',
  asOf: '2012-09-01T03:15:00.000Z',
  onlyBefore: 2,
  onlyAfter: 0,
  groups: {
    compared: 158,
    missing: 0,
    complete: 158,
    improved: 90,
    unchanged: 40,
    declined: 28,
    becameWellManaged: 2,
    stoppedBeingWellManaged: 0,
    meanPassedBefore: 10.88,
    meanPassedAfter: 12.1,
  },
  criteria: [
    {
      criterionNo: 18,
      name: criterionName,
      compared: 158,
      missing: 0,
      matrix: [
        [30, 10, 6],
        [4, 60, 19],
        [0, 3, 26],
      ],
      gainedPasses: 25,
      lostPasses: 3,
      net: 22,
      passedBefore: 29,
      passedBeforePercent: 18.35,
      passedAfter: 51,
      passedAfterPercent: 32.27,
      mcnemarP: 0.00002744,
    },
  ],
};
const stateExample = (state: string, failedBefore: number, passedAfter: number, passedAfterPercent: number) => ({
  state,
  failedBefore,
  passedAfter,
  passedAfterPercent,
  missingAfter: 0,
});
const statesExample = [stateExample('none', 100, 15, 15), stateExample('done', 20, 8, 40)];
const effectExample = {
  criteria: [
    {
      criterionNo: 18,
      name: criterionName,
      byState: statesExample,
      doneAgainstNone: { difference: 25, low: 5.1, high: 46.6 },
    },
  ],
  allCriteria: statesExample,
  statement: {
    th: 'ตัวเลขนี้แสดงความสัมพันธ์ ไม่ใช่ข้อพิสูจน์ว่าแผนเป็นสาเหตุ กลุ่มที่ดำเนินการตามแผนอาจแตกต่างจากกลุ่มอื่นมาแต่เดิม และข้อที่ไม่ผ่านในรอบแรกมักดีขึ้นเองในรอบต่อไป (การถดถอยสู่ค่าเฉลี่ย)',
    en: 'This is association, not proof that the plans were the cause. Groups that acted may differ from those that did not, and what was failed once tends to do better next time by itself (regression to the mean).',
  },
};

export const compareRounds = operation({
  operationId: 'compareRounds',
  method: 'GET',
  path: '/v1/rounds/{roundId}/comparison',
  tag: 'statistics',
  summary: 'Compare a round with another',
  description: 'The round in the path is the first, `with` the second. Only groups assessed in both are compared.',
  permission: 'read',
  withholdsDrafts: true,
  asOf: true,
  params: z.strictObject({ roundId: id }),
  query: z.strictObject({
    with: withRound,
    area,
    by: districtBreakdown.optional(),
    split: component('ComparisonSplit', z.enum(['plan'])).optional(),
    mapping,
  }),
  body: null,
  answer: { status: 200, description: 'What moved', body: Comparison, example: comparisonExample },
  refusals: [...refusals],
});

export const listComparedGroups = operation({
  operationId: 'listComparedGroups',
  method: 'GET',
  path: '/v1/rounds/{roundId}/comparison/groups',
  tag: 'statistics',
  summary: 'List the groups assessed in two rounds',
  description: 'How many criteria each passed before and after.',
  permission: 'read',
  asOf: true,
  params: z.strictObject({ roundId: id }),
  query: z.strictObject({ with: withRound, area, mapping, ...pageQuery }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of groups',
    body: component('ComparedGroupPage', pageOf(ComparedGroup)),
    example: { items: [example], next: null },
    paged: true,
  },
  refusals: [...refusals],
});

export const getPlanEffect = operation({
  operationId: 'getPlanEffect',
  method: 'GET',
  path: '/v1/plans/{planId}/effect',
  tag: 'plans',
  summary: 'What became of the criteria of a plan',
  description:
    "For each criterion the groups of the plan failed: how many passed in the second round, by how far their actions are. A group's plan looks at its group; a district's or province's plan at the groups of its area, with the plan's own actions counting for all of them.",
  permission: 'read',
  asOf: true,
  params: z.strictObject({ planId: id }),
  query: z.strictObject({ with: withRound, mapping }),
  body: null,
  answer: {
    status: 200,
    description: 'The effect, with what it cannot prove',
    body: PlanEffect,
    example: { planId: example.groupId, ...roundsExample, compared: 120, ...effectExample },
  },
  refusals: [problems.planNotFound, ...refusals],
});
