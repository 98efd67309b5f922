import { type Principal, requireArea } from '../../domain/access.js';
import { liesIn } from '../../domain/area.js';
import { problems } from '../../domain/problem.js';
import type { Violation } from '../../domain/refusal.js';
import { requireRoundStatus } from '../../domain/round.js';
import { refuseBroken, rules } from '../../domain/rule.js';
import { asksForChange, type Precondition, requireAbsence, requireVersion } from '../../domain/version.js';
import type { Db } from '../../platform/db/database.js';
import { sameAs } from '../../platform/record/views.js';
import { write } from '../changes/changes.actions.js';
import { lockGroup } from '../groups/groups.actions.js';
import type { GroupRow } from '../groups/groups.store.js';
import { lockRound, lockRoundAround } from '../rounds/rounds.actions.js';
import { findRound, type RoundRow } from '../rounds/rounds.store.js';
import { findTeam } from '../teams/teams.store.js';
import { targetFields } from './targets.record.js';
import {
  type CopySource,
  findAndLockTarget,
  insertTarget,
  insertTargets,
  listCopySources,
  removeTarget,
  type TargetContent,
  type TargetRow,
  updateTarget,
} from './targets.store.js';
import { targetKind } from './targets.table.js';

interface TargetIds {
  roundId: string;
  groupId: string;
}

/**
 * Makes a group a target of a round, or names another team for it; `created` says which. The targets are the round's to
 * choose, so the caller's area must contain the round; which team checks a target is for whoever's area the target lies in.
 * @throws problems.roundNotFound, problems.groupNotFound (404), 403, problems.roundStateForbids (409), 412/428, 422
 */
export function setTarget(
  db: Db,
  principal: Principal,
  ids: TargetIds,
  content: TargetContent,
  precondition: Precondition,
): Promise<{ target: TargetRow; created: boolean }> {
  return write(db, principal, async (tx, note) => {
    const round = await lockRoundAround(tx, principal, ids.roundId);
    const group = await lockGroup(tx, principal, ids.groupId);
    const before = await findAndLockTarget(tx, ids.roundId, ids.groupId);
    requireArea(principal, before === null ? round.areaCode : before.areaCode);
    if (before === null) requireAbsence(precondition);
    else if (!asksForChange(precondition, before.version, sameAs(targetFields, before, content))) {
      note.unchanged();
      return { target: before, created: false };
    }
    requireRoundStatus(round, ['draft', 'open']);
    refuseBroken([
      ...(before === null ? groupFaults(group, round) : []),
      await findTeamViolation(tx, principal, content.teamId, before?.areaCode ?? group.areaCode),
    ]);
    if (before === null) await insertTarget(tx, { ...ids, ...content, areaCode: group.areaCode });
    else await updateTarget(tx, ids, content);
    // Read as the write left it, whether or not the caller reads the targets of a draft.
    const target = await findAndLockTarget(tx, ids.roundId, ids.groupId);
    if (target === null) throw problems.targetNotFound(ids.groupId);
    note(targetKind, before === null ? 'target.set' : 'target.changed', before, target);
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
    note(targetKind, 'target.removed', before, null);
  });
}

/** What a copy of targets did; counts of groups. */
export interface CopiedTargets {
  copied: number;
  alreadyTargets: number;
  leftOut: (Pick<CopySource, 'groupId' | 'registrationNo' | 'groupName' | 'status' | 'areaCode'> & {
    code: 'group-not-active' | 'group-outside-round';
  })[];
  teamsLeftOut: number;
}

/**
 * Makes the targets of an earlier round targets of this one, with their teams; what is there stays.
 * @throws problems.roundNotFound (404), 403, problems.roundStateForbids (409), problems.rulesBroken (422)
 */
export function copyTargetsFrom(
  db: Db,
  principal: Principal,
  roundId: string,
  fromRoundId: string,
): Promise<CopiedTargets> {
  return write(db, principal, async (tx, note) => {
    const round = await lockRound(tx, principal, roundId);
    requireRoundStatus(round, ['draft', 'open']);
    if ((await findRound(tx, principal, fromRoundId)) === null) {
      throw problems.rulesBroken([rules.roundUnknown('/fromRoundId', fromRoundId)]);
    }
    const sources = await listCopySources(tx, fromRoundId, roundId);
    const fresh = sources.filter(({ isTarget }) => !isTarget);
    const fit = fresh.filter((source) => reasonLeftOut(source, round) === null);
    const targets = fit.map(({ groupId, areaCode, ...source }) => ({
      roundId,
      groupId,
      areaCode,
      teamId: source.teamArea !== null && liesIn(areaCode, source.teamArea) ? source.teamId : null,
    }));
    const inserted = await insertTargets(tx, targets);
    for (const target of inserted) note(targetKind, 'target.copied', null, target, { details: { fromRoundId } });
    if (inserted.length === 0) note.unchanged();
    return {
      copied: inserted.length,
      alreadyTargets: sources.length - fresh.length,
      leftOut: fresh.flatMap(({ teamId, teamArea, isTarget, ...group }) => {
        const code = reasonLeftOut(group, round);
        return code === null ? [] : [{ ...group, code }];
      }),
      teamsLeftOut: fit.filter(({ teamId }, index) => teamId !== null && targets[index]?.teamId === null).length,
    };
  });
}

/** A team that works where the group is: a violation when it is unknown or works elsewhere, else null. */
export async function findTeamViolation(
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
    !liesIn(areaCode, round.areaCode) && rules.groupOutsideRound('/path/groupId', areaCode, round.areaCode),
    status !== 'active' && rules.groupNotActive('/path/groupId', status),
  ];
}

function reasonLeftOut({ status, areaCode }: Pick<CopySource, 'status' | 'areaCode'>, round: RoundRow) {
  if (status !== 'active') return 'group-not-active' as const;
  return liesIn(areaCode, round.areaCode) ? null : ('group-outside-round' as const);
}
