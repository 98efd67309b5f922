import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation, wholeList } from '../../platform/http/operation.js';
import { listQuery, pageOf } from '../../platform/http/page.js';
import { patching } from '../../platform/http/patching.js';
import { acceptedOf, csvColumnsOf, exampleOf, shownOf } from '../../platform/record/fields.js';
import { groupStatus } from '../groups/groups.record.js';
import { areaCode, count, id } from '../shapes.contract.js';
import { targetFields } from './targets.record.js';

const Target = component('Target', z.strictObject(shownOf(targetFields)));
const TargetContent = component('TargetContent', z.strictObject(acceptedOf(targetFields)));
const example = {
  ...exampleOf(targetFields),
  createdAt: '2012-03-10T02:00:00.000Z',
  updatedAt: '2012-03-10T02:00:00.000Z',
};

const none = z.strictObject({});
const ofRound = z.strictObject({ roundId: id });
const one = z.strictObject({ roundId: id, groupId: id });
const tag = 'rounds';

export const listTargets = operation({
  operationId: 'listTargets',
  method: 'GET',
  path: '/v1/rounds/{roundId}/targets',
  tag,
  summary: 'List the groups a round checks',
  description: 'As far as your area reaches.',
  permission: 'read',
  asOf: true,
  params: ofRound,
  query: z.strictObject({
    area: areaCode.optional().meta({ description: 'Only groups in this area, of any size' }),
    team: id.optional().meta({ description: 'Only the groups of this team' }),
    ...listQuery,
  }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of targets, by area',
    body: component('TargetPage', pageOf(Target)),
    example: { items: [example], next: null },
    paged: true,
    streams: {
      file: 'targets',
      columns: csvColumnsOf(targetFields),
    },
  },
  refusals: [problems.roundNotFound, problems.areaNotFound],
});

export const exportTargets = wholeList(listTargets, {
  operationId: 'exportTargets',
  summary: 'All groups a round checks, as a file',
});

export const getTarget = operation({
  operationId: 'getTarget',
  method: 'GET',
  path: '/v1/rounds/{roundId}/targets/{groupId}',
  tag,
  summary: 'Read one target',
  description: 'Which team visits the group.',
  permission: 'read',
  asOf: true,
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The target', body: Target, example },
  versioning: 'gives',
  historyOf: 'target',
  refusals: [problems.roundNotFound, problems.targetNotFound],
});

export const putTarget = operation({
  operationId: 'putTarget',
  method: 'PUT',
  path: '/v1/rounds/{roundId}/targets/{groupId}',
  tag,
  summary: 'Make a group a target',
  description:
    'Or name another team for it. While the round is a draft or open; the group is active and lies in the round, and the team works where the group is. Whose area lies in that of the round names the teams of its own targets, and makes no new ones.',
  permission: 'targets:write',
  params: one,
  query: none,
  body: TargetContent,
  bodyExample: { teamId: example.teamId },
  answer: { status: 200, description: 'The target, changed or as it was', body: Target, example, orCreated: true },
  versioning: 'needs',
  refusals: [
    problems.roundNotFound,
    problems.groupNotFound,
    problems.areaOutsideYours,
    problems.roundStateForbids,
    problems.rulesBroken,
  ],
});

export const patchTarget = patching(putTarget, {
  operationId: 'patchTarget',
  name: 'TargetPatch',
  summary: 'Change the team of a target',
  bodyExample: { teamId: null },
  notThere: [problems.targetNotFound],
});

export const deleteTarget = operation({
  operationId: 'deleteTarget',
  method: 'DELETE',
  path: '/v1/rounds/{roundId}/targets/{groupId}',
  tag,
  summary: 'Take a group off the targets',
  description: 'While it has no score sheet.',
  permission: 'targets:write',
  params: one,
  query: none,
  body: null,
  answer: { status: 204, description: 'Deleted', body: null },
  versioning: 'needs',
  refusals: [
    problems.roundNotFound,
    problems.targetNotFound,
    problems.areaOutsideYours,
    problems.roundStateForbids,
    problems.targetInUse,
  ],
});

const TargetLeftOut = component(
  'TargetLeftOut',
  z.strictObject({
    groupId: id,
    registrationNo: z.string(),
    groupName: z.string(),
    code: component('TargetLeftOutCode', z.enum(['group-not-active', 'group-outside-round'])),
    status: groupStatus,
    areaCode,
  }),
);

const TargetsCopy = component(
  'TargetsCopy',
  z.strictObject({
    copied: count.meta({ description: 'Groups that became targets now' }),
    alreadyTargets: count,
    leftOut: z
      .array(TargetLeftOut)
      .meta({ description: 'Groups that are merged, dissolved or inactive by now, or that lie outside this round' }),
    teamsLeftOut: count.meta({ description: 'Copied targets whose team no longer works where the group is' }),
  }),
);

export const copyTargets = operation({
  operationId: 'copyTargets',
  method: 'POST',
  path: '/v1/rounds/{roundId}/targets/copy',
  tag,
  summary: 'Take over the targets of an earlier round',
  description:
    'With their teams. Repeating it adds what is new. What cannot be checked any more is left out and reported.',
  permission: 'targets:write',
  params: ofRound,
  query: none,
  body: component('TargetsCopyRequest', z.strictObject({ fromRoundId: id })),
  bodyExample: { fromRoundId: '01936d5e-6f70-7c3a-9c55-0242ac120004' },
  answer: {
    status: 200,
    description: 'What was copied and what was not',
    body: TargetsCopy,
    example: { copied: 158, alreadyTargets: 0, leftOut: [], teamsLeftOut: 0 },
  },
  refusals: [problems.roundNotFound, problems.areaOutsideYours, problems.roundStateForbids, problems.rulesBroken],
});
