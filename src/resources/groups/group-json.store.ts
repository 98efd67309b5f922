/** Groups as JSON that the database builds, ready to be sent: reading a row into objects and back costs more than the read. */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import { problems } from '../../domain/problem.js';
import { numberKey } from '../../domain/registration-no.js';
import type { Db } from '../../platform/db/database.js';
import { onlyRow } from '../../platform/db/database.js';
import { jsonOf } from '../../platform/db/json.js';
import { scopeValues, underPlaceholders } from '../../platform/db/scope.js';
import { type Statement, statement } from '../../platform/db/statement.js';
import type { PageRequest, ReadyPage } from '../../platform/http/page.js';
import { type GroupFilter, hasNumber, unindexed } from './group-list.store.js';
import { groupColumns } from './groups.store.js';
import { groups } from './groups.table.js';

/** What a prepared page can be filtered by; a search for a part of a name is planned for its text each time. */
type PreparedFilter = Omit<GroupFilter, 'q'>;

/** @throws problems.groupNotFound (404) */
export async function getGroupJson(db: Db, principal: Principal, groupId: string): Promise<string> {
  const read = principal.areaCode === null ? readOne.inCountry : readOne.inArea;
  const [group] = await read(db, { groupId, ...scopeValues(principal) });
  if (group === undefined) throw problems.groupNotFound(groupId);
  return group.json;
}

/** One page of groups. A filter by `q` has no prepared page: read it with `listGroupRows`. */
export async function readGroupPage(
  db: Db,
  principal: Principal,
  filter: PreparedFilter,
  page: PageRequest,
): Promise<ReadyPage> {
  const { area, developmentLevel, status, registrationNo, sort } = filter;
  const [lastValue, lastId] = page.after ?? [];
  const given = { area, developmentLevel, status, registrationNo, lastValue, scope: principal.areaCode ?? undefined };
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const row = onlyRow(
    await pageStatement(sort, names)(db, {
      ...given,
      ...scopeValues(principal),
      areaTo: `${area}:`,
      numberKey: numberKey(registrationNo ?? ''),
      lastId,
      limit: page.fetch - 1,
      fetch: page.fetch,
    }),
  );
  return { items: row.items, next: row.last_id === null ? null : [row.last_value ?? '', row.last_id] };
}

const oneGroup = (scope: { areaCode: string | null }) => () => {
  const visible = groups.visibleToPlaceholders(scope);
  return sql`select ${jsonOf(groupColumns(visible))}::text as json from ${visible}
    where ${eq(visible.groupId, sql.placeholder('groupId'))}`;
};

const readOne = {
  inCountry: statement<{ json: string }>('group', oneGroup({ areaCode: null })),
  inArea: statement<{ json: string }>('group_in_area', oneGroup({ areaCode: '' })),
};

interface PageRow {
  items: string;
  last_value: string | null;
  last_id: string | null;
}

const pageStatements = new Map<string, Statement<PageRow>>();

/** One statement for each set of filters, made when it is first asked for: at most 128. */
function pageStatement(sort: GroupFilter['sort'], names: readonly string[]): Statement<PageRow> {
  const filters = `groups_by_${sort}_${names.join('_')}`;
  const known = pageStatements.get(filters);
  if (known !== undefined) return known;
  const made = statement<PageRow>(filters, () => pageQuery(sort, new Set(names)));
  pageStatements.set(filters, made);
  return made;
}

/** The row after the page is read as well: it tells whether there is a next one. */
function pageQuery(sort: GroupFilter['sort'], given: ReadonlySet<string>): SQL {
  const visible = groups.visibleToPlaceholders({ areaCode: given.has('scope') ? '' : null });
  const column = visible[sort];
  const order = given.has('area') || given.has('scope') ? unindexed(column) : sql`${column}`;
  const value = sql.placeholder;
  const matching = and(
    given.has('area') ? underPlaceholders(visible.areaCode, 'area', 'areaTo') : undefined,
    given.has('developmentLevel') ? eq(visible.developmentLevel, value('developmentLevel')) : undefined,
    given.has('status') ? eq(visible.status, value('status')) : undefined,
    given.has('registrationNo') ? hasNumber(visible, value('numberKey'), value('registrationNo')) : undefined,
    given.has('lastValue')
      ? sql`(${column}, ${visible.groupId}) > (${value('lastValue')}, ${value('lastId')}::uuid)`
      : undefined,
  );
  // The outer table has the inner one's name, so the columns mean those of the page.
  return sql`
    select coalesce(string_agg(${jsonOf(groupColumns(visible))}::text, ',' order by place) filter (where place <= ${value('limit')}), '') as items,
      max(sort_key) filter (where place = ${value('limit')} and more) as last_value,
      max(${visible.groupId}::text) filter (where place = ${value('limit')} and more) as last_id
    from (
      select page.*, row_number() over (order by sort_key, group_id) as place, count(*) over () > ${value('limit')} as more
      from (
        select groups.*, ${order} as sort_key
        from ${visible} where ${matching ?? sql`true`}
        order by sort_key, ${visible.groupId} limit ${value('fetch')}
      ) as page
    ) as groups`;
}
