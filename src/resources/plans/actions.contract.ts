import { z } from 'zod';
import { actionKinds, governancePrinciples } from '../../domain/plan.js';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation, wholeList } from '../../platform/http/operation.js';
import { listQuery, pageOf } from '../../platform/http/page.js';
import { patching } from '../../platform/http/patching.js';
import {
  baht,
  criterionNo,
  day,
  id,
  instant,
  line,
  nextLevel,
  paragraphs,
  version,
  warnings,
} from '../shapes.contract.js';
import { actionStatus } from './plans.contract.js';

export const governancePrinciple = component(
  'GovernancePrinciple',
  z.enum(governancePrinciples.map(({ code }) => code)),
);
const principle = governancePrinciple
  .nullable()
  .meta({ description: 'Governance principle (regulation of B.E. 2542); null until someone decides' });
const kind = component('ActionKind', z.enum(actionKinds));
const status = actionStatus;
const progressPercent = z.int().min(0).max(100);

const Responsible = component(
  'Responsible',
  z.strictObject({ name: z.string().nullable(), organization: z.string().nullable() }),
);
const ResponsibleContent = component(
  'ResponsibleContent',
  z.strictObject({ name: line(200).nullable().default(null), organization: line(200).nullable().default(null) }),
);

export const PlanAction = component(
  'PlanAction',
  z.strictObject({
    actionId: id,
    planId: id,
    criterionNo,
    principle,
    title: z.string(),
    kind,
    responsible: Responsible,
    budgetBaht: baht.nullable(),
    startsOn: day.nullable(),
    dueOn: day.nullable(),
    status,
    progressPercent,
    outcome: z.string().nullable(),
    reason: z.string().nullable().meta({ description: 'Why it is needed; always there for a criterion not failed' }),
    finding: z.string().nullable().meta({ description: "The check team's reason, as it was when this was drafted" }),
    drafted: z.boolean().meta({ description: 'Made by drafting, not by a person' }),
    nextLevel: nextLevel.nullable(),
    version,
    createdAt: instant,
    updatedAt: instant,
    warnings,
  }),
);

const PlanActionContent = component(
  'PlanActionContent',
  z.strictObject({
    criterionNo,
    principle: principle.default(null),
    title: line(300),
    kind: kind.default('activity'),
    responsible: ResponsibleContent.default({ name: null, organization: null }),
    budgetBaht: baht.nullable().default(null),
    startsOn: day.nullable().default(null),
    dueOn: day.nullable().default(null),
    status: status.default('planned'),
    progressPercent: progressPercent.default(0),
    outcome: paragraphs(5_000).nullable().default(null).meta({ description: 'What came of it; needed when done' }),
    reason: paragraphs(2_000)
      .nullable()
      .default(null)
      .meta({ description: 'Why it is needed; needed when the criterion is not failed' }),
  }),
);

const bodyExample = {
  criterionNo: 2,
  principle: 'transparency',
  title: 'อบรมการจัดทำบัญชีเงินสดและบัญชีรับจ่าย',
  kind: 'training',
  responsible: { name: 'นางสาวตัวอย่าง ใจดี', organization: 'สำนักงานพัฒนาชุมชนอำเภอบ้านไผ่' },
  budgetBaht: 12000,
  startsOn: '2012-05-15',
  dueOn: '2012-07-31',
  status: 'planned',
  progressPercent: 0,
  outcome: null,
  reason: null,
};
const example = {
  actionId: '01936d5e-6f70-7c3a-9c55-0242ac120006',
  planId: '01936d5e-6f70-7c3a-9c55-0242ac120005',
  ...bodyExample,
  finding: 'ยังไม่มีบัญชีเงินสด บันทึกเฉพาะในสมุดสัจจะของสมาชิก',
  drafted: false,
  nextLevel: { level: 2, descriptor: null, guidance: null },
  version: 1,
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
  params: ofPlan,
  query: z.strictObject({ status: status.optional(), ...listQuery }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of actions',
    body: component('PlanActionPage', pageOf(PlanAction)),
    example: { items: [example], next: null },
    paged: true,
    streams: {
      file: 'plan-actions',
      columns: [
        'actionId',
        'planId',
        'criterionNo',
        'principle',
        'title',
        'kind',
        ['responsibleName', 'responsible.name'],
        ['responsibleOrganization', 'responsible.organization'],
        'budgetBaht',
        'startsOn',
        'dueOn',
        'status',
        'progressPercent',
        'outcome',
        'reason',
        'finding',
        'drafted',
        ['nextLevel', 'nextLevel.level'],
        ['nextLevelDescriptorTh', 'nextLevel.descriptor.th'],
        ['nextLevelDescriptorEn', 'nextLevel.descriptor.en'],
        ['nextLevelGuidanceTh', 'nextLevel.guidance.th'],
        ['nextLevelGuidanceEn', 'nextLevel.guidance.en'],
        'version',
        'createdAt',
        'updatedAt',
      ],
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
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The action', body: PlanAction, example },
  versioning: 'gives',
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
