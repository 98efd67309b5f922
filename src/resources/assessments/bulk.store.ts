import { type SQL, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import type { AssessmentStatus } from '../../domain/assessment.js';
import type { Tx } from '../../platform/db/database.js';
import { classify, findFaults, findWarnings } from '../../platform/db/staging.js';
import {
  anyDiffers,
  assignments,
  columnList,
  namedColumns,
  stagedAs,
  stagedValues,
} from '../../platform/record/columns.js';
import type { WrittenSet } from '../changes/changes.store.js';
import {
  findSharedNumbers,
  groupReferenceColumns,
  joinedGroup,
  referenceColumns,
  referenceFaults,
} from '../groups/group-reference.store.js';
import { implausibleDays } from '../imports/implausible.store.js';
import { historyColumns, historyOfNew } from '../imports/restore.store.js';
import type { RoundRow } from '../rounds/rounds.store.js';
import { groupField, groupValue, inRound, targetedIn, teamFaults } from '../targets/bulk.store.js';
import { targetsEverywhere } from '../targets/targets.table.js';
import { teams } from '../teams/teams.table.js';
import type { SheetContent } from './assessments.store.js';
import { assessmentKind, assessmentsEverywhere, sentColumns } from './assessments.table.js';

const stagedColumns = [...sentColumns, ...namedColumns(assessmentsEverywhere, ['status', 'levels'])];
const writtenColumns = [...stagedColumns, ...namedColumns(assessmentsEverywhere, ['reasons'])];

/** A sheet as it is staged: what it is classified by, and what is only written. */
export const sheetTables = {
  staged: {
    ...groupReferenceColumns,
    ...stagedAs(stagedColumns),
    team_given: 'boolean',
    area_then: 'text collate "C"',
    submitted_at: 'timestamptz(3)',
    ...historyColumns,
  },
  payload: { reasons: 'jsonb', last_return: 'json', confirmation: 'json' },
};

/** The values of a sheet by the columns of its table, but for the reasons. */
export function valuesOfSheet(sheet: Omit<SheetContent, 'reasons'> & { status: AssessmentStatus }) {
  return stagedValues(stagedColumns, sheet);
}

/** Finds out what each staged sheet is: new, changed or as it was. Holds the sheets that are there. */
export async function classifySheets(tx: Tx, principal: Principal, round: RoundRow, restore: boolean): Promise<void> {
  const { roundId } = round;
  await findSharedNumbers(tx);
  const group = joinedGroup(principal, targetedIn(principal, roundId));
  await tx.execute(sql`select from ${assessmentsEverywhere} where ${inRound(sql`round_id`, roundId)} and group_id in (
    select g.group_id from staged s ${group}) order by group_id for update`);
  const team = sql`case when s.team_given then s.team_id else t.team_id end`;
  await classify(
    tx,
    sql`select ${referenceColumns()}, g.name as group_name, g.registration_no as group_no, g.status as group_status,
        coalesce(t.area_code, g.area_code) as area_code, t.group_id is not null as is_target,
        ${team} as team_id, ${team} as named_team, t.team_id as target_team_id, teams.area_code as team_area,
        ${columnList(
          stagedColumns.filter(({ field }) => field !== 'teamId'),
          sql`s`,
        )}, a.status as old_status, g.group_id::text as key,
        s.area_then, s.submitted_at, s.version, s.created_at, s.updated_at,
        case when a.group_id is null then 'created'
          when ${anyDiffers(writtenColumns, sql`a`, sql`s`, { teamId: team, reasons: sql`p.reasons` })} then 'updated'
          else 'unchanged' end as action
      from staged s ${group}
      left join ${targetsEverywhere} t on t.group_id = g.group_id and ${inRound(sql`t.round_id`, roundId)}
      left join ${assessmentsEverywhere} a on a.group_id = g.group_id and ${inRound(sql`a.round_id`, roundId)}
      left join payload p on p.row = s.row and a.group_id is not null
      left join ${teams.visibleTo(principal)} on teams.team_id = ${team}`,
  );
  await findFaults(tx, [
    ...referenceFaults(principal.areaCode, sql`area_code`),
    sql`select row, ${groupField}, 'group-not-targeted', ${groupValue}, null, null
      from classified where group_id is not null and not mismatch and not is_target`,
    // What a restore brings may be of a group that was active then; what is here already is changed by today's rules.
    sql`select row, ${groupField}, 'group-not-active', ${groupValue}, group_status, null
      from classified where is_target and not mismatch and group_status <> 'active'
        and ${restore ? sql`action = 'updated'` : sql`action <> 'unchanged'`}`,
    sql`select row, ${groupField}, 'assessment-submitted', ${groupValue}, null, null
      from classified where action = 'updated' and old_status = 'submitted'`,
    ...teamFaults(restore),
    ...otherTeams(principal),
    ...(restore ? restoredFaults(round) : []),
  ]);
  await findWarnings(tx, [implausibleDays('assessed_on', 'assessedOn')]);
}

/** Somebody who is bound to a team brings sheets of its own targets, in its own name. */
function otherTeams({ teamId }: Principal): SQL[] {
  if (teamId === null) return [];
  return [
    sql`select row, ${groupField}, 'team-not-yours', ${groupValue}, null, null
      from classified where is_target and not mismatch and target_team_id is distinct from ${teamId}::uuid`,
    sql`select row, 'teamId', 'team-not-yours', named_team::text, null, null from classified
      where is_target and target_team_id = ${teamId}::uuid and named_team is distinct from ${teamId}::uuid`,
  ];
}

/** A restored sheet lies where its target does; one that is here already is changed by the rules of the round. */
function restoredFaults({ startsOn, endsOn }: RoundRow): SQL[] {
  return [
    sql`select row, 'areaCode', 'area-not-of-target', area_then, area_code, null
      from classified where action = 'created' and is_target and area_then <> area_code`,
    sql`select row, 'assessedOn', 'outside-round', assessed_on::text, ${startsOn}::text, ${endsOn}::text
      from classified where action = 'updated' and assessed_on not between ${startsOn} and ${endsOn}`,
  ];
}

export function createdSheets(roundId: string, restore: boolean): WrittenSet {
  return {
    ...ofSheet,
    action: restore ? 'assessment.restored' : 'assessment.imported',
    statement: sql`insert into ${assessmentsEverywhere}
        (group_id, round_id, area_code, ${columnList(writtenColumns)}, submitted_at, last_return, confirmation, version,
          created_at, updated_at)
      select group_id, ${roundId}::uuid, area_code, ${columnList(writtenColumns)},
        case when status = 'submitted' then coalesce(submitted_at, now()) end, last_return, confirmation,
        ${historyOfNew()}
      from classified join payload using (row) where action = 'created' order by row
      returning *`,
    how: 'created',
  };
}

export function changedSheets(roundId: string): WrittenSet {
  return {
    ...ofSheet,
    statement: sql`update ${assessmentsEverywhere} a set
        ${assignments(writtenColumns, sql`j`, { reasons: sql`p.reasons` })},
        submitted_at = case when j.status = 'submitted' then now() end, version = a.version + 1, updated_at = now()
      from classified j join payload p on p.row = j.row
        join ${assessmentsEverywhere} was on was.group_id = j.group_id and ${inRound(sql`was.round_id`, roundId)}
      where a.group_id = j.group_id and ${inRound(sql`a.round_id`, roundId)} and j.action = 'updated'
      returning a.*, was`,
    how: 'changed',
  };
}

const ofSheet = { kind: assessmentKind, action: 'assessment.imported' } as const;
