import { and, asc, count, eq, getTableColumns, gt, gte, lte, or, type SQL, sql } from 'drizzle-orm';
import type { PgSelect } from 'drizzle-orm/pg-core';
import type { Principal } from '../../domain/access.js';
import { type Db, onlyRow } from '../../platform/db/database.js';
import { jsonFields, jsonLines } from '../../platform/db/json-lines.js';
import { underPrefix } from '../../platform/db/scope.js';
import type { WholeQuery } from '../../platform/db/whole.js';
import type { PageRequest } from '../../platform/http/page.js';
import { groups, type groupsEverywhere } from '../groups/groups.table.js';
import type { FiguresRow } from './figures.store.js';
import { figures } from './figures.table.js';

/** Figures with the names of their group and where it lies. */
export type GroupFiguresRow = FiguresRow & { registrationNo: string; groupName: string; areaCode: string };

export interface FiguresFilter {
  area?: string | undefined;
  figuresAsOf?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** Figures of all groups that the caller sees, by area, group and day. */
export function listAllFiguresRows(
  db: Db,
  principal: Principal,
  filter: FiguresFilter,
  page: PageRequest,
): Promise<GroupFiguresRow[]> {
  const visible = groups.visibleTo(principal);
  const query = db.select(columnsWithGroup(visible)).from(visible).innerJoin(figures, ofGroup(visible)).$dynamic();
  return inOrder(query, visible, filter, page);
}

/** The same list as JSON lines. */
export function allFiguresLines(db: Db, principal: Principal, filter: FiguresFilter, page: PageRequest): WholeQuery {
  const visible = groups.visibleTo(principal);
  const item = jsonFields(columnsWithGroup(visible));
  const query = db.select(item).from(visible).innerJoin(figures, ofGroup(visible)).$dynamic();
  return jsonLines(inOrder(query, visible, filter, page));
}

export async function countAllFigures(db: Db, principal: Principal, filter: FiguresFilter): Promise<number> {
  const visible = groups.visibleTo(principal);
  const query = db.select({ total: count() }).from(visible).innerJoin(figures, ofGroup(visible));
  return onlyRow(await query.where(matching(visible, filter))).total;
}

function columnsWithGroup(visible: typeof groupsEverywhere) {
  const { groupId, ...recorded } = getTableColumns(figures);
  const { registrationNo, name, areaCode } = visible;
  return { groupId, registrationNo, groupName: name, areaCode, ...recorded };
}

function ofGroup(visible: typeof groupsEverywhere): SQL {
  return eq(figures.groupId, visible.groupId);
}

/**
 * Walks the groups by their area and looks each group's days up, so that a page costs the same at any depth. The last
 * group's row is compared apart from the day: one comparison over both tables is one that no index serves.
 */
function inOrder<Query extends PgSelect>(
  query: Query,
  visible: typeof groupsEverywhere,
  filter: FiguresFilter,
  { after, fetch }: PageRequest,
) {
  return query
    .where(and(matching(visible, filter), after === null ? undefined : following(visible, after)))
    .orderBy(asc(visible.areaCode), asc(visible.groupId), asc(figures.asOf))
    .limit(fetch);
}

function following(visible: typeof groupsEverywhere, after: readonly (string | number)[]): SQL | undefined {
  const [areaCode, groupId, asOf] = after;
  const group = sql`(${visible.areaCode}, ${visible.groupId})`;
  const last = sql`(${areaCode}, ${groupId}::uuid)`;
  return and(sql`${group} >= ${last}`, or(sql`${group} > ${last}`, gt(figures.asOf, String(asOf))));
}

function matching(visible: typeof groupsEverywhere, { area, figuresAsOf, from, to }: FiguresFilter): SQL | undefined {
  return and(
    area === undefined ? undefined : underPrefix(visible.areaCode, area),
    figuresAsOf === undefined ? undefined : eq(figures.asOf, figuresAsOf),
    from === undefined ? undefined : gte(figures.asOf, from),
    to === undefined ? undefined : lte(figures.asOf, to),
  );
}
