import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import type { GroupStatus, SummaryPart } from '../../domain/group.js';
import type { Db } from '../../platform/db/database.js';
import { underPrefix } from '../../platform/db/scope.js';
import { groups } from './groups.table.js';

/**
 * Sums up the groups that the caller sees, per area of so many digits (0 gives one part for all) and development level.
 * Savings come in whole satang, so that adding the parts stays exact.
 */
export async function sumUpGroups(
  db: Db,
  principal: Principal,
  filter: { area: string | null; status: GroupStatus; areaDigits: number },
): Promise<SummaryPart[]> {
  const visible = groups.visibleTo(principal);
  const area: SQL<string> = sql<string>`left(${visible.areaCode}, ${sql.raw(String(filter.areaDigits))})`;
  const rows = await db
    .select({
      areaCode: area,
      developmentLevel: visible.developmentLevel,
      groups: sql<number>`count(*)::int`,
      groupsWithoutFigures: sql<number>`(count(*) - count(${visible.figuresAsOf}))::int`,
      memberCount: sql`coalesce(sum(${visible.memberCount}), 0)`.mapWith(Number),
      savingsSatang: sql<string>`(coalesce(sum(${visible.savingsBaht}), 0) * 100)::bigint::text`,
    })
    .from(visible)
    .where(
      and(
        eq(visible.status, filter.status),
        filter.area === null ? undefined : underPrefix(visible.areaCode, filter.area),
      ),
    )
    .groupBy(area, visible.developmentLevel)
    .orderBy(area);
  return rows.map((row) => ({
    ...row,
    savingsSatang: BigInt(row.savingsSatang),
  }));
}
