import { isDeepStrictEqual } from 'node:util';
import { v7 as uuidv7 } from 'uuid';
import type { Principal } from '../../domain/access.js';
import { brokenAction, openPlanStatuses } from '../../domain/plan.js';
import { refuseBroken } from '../../domain/rule.js';
import { asksForChange, type Precondition, requireVersion } from '../../domain/version.js';
import type { Db } from '../../platform/db/database.js';
import { type Note, write } from '../changes/changes.actions.js';
import {
  type ActionContent,
  type ActionRow,
  actionView,
  contentOfAction,
  getActionRow,
  insertActions,
  removeAction,
  updateAction,
} from './actions.store.js';
import { fetchFailedCriteria, fetchFrame, type PlanFrame } from './frame.store.js';
import { lockPlan, requirePlanStatus } from './plans.actions.js';
import type { PlanRow } from './plans.store.js';

/** An action and the frame of its plan: what a view needs. */
export interface FramedAction {
  action: ActionRow;
  frame: PlanFrame;
}

interface ActionIds {
  planId: string;
  actionId: string;
}

/** Adds an action that a person wrote. @throws 403, problems.planNotFound (404), problems.planStateForbids (409), 422 */
export function addAction(db: Db, principal: Principal, planId: string, content: ActionContent): Promise<FramedAction> {
  return write(db, principal, async (tx, note) => {
    const plan = await lockPlan(tx, principal, planId);
    requirePlanStatus(plan, openPlanStatuses);
    const frame = await requireSensible(tx, plan, content);
    const finding = frame.sheet?.reasons[content.criterionNo] ?? null;
    const [action] = await insertActions(tx, plan, [{ ...content, actionId: uuidv7(), finding, drafted: false }]);
    if (action === undefined) throw new Error('An inserted action did not come back.');
    noteAction(note, 'plan-action.added', frame, null, action);
    return { action, frame };
  });
}

/** Changes an action. @throws 403, problems.planNotFound, problems.actionNotFound (404), 409, 412/428, 422 */
export function changeAction(
  db: Db,
  principal: Principal,
  { planId, actionId }: ActionIds,
  content: ActionContent,
  precondition: Precondition,
): Promise<FramedAction> {
  return write(db, principal, async (tx, note) => {
    const plan = await lockPlan(tx, principal, planId);
    const before = await getActionRow(tx, planId, actionId);
    const isSame = isDeepStrictEqual(contentOfAction(before), content);
    if (!asksForChange(precondition, before.version, isSame)) {
      note.unchanged();
      return { action: before, frame: await fetchFrame(tx, plan) };
    }
    requirePlanStatus(plan, openPlanStatuses);
    const frame = await requireSensible(tx, plan, content);
    const action = await updateAction(tx, before, content);
    noteAction(note, 'plan-action.changed', frame, before, action);
    return { action, frame };
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
    noteAction(note, 'plan-action.deleted', await fetchFrame(tx, plan), before, null);
  });
}

/** Notes a change of an action. */
export function noteAction(
  note: Note,
  action: `plan-action.${string}`,
  { instrument, sheet }: PlanFrame,
  before: ActionRow | null,
  after: ActionRow | null,
): void {
  const { planId, actionId, groupId, areaCode } = (after ?? before) as ActionRow;
  const view = (row: ActionRow | null) => row && actionView(row, instrument, sheet?.levels ?? null);
  note({
    action,
    resource: 'plan-action',
    resourceId: `${planId}/${actionId}`,
    ...(groupId === null ? {} : { groupId }),
    areaCode,
    before: view(before),
    after: view(after),
  });
}

async function requireSensible(tx: Db, plan: PlanRow, content: ActionContent): Promise<PlanFrame> {
  const frame = await fetchFrame(tx, plan);
  refuseBroken(brokenAction(content, await fetchFailedCriteria(tx, plan, frame), frame.instrument));
  return frame;
}
