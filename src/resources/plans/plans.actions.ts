import { v7 as uuidv7 } from 'uuid';
import { type Principal, requireArea, requireChangeable } from '../../domain/access.js';
import { requireOtherPerson } from '../../domain/four-eyes.js';
import {
  brokenPlace,
  openPlanStatuses,
  type PlanMove,
  type PlanStatus,
  type PlanTier,
  planMoves,
} from '../../domain/plan.js';
import { problems } from '../../domain/problem.js';
import { refuseBroken, rules } from '../../domain/rule.js';
import { asksForChange, type Precondition, requireVersion } from '../../domain/version.js';
import type { Db, Tx } from '../../platform/db/database.js';
import { sameAs } from '../../platform/record/views.js';
import { findArea } from '../areas/areas.store.js';
import { listLastActs } from '../changes/acts.store.js';
import { write } from '../changes/changes.actions.js';
import { findGroup } from '../groups/groups.store.js';
import { findRound } from '../rounds/rounds.store.js';
import { listAllActions, removeActions } from './actions.store.js';
import { findSubmittedSheet } from './findings.store.js';
import { planFields } from './plans.record.js';
import {
  insertPlan,
  lockPlan as lockPlanRow,
  type PlanContent,
  type PlanPlace,
  type PlanRow,
  removePlan,
  updatePlan,
} from './plans.store.js';
import { planActionKind, planKind } from './plans.table.js';

/** Where a caller wants a plan; a group's own area may be left out. */
export interface WantedPlace {
  roundId: string;
  tier: PlanTier;
  areaCode: string | null;
  groupId: string | null;
}

/** Begins a plan as a draft. @throws problems.areaOutsideYours (403), problems.rulesBroken (422) */
export function beginPlan(
  db: Db,
  principal: Principal,
  { roundId, tier, areaCode, groupId, ...content }: WantedPlace & PlanContent,
): Promise<PlanRow> {
  return write(db, principal, async (tx, note) => {
    const place = await requirePlace(tx, principal, { roundId, tier, areaCode, groupId });
    const plan = await insertPlan(tx, uuidv7(), { ...place, ...content });
    note(planKind, 'plan.begun', null, plan);
    return plan;
  });
}

/** Replaces what is written of a plan, such as its title. @throws 403, problems.planNotFound (404), problems.planStateForbids (409), 412/428 */
export function changePlan(
  db: Db,
  principal: Principal,
  planId: string,
  content: PlanContent,
  precondition: Precondition,
): Promise<PlanRow> {
  return write(db, principal, async (tx, note) => {
    const before = await lockPlan(tx, principal, planId);
    if (!asksForChange(precondition, before.version, sameAs(planFields, before, content))) {
      note.unchanged();
      return before;
    }
    requirePlanStatus(before, openPlanStatuses);
    const after = await updatePlan(tx, before, content);
    note(planKind, 'plan.changed', before, after);
    return after;
  });
}

/**
 * Approves, starts, completes or cancels a plan.
 * @throws 403, 404, problems.planStateForbids, problems.samePerson (409), 412/428, 422
 */
export function movePlan(
  db: Db,
  principal: Principal,
  planId: string,
  { move, reason, fourEyes }: { move: PlanMove; reason: string | null; fourEyes: boolean },
  precondition: Precondition,
): Promise<PlanRow> {
  return write(db, principal, async (tx, note) => {
    const before = await lockPlan(tx, principal, planId);
    requireVersion(precondition, before.version);
    requirePlanStatus(before, planMoves[move].from);
    await requireActions(tx, before, move);
    const details = move === 'approval' ? await requireOtherThanWriters(tx, principal, before, fourEyes) : {};
    const after = await updatePlan(tx, before, { status: planMoves[move].to, cancellationReason: reason });
    note(planKind, `plan.${move}`, before, after, { reason, details });
    return after;
  });
}

