import { z } from 'zod';
import type { PlanMove, planStatuses } from '../../domain/plan.js';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation, type Refusal, wholeList } from '../../platform/http/operation.js';
import { flag, listQuery, pageWithDraftsOf, wholeNumber } from '../../platform/http/page.js';
import { patching } from '../../platform/http/patching.js';
import { acceptedOf, acceptedOfNew, csvColumnsOf, exampleOf, shownOf } from '../../platform/record/fields.js';
import { areaCode, criterionNo, id, paragraphs } from '../shapes.contract.js';
import { actionStatus } from './actions.record.js';
import { planFields, planStatus, planTier } from './plans.record.js';

export const Plan = component('Plan', z.strictObject(shownOf(planFields)));
const NewPlan = component('NewPlan', z.strictObject(acceptedOfNew(planFields)));
const PlanTitle = component('PlanTitle', z.strictObject(acceptedOf(planFields)));
const Cancellation = component('Cancellation', z.strictObject({ reason: paragraphs(2_000) }));

export const planExample = {
  ...exampleOf(planFields),
  createdAt: '2012-05-02T02:00:00.000Z',
  updatedAt: '2012-05-02T02:00:00.000Z',
};
const { tier: exampleTier, areaCode: exampleArea, groupId: exampleGroup, roundId: exampleRound, title } = planExample;

const none = z.strictObject({});
const one = z.strictObject({ planId: id });
const tag = 'plans';

export const listPlans = operation({
  operationId: 'listPlans',
  method: 'GET',
  path: '/v1/plans',
  tag,
  summary: 'List improvement plans',
  description: 'As far as your area reaches. Filters on actions keep a plan that has at least one such action.',
  permission: 'read',
  withholdsDrafts: true,
  asOf: true,
  params: none,
  query: z.strictObject({
    round: id.optional(),
    tier: planTier.optional(),
    area: areaCode.optional().meta({ description: 'Only plans in this area, of any size' }),
    group: id.optional(),
    status: planStatus.optional(),
    criterion: wholeNumber(criterionNo).optional().meta({ description: 'With an action on this criterion' }),
    actionStatus: actionStatus.optional().meta({ description: 'With an action in this state' }),
    overdue: flag.optional().meta({ description: 'With (`true`) or without (`false`) an overdue action' }),
    ...listQuery,
  }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of plans, oldest first',
    body: component('PlanPage', pageWithDraftsOf(Plan)),
    example: { items: [planExample], next: null },
    paged: true,
    streams: {
      file: 'plans',
      columns: csvColumnsOf(planFields),
    },
  },
  refusals: [problems.areaNotFound],
});

export const exportPlans = wholeList(listPlans, {
  operationId: 'exportPlans',
  summary: 'All improvement plans as a file',
});

export const createPlan = operation({
  operationId: 'createPlan',
  method: 'POST',
  path: '/v1/plans',
  tag,
  summary: 'Begin an improvement plan',
  description: 'As a draft without actions. A group plans once the round has its submitted score sheet.',
  permission: 'plans:write',
  params: none,
  query: none,
  body: NewPlan,
  bodyExample: { tier: exampleTier, areaCode: exampleArea, groupId: exampleGroup, roundId: exampleRound, title },
  answer: { status: 201, description: 'The plan, a draft', body: Plan, example: planExample },
  versioning: 'gives',
  refusals: [problems.areaOutsideYours, problems.rulesBroken],
});

export const getPlan = operation({
  operationId: 'getPlan',
  method: 'GET',
  path: '/v1/plans/{planId}',
  tag,
  summary: 'Read one plan',
  description: 'Its actions are a list of their own.',
  permission: 'read',
  asOf: true,
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The plan', body: Plan, example: planExample },
  versioning: 'gives',
  historyOf: 'plan',
  refusals: [problems.planNotFound],
});

export const replacePlan = operation({
  operationId: 'replacePlan',
  method: 'PUT',
  path: '/v1/plans/{planId}',
  tag,
  summary: 'Give a plan another title',
  description: 'What it plans for stays. While it is neither completed nor cancelled.',
  permission: 'plans:write',
  params: one,
  query: none,
  body: PlanTitle,
  bodyExample: { title },
  answer: { status: 200, description: 'The changed plan', body: Plan, example: { ...planExample, version: 2 } },
  versioning: 'needs',
  refusals: [problems.planNotFound, problems.planStateForbids],
});

export const patchPlan = patching(replacePlan, {
  operationId: 'patchPlan',
  name: 'PlanPatch',
  summary: 'Change the title of a plan',
  bodyExample: { title: planExample.title },
});

export const deletePlan = operation({
  operationId: 'deletePlan',
  method: 'DELETE',
  path: '/v1/plans/{planId}',
  tag,
  summary: 'Delete a draft plan',
  description: 'With its actions. A plan that was approved is cancelled instead.',
  permission: 'plans:write',
  params: one,
  query: none,
  body: null,
  answer: { status: 204, description: 'Deleted', body: null },
  versioning: 'needs',
  refusals: [problems.planNotFound, problems.planStateForbids],
});

/** A change of state: what it is called, and what it does. */
function move<Body extends z.ZodType | null>(
  operationId: string,
  name: PlanMove,
  texts: { summary: string; description: string; status: (typeof planStatuses)[number] },
  body: { body: Body; bodyExample?: unknown },
  permission: 'plans:write' | 'plans:approve' = 'plans:write',
  refusals: readonly Refusal[] = [],
) {
  const { summary, description, status } = texts;
  return operation({
    operationId,
    method: 'POST',
    path: `/v1/plans/{planId}/${name}`,
    tag,
    summary,
    description,
    permission,
    params: one,
    query: none,
    ...body,
    answer: {
      status: 200,
      description: 'The plan in its new state',
      body: Plan,
      example: {
        ...planExample,
        status,
        version: 2,
        cancellationReason: status === 'cancelled' ? 'กลุ่มยุบรวมกับกลุ่มอื่น' : null,
      },
    },
    versioning: 'needs',
    refusals: [problems.planNotFound, problems.planStateForbids, problems.rulesBroken, ...refusals],
  });
}

export const approvePlan = move(
  'approvePlan',
  'approval',
  {
    summary: 'Approve a plan',
    description: 'From draft; it needs at least one action. Not by a person who wrote the plan or one of its actions.',
    status: 'approved',
  },
  { body: null },
  'plans:approve',
  [problems.samePerson],
);

export const startPlan = move(
  'startPlan',
  'start',
  { summary: 'Start a plan', description: 'From approved.', status: 'in-progress' },
  { body: null },
);

export const completePlan = move(
  'completePlan',
  'completion',
  {
    summary: 'Complete a plan',
    description: 'From in-progress, when every action is done or dropped.',
    status: 'completed',
  },
  { body: null },
);

export const cancelPlan = move(
  'cancelPlan',
  'cancellation',
  { summary: 'Cancel a plan', description: 'With a reason, unless it is completed.', status: 'cancelled' },
  { body: Cancellation, bodyExample: { reason: 'กลุ่มยุบรวมกับกลุ่มอื่น' } },
);
