import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation, wholeList } from '../../platform/http/operation.js';
import { listQuery, pageOf } from '../../platform/http/page.js';
import { patching } from '../../platform/http/patching.js';
import { acceptedOf, bodyExampleOf, csvColumnsOf, exampleOf, shownOf } from '../../platform/record/fields.js';
import { id, warnings } from '../shapes.contract.js';
import { actionFields, actionStatus } from './actions.record.js';

export const PlanAction = component('PlanAction', z.strictObject({ ...shownOf(actionFields), warnings }));
const PlanActionContent = component('PlanActionContent', z.strictObject(acceptedOf(actionFields)));
const bodyExample = bodyExampleOf(actionFields);
const example = {
  ...exampleOf(actionFields),
  createdAt: '2012-05-02T02:00:00.000Z',
  updatedAt: '2012-05-02T02:00:00.000Z',
};

const none = z.strictObject({});
const ofPlan = z.strictObject({ planId: id });
const one = z.strictObject({ planId: id, actionId: id });
const tag = 'plans';
const writing = [problems.planStateForbids] as const;

export const listPlanActions = operation({
  operationId: 'listPlanActions',
  method: 'GET',
  path: '/v1/plans/{planId}/actions',
  tag,
  summary: 'List the actions of a plan',
  description: 'Oldest first.',
  permission: 'read',
  asOf: true,
  params: ofPlan,
  query: z.strictObject({ status: actionStatus.optional(), ...listQuery }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of actions',
    body: component('PlanActionPage', pageOf(PlanAction)),
    example: { items: [example], next: null },
    paged: true,
    streams: {
      file: 'plan-actions',
      columns: csvColumnsOf(actionFields),
    },
  },
  refusals: [problems.planNotFound],
});

export const exportPlanActions = wholeList(listPlanActions, {
  operationId: 'exportPlanActions',
  summary: 'All actions of a plan as a file',
});

export const createPlanAction = operation({
  operationId: 'createPlanAction',
  method: 'POST',
  path: '/v1/plans/{planId}/actions',
  tag,
  summary: 'Add an action to a plan',
  description: 'On a criterion that the group failed, or that fails in the area; on another one it needs a reason.',
  permission: 'plans:write',
  params: ofPlan,
  query: none,
  body: PlanActionContent,
  bodyExample,
  answer: { status: 201, description: 'The action', body: PlanAction, example },
  versioning: 'gives',
  refusals: [problems.planNotFound, ...writing, problems.rulesBroken],
});

export const getPlanAction = operation({
  operationId: 'getPlanAction',
  method: 'GET',
  path: '/v1/plans/{planId}/actions/{actionId}',
  tag,
  summary: 'Read one action',
  description: 'With what the instrument says of the next level of its criterion.',
  permission: 'read',
  asOf: true,
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The action', body: PlanAction, example },
  versioning: 'gives',
  historyOf: 'plan-action',
  refusals: [problems.planNotFound, problems.actionNotFound],
});

export const replacePlanAction = operation({
  operationId: 'replacePlanAction',
  method: 'PUT',
  path: '/v1/plans/{planId}/actions/{actionId}',
  tag,
  summary: 'Change an action',
  description: 'Its text, its days, or how far it is. Done needs an outcome and 100 percent.',
  permission: 'plans:write',
  params: one,
  query: none,
  body: PlanActionContent,
  bodyExample,
  answer: { status: 200, description: 'The changed action', body: PlanAction, example: { ...example, version: 2 } },
  versioning: 'needs',
  refusals: [problems.planNotFound, problems.actionNotFound, ...writing, problems.rulesBroken],
});

export const patchPlanAction = patching(replacePlanAction, {
  operationId: 'patchPlanAction',
  name: 'PlanActionPatch',
  summary: 'Change some fields of an action',
  bodyExample: { status: 'in-progress', progressPercent: 40 },
});

export const deletePlanAction = operation({
  operationId: 'deletePlanAction',
  method: 'DELETE',
  path: '/v1/plans/{planId}/actions/{actionId}',
  tag,
  summary: 'Delete an action of a draft plan',
  description: 'In a plan that was approved an action is dropped instead: set its status.',
  permission: 'plans:write',
  params: one,
  query: none,
  body: null,
  answer: { status: 204, description: 'Deleted', body: null },
  versioning: 'needs',
  refusals: [problems.planNotFound, problems.actionNotFound, ...writing],
});
