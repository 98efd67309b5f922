import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { Result, ScoreContent } from '../assessments/assessments.record.js';
import { bilingual, criterionNo, instrumentRef, level } from '../shapes.contract.js';

const ScoringStep = component(
  'ScoringStep',
  z.strictObject({
    criterionNo,
    level: level.nullable(),
    passed: z.boolean().nullable().meta({ description: 'Null while there is no level' }),
    explanation: bilingual,
  }),
);

const MissingScore = component(
  'MissingScore',
  z.strictObject({
    criterionNo,
    code: component('MissingScoreCode', z.enum(['level-missing', 'reason-missing'])),
  }),
);

const ScoringPreview = component(
  'ScoringPreview',
  z.strictObject({
    instrument: instrumentRef,
    result: Result,
    steps: z.array(ScoringStep),
    explanation: bilingual.meta({ description: 'How the rule gave the health level' }),
    complete: z.boolean().meta({ description: 'Whether such a sheet could be submitted' }),
    missing: z.array(MissingScore).meta({ description: 'What submission would ask for' }),
  }),
);

export const previewScoring = operation({
  operationId: 'previewScoring',
  method: 'POST',
  path: '/v1/scoring/preview',
  tag: 'assessments',
  summary: 'Score a sheet without storing it',
  description: 'The same rules as for stored sheets, with each step explained.',
  permission: 'read',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: component(
    'ScoringRequest',
    z.strictObject({ instrument: instrumentRef.default('fhc@1'), scores: z.array(ScoreContent).max(99) }),
  ),
  bodyExample: { instrument: 'fhc@1', scores: [{ criterionNo: 2, level: 1, reason: 'ยังไม่มีบัญชีเงินสด' }] },
  answer: {
    status: 200,
    description: 'The result and how it came about',
    body: ScoringPreview,
    example: {
      instrument: 'fhc@1',
      result: {
        passedCount: 0,
        failedCount: 1,
        missingCount: 18,
        failedCriteria: [2],
        healthLevel: null,
        wellManaged: false,
        rule: 'weakest-criterion',
      },
      steps: [
        {
          criterionNo: 2,
          level: 1,
          passed: false,
          explanation: {
            th: 'เกณฑ์ข้อ 2 อยู่ในระดับ 1 (ผ่านตั้งแต่ระดับ 3) ผล: ไม่ผ่าน',
            en: 'Criterion 2 is at level 1; it passes from level 3: failed.',
          },
        },
      ],
      explanation: {
        th: 'ประเมินแล้ว 1 ข้อ จากทั้งหมด 19 ข้อ ยังขาดข้อ 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 จึงยังไม่มีระดับสุขภาพ',
        en: '1 of 19 criteria have a level; missing: 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19. There is no health level until all have one.',
      },
      complete: false,
      missing: [{ criterionNo: 1, code: 'level-missing' }],
    },
  },
  refusals: [problems.rulesBroken],
});
