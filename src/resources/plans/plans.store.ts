import { and, asc, count, eq, exists, gt, inArray, not, type SQL, sql } from 'drizzle-orm';
import type { PgSelect } from 'drizzle-orm/pg-core';
import type { Principal } from '../../domain/access.js';
import { type ActionStatus, openPlanStatuses, type PlanStatus, type PlanTier } from '../../domain/plan.js';
import { problems } from '../../domain/problem.js';
import { todayInBangkok } from '../../platform/db/clock.js';
import { type Db, onlyRow, type Tx } from '../../platform/db/database.js';
import { jsonFields, jsonLines } from '../../platform/db/json-lines.js';
import { underPrefix } from '../../platform/db/scope.js';
import type { WholeQuery } from '../../platform/db/whole.js';
import type { PageRequest } from '../../platform/http/page.js';
import type { AcceptedOf } from '../../platform/record/fields.js';
import { viewOf } from '../../platform/record/views.js';
import { planFields } from './plans.record.js';
import { actionsEverywhere, plans, plansEverywhere } from './plans.table.js';

export type PlanRow = typeof plansEverywhere.$inferSelect;

/** What a caller may write of a plan. */
export type PlanContent = AcceptedOf<typeof planFields>;

/** Where a plan belongs: its round, its tier, its area, and its group at the group tier. */
export interface PlanPlace {
  roundId: string;
  tier: PlanTier;
  areaCode: string;
  groupId: string | null;
}

export interface PlanFilter {
  round?: string | undefined;
  tier?: PlanTier | undefined;
  area?: string | undefined;
  group?: string | undefined;
  status?: PlanStatus | undefined;
  criterion?: number | undefined;
  actionStatus?: ActionStatus | undefined;
  overdue?: boolean | undefined;
}

export function listPlanRows(db: Db, principal: Principal, filter: PlanFilter, page: PageRequest): Promise<PlanRow[]> {
  const visible = plans.visibleTo(principal);
  const query = db.select().from(visible).$dynamic();
  return inOrder(query, matching(db, visible, filter), visible, page);
}

/** The same list as JSON lines. */
export function planLines(db: Db, principal: Principal, filter: PlanFilter, page: PageRequest): WholeQuery {
  const visible = plans.visibleTo(principal);
  const query = db
    .select(jsonFields(viewOf(planFields, visible, {})))
    .from(visible)
    .$dynamic();
  return jsonLines(inOrder(query, matching(db, visible, filter), visible, page));
}

export async function countPlans(db: Db, principal: Principal, filter: PlanFilter): Promise<number> {
  const visible = plans.visibleTo(principal);
  return onlyRow(
    await db
      .select({ total: count() })
      .from(visible)
      .where(matching(db, visible, filter)),
  ).total;
}

/** @throws problems.planNotFound (404) */
export async function getPlanRow(db: Db, principal: Principal, planId: string): Promise<PlanRow> {
  const visible = plans.visibleTo(principal);
  const [plan] = await db.select().from(visible).where(eq(visible.planId, planId));
  if (plan === undefined) throw problems.planNotFound(planId);
  return plan;
}

/** A plan wherever it lies, held against other writes. @throws problems.planNotFound (404) */
export async function lockPlan(tx: Tx, planId: string): Promise<PlanRow> {
  const [plan] = await tx.select().from(plansEverywhere).where(eq(plansEverywhere.planId, planId)).for('update');
  if (plan === undefined) throw problems.planNotFound(planId);
  return plan;
}

/** The newest plan of a place that is neither completed nor cancelled, held against other writes, or null. */
export async function findAndLockOpenPlan(tx: Tx, place: PlanPlace): Promise<PlanRow | null> {
  const [plan] = await tx
    .select()
    .from(plansEverywhere)
    .where(and(ofPlace(place), inArray(plansEverywhere.status, [...openPlanStatuses])))
    .orderBy(sql`${plansEverywhere.planId} desc`)
    .limit(1)
    .for('update');
  return plan ?? null;
}

