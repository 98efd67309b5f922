import { v7 as uuidv7 } from 'uuid';
import { type Principal, requireArea, requireChangeable } from '../../domain/access.js';
import { problems } from '../../domain/problem.js';
import { refuseBroken, rules } from '../../domain/rule.js';
import { tierMismatch } from '../../domain/team.js';
import { asksForChange, type Precondition, requireVersion } from '../../domain/version.js';
import type { Db, Tx } from '../../platform/db/database.js';
import { sameAs } from '../../platform/record/views.js';
import { findArea } from '../areas/areas.store.js';
import { write } from '../changes/changes.actions.js';
import { teamFields } from './teams.record.js';
import { findAndLockTeam, insertTeam, removeTeam, type TeamContent, type TeamRow, updateTeam } from './teams.store.js';
import { teamKind } from './teams.table.js';

/**
 * Forms a team, under the id that the caller chose for it or a new one.
 * @throws problems.areaOutsideYours (403), problems.idTaken (409), problems.rulesBroken (422)
 */
export async function formTeam(
  db: Db,
  principal: Principal,
  { teamId = uuidv7(), ...content }: TeamContent & { teamId?: string | undefined },
): Promise<TeamRow> {
  await requireSensible(db, principal, content);
  return write(db, principal, async (tx, note) => {
    const team = await insertTeam(tx, teamId, content);
    note(teamKind, 'team.formed', null, team);
    return team;
  });
}

/** Changes a team. @throws problems.teamNotFound (404), problems.areaOutsideYours (403), 412/428, 422 */
export function changeTeam(
  db: Db,
  principal: Principal,
  teamId: string,
  content: TeamContent,
  precondition: Precondition,
): Promise<TeamRow> {
  return write(db, principal, async (tx, note) => {
    const before = await lockTeam(tx, principal, teamId);
    if (!asksForChange(precondition, before.version, sameAs(teamFields, before, content))) {
      note.unchanged();
      return before;
    }
    await requireSensible(tx, principal, content);
    const after = await updateTeam(tx, teamId, content);
    note(teamKind, 'team.changed', before, after);
    return after;
  });
}

/** Deletes a team without work. @throws problems.teamNotFound (404), 403, 412/428, problems.teamInUse (409) */
export function dropTeam(db: Db, principal: Principal, teamId: string, precondition: Precondition): Promise<void> {
  return write(db, principal, async (tx, note) => {
    const before = await lockTeam(tx, principal, teamId);
    requireVersion(precondition, before.version);
    await removeTeam(tx, teamId);
    note(teamKind, 'team.deleted', before, null);
  });
}

async function lockTeam(tx: Tx, principal: Principal, teamId: string): Promise<TeamRow> {
  const team = await findAndLockTeam(tx, teamId);
  const notThere = () => problems.teamNotFound(teamId);
  if (team === null) throw notThere();
  requireChangeable(principal, team.areaCode, notThere, 'inside-and-around');
  return team;
}

async function requireSensible(db: Db, principal: Principal, { tier, areaCode }: TeamContent): Promise<void> {
  const area = await findArea(db, areaCode);
  refuseBroken([area === null ? rules.areaUnknown('/areaCode', areaCode) : tierMismatch(tier, areaCode)]);
  requireArea(principal, areaCode);
}
