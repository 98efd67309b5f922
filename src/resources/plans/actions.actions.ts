import { v7 as uuidv7 } from 'uuid';
import type { Principal } from '../../domain/access.js';
import { brokenAction, openPlanStatuses } from '../../domain/plan.js';
import { refuseBroken } from '../../domain/rule.js';
import { asksForChange, type Precondition, requireVersion } from '../../domain/version.js';
import type { Db, Tx } from '../../platform/db/database.js';
import { write } from '../changes/changes.actions.js';
import {
  type ActionContent,
  type ActionRow,
  getActionRow,
  insertActions,
  isSameAction,
  removeAction,
  updateAction,
} from './actions.store.js';
import { fetchFailedCriteria, fetchPlanContext, type PlanContext } from './context.store.js';
import { lockPlan, requirePlanStatus } from './plans.actions.js';
import type { PlanRow } from './plans.store.js';
import { planActionKind } from './plans.table.js';

/** An action and the context of its plan: what a view needs. */
export interface ActionInContext {
  action: ActionRow;
  context: PlanContext;
}

interface ActionIds {
  planId: string;
  actionId: string;
}

/** Adds an action that a person wrote. @throws 403, problems.planNotFound (404), problems.planStateForbids (409), 422 */
export function addAction(
  db: Db,
  principal: Principal,
  planId: string,
  content: ActionContent,
): Promise<ActionInContext> {
  return write(db, principal, async (tx, note) => {
    const plan = await lockPlan(tx, principal, planId);
    requirePlanStatus(plan, openPlanStatuses);
    const context = await requireSensible(tx, plan, content);
    const finding = context.sheet?.reasons[content.criterionNo] ?? null;
    const [action] = await insertActions(tx, plan, [{ ...content, actionId: uuidv7(), finding, drafted: false }]);
    if (action === undefined) throw new Error('An inserted action did not come back.');
    note(planActionKind, 'plan-action.added', null, action);
    return { action, context };
  });
}

/** Changes an action. @throws 403, problems.planNotFound, problems.actionNotFound (404), 409, 412/428, 422 */
export function changeAction(
  db: Db,
  principal: Principal,
  { planId, actionId }: ActionIds,
  content: ActionContent,
  precondition: Precondition,
): Promise<ActionInContext> {
  return write(db, principal, async (tx, note) => {
    const plan = await lockPlan(tx, principal, planId);
    const before = await getActionRow(tx, planId, actionId);
    if (!asksForChange(precondition, before.version, isSameAction(before, content))) {
      note.unchanged();
      return { action: before, context: await fetchPlanContext(tx, plan) };
    }
    requirePlanStatus(plan, openPlanStatuses);
    const context = await requireSensible(tx, plan, content);
    const action = await updateAction(tx, before, content);
    note(planActionKind, 'plan-action.changed', before, action);
    return { action, context };
  });
}

/** Deletes an action of a draft. @throws 403, problems.planNotFound, problems.actionNotFound (404), 409, 412/428 */
export function dropAction(
  db: Db,
  principal: Principal,
  { planId, actionId }: ActionIds,
  precondition: Precondition,
): Promise<void> {
  return write(db, principal, async (tx, note) => {
    const plan = await lockPlan(tx, principal, planId);
    const before = await getActionRow(tx, planId, actionId);
    requireVersion(precondition, before.version);
    requirePlanStatus(plan, ['draft']);
    await removeAction(tx, before);
    note(planActionKind, 'plan-action.deleted', before, null);
  });
}

async function requireSensible(tx: Tx, plan: PlanRow, content: ActionContent): Promise<PlanContext> {
  const context = await fetchPlanContext(tx, plan);
  refuseBroken(brokenAction(content, await fetchFailedCriteria(tx, plan, context), context.instrument));
  return context;
}
