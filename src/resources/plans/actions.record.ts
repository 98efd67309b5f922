import { boolean, date, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { actionKinds, actionStatuses, type GovernancePrinciple, governancePrinciples } from '../../domain/plan.js';
import { baht as bahtColumn, codeText } from '../../platform/db/columns.js';
import { component } from '../../platform/http/components.js';
import { fields } from '../../platform/record/fields.js';
import { baht, criterionNo, day, id, line, nextLevel, paragraphs } from '../shapes.contract.js';
import { versioned } from '../shapes.record.js';

export const actionStatus = component('ActionStatus', z.enum(actionStatuses));

export const governancePrinciple = component(
  'GovernancePrinciple',
  z.enum(governancePrinciples.map(({ code }) => code)),
);

const principle = governancePrinciple
  .nullable()
  .meta({ description: 'Governance principle (regulation of B.E. 2542); null until someone decides' });
const kind = component('ActionKind', z.enum(actionKinds));
const progressPercent = z.int().min(0).max(100);

const Responsible = component(
  'Responsible',
  z.strictObject({ name: z.string().nullable(), organization: z.string().nullable() }),
);
const ResponsibleContent = component(
  'ResponsibleContent',
  z.strictObject({ name: line(200).nullable().default(null), organization: line(200).nullable().default(null) }),
);

/** An action of a plan. Its area, group and round are the plan's, kept so that counts need no join. */
export const actionFields = fields({
  actionId: { shown: id, column: uuid('action_id').notNull(), example: '01936d5e-6f70-7c3a-9c55-0242ac120006' },
  planId: { shown: id, column: uuid('plan_id').notNull(), example: '01936d5e-6f70-7c3a-9c55-0242ac120005' },
  subjectId: { column: uuid('subject_id').notNull() },
  roundId: { column: uuid('round_id').notNull() },
  areaCode: { column: codeText('area_code').notNull() },
  groupId: { column: uuid('group_id') },
  criterionNo: {
    shown: criterionNo,
    accepted: criterionNo,
    column: smallint('criterion_no').notNull(),
    example: 2,
  },
  principle: {
    shown: principle,
    accepted: principle.default(null),
    column: text('principle').$type<GovernancePrinciple>(),
    example: 'transparency',
  },
  title: {
    shown: z.string(),
    accepted: line(300),
    column: text('title').notNull(),
    example: 'อบรมการจัดทำบัญชีเงินสดและบัญชีรับจ่าย',
  },
  kind: {
    shown: kind,
    accepted: kind.default('activity'),
    column: text('kind', { enum: [...actionKinds] }).notNull(),
    example: 'training',
  },
  responsible: {
    shown: Responsible,
    accepted: ResponsibleContent.default({ name: null, organization: null }),
    csv: [
      ['responsibleName', 'responsible.name'],
      ['responsibleOrganization', 'responsible.organization'],
    ],
    example: { name: 'นางสาวตัวอย่าง ใจดี', organization: 'สำนักงานพัฒนาชุมชนอำเภอบ้านไผ่' },
  },
  responsibleName: { column: text('responsible_name') },
  responsibleOrganization: { column: text('responsible_organization') },
  budgetBaht: {
    shown: baht.nullable(),
    accepted: baht.nullable().default(null),
    column: bahtColumn('budget_baht'),
    example: 12000,
  },
  startsOn: {
    shown: day.nullable(),
    accepted: day.nullable().default(null),
    column: date('starts_on', { mode: 'string' }),
    example: '2012-05-15',
  },
  dueOn: {
    shown: day.nullable(),
    accepted: day.nullable().default(null),
    column: date('due_on', { mode: 'string' }),
    example: '2012-07-31',
  },
  status: {
    shown: actionStatus,
    accepted: actionStatus.default('planned'),
    column: text('status', { enum: [...actionStatuses] }).notNull(),
    example: 'planned',
  },
  progressPercent: {
    shown: progressPercent,
    accepted: progressPercent.default(0),
    column: smallint('progress_percent').notNull(),
    example: 0,
  },
  outcome: {
    shown: z.string().nullable(),
    accepted: paragraphs(5_000).nullable().default(null).meta({ description: 'What came of it; needed when done' }),
    column: text('outcome'),
    example: null,
  },
  reason: {
    shown: z.string().nullable().meta({ description: 'Why it is needed; always there for a criterion not failed' }),
    accepted: paragraphs(2_000)
      .nullable()
      .default(null)
      .meta({ description: 'Why it is needed; needed when the criterion is not failed' }),
    column: text('reason'),
    example: null,
  },
  finding: {
    shown: z.string().nullable().meta({ description: "The check team's reason, as it was when this was drafted" }),
    column: text('finding'),
    example: 'ยังไม่มีบัญชีเงินสด บันทึกเฉพาะในสมุดสัจจะของสมาชิก',
  },
  drafted: {
    shown: z.boolean().meta({ description: 'Made by drafting, not by a person' }),
    column: boolean('drafted').notNull(),
    example: false,
  },
  nextLevel: {
    shown: nextLevel.nullable(),
    csv: [
      ['nextLevel', 'nextLevel.level'],
      ['nextLevelDescriptorTh', 'nextLevel.descriptor.th'],
      ['nextLevelDescriptorEn', 'nextLevel.descriptor.en'],
      ['nextLevelGuidanceTh', 'nextLevel.guidance.th'],
      ['nextLevelGuidanceEn', 'nextLevel.guidance.en'],
    ],
    example: { level: 2, descriptor: null, guidance: null },
  },
  ...versioned,
});
