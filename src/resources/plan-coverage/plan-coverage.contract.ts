import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { pageQuery, pageWithDraftsOf, wholeNumber } from '../../platform/http/page.js';
import { draftsWithheld } from '../../platform/http/withheld.js';
import { governancePrinciple } from '../plans/actions.record.js';
import { planTier } from '../plans/plans.record.js';
import {
  areaCode,
  bahtSum,
  bilingual,
  count,
  criterionNo,
  districtBreakdown,
  id,
  level,
  percent,
} from '../shapes.contract.js';

const share = component('CoverageShare', z.strictObject({ groups: count, percent: percent.nullable() }));

const CriterionCoverage = component(
  'CriterionCoverage',
  z.strictObject({
    criterionNo,
    name: bilingual.nullable(),
    failing: count.meta({ description: 'Groups that failed the criterion; the percents are of these' }),
    withPlan: share.meta({ description: 'With an action on it, not dropped, in a plan of the group not cancelled' }),
    inProgress: share.meta({ description: 'With an action in progress' }),
    done: share.meta({ description: 'With an action done' }),
    overdue: share.meta({ description: 'With an action past its due day that is neither done nor dropped' }),
  }),
);
const covered = z.array(CriterionCoverage);

const BudgetSum = component(
  'BudgetSum',
  z.strictObject({
    tier: planTier,
    principle: governancePrinciple.nullable(),
    actions: count,
    budgetBaht: bahtSum.meta({ description: 'Sum of the budgets; an action without one adds nothing' }),
  }),
);

const DistrictCoverage = component(
  'DistrictCoverage',
  z.strictObject({ by: districtBreakdown, code: areaCode, name: bilingual.nullable(), criteria: covered }),
);

const PlanCoverage = component(
  'PlanCoverage',
  z.strictObject({
    roundId: id,
    areaCode: areaCode.nullable(),
    criteria: covered.meta({ description: 'Only criteria that a group failed, in instrument order' }),
    budget: z.array(BudgetSum).meta({ description: 'Actions not dropped of plans not cancelled, of all three tiers' }),
    breakdown: z.array(DistrictCoverage).optional().meta({ description: 'Only with `by`' }),
    ...draftsWithheld,
  }),
);

const CoveredGroup = component(
  'CoveredGroup',
  z.strictObject({
    groupId: id,
    registrationNo: z.string(),
    groupName: z.string(),
    areaCode,
    criterionNo,
    level,
    withPlan: z.boolean(),
    inProgress: z.boolean(),
    done: z.boolean(),
    overdue: z.boolean(),
  }),
);

const area = areaCode.optional().meta({ description: 'Default: the part of the round that your key may see' });
const refusals = [problems.roundNotFound, problems.areaNotFound] as const;

export const getPlanCoverage = operation({
  operationId: 'getPlanCoverage',
  method: 'GET',
  path: '/v1/rounds/{roundId}/plan-coverage',
  tag: 'plans',
  summary: 'How far plans cover what failed',
  description: 'For each criterion: how many of the groups that failed it plan for it, are at it, are done, are late.',
  permission: 'read',
  withholdsDrafts: true,
  asOf: true,
  params: z.strictObject({ roundId: id }),
  query: z.strictObject({ area, by: districtBreakdown.optional() }),
  body: null,
  answer: {
    status: 200,
    description: 'The coverage',
    body: PlanCoverage,
    example: {
      roundId: '01936d5e-6f70-7c3a-9c55-0242ac120004',
      areaCode: '40',
      criteria: [
        {
          criterionNo: 2,
          name: { th: 'การจัดทำบัญชี', en: 'Bookkeeping' },
          failing: 100,
          withPlan: { groups: 40, percent: 40 },
          inProgress: { groups: 12, percent: 12 },
          done: { groups: 5, percent: 5 },
          overdue: { groups: 3, percent: 3 },
        },
      ],
      budget: [{ tier: 'group', principle: 'transparency', actions: 40, budgetBaht: 480000 }],
    },
  },
  refusals: [...refusals],
});

export const listCoveredGroups = operation({
  operationId: 'listCoveredGroups',
  method: 'GET',
  path: '/v1/rounds/{roundId}/plan-coverage/groups',
  tag: 'plans',
  summary: 'List the groups behind a count of the coverage',
  description: 'The groups that failed a criterion; the filters give exactly those that a figure counted.',
  permission: 'read',
  withholdsDrafts: true,
  asOf: true,
  params: z.strictObject({ roundId: id }),
  query: z.strictObject({
    criterion: wholeNumber(criterionNo).meta({ description: 'The criterion they failed' }),
    area,
    state: component('CoverageState', z.enum(['with-plan', 'without-plan', 'in-progress', 'done', 'overdue']))
      .optional()
      .meta({ description: 'Default: all that failed it' }),
    ...pageQuery,
  }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of groups',
    body: component('CoveredGroupPage', pageWithDraftsOf(CoveredGroup)),
    example: {
      items: [
        {
          groupId: '01936d5e-6f70-7c3a-9c55-0242ac120002',
          registrationNo: 'KK-4010-0001',
          groupName: 'กลุ่มออมทรัพย์เพื่อการผลิตบ้านหนองน้ำใส',
          areaCode: '401001',
          criterionNo: 2,
          level: 1,
          withPlan: true,
          inProgress: false,
          done: false,
          overdue: false,
        },
      ],
      next: null,
    },
    paged: true,
  },
  refusals: [...refusals],
});
