/**
 * The writes that come most often, each one statement: it finds and locks round and sheet, looks whether all is as it must
 * be, writes the sheet and notes the change. The guards ask for at least what the actions require; where they let nothing
 * through, the action finds out why.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import { criterionIndex, type Instrument, instrumentRef, type Level } from '../../domain/instrument.js';
import { todayInBangkok } from '../../platform/db/clock.js';
import type { Tx } from '../../platform/db/database.js';
import { statement } from '../../platform/db/statement.js';
import { columnList, placeholders } from '../../platform/record/columns.js';
import { rowJson } from '../../platform/record/kept-json.js';
import { type ActorParameters, guardedWrite } from '../changes/changes.store.js';
import { groupsEverywhere } from '../groups/groups.table.js';
import { roundsEverywhere } from '../rounds/rounds.table.js';
import { targetsEverywhere } from '../targets/targets.table.js';
import { teamsEverywhere } from '../teams/teams.table.js';
import type { AssessmentRow, SheetContent } from './assessments.store.js';
import { assessmentKind, assessmentsEverywhere, contentColumns } from './assessments.table.js';

/** Which sheet is written, by whom, in which versions; null takes any. */
export interface Guard {
  principal: Principal;
  roundId: string;
  groupId: string;
  versions: readonly number[] | null;
  /** What the request was classified by; the round must still have it. */
  instrument: Instrument;
}

const value = sql.placeholder;

/** Submits a complete draft. Whether a reason explains anything is asked strictly: doubt is for the action to settle. */
export function submitAtOnce(tx: Tx, actor: ActorParameters, guard: Guard) {
  const { reasonRequired, passLevel, criteria } = guard.instrument;
  const explainedBelow = { every: 4, failed: passLevel, none: 0 }[reasonRequired];
  const numbers = criteria.map(({ criterionNo }) => criterionNo);
  return submitted(tx, { ...actor, ...valuesOf(guard), numbers, explainedBelow });
}

/** Writes level and reason of one criterion of a draft; what is undefined stays. The criterion is one of the instrument. */
export function scoreAtOnce(
  tx: Tx,
  actor: ActorParameters,
  guard: Guard,
  score: {
    criterionNo: number;
    assessedOn?: string | undefined;
    level?: Level | null | undefined;
    reason?: string | null | undefined;
  },
) {
  const { criterionNo, assessedOn = null, level, reason } = score;
  return scored(tx, {
    ...actor,
    ...valuesOf(guard),
    criterionNo,
    assessedOn,
    place: (criterionIndex(criterionNo, guard.instrument) ?? -1) + 1,
    digit: level === undefined ? null : String(level ?? 0),
    reasonGiven: reason !== undefined,
    reason: reason ?? null,
  });
}

/** Replaces what is on a draft; a team left out is that of the target. */
export function replaceAtOnce(
  tx: Tx,
  actor: ActorParameters,
  guard: Guard,
  content: Omit<SheetContent, 'teamId'> & { teamId: string | null | undefined },
) {
  const { teamId, reasons, ...rest } = content;
  const team = { teamGiven: teamId !== undefined, teamId: teamId ?? null };
  return replaced(tx, { ...rest, ...team, ...actor, ...valuesOf(guard), reasons: JSON.stringify(reasons) });
}

function valuesOf({ principal, roundId, groupId, versions, instrument }: Guard) {
  const { areaCode, teamId: ownTeam } = principal;
  return { roundId, groupId, versions, scope: areaCode ?? '', ownTeam, instrument: instrumentRef(instrument) };
}

const submitted = statement<{ shown: AssessmentRow }>('sheet_submitted_at_once', () =>
  written(
    'assessment.submitted',
    sql`status = 'submitted', submitted_at = now()`,
    sql`was.levels ~ '^[1-3]+$' and length(was.levels) = cardinality(${value('numbers')}::int[])
      and not exists (select from unnest(${value('numbers')}::int[]) with ordinality as criterion (number, place)
        where substr(was.levels, place::int, 1)::int < ${value('explainedBelow')}::int
          and coalesce(was.reasons ->> number::text, '') !~ '[A-Za-z0-9\\u0e01-\\u0e2e]')`,
  ),
);

