import { text, uuid } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { planStatuses, planTiers } from '../../domain/plan.js';
import { codeText } from '../../platform/db/columns.js';
import { component } from '../../platform/http/components.js';
import { fields } from '../../platform/record/fields.js';
import { groupsEverywhere } from '../groups/groups.table.js';
import { roundsEverywhere } from '../rounds/rounds.table.js';
import { areaCode, id, line } from '../shapes.contract.js';
import { versioned } from '../shapes.record.js';

export const planTier = component('PlanTier', z.enum(planTiers));
export const planStatus = component('PlanStatus', z.enum(planStatuses));

const groupId = id.nullable().meta({ description: 'The group, for a plan of the group tier; else null' });
const roundId = id.meta({ description: 'The round whose findings the plan answers' });

/** An improvement plan. Its place, which is its tier, area, group and round, is chosen once. */
export const planFields = fields({
  planId: { shown: id, column: uuid('plan_id').notNull(), example: '01936d5e-6f70-7c3a-9c55-0242ac120005' },
  subjectId: { column: uuid('subject_id').notNull() },
  tier: {
    shown: planTier,
    acceptedOnce: planTier,
    column: text('tier', { enum: [...planTiers] }).notNull(),
    example: 'group',
  },
  areaCode: {
    shown: areaCode,
    acceptedOnce: areaCode
      .nullable()
      .default(null)
      .meta({ description: 'Province or district of the plan; may be left out for a group, whose own area it is' }),
    column: codeText('area_code').notNull(),
    example: '401001',
  },
  groupId: {
    shown: groupId,
    acceptedOnce: groupId.default(null),
    column: uuid('group_id').references(() => groupsEverywhere.groupId),
    example: '01936d5e-6f70-7c3a-9c55-0242ac120002',
  },
  roundId: {
    shown: roundId,
    acceptedOnce: roundId,
    column: uuid('round_id')
      .notNull()
      .references(() => roundsEverywhere.roundId),
    example: '01936d5e-6f70-7c3a-9c55-0242ac120004',
  },
  title: {
    shown: z.string(),
    accepted: line(300),
    column: text('title').notNull(),
    example: 'แผนปรับปรุงพัฒนากลุ่มออมทรัพย์เพื่อการผลิตบ้านหนองน้ำใส',
  },
  status: { shown: planStatus, column: text('status', { enum: [...planStatuses] }).notNull(), example: 'draft' },
  cancellationReason: { shown: z.string().nullable(), column: text('cancellation_reason'), example: null },
  ...versioned,
});
