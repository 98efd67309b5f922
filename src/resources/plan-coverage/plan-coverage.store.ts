import { and, type SQL, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import type { Instrument, Level } from '../../domain/instrument.js';
import type { GovernancePrinciple, PlanTier } from '../../domain/plan.js';
import { todayInBangkok } from '../../platform/db/clock.js';
import { type Db, onlyRow, rowsOf } from '../../platform/db/database.js';
import { underPrefix } from '../../platform/db/scope.js';
import type { PageRequest } from '../../platform/http/page.js';
import type { CoverageCounts } from '../../scoring/coverage.js';
import { assessments } from '../assessments/assessments.table.js';
import { digitFails } from '../assessments/failed.store.js';
import { groupsEverywhere } from '../groups/groups.table.js';
import { actions, plansEverywhere } from '../plans/plans.table.js';
import { publishedGroups } from '../rounds/published.table.js';

/** Which part of a round is looked at. */
export interface CoverageFilter {
  roundId: string;
  areaCode: string | null;
}

export type CoverageState = 'with-plan' | 'without-plan' | 'in-progress' | 'done' | 'overdue';

/** A group that failed a criterion, and what its plans do about it. */
export interface CoveredGroup {
  groupId: string;
  registrationNo: string;
  groupName: string;
  areaCode: string;
  criterionNo: number;
  level: Level;
  withPlan: boolean;
  inProgress: boolean;
  done: boolean;
  overdue: boolean;
}

/** Counts of groups per criterion and area of so many digits (0 gives one part). */
export function countCoverage(
  db: Db,
  principal: Principal,
  filter: CoverageFilter,
  instrument: Instrument,
  areaDigits: number,
): Promise<(CoverageCounts & { code: string })[]> {
  return rowsOf(
    db,
    sql`
      ${failedWithPlans(principal, filter, instrument)}
      select left(area_code, ${sql.raw(String(areaDigits))}) as code, criterion_no as "criterionNo",
        count(*)::int as failing, (count(*) filter (where with_plan))::int as "withPlan",
        (count(*) filter (where in_progress))::int as "inProgress", (count(*) filter (where done))::int as done,
        (count(*) filter (where overdue))::int as overdue
      from covered group by 1, 2 order by 1, 2`,
  );
}

/** The groups behind one count, by registration number. */
export function listCoverage(
  db: Db,
  principal: Principal,
  filter: CoverageFilter & { criterion: number; state?: CoverageState | undefined },
  instrument: Instrument,
  page: PageRequest,
): Promise<CoveredGroup[]> {
  const registrationNo = sql`coalesce(${publishedGroups.registrationNo}, ${groupsEverywhere.registrationNo})`;
  const after = page.after === null ? sql`true` : sql`${registrationNo} > ${page.after[0]}`;
  return rowsOf(
    db,
    sql`
      ${failedWithPlans(principal, filter, instrument)}
      select covered.group_id as "groupId", ${registrationNo} as "registrationNo",
        coalesce(${publishedGroups.name}, ${groupsEverywhere.name}) as "groupName", covered.area_code as "areaCode", criterion_no as "criterionNo",
        level, with_plan as "withPlan", in_progress as "inProgress", done, overdue
      from covered join ${groupsEverywhere} on ${groupsEverywhere.groupId} = covered.group_id
      left join ${publishedGroups} on ${publishedGroups.roundId} = ${filter.roundId}
        and ${publishedGroups.groupId} = covered.group_id
      where ${ofState(filter)} and ${after}
      order by ${registrationNo} limit ${page.fetch}`,
  );
}

export async function countCovered(
  db: Db,
  principal: Principal,
  filter: CoverageFilter & { criterion: number; state?: CoverageState | undefined },
  instrument: Instrument,
): Promise<number> {
  const rows = await rowsOf<{ total: number }>(
    db,
    sql`${failedWithPlans(principal, filter, instrument)}
      select count(*)::int as total from covered where ${ofState(filter)}`,
  );
  return onlyRow(rows).total;
}

/** Actions and budgets by tier and principle; satang are whole, so a sum of baht is exact. */
export async function sumBudgets(
  db: Db,
  principal: Principal,
  { roundId, areaCode }: CoverageFilter,
): Promise<{ tier: PlanTier; principle: GovernancePrinciple | null; actions: number; budgetBaht: number }[]> {
  const action = actions.visibleTo(principal);
  const rows = await rowsOf<{
    tier: PlanTier;
    principle: GovernancePrinciple | null;
    actions: number;
    satang: string;
  }>(
    db,
    sql`
      select ${plansEverywhere.tier} as tier, ${action.principle} as principle, count(*)::int as actions,
        (coalesce(sum(${action.budgetBaht}), 0) * 100)::bigint::text as satang
      from ${action} join ${plansEverywhere} on ${plansEverywhere.subjectId} = ${action.subjectId}
        and ${plansEverywhere.planId} = ${action.planId}
      where ${action.roundId} = ${roundId} and ${inArea(action.areaCode, areaCode)}
        and ${plansEverywhere.status} <> 'cancelled' and ${action.status} <> 'dropped'
      group by 1, 2 order by 1, 2`,
  );
  return rows.map(({ satang, ...row }) => ({ ...row, budgetBaht: Number(satang) / 100 }));
}

/**
 * The relation `covered`: one row for each group and criterion that it failed, with what its own open or completed plans
 * do about it. One digit of the level code is one criterion; 0 is no score and so not failed.
 */
function failedWithPlans(principal: Principal, filter: CoverageFilter, instrument: Instrument): SQL {
  const { roundId, areaCode } = filter;
  const sheet = assessments.visibleTo(principal);
  const action = actions.visibleTo(principal);
  const open = sql`${action.status} in ('planned', 'in-progress')`;
  return sql`
    with failed as (
      select ${sheet.groupId} as group_id, ${sheet.areaCode} as area_code, digit.no::int as criterion_no,
        digit.level::int as level
      from ${sheet} cross join lateral string_to_table(${sheet.levels}, null) with ordinality as digit(level, no)
      where ${sheet.roundId} = ${roundId} and ${sheet.status} = 'submitted' and ${inArea(sheet.areaCode, areaCode)}
        and ${digitFails(sql`digit.level`, instrument)}
    ), planned as (
      select ${action.groupId} as group_id, ${action.criterionNo} as criterion_no,
        bool_or(${action.status} = 'in-progress') as in_progress, bool_or(${action.status} = 'done') as done,
        bool_or(${open} and ${action.dueOn} is not null and ${action.dueOn} < ${todayInBangkok}) as overdue
      from ${action} join ${plansEverywhere} on ${plansEverywhere.subjectId} = ${action.subjectId}
        and ${plansEverywhere.planId} = ${action.planId}
      where ${action.roundId} = ${roundId} and ${action.groupId} is not null
        and ${plansEverywhere.status} <> 'cancelled' and ${action.status} <> 'dropped'
      group by 1, 2
    ), covered as (
      select failed.*, planned.group_id is not null as with_plan, coalesce(planned.in_progress, false) as in_progress,
        coalesce(planned.done, false) as done, coalesce(planned.overdue, false) as overdue
      from failed left join planned using (group_id, criterion_no)
    )`;
}

function ofState({ criterion, state }: { criterion: number; state?: CoverageState | undefined }): SQL | undefined {
  const conditions: Record<CoverageState, SQL> = {
    'with-plan': sql`with_plan`,
    'without-plan': sql`not with_plan`,
    'in-progress': sql`in_progress`,
    done: sql`done`,
    overdue: sql`overdue`,
  };
  return and(sql`criterion_no = ${criterion}`, state === undefined ? undefined : conditions[state]);
}

function inArea(column: Parameters<typeof underPrefix>[0], areaCode: string | null): SQL | undefined {
  return areaCode === null ? sql`true` : underPrefix(column, areaCode);
}
