import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { operation } from '../../platform/http/operation.js';
import { confirmation, givenReason } from '../actor.contract.js';
import { groupReference, groupReferenceText } from '../groups/group-reference.contract.js';
import { bulk, bulkQuery, history, importAnswer, submittedAt } from '../imports/import.contract.js';
import { areaCode, id } from '../shapes.contract.js';
import { AssessmentContent } from './assessments.contract.js';
import { assessmentStatus } from './assessments.record.js';

/** A row of a file of score sheets, as NDJSON has it; in CSV the scores are columns. */
export const sheetRow = z.strictObject({
  ...groupReference,
  ...AssessmentContent.shape,
  status: assessmentStatus.default('draft'),
});

/** A row of a file that is restored: where the group was assessed, its last return, confirmation and history come with it. */
export const restoredSheetRow = z.strictObject({
  ...sheetRow.shape,
  areaCode,
  submittedAt,
  // The version before had neither in its lists.
  lastReturn: givenReason.nullable().default(null),
  confirmation: confirmation.nullable().default(null),
  ...history,
});

export type SheetRowContent = z.output<typeof sheetRow> & Partial<z.output<typeof restoredSheetRow>>;

const example = {
  registrationNo: 'KK-4010-0001',
  assessedOn: '2012-04-12',
  scores: [
    { criterionNo: 1, level: 3, reason: 'คณะกรรมการชี้แจงและมีหลักฐานครบถ้วน' },
    { criterionNo: 2, level: 1, reason: 'ยังไม่มีบัญชีเงินสด' },
  ],
  summary: null,
  status: 'draft',
};
const { registrationNo, assessedOn, status, summary, scores } = example;
const cells = {
  ...{ registrationNo, assessedOn, status, summary },
  ...Object.fromEntries(
    scores.flatMap((score) => [
      [`c${score.criterionNo}`, score.level],
      [`r${score.criterionNo}`, score.reason],
    ]),
  ),
};

export const importAssessments = operation({
  operationId: 'importAssessments',
  method: 'POST',
  path: '/v1/rounds/{roundId}/assessments/rows',
  formerPath: '/v1/rounds/{roundId}/assessments',
  tag: 'assessments',
  summary: 'Write many score sheets',
  description:
    'A file of sheets of targets of an open round, drafts or submitted ones. A draft that is there is replaced, and submitted when the file says so; a submitted sheet is frozen, and a row that says what it has is unchanged. Restored sheets need an open round too; their days need not fit it any more.',
  permission: 'assessments:write',
  params: z.strictObject({ roundId: id }),
  query: z.strictObject(bulkQuery),
  body: null,
  bulk: bulk(
    `${groupReferenceText} In NDJSON \`scores\` is as in a PUT; in CSV criterion 1 has its level in \`c1\` and its reason in \`r1\`. Without a column \`teamId\` the team is the target's.`,
    example,
    cells,
  ),
  answer: importAnswer,
  refusals: [problems.roundNotFound, problems.roundNotOpen],
});
