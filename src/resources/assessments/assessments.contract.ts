import { z } from 'zod';
import { assessmentStatuses } from '../../domain/assessment.js';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation, wholeList } from '../../platform/http/operation.js';
import { flag, listQuery, pageOf, wholeNumber } from '../../platform/http/page.js';
import { patching } from '../../platform/http/patching.js';
import { healthLevelRule } from '../instruments/instruments.contract.js';
import { areaCode, count, criterionNo, day, id, instant, level, paragraphs, version } from '../shapes.contract.js';
import { sheetColumns } from './sheet-columns.contract.js';

export const assessmentStatus = component('AssessmentStatus', z.enum(assessmentStatuses));

export const reason = paragraphs(2_000).nullable().default(null).meta({ description: 'Why the team gave this level' });

export const givenLevel = level
  .nullable()
  .meta({ description: 'Null while the team has only written why; it counts as missing' });

/** A score as it is given: fine to repeat in other contracts that take scores. */
export const ScoreContent = component('ScoreContent', z.strictObject({ criterionNo, level: givenLevel, reason }));

export const Score = component(
  'Score',
  z.strictObject({ criterionNo, level: givenLevel, reason: z.string().nullable() }),
);

export const Result = component(
  'Result',
  z.strictObject({
    passedCount: count.meta({ description: 'Criteria at the pass level or above' }),
    failedCount: count,
    missingCount: count.meta({ description: 'Criteria without a level; never counted as failed' }),
    failedCriteria: z.array(criterionNo),
    healthLevel: level.nullable().meta({ description: 'Null while a score is missing' }),
    wellManaged: z.boolean().meta({ description: 'Every criterion passed' }),
    rule: healthLevelRule.meta({ description: 'The rule that gave the health level' }),
  }),
);

export const Assessment = component(
  'Assessment',
  z.strictObject({
    roundId: id,
    groupId: id,
    registrationNo: z.string(),
    groupName: z.string(),
    areaCode: areaCode.meta({ description: 'Where the group was assessed' }),
    teamId: id.nullable(),
    assessedOn: day,
    status: assessmentStatus,
    scores: z
      .array(Score)
      .meta({ description: 'In instrument order; criteria with neither level nor reason are left out' }),
    summary: z.string().nullable(),
    result: Result,
    submittedAt: instant.nullable(),
    version,
    createdAt: instant,
    updatedAt: instant,
  }),
);

export const AssessmentContent = component(
  'AssessmentContent',
  z.strictObject({
    teamId: id.nullable().optional().meta({ description: 'Left out: the team of the target. Null: none' }),
    assessedOn: day,
    scores: z.array(ScoreContent).max(99),
    summary: paragraphs(5_000).nullable().default(null).meta({ description: 'The overall picture of the group' }),
  }),
);

const AssessmentReturn = component(
  'AssessmentReturn',
  z.strictObject({ reason: paragraphs(2_000).meta({ description: 'Why; kept in the record of changes' }) }),
);

export const scoresExample = [
  { criterionNo: 1, level: 3, reason: 'คณะกรรมการชี้แจงและมีหลักฐานครบถ้วน' },
  { criterionNo: 2, level: 1, reason: 'ยังไม่มีบัญชีเงินสด บันทึกเฉพาะในสมุดสัจจะของสมาชิก' },
];
export const example = {
  roundId: '01936d5e-6f70-7c3a-9c55-0242ac120004',
  groupId: '01936d5e-6f70-7c3a-9c55-0242ac120002',
  registrationNo: 'KK-4010-0001',
  groupName: 'กลุ่มออมทรัพย์เพื่อการผลิตบ้านหนองน้ำใส',
  areaCode: '401001',
  teamId: '01936d5e-6f70-7c3a-9c55-0242ac120003',
  assessedOn: '2012-04-12',
  status: 'draft',
  scores: scoresExample,
  summary: 'กลุ่มเข้มแข็งด้านสมาชิก ควรปรับปรุงการจัดทำบัญชี',
  result: {
    passedCount: 1,
    failedCount: 1,
    missingCount: 17,
    failedCriteria: [2],
    healthLevel: null,
    wellManaged: false,
    rule: 'weakest-criterion',
  },
  submittedAt: null,
  version: 1,
  createdAt: '2012-04-12T03:15:00.000Z',
  updatedAt: '2012-04-12T03:15:00.000Z',
};

const none = z.strictObject({});
export const one = z.strictObject({ roundId: id, groupId: id });
export const tag = 'assessments';
export const notThere = [problems.roundNotFound, problems.assessmentNotFound] as const;
export const writing = [
  ...notThere,
  problems.groupNotFound,
  problems.areaOutsideYours,
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
    ...listQuery,
  }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of score sheets, by area',
    body: component('AssessmentPage', pageOf(Assessment)),
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
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The score sheet', body: Assessment, example },
  versioning: 'gives',
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
  description: 'It is a draft again, to be corrected, and does not count until it is submitted again.',
  permission: 'assessments:write',
  params: one,
  query: none,
  body: AssessmentReturn,
  bodyExample: { reason: 'เหตุผลของข้อ 4 ไม่ตรงกับหลักฐาน' },
  answer: {
    status: 200,
    description: 'The sheet, a draft again',
    body: Assessment,
    example: { ...example, version: 3 },
  },
  versioning: 'needs',
  refusals: [
    ...notThere,
    problems.groupNotFound,
    problems.areaOutsideYours,
    problems.roundNotOpen,
    problems.assessmentNotSubmitted,
  ],
});
