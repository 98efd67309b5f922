import { and, desc, eq, lte, type SQL, sql } from 'drizzle-orm';
import { type PgColumn, QueryBuilder } from 'drizzle-orm/pg-core';
import type { Principal } from '../../domain/access.js';
import type { GroupStatus, SummaryPart } from '../../domain/group.js';
import type { Db } from '../../platform/db/database.js';
import { underPrefix } from '../../platform/db/scope.js';
import { figures } from '../figures/figures.table.js';
import { groups } from './groups.table.js';

export interface SummaryFilter {
  area: string | null;
  status: GroupStatus;
  /** By the latest figures up to this day; null for the latest of all. */
  figuresAsOf: string | null;
  /** How many digits of the area codes tell the parts from each other; 0 gives one part for all. */
  areaDigits: number;
}

/**
 * Sums up the groups that the caller sees, per area and development level. Savings come in whole satang, so that adding
 * the parts stays exact.
 */
export async function sumUpGroups(db: Db, principal: Principal, filter: SummaryFilter): Promise<SummaryPart[]> {
  const visible = groups.visibleTo(principal);
  const area: SQL<string> = sql<string>`left(${visible.areaCode}, ${sql.raw(String(filter.areaDigits))})`;
  const ofDay = filter.figuresAsOf === null ? null : figuresOf(visible.groupId, filter.figuresAsOf);
  const asOf = ofDay?.asOf ?? visible.figuresAsOf;
  const { memberCount, savingsBaht, developmentLevel } = ofDay ?? visible;
  const query = db
    .select({
      areaCode: area,
      developmentLevel,
      groups: sql<number>`count(*)::int`,
      groupsWithoutFigures: sql<number>`(count(*) - count(${asOf}))::int`,
      memberCount: sql`coalesce(sum(${memberCount}), 0)`.mapWith(Number),
      savingsSatang: sql<string>`(coalesce(sum(${savingsBaht}), 0) * 100)::bigint::text`,
    })
    .from(visible)
    .$dynamic();
  const rows = await (ofDay === null ? query : query.leftJoinLateral(ofDay, sql`true`))
    .where(
      and(
        eq(visible.status, filter.status),
        filter.area === null ? undefined : underPrefix(visible.areaCode, filter.area),
      ),
    )
    .groupBy(area, developmentLevel)
    .orderBy(area);
  return rows.map((row) => ({
    ...row,
    savingsSatang: BigInt(row.savingsSatang),
  }));
}

/** The latest figures of a group up to a day. */
function figuresOf(groupId: PgColumn, day: string) {
  return new QueryBuilder()
    .select()
    .from(figures)
    .where(and(eq(figures.groupId, groupId), lte(figures.asOf, day)))
    .orderBy(desc(figures.asOf))
    .limit(1)
    .as('of_day');
}
