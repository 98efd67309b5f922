import { and, eq, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import type { ActionStatus } from '../../domain/plan.js';
import { type Db, onlyRow, rowsOf } from '../../platform/db/database.js';
import { underPrefix } from '../../platform/db/scope.js';
import type { PageRequest } from '../../platform/http/page.js';
import { assessments } from '../assessments/assessments.table.js';
import { groupsEverywhere } from '../groups/groups.table.js';
import { actions, plansEverywhere } from '../plans/plans.table.js';
import { publishedGroups } from '../rounds/published.table.js';

/** Which groups are compared: submitted sheets of two rounds, in the area where the first round assessed them. */
export interface PairFilter {
  beforeId: string;
  afterId: string;
  areaCode: string | null;
  /** Only this group, wherever it lay when it was assessed. */
  groupId?: string;
}

/** The groups of one part: level codes of those in both rounds, in the same order, and how many were in one alone. */
export interface PairedPart {
  code: string | null;
  groupIds: string[];
  before: string;
  after: string;
  onlyBefore: number;
  onlyAfter: number;
  asOf: string;
}

/** A group that is in both rounds. */
export interface PairedGroup {
  groupId: string;
  registrationNo: string;
  groupName: string;
  areaCode: string;
  before: string;
  after: string;
}

interface PartRow {
  code: string | null;
  group_ids: string[] | null;
  before: string | null;
  after: string | null;
  only_before: number;
  only_after: number;
  as_of: string;
}

/**
 * The groups of two rounds, per area of so many digits (0 gives one part). Both sides come from the covering index; the
 * level codes are joined in group order, so the n-th sheet of the one is the n-th of the other. Group ids only when asked.
 */
export async function fetchPairedParts(
  db: Db,
  principal: Principal,
  filter: PairFilter,
  { areaDigits, withGroupIds }: { areaDigits: number; withGroupIds: boolean },
): Promise<PairedPart[]> {
  const groupIds = withGroupIds ? sql`array_agg(group_id::text order by group_id) filter (where paired)` : sql`null`;
  const rows = await rowsOf<PartRow>(
    db,
    sql`
      with first as (${submitted(principal, filter.beforeId, filter)}),
        second as (${submitted(principal, filter.afterId, filter)}),
        pair as (
          select group_id, left(coalesce(first.area_code, second.area_code), ${sql.raw(String(areaDigits))}) as code,
            first.levels as before, second.levels as after,
            first.levels is not null and second.levels is not null as paired
          from first full join second using (group_id)
        )
      select code, ${groupIds} as group_ids,
        string_agg(before, '' order by group_id) filter (where paired) as before,
        string_agg(after, '' order by group_id) filter (where paired) as after,
        count(*) filter (where after is null)::int as only_before,
        count(*) filter (where before is null)::int as only_after,
        now()::text as as_of
      from pair group by code order by code`,
  );
  return rows.map((row) => ({
    code: row.code,
    groupIds: row.group_ids ?? [],
    before: row.before ?? '',
    after: row.after ?? '',
    onlyBefore: row.only_before,
    onlyAfter: row.only_after,
    asOf: new Date(row.as_of).toISOString(),
  }));
}

/** A page of the groups in both rounds, by id. `condition` on the two level codes narrows the list. */
export function listPairedGroups(
  db: Db,
  principal: Principal,
  filter: PairFilter,
  page: PageRequest,
): Promise<PairedGroup[]> {
  const after = page.after === null ? sql`true` : sql`first.group_id > ${page.after[0]}::uuid`;
  return rowsOf<PairedGroup>(
    db,
    sql`
      with first as (${submitted(principal, filter.beforeId, filter)}),
        second as (${submitted(principal, filter.afterId, filter)})
      select first.group_id as "groupId",
        coalesce(${publishedGroups.registrationNo}, ${groupsEverywhere.registrationNo}) as "registrationNo",
        coalesce(${publishedGroups.name}, ${groupsEverywhere.name}) as "groupName", first.area_code as "areaCode",
        first.levels as before, second.levels as after
      from first join second using (group_id)
      join ${groupsEverywhere} on ${groupsEverywhere.groupId} = first.group_id
      left join ${publishedGroups} on ${publishedGroups.roundId} = ${filter.beforeId}
        and ${publishedGroups.groupId} = first.group_id
      where ${after} order by first.group_id limit ${page.fetch}`,
  );
}

export async function countPairedGroups(db: Db, principal: Principal, filter: PairFilter): Promise<number> {
  const rows = await rowsOf<{ total: number }>(
    db,
    sql`
      with first as (${submitted(principal, filter.beforeId, filter)}),
        second as (${submitted(principal, filter.afterId, filter)})
      select count(*)::int as total from first join second using (group_id)`,
  );
  return onlyRow(rows).total;
}

/** What the groups of an area plan for a round, or one plan does: a row per group, criterion and state of action. */
export async function listPlannedStates(
  db: Db,
  principal: Principal,
  { roundId, areaCode, planId }: { roundId: string; areaCode: string | null; planId?: string },
): Promise<{ groupId: string; criterionNo: number; status: ActionStatus }[]> {
  const visible = actions.visibleTo(principal);
  const rows = await db
    .selectDistinct({ groupId: visible.groupId, criterionNo: visible.criterionNo, status: visible.status })
    .from(visible)
    .innerJoin(
      plansEverywhere,
      and(eq(plansEverywhere.subjectId, visible.subjectId), eq(plansEverywhere.planId, visible.planId)),
    )
    .where(
      and(
        eq(visible.roundId, roundId),
        isNotNull(visible.groupId),
        sql`${plansEverywhere.status} <> 'cancelled'`,
        areaCode === null ? undefined : underPrefix(visible.areaCode, areaCode),
        planId === undefined ? undefined : eq(visible.planId, planId),
      ),
    );
  return rows.flatMap(({ groupId, ...row }) => (groupId === null ? [] : [{ groupId, ...row }]));
}

function submitted(principal: Principal, roundId: string, { areaCode, groupId }: PairFilter): SQL {
  const sheet = assessments.visibleTo(principal);
  const place = areaCode === null ? sql`true` : underPrefix(sheet.areaCode, areaCode);
  return sql`
    select ${sheet.groupId}, ${sheet.areaCode}, ${sheet.levels} from ${sheet}
    where ${sheet.roundId} = ${roundId} and ${sheet.status} = 'submitted'
      and ${groupId === undefined ? place : eq(sheet.groupId, groupId)}`;
}