/** Deletes a draft with its actions. @throws 403, 404, problems.planStateForbids (409), 412/428 */
export function dropPlan(db: Db, principal: Principal, planId: string, precondition: Precondition): Promise<void> {
  return write(db, principal, async (tx, note) => {
    const before = await lockPlan(tx, principal, planId);
    requireVersion(precondition, before.version);
    requirePlanStatus(before, ['draft']);
    for (const action of await removeActions(tx, before)) note(planActionKind, 'plan-action.deleted', action, null);
    await removePlan(tx, before);
    note(planKind, 'plan.deleted', before, null);
  });
}

/** Holds a plan that is to be changed. @throws problems.planNotFound (404) also when the caller may not see it */
export async function lockPlan(tx: Tx, principal: Principal, planId: string): Promise<PlanRow> {
  const plan = await lockPlanRow(tx, planId);
  requireChangeable(principal, plan.areaCode, () => problems.planNotFound(planId));
  return plan;
}

/** @throws problems.planStateForbids (409) */
export function requirePlanStatus(plan: { status: PlanStatus }, needed: readonly PlanStatus[]): void {
  if (!needed.includes(plan.status)) throw problems.planStateForbids(plan, needed);
}

/**
 * The place a plan is to have, if the field allows it: the round and the group or area exist, the tier fits, the area
 * lies in the round, and a group has findings to answer.
 * @throws problems.areaOutsideYours (403), problems.rulesBroken (422)
 */
export async function requirePlace(tx: Tx, principal: Principal, wanted: WantedPlace): Promise<PlanPlace> {
  const { roundId, tier, groupId } = wanted;
  const round = await findRound(tx, principal, roundId);
  const group = groupId === null ? null : await findGroup(tx, principal, groupId);
  const areaCode = wanted.areaCode ?? group?.areaCode ?? null;
  refuseBroken([
    round === null && rules.roundUnknown('/roundId', roundId),
    groupId !== null && group === null && rules.groupUnknown('/groupId', groupId),
    wanted.areaCode !== null &&
      (await findArea(tx, wanted.areaCode)) === null &&
      rules.areaUnknown('/areaCode', wanted.areaCode),
    areaCode === null && tier !== 'group' && rules.areaMissing('/areaCode', tier),
  ]);
  // A plan of the group tier without a group is named by brokenPlace, which needs some area to say it of.
  const place = { tier, areaCode: areaCode ?? '', groupAreaCode: group?.areaCode ?? null };
  refuseBroken(brokenPlace(place, round ?? { areaCode: null }));
  requireArea(principal, place.areaCode);
  const answered = groupId === null || (await findSubmittedSheet(tx, roundId, groupId)) !== null;
  refuseBroken([!answered && rules.noFindings('/groupId')]);
  return { roundId, tier, areaCode: place.areaCode, groupId };
}

/** A plan that is approved was never more than a draft, so all its changes are its writing. @throws problems.samePerson (409) */
async function requireOtherThanWriters(tx: Tx, principal: Principal, plan: PlanRow, fourEyes: boolean) {
  const { subjectId, planId } = plan;
  const acts = await listLastActs(tx, { subjectId, kind: planKind, id: planId, parts: planActionKind });
  return requireOtherPerson(principal, 'wrote', acts, fourEyes);
}

/** An empty plan is not approved, and one with work left is not completed. */
async function requireActions(tx: Tx, plan: PlanRow, move: PlanMove): Promise<void> {
  if (move !== 'approval' && move !== 'completion') return;
  const actions = await listAllActions(tx, plan.planId);
  const open = actions.filter(({ status }) => status === 'planned' || status === 'in-progress');
  refuseBroken([
    move === 'approval' && actions.every(({ status }) => status === 'dropped') && rules.planEmpty('/actions'),
    ...(move === 'completion'
      ? open.map((action) => rules.actionOpen(`/actions/${action.actionId}`, action.title))
      : []),
  ]);
}
