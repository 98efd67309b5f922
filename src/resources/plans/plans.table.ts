import { sql } from 'drizzle-orm';
import { check, index, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import type { Drafts } from '../../platform/db/drafts.js';
import { scoped } from '../../platform/db/scope.js';
import { columnsOf } from '../../platform/record/fields.js';
import { recordKind } from '../../platform/record/record.js';
import { ofRound } from '../rounds/rounds.table.js';
import { actionFields } from './actions.record.js';
import { planFields } from './plans.record.js';

/**
 * Improvement plans of a group, a district or a province. `subjectId` is the group, or the plan itself where there is
 * none: it keeps a group's plans with the group when tables are distributed.
 */
export const plansEverywhere = pgTable('plans', columnsOf(planFields), (table) => [
  primaryKey({ columns: [table.subjectId, table.planId] }),
  index('plans_by_id').on(table.planId),
  index('plans_by_round').on(table.roundId, table.areaCode, table.planId),
  // For the plans of a district over all rounds.
  index('plans_by_area').on(table.areaCode, table.planId),
]);

const drafts: Drafts = { status: plansEverywhere.status, on: [ofRound(plansEverywhere.roundId)] };

export const plans = scoped(plansEverywhere, 'plans', { drafts });

export const planKind = recordKind('plan', plansEverywhere, { key: ['planId'], drafts });

/** The actions of a plan, each on one criterion. The area and the round are the plan's, so that counts need no join. */
export const actionsEverywhere = pgTable('plan_actions', columnsOf(actionFields), (table) => [
  primaryKey({ columns: [table.subjectId, table.planId, table.actionId] }),
  index('plan_actions_by_plan').on(table.planId, table.actionId),
  index('plan_actions_by_round').on(table.roundId, table.areaCode, table.groupId, table.criterionNo),
  check('plan_actions_progress', sql`${table.progressPercent} between 0 and 100`),
]);

const draftsOfActions: Drafts = {
  on: [
    { own: actionsEverywhere.planId, key: plansEverywhere.planId, status: plansEverywhere.status },
    ofRound(actionsEverywhere.roundId),
  ],
};

export const actions = scoped(actionsEverywhere, 'plan_actions', { drafts: draftsOfActions });

export const planActionKind = recordKind('plan-action', actionsEverywhere, {
  key: ['planId', 'actionId'],
  drafts: draftsOfActions,
});
