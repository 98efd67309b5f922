/** The list of groups: what it can be filtered by, and how a page of it is found at the size of a nation. */
import { and, asc, count, eq, like, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgSelect } from 'drizzle-orm/pg-core';
import type { Principal } from '../../domain/access.js';
import type { GroupStatus } from '../../domain/group.js';
import { numberKey } from '../../domain/registration-no.js';
import { searchable } from '../../domain/search.js';
import { type Db, onlyRow } from '../../platform/db/database.js';
import { jsonFields, jsonLines } from '../../platform/db/json-lines.js';
import { underPrefix } from '../../platform/db/scope.js';
import type { WholeQuery } from '../../platform/db/whole.js';
import type { PageRequest } from '../../platform/http/page.js';
import { storedIn } from '../../platform/record/views.js';
import { groupFields } from './groups.record.js';
import { type GroupRow, groupColumns } from './groups.store.js';
import { groups, groupsEverywhere, registrationNumbers } from './groups.table.js';

type Table = typeof groupsEverywhere;

export interface GroupFilter {
  area?: string | undefined;
  developmentLevel?: 1 | 2 | 3 | undefined;
  status?: GroupStatus | undefined;
  q?: string | undefined;
  registrationNo?: string | undefined;
  sort: 'registrationNo' | 'name';
}

/** How many groups a search looks at for each one of its page before it asks for all that match. */
const lookedAtForOne = 20;

/**
 * A page of groups. A search in the whole country first looks through the groups that come next in the order, where a
 * word of most names fills the page at once. If it does not, all groups that match are found, by the index of trigrams
 * where there is one. Left to itself the planner guesses between the two, and may walk through all names for a page.
 */
export async function listGroupRows(
  db: Db,
  principal: Principal,
  filter: GroupFilter,
  page: PageRequest,
): Promise<GroupRow[]> {
  const visible = groups.visibleTo(principal);
  const inArea = isInArea(principal, filter);
  if (filter.q !== undefined && !inArea) {
    const near = await searchNearby(db, visible, filter, page);
    if (near.length === page.fetch) return near;
  }
  const sorted = inArea || filter.q !== undefined;
  return inOrder(db.select(storedIn(groupFields, visible)).from(visible).$dynamic(), visible, filter, {
    inArea,
    sorted,
    page,
  });
}

/** The same list as JSON lines. */
export function groupLines(db: Db, principal: Principal, filter: GroupFilter, page: PageRequest): WholeQuery {
  const visible = groups.visibleTo(principal);
  const item = jsonFields(groupColumns(visible));
  const inArea = isInArea(principal, filter);
  const found = inOrder(db.select(item).from(visible).$dynamic(), visible, filter, { inArea, sorted: inArea, page });
  return jsonLines(found);
}

export async function countGroups(db: Db, principal: Principal, filter: GroupFilter): Promise<number> {
  const visible = groups.visibleTo(principal);
  const matches = matching(visible, filter, isInArea(principal, filter));
  return onlyRow(await db.select({ total: count() }).from(visible).where(matches)).total;
}

/**
 * The column as an expression that no index has, so that groups are first found by their area and then matched and
 * sorted. An area has few groups. To look for them in the order of the whole country may be to walk through all before
 * them, since registration numbers often begin with the area; and to look for a frequent word is to find it everywhere.
 */
export function unindexed(column: PgColumn): SQL {
  return sql`(${column} || '')`;
}

/** Whether a group has a number, however it is written; one that shares it has to be asked for as it is written. */
export function hasNumber(visible: Table, key: unknown, written: unknown): SQL {
  return sql`${visible.groupId} in (select group_id from ${registrationNumbers} where number_key = ${key}
    union all select group_id from ${groupsEverywhere} where shares_number and registration_no = ${written})`;
}

/** Whether the list is of an area, which is at most a province. */
function isInArea(principal: Principal, filter: GroupFilter): boolean {
  return principal.areaCode !== null || filter.area !== undefined;
}

/** The matches among the groups that follow in the order: fewer than a page when there are few, or none nearby. */
function searchNearby(db: Db, visible: Table, filter: GroupFilter, page: PageRequest): Promise<GroupRow[]> {
  const { sort } = filter;
  const following = { inArea: false, sorted: false, page: { ...page, fetch: page.fetch * lookedAtForOne } };
  const query = inOrder(db.select().from(visible).$dynamic(), visible, { sort }, following);
  const next = query.as('groups') as unknown as Table;
  const matches = db
    .select(storedIn(groupFields, next))
    .from(next)
    .where(matching(next, filter, false));
  return matches.orderBy(asc(next[sort]), asc(next.groupId)).limit(page.fetch);
}

/** How a page is found: in an area first or not, by sorting what was found or by walking in the order. */
interface Way {
  inArea: boolean;
  sorted: boolean;
  page: PageRequest;
}

function inOrder<Query extends PgSelect>(query: Query, visible: Table, filter: GroupFilter, way: Way) {
  const { after, fetch } = way.page;
  const column = visible[filter.sort];
  const following = after === null ? undefined : sql`(${column}, ${visible.groupId}) > (${after[0]}, ${after[1]})`;
  return query
    .where(and(matching(visible, filter, way.inArea), following))
    .orderBy(asc(way.sorted ? unindexed(column) : column), asc(visible.groupId))
    .limit(fetch);
}

function matching(visible: Table, filter: GroupFilter, inArea: boolean): SQL | undefined {
  const { area, developmentLevel, status, q, registrationNo } = filter;
  const part = q === undefined ? undefined : `%${searchable(q).replace(/[\\%_]/g, '\\$&')}%`;
  return and(
    area === undefined ? undefined : underPrefix(visible.areaCode, area),
    developmentLevel === undefined ? undefined : eq(visible.developmentLevel, developmentLevel),
    status === undefined ? undefined : eq(visible.status, status),
    registrationNo === undefined ? undefined : hasNumber(visible, numberKey(registrationNo), registrationNo),
    part === undefined ? undefined : like(inArea ? unindexed(visible.searchText) : visible.searchText, part),
  );
}
