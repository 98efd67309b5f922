import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation, wholeList } from '../../platform/http/operation.js';
import { flag, listQuery, pageWithDraftsOf, wholeNumber } from '../../platform/http/page.js';
import { patching } from '../../platform/http/patching.js';
import { acceptedOf, exampleOf, shownOf } from '../../platform/record/fields.js';
import { areaCode, criterionNo, id, paragraphs } from '../shapes.contract.js';
import { assessmentFields, assessmentStatus } from './assessments.record.js';
import { sheetColumns } from './sheet-columns.contract.js';

export const Assessment = component('Assessment', z.strictObject(shownOf(assessmentFields)));
export const AssessmentContent = component('AssessmentContent', z.strictObject(acceptedOf(assessmentFields)));

const AssessmentReturn = component(
  'AssessmentReturn',
  z.strictObject({ reason: paragraphs(2_000).meta({ description: 'Why; stands in `lastReturn`' }) }),
);

export const example = {
  ...exampleOf(assessmentFields),
  createdAt: '2012-04-12T03:15:00.000Z',
  updatedAt: '2012-04-12T03:15:00.000Z',
};
export const scoresExample = example.scores;

const none = z.strictObject({});
export const one = z.strictObject({ roundId: id, groupId: id });
export const tag = 'assessments';
export const notThere = [problems.roundNotFound, problems.assessmentNotFound] as const;
export const writing = [
  ...notThere,
  problems.groupNotFound,
  problems.areaOutsideYours,
  problems.teamNotYours,
  problems.roundNotOpen,
  problems.assessmentSubmitted,
] as const;

export const listAssessments = operation({
  operationId: 'listAssessments',
  method: 'GET',
  path: '/v1/rounds/{roundId}/assessments',
  tag,
  summary: 'List the score sheets of a round',
  description: 'As far as your area reaches, drafts too. Every figure of a round can be recounted from this list.',
  permission: 'read',
  withholdsDrafts: true,
  asOf: true,
  params: z.strictObject({ roundId: id }),
  query: z.strictObject({
    area: areaCode.optional().meta({ description: 'Only groups assessed in this area, of any size' }),
    status: assessmentStatus.optional(),
    team: id.optional().meta({ description: 'Only the sheets of this team' }),
    failedCriterion: wholeNumber(criterionNo)
      .optional()
      .meta({ description: 'Only groups that failed this criterion' }),
    wellManaged: flag
      .optional()
      .meta({ description: 'Only groups that are (`true`) or are not (`false`) well managed' }),
    confirmed: flag.optional().meta({
      description: 'Only sheets that somebody has (`true`) or nobody has (`false`) confirmed, drafts among the latter',
    }),
    ...listQuery,
  }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of score sheets, by area',
    body: component('AssessmentPage', pageWithDraftsOf(Assessment)),
    example: { items: [example], next: null },
    paged: true,
    streams: {
      file: 'assessments',
      columns: sheetColumns(),
    },
  },
  refusals: [problems.roundNotFound, problems.areaNotFound],
});

export const exportAssessments = wholeList(listAssessments, {
  operationId: 'exportAssessments',
  summary: 'All score sheets of a round as a file',
});

export const getAssessment = operation({
  operationId: 'getAssessment',
  method: 'GET',
  path: '/v1/rounds/{roundId}/assessments/{groupId}',
  tag,
  summary: 'Read one score sheet',
  description: 'With its result.',
  permission: 'read',
  asOf: true,
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The score sheet', body: Assessment, example },
  versioning: 'gives',
  historyOf: 'assessment',
  refusals: [...notThere],
});

export const putAssessment = operation({
  operationId: 'putAssessment',
  method: 'PUT',
  path: '/v1/rounds/{roundId}/assessments/{groupId}',
  tag,
  summary: 'Write a score sheet',
  description:
    'Makes or replaces the draft of a target of an open round. It may be incomplete; submission asks for the rest.',
  permission: 'assessments:write',
  params: one,
  query: none,
  body: AssessmentContent,
  bodyExample: {
    teamId: example.teamId,
    assessedOn: example.assessedOn,
    scores: scoresExample,
    summary: example.summary,
  },
  answer: {
    status: 200,
    description: 'The score sheet, replaced or as it was',
    body: Assessment,
    example,
    orCreated: true,
  },
  versioning: 'needs',
  refusals: [
    problems.roundNotFound,
    problems.groupNotFound,
    problems.areaOutsideYours,
    problems.teamNotYours,
    problems.roundNotOpen,
    problems.assessmentSubmitted,
    problems.rulesBroken,
  ],
});

