import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { wholeNumber } from '../../platform/http/page.js';
import { criterionNo, level, version } from '../shapes.contract.js';
import {
  Assessment,
  example,
  notThere,
  one,
  reason,
  Score,
  scoresExample,
  tag,
  writing,
} from './assessments.contract.js';

const OneScore = component('OneScore', z.strictObject({ level, reason }));

const none = z.strictObject({});
const oneScore = z.strictObject({ ...one.shape, criterionNo: wholeNumber(criterionNo) });

export const getScore = operation({
  operationId: 'getScore',
  method: 'GET',
  path: '/v1/rounds/{roundId}/assessments/{groupId}/scores/{criterionNo}',
  tag,
  summary: 'Read one score',
  description: 'Not found while the criterion has no level. The version is that of the sheet.',
  permission: 'read',
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
  description: 'Sets one score of a draft, so that a team can save as it goes. If-Match is checked when sent.',
  permission: 'assessments:write',
  params: oneScore,
  query: none,
  body: OneScore,
  bodyExample: { level: 2, reason: 'มีบัญชีเงินสด แต่ยังไม่เป็นปัจจุบัน' },
  answer: { status: 200, description: 'The score sheet with the score', body: Assessment, example },
  versioning: 'takes',
  refusals: [...writing, problems.rulesBroken],
});
