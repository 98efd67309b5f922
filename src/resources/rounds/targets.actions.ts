import type { Principal } from '../../domain/access.js';
import { liesIn } from '../../domain/area.js';
import { problems } from '../../domain/problem.js';
import type { Violation } from '../../domain/refusal.js';
import { requireRoundStatus } from '../../domain/round.js';
import { refuseBroken, rules } from '../../domain/rule.js';
import { isUnconditional, type Precondition, requireAbsence, requireVersion } from '../../domain/version.js';
import type { Db } from '../../platform/db/database.js';
import { type Note, write } from '../changes/changes.actions.js';
import { lockGroup } from '../groups/groups.actions.js';
import type { GroupRow } from '../groups/groups.store.js';
import { findTeam } from '../teams/teams.store.js';
import { lockRound } from './rounds.actions.js';
import type { RoundRow } from './rounds.store.js';
import {
  findAndLockTarget,
  getTargetRow,
  insertTarget,
  removeTarget,
  type TargetRow,
  updateTargetTeam,
} from './targets.store.js';

interface TargetIds {
  roundId: string;
  groupId: string;
}

/**
 * Makes a group a target of a round, or names another team for it; `created` says which. The targets are the round's
 * to choose, so the caller's area must contain the round.
 * @throws problems.roundNotFound, problems.groupNotFound (404), 403, problems.roundStateForbids (409), 412/428, 422
 */
export function setTarget(
  db: Db,
  principal: Principal,
  ids: TargetIds,
  teamId: string | null,
  precondition: Precondition,
): Promise<{ target: TargetRow; created: boolean }> {
  return write(db, principal, async (tx, note) => {
    const round = await lockRound(tx, principal, ids.roundId);
    const group = await lockGroup(tx, principal, ids.groupId);
    const before = await findAndLockTarget(tx, ids.roundId, ids.groupId);
    if (before !== null && before.teamId === teamId && isUnconditional(precondition)) {
      note.unchanged();
      return { target: before, created: false };
    }
    if (before === null) requireAbsence(precondition);
    else requireVersion(precondition, before.version);
    requireRoundStatus(round, ['draft', 'open']);
    refuseBroken([
      ...(before === null ? groupFaults(group, round) : []),
      await teamFault(tx, principal, teamId, before?.areaCode ?? group.areaCode),
    ]);
    if (before === null) await insertTarget(tx, { ...ids, teamId, areaCode: group.areaCode });
    else await updateTargetTeam(tx, ids.roundId, ids.groupId, teamId);
    const target = await getTargetRow(tx, principal, ids.roundId, ids.groupId);
    noteTarget(note, before === null ? 'target.set' : 'target.changed', before, target);
    return { target, created: before === null };
  });
}

/**
 * Takes a group off the targets.
 * @throws problems.roundNotFound, problems.targetNotFound (404), 403, problems.targetInUse (409), 412/428
 */
export function dropTarget(db: Db, principal: Principal, ids: TargetIds, precondition: Precondition): Promise<void> {
  return write(db, principal, async (tx, note) => {
    const round = await lockRound(tx, principal, ids.roundId);
    const before = await findAndLockTarget(tx, ids.roundId, ids.groupId);
    if (before === null) throw problems.targetNotFound(ids.groupId);
    requireVersion(precondition, before.version);
    requireRoundStatus(round, ['draft', 'open']);
    await removeTarget(tx, ids.roundId, ids.groupId);
    noteTarget(note, 'target.removed', before, null);
  });
}

/** A team that works where the group is: a violation when it is unknown or works elsewhere, else null. */
export async function teamFault(
  db: Db,
  principal: Principal,
  teamId: string | null,
  groupArea: string,
): Promise<Violation | null> {
  if (teamId === null) return null;
  const team = await findTeam(db, principal, teamId);
  if (team === null) return rules.teamUnknown('/teamId', teamId);
  return liesIn(groupArea, team.areaCode) ? null : rules.teamOutsideArea('/teamId', team.areaCode, groupArea);
}

function groupFaults(group: GroupRow, round: RoundRow): (Violation | false)[] {
  const { areaCode, status } = group;
  return [
    !liesIn(areaCode, round.areaCode) &&
      rules.groupOutsideRound('/path/groupId', areaCode, round.areaCode ?? 'the country'),
    status !== 'active' && rules.groupNotActive('/path/groupId', status),
  ];
}

function noteTarget(note: Note, action: `target.${string}`, before: TargetRow | null, after: TargetRow | null): void {
  const { roundId, groupId, areaCode } = (after ?? before) as TargetRow;
  note({ action, resource: 'target', resourceId: `${roundId}/${groupId}`, groupId, areaCode, before, after });
}
