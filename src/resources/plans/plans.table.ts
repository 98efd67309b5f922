import { sql } from 'drizzle-orm';
import { boolean, check, date, index, integer, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { actionKinds, actionStatuses, type GovernancePrinciple, planStatuses, planTiers } from '../../domain/plan.js';
import { baht, codeText, instant } from '../../platform/db/columns.js';
import { scoped } from '../../platform/db/scope.js';
import { recordKind } from '../../platform/record/record.js';
import { groupsEverywhere } from '../groups/groups.table.js';
import { roundsEverywhere } from '../rounds/rounds.table.js';

/**
 * Improvement plans of a group, a district or a province. `subjectId` is the group, or the plan itself where there is
 * none: it keeps a group's plans with the group when tables are distributed.
 */
export const plansEverywhere = pgTable(
  'plans',
  {
    planId: uuid('plan_id').notNull(),
    subjectId: uuid('subject_id').notNull(),
    tier: text('tier', { enum: [...planTiers] }).notNull(),
    areaCode: codeText('area_code').notNull(),
    groupId: uuid('group_id').references(() => groupsEverywhere.groupId),
    roundId: uuid('round_id')
      .notNull()
      .references(() => roundsEverywhere.roundId),
    title: text('title').notNull(),
    status: text('status', { enum: [...planStatuses] }).notNull(),
    cancellationReason: text('cancellation_reason'),
    version: integer('version').notNull().default(1),
    createdAt: instant('created_at').notNull().default(sql`now()`),
    updatedAt: instant('updated_at').notNull().default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.subjectId, table.planId] }),
    index('plans_by_id').on(table.planId),
    index('plans_by_round').on(table.roundId, table.areaCode, table.planId),
    // For the plans of a district over all rounds.
    index('plans_by_area').on(table.areaCode, table.planId),
  ],
);

export const plans = scoped(plansEverywhere, 'plans');

export const planKind = recordKind('plan', plansEverywhere, { key: ['planId'] });

/** The actions of a plan, each on one criterion. The area and the round are the plan's, so that counts need no join. */
export const actionsEverywhere = pgTable(
  'plan_actions',
  {
    actionId: uuid('action_id').notNull(),
    planId: uuid('plan_id').notNull(),
    subjectId: uuid('subject_id').notNull(),
    roundId: uuid('round_id').notNull(),
    areaCode: codeText('area_code').notNull(),
    groupId: uuid('group_id'),
    criterionNo: smallint('criterion_no').notNull(),
    principle: text('principle').$type<GovernancePrinciple>(),
    title: text('title').notNull(),
    kind: text('kind', { enum: [...actionKinds] }).notNull(),
    responsibleName: text('responsible_name'),
    responsibleOrganization: text('responsible_organization'),
    budgetBaht: baht('budget_baht'),
    startsOn: date('starts_on', { mode: 'string' }),
    dueOn: date('due_on', { mode: 'string' }),
    status: text('status', { enum: [...actionStatuses] }).notNull(),
    progressPercent: smallint('progress_percent').notNull(),
    outcome: text('outcome'),
    reason: text('reason'),
    finding: text('finding'),
    drafted: boolean('drafted').notNull(),
    version: integer('version').notNull().default(1),
    createdAt: instant('created_at').notNull().default(sql`now()`),
    updatedAt: instant('updated_at').notNull().default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.subjectId, table.planId, table.actionId] }),
    index('plan_actions_by_plan').on(table.planId, table.actionId),
    index('plan_actions_by_round').on(table.roundId, table.areaCode, table.groupId, table.criterionNo),
    check('plan_actions_progress', sql`${table.progressPercent} between 0 and 100`),
  ],
);

export const actions = scoped(actionsEverywhere, 'plan_actions');

export const planActionKind = recordKind('plan-action', actionsEverywhere, { key: ['planId', 'actionId'] });