export const patchAssessment = patching(putAssessment, {
  operationId: 'patchAssessment',
  name: 'AssessmentPatch',
  summary: 'Change some fields of a score sheet',
  bodyExample: { summary: example.summary },
  notThere: [problems.assessmentNotFound],
});

export const deleteAssessment = operation({
  operationId: 'deleteAssessment',
  method: 'DELETE',
  path: '/v1/rounds/{roundId}/assessments/{groupId}',
  tag,
  summary: 'Delete a draft score sheet',
  description: 'A submitted one stays.',
  permission: 'assessments:write',
  params: one,
  query: none,
  body: null,
  answer: { status: 204, description: 'Deleted', body: null },
  versioning: 'needs',
  refusals: [...writing],
});

export const submitAssessment = operation({
  operationId: 'submitAssessment',
  method: 'POST',
  path: '/v1/rounds/{roundId}/assessments/{groupId}/submission',
  tag,
  summary: 'Submit a score sheet',
  description:
    'Refused with every criterion that lacks a level or a required reason. Counts in the statistics from now on.',
  permission: 'assessments:write',
  params: one,
  query: none,
  body: null,
  answer: {
    status: 200,
    description: 'The submitted sheet, frozen',
    body: Assessment,
    example: { ...example, status: 'submitted', submittedAt: '2012-04-12T09:00:00.000Z', version: 2 },
  },
  versioning: 'needs',
  refusals: [...writing, problems.sheetIncomplete, problems.rulesBroken],
});

export const returnAssessment = operation({
  operationId: 'returnAssessment',
  method: 'POST',
  path: '/v1/rounds/{roundId}/assessments/{groupId}/return',
  tag,
  summary: 'Return a submitted score sheet',
  description:
    'It is a draft again, to be corrected, and does not count until it is submitted again. Not by the person who submitted it.',
  permission: 'assessments:review',
  params: one,
  query: none,
  body: AssessmentReturn,
  bodyExample: { reason: 'เหตุผลของข้อ 4 ไม่ตรงกับหลักฐาน' },
  answer: {
    status: 200,
    description: 'The sheet, a draft again',
    body: Assessment,
    example: {
      ...example,
      lastReturn: {
        reason: 'เหตุผลของข้อ 4 ไม่ตรงกับหลักฐาน',
        at: '2012-04-13T02:00:00.000Z',
        by: { kind: 'api-key', id: '01936d5e-6f70-7c3a-9c55-0242ac120001', name: 'District office 4010' },
      },
      version: 3,
      updatedAt: '2012-04-13T02:00:00.000Z',
    },
  },
  versioning: 'needs',
  refusals: [
    ...notThere,
    problems.groupNotFound,
    problems.areaOutsideYours,
    problems.roundNotOpen,
    problems.assessmentNotSubmitted,
    problems.samePerson,
  ],
});

export const confirmAssessment = operation({
  operationId: 'confirmAssessment',
  method: 'POST',
  path: '/v1/rounds/{roundId}/assessments/{groupId}/confirmation',
  tag,
  summary: 'Confirm a submitted score sheet',
  description:
    'Until the round is published. `confirmation` says by whom; the sheet stays submitted and counts as before, and a return takes the confirmation off. Publication does not ask for it. Not by the person who submitted the sheet.',
  permission: 'assessments:review',
  params: one,
  query: none,
  body: null,
  answer: {
    status: 200,
    description: 'The confirmed sheet',
    body: Assessment,
    example: {
      ...example,
      status: 'submitted',
      submittedAt: '2012-04-12T09:00:00.000Z',
      confirmation: {
        at: '2012-04-13T02:00:00.000Z',
        by: { kind: 'api-key', id: '01936d5e-6f70-7c3a-9c55-0242ac120001', name: 'District office 4010' },
      },
      version: 3,
      updatedAt: '2012-04-13T02:00:00.000Z',
    },
  },
  versioning: 'needs',
  refusals: [
    ...notThere,
    problems.groupNotFound,
    problems.areaOutsideYours,
    problems.roundStateForbids,
    problems.assessmentNotSubmitted,
    problems.assessmentConfirmed,
    problems.samePerson,
  ],
});
