import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { wholeNumber } from '../../platform/http/page.js';
import { criterionNo, day, version } from '../shapes.contract.js';
import { Assessment, example, notThere, one, scoresExample, tag, writing } from './assessments.contract.js';
import { givenLevel, reason, Score } from './assessments.record.js';

const assessedOn = day.optional().meta({
  description:
    'The day of the visit, when this score begins the sheet: left out, it is today. Later it must be the day of the sheet',
});
const OneScore = component('OneScore', z.strictObject({ level: givenLevel, reason, assessedOn }));

const ScorePatch = component(
  'ScorePatch',
  z.strictObject({ level: givenLevel.optional(), reason: reason.unwrap().optional(), assessedOn }),
);

const none = z.strictObject({});
const oneScore = z.strictObject({ ...one.shape, criterionNo: wholeNumber(criterionNo) });

export const getScore = operation({
  operationId: 'getScore',
  method: 'GET',
  path: '/v1/rounds/{roundId}/assessments/{groupId}/scores/{criterionNo}',
  tag,
  summary: 'Read one score',
  description: 'Not found while the criterion has neither level nor reason. The version is that of the sheet.',
  permission: 'read',
  asOf: true,
  params: oneScore,
  query: none,
  body: null,
  answer: {
    status: 200,
    description: 'The score',
    body: component('ScoreRecord', z.strictObject({ ...Score.shape, version })),
    example: { ...scoresExample[1], version: 1 },
  },
  versioning: 'gives',
  refusals: [...notThere, problems.scoreNotFound],
});

export const putScore = operation({
  operationId: 'putScore',
  method: 'PUT',
  path: '/v1/rounds/{roundId}/assessments/{groupId}/scores/{criterionNo}',
  tag,
  summary: 'Give one criterion its level',
  description:
    'Replaces one score of a draft, so that a team can save as it goes; the first score of a target begins its sheet. A reason that is left out is taken off: to change the level alone use PATCH. If-Match is checked when sent.',
  permission: 'assessments:write',
  params: oneScore,
  query: none,
  body: OneScore,
  bodyExample: { level: 2, reason: 'มีบัญชีเงินสด แต่ยังไม่เป็นปัจจุบัน' },
  answer: { status: 200, description: 'The score sheet with the score', body: Assessment, example, orCreated: true },
  versioning: 'takes',
  refusals: [...writing, problems.rulesBroken],
});

export const patchScore = operation({
  operationId: 'patchScore',
  method: 'PATCH',
  path: '/v1/rounds/{roundId}/assessments/{groupId}/scores/{criterionNo}',
  tag,
  summary: 'Change the level or the reason of one criterion',
  description:
    'What is left out stays (JSON Merge Patch, RFC 7396), and null takes it off: a reason can be written before its level. The first score of a target begins its sheet. If-Match is checked when sent.',
  permission: 'assessments:write',
  params: oneScore,
  query: none,
  body: ScorePatch,
  bodyExample: { level: 3 },
  answer: { status: 200, description: 'The score sheet with the score', body: Assessment, example, orCreated: true },
  versioning: 'takes',
  refusals: [...writing, problems.rulesBroken],
});

export const deleteScore = operation({
  operationId: 'deleteScore',
  method: 'DELETE',
  path: '/v1/rounds/{roundId}/assessments/{groupId}/scores/{criterionNo}',
  tag,
  summary: 'Clear one score',
  description: 'Takes level and reason off a draft: the criterion is missing again. If-Match is checked when sent.',
  permission: 'assessments:write',
  params: oneScore,
  query: none,
  body: null,
  answer: { status: 200, description: 'The score sheet without the score', body: Assessment, example },
  versioning: 'takes',
  refusals: [...writing, problems.scoreNotFound],
});