const scored = statement<{ shown: AssessmentRow }>('sheet_scored_at_once', () => {
  const digit = sql`coalesce(${value('digit')}::text, substr(was.levels, ${value('place')}::int, 1))`;
  const levels = sql`overlay(was.levels placing ${digit} from ${value('place')}::int for 1)`;
  const number = sql`${value('criterionNo')}::int::text`;
  const reasons = sql`case when not ${value('reasonGiven')}::boolean then was.reasons
    when ${value('reason')}::text is null then was.reasons - ${number}
    else was.reasons || jsonb_build_object(${number}, ${value('reason')}::text) end`;
  return written(
    'assessment.scored',
    sql`levels = ${levels}, reasons = ${reasons}`,
    sql`(${value('assessedOn')}::date is null or was.assessed_on = ${value('assessedOn')}::date)
      and (was.levels, was.reasons) is distinct from (${levels}, ${reasons})`,
  );
});

const replaced = statement<{ shown: AssessmentRow }>('sheet_replaced_at_once', () => {
  const day = value('assessedOn');
  const team = sql`case when ${value('teamGiven')}::boolean then ${value('teamId')}::uuid else was.target_team_id end`;
  const content = placeholders(contentColumns, { teamId: team });
  return written(
    'assessment.changed',
    sql`(${columnList(contentColumns)}) = row (${content})`,
    sql`(${columnList(contentColumns, sql`was`)}) is distinct from (${content})
      and ${day}::date between was.starts_on and was.ends_on
      and ${day}::date <= ${todayInBangkok}
      and (${team} is null or ${worksWhereTheSheetLies(team)})
      and (${value('ownTeam')}::uuid is null or ${team} = ${value('ownTeam')}::uuid)`,
  );
});

/** A team of an area around the sheet, which whoever sees the sheet sees too. */
function worksWhereTheSheetLies(team: SQL): SQL {
  const { teamId, areaCode } = teamsEverywhere;
  return sql`exists (select from ${teamsEverywhere} where ${teamId} = ${team} and starts_with(was.area_code, ${areaCode}))`;
}

/**
 * The round is held against changes of its state and then the sheet against other writes, as every writer does; what
 * somebody else holds is not waited for.
 */
function written(action: `assessment.${string}`, set: SQL, guard: SQL): SQL {
  const [sheet, group, target] = [assessmentsEverywhere, groupsEverywhere, targetsEverywhere];
  return guardedWrite({
    kind: assessmentKind,
    action,
    parts: sql`round as materialized (
        select * from ${roundsEverywhere} where round_id = ${value('roundId')}::uuid and status = 'open'
          and instrument_code || '@' || instrument_version = ${value('instrument')}::text for share skip locked
      ), was as materialized (
        select held.*, g.registration_no, g.name as group_name, t.team_id as target_team_id, r.starts_on, r.ends_on
        from round r
        join ${target} t on t.round_id = r.round_id and t.group_id = ${value('groupId')}::uuid
          and starts_with(t.area_code, ${value('scope')}::text)
          and (${value('ownTeam')}::uuid is null or t.team_id = ${value('ownTeam')}::uuid)
        join ${group} g on g.group_id = t.group_id and g.status = 'active'
        cross join lateral (
          select * from ${sheet} s where s.group_id = t.group_id and s.round_id = r.round_id and s.status = 'draft'
            and (${value('versions')}::int[] is null or s.version = any(${value('versions')}::int[]))
          for update skip locked
        ) as held
      ), written as (
        update ${sheet} a set ${set}, version = a.version + 1, updated_at = now() from was
        where a.group_id = was.group_id and a.round_id = was.round_id and ${guard}
        returning a.*
      )`,
    shown: rowJson(assessmentKind, sql`written`, {
      registrationNo: sql`was.registration_no`,
      groupName: sql`was.group_name`,
    }),
  });
}
