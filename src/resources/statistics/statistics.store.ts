import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Principal } from '../../domain/access.js';
import { failedOf } from '../../domain/assessment.js';
import type { Instrument } from '../../domain/instrument.js';
import { databaseNow } from '../../platform/db/clock.js';
import { type Db, rowsOf } from '../../platform/db/database.js';
import { underPrefix } from '../../platform/db/scope.js';
import type { Weight } from '../../scoring/priorities.js';
import { assessments } from '../assessments/assessments.table.js';
import { groupsEverywhere } from '../groups/groups.table.js';
import { asPublished } from '../rounds/published.store.js';
import { publishedGroups } from '../rounds/published.table.js';
import { targets } from '../targets/targets.table.js';

/** What SQL fetches of one part of a round: counts, and the level codes of its submitted sheets in one string. */
export interface RoundPart {
  /** The code of the area or the id of the team; null for the whole, or for sheets without a team. */
  code: string | null;
  targets: number;
  drafts: number;
  levelCodes: string;
  asOf: string;
}

interface PartRow {
  code: string | null;
  targets: number;
  drafts: number;
  level_codes: string | null;
  as_of: string;
}

/**
 * The sheets of a round in an area, per district or as one part. Both sides are read from their indexes alone, in one
 * statement and so from one snapshot. SQL fetches, scoring counts: counting the digits here would be ten times slower.
 */
export async function fetchPartsByArea(
  db: Db,
  principal: Principal,
  { roundId, areaCode, areaDigits }: { roundId: string; areaCode: string | null; areaDigits: number },
): Promise<RoundPart[]> {
  const target = targets.visibleTo(principal);
  const sheet = assessments.visibleTo(principal);
  const inRound = (table: typeof target | typeof sheet): SQL | undefined =>
    and(eq(table.roundId, roundId), areaCode === null ? undefined : underPrefix(table.areaCode, areaCode));
  const drafts = sql`count(*) filter (where ${sheet.status} = 'draft')::int as drafts`;
  const levelCodes = sql`string_agg(${sheet.levels}, '') filter (where ${sheet.status} = 'submitted') as level_codes`;
  // As one part it is not grouped at all: grouping by nothing sorts every sheet first and takes five times as long.
  if (areaDigits === 0) {
    const whole = await rowsOf<PartRow>(
      db,
      sql`
        with aimed as (select count(*)::int as targets from ${target} where ${inRound(target)}),
          given as (select ${drafts}, ${levelCodes} from ${sheet} where ${inRound(sheet)})
        select null as code, targets, drafts, level_codes, now()::text as as_of from aimed, given`,
    );
    return whole.map(partOf);
  }
  const digits = sql.raw(String(areaDigits));
  const rows = await rowsOf<PartRow>(
    db,
    sql`
      with aimed as (
        select left(${target.areaCode}, ${digits}) as code, count(*)::int as targets
        from ${target} where ${inRound(target)} group by 1
      ), given as (
        select left(${sheet.areaCode}, ${digits}) as code, ${drafts}, ${levelCodes}
        from ${sheet} where ${inRound(sheet)} group by 1
      )
      select aimed.code, aimed.targets, coalesce(given.drafts, 0) as drafts, given.level_codes, now()::text as as_of
      from aimed left join given using (code) order by aimed.code`,
  );
  return rows.map(partOf);
}

/**
 * The same per team. A sheet counts for the team that made it, a target without a sheet for the team that is to visit,
 * so that targets, drafts and sheets of all teams add up to those of the round.
 */
export async function fetchPartsByTeam(
  db: Db,
  principal: Principal,
  { roundId, areaCode }: { roundId: string; areaCode: string | null },
): Promise<RoundPart[]> {
  const target = targets.visibleTo(principal);
  const sheet = assessments.visibleTo(principal);
  const rows = await rowsOf<PartRow>(
    db,
    sql`
      select case when ${sheet.groupId} is null then ${target.teamId} else ${sheet.teamId} end::text as code,
        count(*)::int as targets,
        count(*) filter (where ${sheet.status} = 'draft')::int as drafts,
        string_agg(${sheet.levels}, '') filter (where ${sheet.status} = 'submitted') as level_codes,
        now()::text as as_of
      from ${target}
      left join ${sheet} on ${sheet.groupId} = ${target.groupId} and ${sheet.roundId} = ${target.roundId}
      where ${target.roundId} = ${roundId}
        and ${areaCode === null ? sql`true` : underPrefix(target.areaCode, areaCode)}
      group by 1 order by 1`,
  );
  return rows.map(partOf);
}

interface SheetWeight {
  levels: string;
  members: number | null;
  satang: string | null;
  as_of: string;
}

/**
 * Per criterion how many groups of an area failed it, and the members and savings (whole satang) behind them by their
 * latest figures, or by what these were when the round was published. Sheets come one by one, because a group's weight
 * belongs to each criterion that it failed.
 */
export async function fetchWeights(
  db: Db,
  principal: Principal,
  { roundId, areaCode }: { roundId: string; areaCode: string | null },
  instrument: Instrument,
): Promise<{ asOf: string; assessed: number; groupsWithoutFigures: number; weights: Weight[] }> {
  const sheet = assessments.visibleTo(principal);
  const rows = await rowsOf<SheetWeight>(
    db,
    sql`
      select ${sheet.levels} as levels, ${weighedBy(groupsEverywhere.memberCount, publishedGroups.memberCount)} as members,
        (${weighedBy(groupsEverywhere.savingsBaht, publishedGroups.savingsBaht)} * 100)::bigint::text as satang, now()::text as as_of
      from ${sheet} join ${groupsEverywhere} on ${groupsEverywhere.groupId} = ${sheet.groupId}
      left join ${publishedGroups} on ${asPublished(sheet)}
      where ${sheet.roundId} = ${roundId} and ${sheet.status} = 'submitted'
        and ${areaCode === null ? sql`true` : underPrefix(sheet.areaCode, areaCode)}`,
  );
  const weights = instrument.criteria.map(({ criterionNo }) => ({
    criterionNo,
    groups: 0,
    members: 0,
    savingsSatang: 0n,
  }));
  for (const { levels, members, satang } of rows) {
    for (const { index } of failedOf(levels, instrument)) {
      const weight = weights[index];
      if (weight === undefined) continue;
      weight.groups += 1;
      weight.members += members ?? 0;
      weight.savingsSatang += BigInt(satang ?? 0);
    }
  }
  return {
    asOf: rows[0] === undefined ? (await databaseNow(db)).toISOString() : new Date(rows[0].as_of).toISOString(),
    assessed: rows.length,
    groupsWithoutFigures: rows.filter(({ members }) => members === null).length,
    weights,
  };
}

/** A figure of a group, or what it was when the round was published: none where there was none then. */
function weighedBy(now: PgColumn, then: PgColumn): SQL {
  return sql`case when ${publishedGroups.groupId} is null then ${now} else ${then} end`;
}

function partOf(row: PartRow): RoundPart {
  return {
    code: row.code,
    targets: row.targets,
    drafts: row.drafts,
    levelCodes: row.level_codes ?? '',
    asOf: new Date(row.as_of).toISOString(),
  };
}
