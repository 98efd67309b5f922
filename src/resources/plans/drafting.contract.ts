import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { acceptedOfNew } from '../../platform/record/fields.js';
import { bilingual, count, criterionNo, id, level } from '../shapes.contract.js';
import { PlanAction } from './actions.contract.js';
import { Plan, planExample } from './plans.contract.js';
import { planFields } from './plans.record.js';

const { tier, areaCode, groupId } = acceptedOfNew(planFields);

const DraftingRequest = component('DraftingRequest', z.strictObject({ roundId: id, tier, areaCode, groupId }));

const FindingGroup = component(
  'FindingGroup',
  z.strictObject({
    groupId: id,
    registrationNo: z.string(),
    groupName: z.string(),
    level,
    reason: z.string().nullable(),
    planning: z.boolean(),
  }),
);

const Finding = component(
  'Finding',
  z.strictObject({
    criterionNo,
    name: bilingual.nullable(),
    failedGroups: count,
    planningGroups: count.meta({ description: 'Of these, groups whose own plan has an action on it' }),
    groups: z.array(FindingGroup),
  }),
);

const Drafting = component(
  'Drafting',
  z.strictObject({
    plan: Plan,
    created: z.boolean().meta({ description: 'Whether the plan was made now, or was there already' }),
    added: z.array(PlanAction).meta({ description: 'The actions that this call added' }),
    findings: z
      .array(Finding)
      .meta({ description: 'The findings answered: most failed first; for a group, furthest from passing first' }),
  }),
);

export const draftPlan = operation({
  operationId: 'draftPlan',
  method: 'POST',
  path: '/v1/plans/drafting',
  tag: 'plans',
  summary: 'Draft a plan from the findings of a round',
  description:
    "For a group: an action on each criterion it failed, with the team's reason. For a district or a province: on its five most failed criteria, with the groups that failed each and which of them plan already. Repeating it adds what is new, and never touches what a person wrote.",
  permission: 'plans:write',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: DraftingRequest,
  bodyExample: { roundId: planExample.roundId, tier: 'group', areaCode: null, groupId: planExample.groupId },
  answer: {
    status: 200,
    description: 'The draft, what was added, and the findings it answers',
    body: Drafting,
    example: { plan: planExample, created: true, added: [], findings: [] },
  },
  refusals: [problems.areaOutsideYours, problems.rulesBroken],
});