/** Plans of one round for one group, wherever it lies now, or for one area. */
export function ofPlace({ roundId, tier, areaCode, groupId }: PlanPlace): SQL | undefined {
  return and(
    eq(plansEverywhere.roundId, roundId),
    eq(plansEverywhere.tier, tier),
    groupId === null ? eq(plansEverywhere.areaCode, areaCode) : eq(plansEverywhere.groupId, groupId),
  );
}

/** Holds a place of plans, so that two draftings at once make one plan; released with the transaction. */
export async function holdPlace(tx: Tx, { roundId, tier, areaCode, groupId }: PlanPlace): Promise<void> {
  const place = [roundId, tier, areaCode, groupId].join('/');
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${place}, 2555))`);
}

export async function insertPlan(tx: Tx, planId: string, plan: PlanPlace & PlanContent): Promise<PlanRow> {
  const values = { planId, subjectId: plan.groupId ?? planId, status: 'draft' as const, ...plan };
  return onlyRow(await tx.insert(plansEverywhere).values(values).returning());
}

export async function updatePlan(
  tx: Tx,
  plan: PlanRow,
  changes: Partial<PlanContent & Pick<PlanRow, 'status' | 'cancellationReason'>>,
): Promise<PlanRow> {
  const rows = await tx
    .update(plansEverywhere)
    .set({ ...changes, version: sql`${plansEverywhere.version} + 1`, updatedAt: sql`now()` })
    .where(and(eq(plansEverywhere.subjectId, plan.subjectId), eq(plansEverywhere.planId, plan.planId)))
    .returning();
  return onlyRow(rows);
}

export async function removePlan(tx: Tx, { subjectId, planId }: PlanRow): Promise<void> {
  await tx
    .delete(plansEverywhere)
    .where(and(eq(plansEverywhere.subjectId, subjectId), eq(plansEverywhere.planId, planId)));
}

/** A plan as clients see it. */
export function planView(plan: PlanRow) {
  return viewOf(planFields, plan, {});
}

function inOrder<Query extends PgSelect>(
  query: Query,
  filter: SQL | undefined,
  visible: typeof plansEverywhere,
  page: PageRequest,
) {
  const after = page.after === null ? undefined : gt(visible.planId, String(page.after[0]));
  return query.where(and(filter, after)).orderBy(asc(visible.planId)).limit(page.fetch);
}

function matching(db: Db, visible: typeof plansEverywhere, filter: PlanFilter): SQL | undefined {
  const { round, tier, area, group, status } = filter;
  const action = actionCondition(filter);
  const late = having(db, visible, overdue());
  return and(
    round === undefined ? undefined : eq(visible.roundId, round),
    tier === undefined ? undefined : eq(visible.tier, tier),
    area === undefined ? undefined : underPrefix(visible.areaCode, area),
    group === undefined ? undefined : eq(visible.groupId, group),
    status === undefined ? undefined : eq(visible.status, status),
    action === undefined ? undefined : having(db, visible, action),
    filter.overdue === undefined ? undefined : filter.overdue ? late : not(late),
  );
}

function actionCondition({ criterion, actionStatus }: PlanFilter): SQL | undefined {
  return and(
    criterion === undefined ? undefined : eq(actionsEverywhere.criterionNo, criterion),
    actionStatus === undefined ? undefined : eq(actionsEverywhere.status, actionStatus),
  );
}

function overdue(): SQL {
  return sql`${actionsEverywhere.status} in ('planned', 'in-progress') and ${actionsEverywhere.dueOn} < ${todayInBangkok}`;
}

function having(db: Db, visible: typeof plansEverywhere, condition: SQL): SQL {
  const actionsOfPlan = and(eq(actionsEverywhere.planId, visible.planId), condition);
  return exists(db.select({ one: sql`1` }).from(actionsEverywhere).where(actionsOfPlan));
}
