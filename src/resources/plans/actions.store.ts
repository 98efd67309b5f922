import { and, asc, count, eq, gt, ne, sql } from 'drizzle-orm';
import { levelAt } from '../../domain/assessment.js';
import { criterionIndex, type Instrument, type Level, nextLevelOf } from '../../domain/instrument.js';
import type { ActionStatus } from '../../domain/plan.js';
import { problems } from '../../domain/problem.js';
import { type Db, onlyRow, type Tx } from '../../platform/db/database.js';
import { jsonFields, jsonLines } from '../../platform/db/json-lines.js';
import type { WholeQuery } from '../../platform/db/whole.js';
import type { PageRequest } from '../../platform/http/page.js';
import type { AcceptedOf } from '../../platform/record/fields.js';
import { sameAs, storedIn, viewOf } from '../../platform/record/views.js';
import { actionFields } from './actions.record.js';
import { ofPlace, type PlanPlace, type PlanRow } from './plans.store.js';
import { actionsEverywhere, plansEverywhere } from './plans.table.js';

export type ActionRow = typeof actionsEverywhere.$inferSelect;

/** What a person writes of an action. */
export type ActionContent = AcceptedOf<typeof actionFields>;

/** The actions of a plan that the caller was found to see, oldest first. */
export function listActionRows(
  db: Db,
  planId: string,
  filter: { status?: ActionStatus | undefined },
  page: PageRequest,
): Promise<ActionRow[]> {
  return actionsInOrder(db, planId, filter, page);
}

/** The same list, each line an `ActionRow`. */
export function actionLines(
  db: Db,
  planId: string,
  filter: { status?: ActionStatus | undefined },
  page: PageRequest,
): WholeQuery {
  const listed = actionsInOrder(db, planId, filter, page).as('listed');
  return jsonLines(db.select(jsonFields(storedIn(actionFields, listed))).from(listed));
}

export async function countActions(
  db: Db,
  planId: string,
  filter: { status?: ActionStatus | undefined },
): Promise<number> {
  return onlyRow(await db.select({ total: count() }).from(actionsEverywhere).where(matching(planId, filter))).total;
}

/** Every action of a plan, oldest first. */
export function listAllActions(db: Db, planId: string): Promise<ActionRow[]> {
  return db
    .select()
    .from(actionsEverywhere)
    .where(eq(actionsEverywhere.planId, planId))
    .orderBy(asc(actionsEverywhere.actionId));
}

/** The actions of all plans of a place that are not cancelled. */
export async function listActionsOfPlace(tx: Tx, place: PlanPlace): Promise<ActionRow[]> {
  const rows = await tx
    .select({ action: actionsEverywhere })
    .from(actionsEverywhere)
    .innerJoin(
      plansEverywhere,
      and(
        eq(plansEverywhere.subjectId, actionsEverywhere.subjectId),
        eq(plansEverywhere.planId, actionsEverywhere.planId),
      ),
    )
    .where(and(ofPlace(place), ne(plansEverywhere.status, 'cancelled')));
  return rows.map(({ action }) => action);
}

/** @throws problems.actionNotFound (404) */
export async function getActionRow(db: Db, planId: string, actionId: string): Promise<ActionRow> {
  const [action] = await db
    .select()
    .from(actionsEverywhere)
    .where(and(eq(actionsEverywhere.planId, planId), eq(actionsEverywhere.actionId, actionId)));
  if (action === undefined) throw problems.actionNotFound(actionId);
  return action;
}

/** Adds actions to a plan, in this order; `finding` and `drafted` say where they come from. */
export function insertActions(
  tx: Tx,
  plan: PlanRow,
  contents: readonly (ActionContent & { actionId: string; finding: string | null; drafted: boolean })[],
): Promise<ActionRow[]> {
  const { planId, subjectId, roundId, areaCode, groupId } = plan;
  const rows = contents.map((content) => ({ planId, subjectId, roundId, areaCode, groupId, ...columnsOf(content) }));
  return tx.insert(actionsEverywhere).values(rows).returning();
}

export async function updateAction(tx: Tx, action: ActionRow, content: ActionContent): Promise<ActionRow> {
  const rows = await tx
    .update(actionsEverywhere)
    .set({ ...columnsOf(content), version: sql`${actionsEverywhere.version} + 1`, updatedAt: sql`now()` })
    .where(ofAction(action))
    .returning();
  return onlyRow(rows);
}

export async function removeAction(tx: Tx, action: ActionRow): Promise<void> {
  await tx.delete(actionsEverywhere).where(ofAction(action));
}

/** Deletes every action of a plan and gives them back. */
export function removeActions(tx: Tx, { subjectId, planId }: PlanRow): Promise<ActionRow[]> {
  return tx
    .delete(actionsEverywhere)
    .where(and(eq(actionsEverywhere.subjectId, subjectId), eq(actionsEverywhere.planId, planId)))
    .returning();
}

/** An action as clients see it, with what the instrument says of the level after the one that was found. */
export function actionView(action: ActionRow, instrument: Instrument, levels: string | null) {
  const nextLevel = nextLevelOf(action.criterionNo, levelFound(action.criterionNo, instrument, levels), instrument);
  return viewOf(actionFields, action, { responsible: responsibleOf(action), nextLevel });
}

/** Whether an action has already what a person sends of it. */
export function isSameAction(action: ActionRow, content: ActionContent): boolean {
  return sameAs(actionFields, { ...action, responsible: responsibleOf(action) }, content);
}

/** Who is to see to an action. */
export function responsibleOf({ responsibleName, responsibleOrganization }: ActionRow) {
  return { name: responsibleName, organization: responsibleOrganization };
}

/** A group's level follows from its sheet; a district or a province aims at the pass level itself. */
function levelFound(criterionNo: number, instrument: Instrument, levels: string | null): Level | null {
  const index = criterionIndex(criterionNo, instrument);
  return levels === null || index === null ? null : levelAt(levels, index);
}

function columnsOf<Content extends ActionContent>({ responsible, ...content }: Content) {
  return { ...content, responsibleName: responsible.name, responsibleOrganization: responsible.organization };
}

function actionsInOrder(db: Db, planId: string, filter: { status?: ActionStatus | undefined }, page: PageRequest) {
  const after = page.after === null ? undefined : gt(actionsEverywhere.actionId, String(page.after[0]));
  return db
    .select()
    .from(actionsEverywhere)
    .where(and(matching(planId, filter), after))
    .orderBy(asc(actionsEverywhere.actionId))
    .limit(page.fetch);
}

function ofAction({ subjectId, planId, actionId }: ActionRow) {
  return and(
    eq(actionsEverywhere.subjectId, subjectId),
    eq(actionsEverywhere.planId, planId),
    eq(actionsEverywhere.actionId, actionId),
  );
}

function matching(planId: string, { status }: { status?: ActionStatus | undefined }) {
  return and(
    eq(actionsEverywhere.planId, planId),
    status === undefined ? undefined : eq(actionsEverywhere.status, status),
  );
}
