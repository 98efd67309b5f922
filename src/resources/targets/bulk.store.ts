import { type SQL, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import { liesIn } from '../../domain/area.js';
import type { Tx } from '../../platform/db/database.js';
import { classify, findFaults, liesOutside } from '../../platform/db/staging.js';
import {
  acceptedColumns,
  anyDiffers,
  assignments,
  columnList,
  stagedAs,
  stagedValues,
} from '../../platform/record/columns.js';
import { areas } from '../areas/areas.table.js';
import type { WrittenSet } from '../changes/changes.store.js';
import {
  findSharedNumbers,
  groupReferenceColumns,
  joinedGroup,
  referenceColumns,
  referenceFaults,
} from '../groups/group-reference.store.js';
import { groupsEverywhere } from '../groups/groups.table.js';
import { historyColumns, historyOfNew } from '../imports/restore.store.js';
import type { RoundRow } from '../rounds/rounds.store.js';
import { teams } from '../teams/teams.table.js';
import { targetFields } from './targets.record.js';
import type { TargetContent } from './targets.store.js';
import { targetKind, targetsEverywhere } from './targets.table.js';

const accepted = acceptedColumns(targetFields, targetsEverywhere);
const withoutTeam = accepted.filter(({ field }) => field !== 'teamId');

/** A target as it is staged; `area_then` is where its group lay, which a restore brings. */
export const targetColumns = {
  ...groupReferenceColumns,
  ...stagedAs(accepted),
  team_given: 'boolean',
  area_then: 'text collate "C"',
  ...historyColumns,
};

/**
 * Finds out what each staged row is: a new target, another team, or as it was. The round is held by the caller. A
 * restored target was a good one when it was set: its group may have been closed or moved since, or its team.
 */
export async function classifyTargets(tx: Tx, principal: Principal, round: RoundRow, restore: boolean): Promise<void> {
  await findSharedNumbers(tx);
  const group = joinedGroup(principal, targetedIn(principal, round.roundId));
  await tx.execute(sql`select from ${groupsEverywhere} where group_id in (
    select g.group_id from staged s ${group}) order by group_id for share`);
  const team = sql`case when s.team_given then s.team_id else t.team_id end`;
  await classify(
    tx,
    sql`select ${referenceColumns()}, g.name as group_name, g.registration_no as group_no, g.status,
        ${sql.join(withoutTeam.map((one) => sql`${columnList([one], sql`s`)}, `))}
        coalesce(t.area_code, s.area_then, g.area_code) as area_code, s.area_then,
        s.version, s.created_at, s.updated_at, s.team_id as named_team, teams.area_code as team_area,
        ${team} as team_id, t.group_id is not null as is_target,
        g.group_id::text as key,
        case when t.group_id is null then 'created'
          when ${anyDiffers(accepted, sql`t`, sql`s`, { teamId: team })} then 'updated'
          else 'unchanged' end as action
      from staged s ${group}
      left join ${targetsEverywhere} t on t.group_id = g.group_id and ${inRound(sql`t.round_id`, round.roundId)}
      left join ${teams.visibleTo(principal)} on teams.team_id = s.team_id`,
  );
  await findFaults(tx, [
    ...referenceFaults(principal.areaCode, sql`area_code`),
    ...(liesIn(round.areaCode, principal.areaCode) ? [] : [newTargets(principal, round)]),
    sql`select row, ${groupField}, 'group-outside-round', ${groupValue}, area_code, ${round.areaCode}::text
      from classified where not is_target and not mismatch and ${liesOutside(sql`area_code`, round.areaCode)}`,
    ...(restore ? [unknownPlaces()] : [inactiveGroups()]),
    ...teamFaults(restore),
  ]);
}

/** The targets are the round's to choose. */
function newTargets({ areaCode: yours }: Principal, { areaCode }: RoundRow): SQL {
  return sql`select row, ${groupField}, 'area-outside-yours', ${groupValue}, ${areaCode}::text, ${yours}::text
    from classified where not is_target and not mismatch`;
}

function inactiveGroups(): SQL {
  return sql`select row, ${groupField}, 'group-not-active', ${groupValue}, status, null
    from classified where not is_target and not mismatch and status <> 'active'`;
}

/** A restored target lies in an area that there is. */
function unknownPlaces(): SQL {
  return sql`select row, 'areaCode', 'area-unknown', area_then, null, null
    from classified where not is_target and area_then not in (select area_code from ${areas})`;
}

/**
 * Teams that are not there for the caller, or work elsewhere; of `named_team`, `team_area` and `area_code`. Where a
 * restored team works may have changed since it was named.
 */
export function teamFaults(restore: boolean): SQL[] {
  const written = restore ? sql`action = 'updated'` : sql`action <> 'unchanged'`;
  return [
    sql`select row, 'teamId', 'team-unknown', named_team::text, null, null
      from classified where action <> 'unchanged' and named_team is not null and team_area is null`,
    sql`select row, 'teamId', 'team-outside-area', named_team::text, team_area, area_code from classified
      where ${written} and group_id is not null and left(area_code, length(team_area)) <> team_area`,
  ];
}

/** The values of a target by the columns of its table. */
export function valuesOfTarget(content: TargetContent) {
  return stagedValues(accepted, content);
}

export function createdTargets({ roundId }: RoundRow, restore: boolean): WrittenSet {
  return {
    ...ofTarget,
    action: restore ? 'target.restored' : 'target.imported',
    statement: sql`insert into ${targetsEverywhere}
        (group_id, round_id, area_code, ${columnList(accepted)}, version, created_at, updated_at)
      select group_id, ${roundId}::uuid, area_code, ${columnList(accepted)}, ${historyOfNew()} from classified where action = 'created' order by row
      returning *`,
    how: 'created',
  };
}

export function changedTargets({ roundId }: RoundRow): WrittenSet {
  return {
    ...ofTarget,
    statement: sql`update ${targetsEverywhere} t
      set ${assignments(accepted, sql`j`)}, version = t.version + 1, updated_at = now()
      from classified j join ${targetsEverywhere} was on was.group_id = j.group_id and ${inRound(sql`was.round_id`, roundId)}
      where t.group_id = j.group_id and ${inRound(sql`t.round_id`, roundId)} and j.action = 'updated'
      returning t.*, was`,
    how: 'changed',
  };
}

/** Whether the group `g` is a target of a round where the caller may see it, wherever it lies now. */
export function targetedIn({ areaCode }: Principal, roundId: string): SQL {
  return sql`exists (select from ${targetsEverywhere} seen where seen.group_id = g.group_id
    and ${inRound(sql`seen.round_id`, roundId)} and not ${liesOutside(sql`seen.area_code`, areaCode)})`;
}

/**
 * Whether a row is of a round, said so that only an index by group serves. The planner's statistics know nothing of a
 * round that is being filled and take it for empty: it would read all of the round for each row of the file.
 */
export function inRound(column: SQL, roundId: string): SQL {
  return sql`${column} is not distinct from ${roundId}::uuid`;
}

export const groupField = sql`case when registration_no is null then 'groupId' else 'registrationNo' end`;
export const groupValue = sql`coalesce(registration_no, named_id::text)`;

const ofTarget = { kind: targetKind, action: 'target.imported' } as const;
