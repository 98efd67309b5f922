import { date, json, jsonb, text, uuid } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { assessmentStatuses } from '../../domain/assessment.js';
import type { Confirmation, GivenReason } from '../../domain/history.js';
import { codeText, instant as instantColumn } from '../../platform/db/columns.js';
import { component } from '../../platform/http/components.js';
import { fields } from '../../platform/record/fields.js';
import { confirmation, givenReason } from '../actor.contract.js';
import { healthLevelRule } from '../instruments/instruments.contract.js';
import { areaCode, count, criterionNo, day, id, instant, level, paragraphs } from '../shapes.contract.js';
import { versioned } from '../shapes.record.js';
import { teamsEverywhere } from '../teams/teams.table.js';

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

const teamId = id.nullable();

/** A score sheet. Its scores are kept as one digit a criterion and the reasons by criterion; the result is never kept. */
export const assessmentFields = fields({
  roundId: { shown: id, column: uuid('round_id').notNull(), example: '01936d5e-6f70-7c3a-9c55-0242ac120004' },
  groupId: { shown: id, column: uuid('group_id').notNull(), example: '01936d5e-6f70-7c3a-9c55-0242ac120002' },
  registrationNo: { shown: z.string(), example: 'KK-4010-0001' },
  groupName: { shown: z.string(), example: 'กลุ่มออมทรัพย์เพื่อการผลิตบ้านหนองน้ำใส' },
  areaCode: {
    shown: areaCode.meta({ description: 'Where the group was assessed' }),
    column: codeText('area_code').notNull(),
    example: '401001',
  },
  teamId: {
    shown: teamId,
    accepted: teamId.optional().meta({ description: 'Left out: the team of the target. Null: none' }),
    column: uuid('team_id').references(() => teamsEverywhere.teamId),
    example: '01936d5e-6f70-7c3a-9c55-0242ac120003',
  },
  assessedOn: {
    shown: day,
    accepted: day,
    column: date('assessed_on', { mode: 'string' }).notNull(),
    example: '2012-04-12',
  },
  status: {
    shown: assessmentStatus,
    column: text('status', { enum: [...assessmentStatuses] }).notNull(),
    example: 'draft',
  },
  levels: { column: codeText('levels').notNull() },
  reasons: { column: jsonb('reasons').notNull().default({}).$type<Record<string, string>>() },
  scores: {
    shown: z
      .array(Score)
      .meta({ description: 'In instrument order; criteria with neither level nor reason are left out' }),
    accepted: z.array(ScoreContent).max(99),
    csv: [],
    example: [
      { criterionNo: 1, level: 3, reason: 'คณะกรรมการชี้แจงและมีหลักฐานครบถ้วน' },
      { criterionNo: 2, level: 1, reason: 'ยังไม่มีบัญชีเงินสด บันทึกเฉพาะในสมุดสัจจะของสมาชิก' },
    ],
  },
  summary: {
    shown: z.string().nullable(),
    accepted: paragraphs(5_000).nullable().default(null).meta({ description: 'The overall picture of the group' }),
    column: text('summary'),
    example: 'กลุ่มเข้มแข็งด้านสมาชิก ควรปรับปรุงการจัดทำบัญชี',
  },
  result: {
    shown: Result,
    csv: ['passedCount', 'failedCount', 'missingCount', 'healthLevel', 'wellManaged', 'rule'],
    example: {
      passedCount: 1,
      failedCount: 1,
      missingCount: 17,
      failedCriteria: [2],
      healthLevel: null,
      wellManaged: false,
      rule: 'weakest-criterion',
    },
  },
  submittedAt: { shown: instant.nullable(), column: instantColumn('submitted_at'), example: null },
  lastReturn: {
    shown: givenReason.nullable().meta({ description: 'Why it was last returned to its team; null: never' }),
    column: json('last_return').$type<GivenReason>(),
    csv: [
      ['lastReturnReason', 'lastReturn.reason'],
      ['lastReturnAt', 'lastReturn.at'],
      ['lastReturnByKind', 'lastReturn.by.kind'],
      ['lastReturnById', 'lastReturn.by.id'],
      ['lastReturnByName', 'lastReturn.by.name'],
    ],
    example: null,
    since: '0.2.0',
  },
  confirmation: {
    shown: confirmation
      .nullable()
      .meta({ description: 'Who confirmed it since it was submitted, and when; null: nobody yet' }),
    column: json('confirmation').$type<Confirmation>(),
    csv: [
      ['confirmationAt', 'confirmation.at'],
      ['confirmationByKind', 'confirmation.by.kind'],
      ['confirmationById', 'confirmation.by.id'],
      ['confirmationByName', 'confirmation.by.name'],
    ],
    example: null,
    since: '0.2.0',
  },
  ...versioned,
});
