import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { draftsWithheld } from '../../platform/http/withheld.js';
import { assessmentStatus, Result } from '../assessments/assessments.record.js';
import { roundStatus } from '../rounds/rounds.record.js';
import { criterionNo, day, id, instrumentRef, level, nextLevel } from '../shapes.contract.js';

const CriterionLevel = component(
  'CriterionLevel',
  z.strictObject({ criterionNo, level: level.nullable().meta({ description: 'Null: not scored' }) }),
);

const NextStep = component('NextStep', z.strictObject({ criterionNo, level, nextLevel: nextLevel.nullable() }));

const RoundHealth = component(
  'RoundHealth',
  z.strictObject({
    roundId: id,
    fiscalYearBe: z.int(),
    roundNo: z.int(),
    title: z.string(),
    instrument: instrumentRef,
    roundStatus,
    assessmentStatus: assessmentStatus.meta({ description: 'Only a submitted sheet counts in statistics' }),
    assessedOn: day,
    levels: z.array(CriterionLevel),
    result: Result,
    nextSteps: z
      .array(NextStep)
      .meta({ description: 'For each failed criterion the next level, quoted from the instrument' }),
  }),
);

const GroupHealth = component(
  'GroupHealth',
  z.strictObject({
    groupId: id,
    registrationNo: z.string(),
    name: z.string(),
    rounds: z.array(RoundHealth).meta({ description: 'Oldest first' }),
    ...draftsWithheld,
  }),
);

export const getGroupHealth = operation({
  operationId: 'getGroupHealth',
  method: 'GET',
  path: '/v1/groups/{groupId}/health',
  tag: 'assessments',
  summary: "Read a group's thermometer over all rounds",
  description: 'The level of each criterion and the result, round by round.',
  permission: 'read',
  withholdsDrafts: true,
  asOf: true,
  params: z.strictObject({ groupId: id }),
  query: z.strictObject({}),
  body: null,
  answer: {
    status: 200,
    description: 'The thermometer',
    body: GroupHealth,
    example: {
      groupId: '01936d5e-6f70-7c3a-9c55-0242ac120002',
      registrationNo: 'KK-4010-0001',
      name: 'กลุ่มออมทรัพย์เพื่อการผลิตบ้านหนองน้ำใส',
      rounds: [
        {
          roundId: '01936d5e-6f70-7c3a-9c55-0242ac120004',
          fiscalYearBe: 2555,
          roundNo: 1,
          title: 'ตรวจสุขภาพทางการเงิน รอบที่ 1',
          instrument: 'fhc@1',
          roundStatus: 'open',
          assessmentStatus: 'draft',
          assessedOn: '2012-04-12',
          levels: [
            { criterionNo: 1, level: 3 },
            { criterionNo: 2, level: null },
          ],
          result: {
            passedCount: 1,
            failedCount: 0,
            missingCount: 1,
            failedCriteria: [],
            healthLevel: null,
            wellManaged: false,
            rule: 'weakest-criterion',
          },
          nextSteps: [],
        },
      ],
    },
  },
  refusals: [problems.groupNotFound],
});
