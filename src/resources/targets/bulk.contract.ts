import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { operation } from '../../platform/http/operation.js';
import { acceptedOf, givenOf } from '../../platform/record/fields.js';
import { groupReference, groupReferenceText } from '../groups/group-reference.contract.js';
import { bulk, bulkQuery, history, importAnswer } from '../imports/import.contract.js';
import { areaCode, id } from '../shapes.contract.js';
import { targetFields } from './targets.record.js';

const shape = z.strictObject({
  ...groupReference,
  ...acceptedOf(targetFields),
  teamId: id.nullable().optional(),
});

/** What a file of targets looks like. */
export const targetRows = {
  shape,
  given: givenOf(targetFields, shape),
  digits: [],
};

const restored = z.strictObject({ ...shape.shape, areaCode, ...history });

/** What a file of targets looks like that is restored: where the group lay then, and the history, come with it. */
export const restoredTargetRows = {
  ...targetRows,
  shape: restored,
  given: givenOf(targetFields, restored),
  digits: ['areaCode'],
};

export type TargetRowContent = z.output<typeof shape> & Partial<z.output<typeof restored>>;

const example = { registrationNo: 'KK-4010-0001', teamId: '01936d5e-6f70-7c3a-9c55-0242ac120003' };

export const importTargets = operation({
  operationId: 'importTargets',
  method: 'POST',
  path: '/v1/rounds/{roundId}/targets/rows',
  formerPath: '/v1/rounds/{roundId}/targets',
  tag: 'rounds',
  summary: 'Make many groups targets',
  description:
    'A file of groups, each with its team. Groups that are targets already get the team of the file; targets that are not in the file stay. A restored target lies where the file says, even if its group has moved or was closed since.',
  permission: 'targets:write',
  params: z.strictObject({ roundId: id }),
  query: z.strictObject(bulkQuery),
  body: null,
  bulk: bulk(
    `${groupReferenceText} Without a column \`teamId\` the team stays as it is; an empty cell or null says that none is named.`,
    example,
  ),
  answer: importAnswer,
  refusals: [problems.roundNotFound, problems.areaOutsideYours, problems.roundStateForbids],
});
