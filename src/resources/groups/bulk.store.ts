import { type SQL, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import type { Tx } from '../../platform/db/database.js';
import { classify, findFaults, findWarnings, liesOutside } from '../../platform/db/staging.js';
import {
  acceptedColumns,
  anyDiffers,
  assignments,
  columnList,
  namedColumns,
  stagedAs,
  stagedValues,
} from '../../platform/record/columns.js';
import { areas } from '../areas/areas.table.js';
import type { WrittenSet } from '../changes/changes.store.js';
import { implausibleDays } from '../imports/implausible.store.js';
import { historyColumns, historyOfNew } from '../imports/restore.store.js';
import { findSharedNumbers } from './group-reference.store.js';
import { groupFields } from './groups.record.js';
import { columnsOfLatest, type GroupContent, type LatestFigures } from './groups.store.js';
import { groupKind, groups, groupsEverywhere, registrationNumbers } from './groups.table.js';

const registered = acceptedColumns(groupFields, groupsEverywhere);
const latest = namedColumns(groupsEverywhere, Object.keys(columnsOfLatest(null)));

/** A group as it is staged; `new_id` is the id it gets if its number is new, its figures come with a restore only. */
export const stagedGroups = {
  ...stagedAs(registered),
  number_key: 'text collate "C"',
  without_zeros: 'text collate "C"',
  group_id: 'uuid',
  new_id: 'uuid',
  ...stagedAs(latest),
  ...historyColumns,
};

/** The values of a group by the columns of its table. */
export function valuesOfGroup(group: GroupContent, figures: LatestFigures | null) {
  return { ...stagedValues(registered, group), ...stagedValues(latest, columnsOfLatest(figures)) };
}

/**
 * Finds out what each staged group is: new, changed or as it was, and what keeps it out. A group is found by its id or
 * else by its number; found by its id it gets the number of the row, found by its number it keeps the one it has as it
 * is written. New numbers are reserved first and the groups held, both in one order, so that two imports wait for each
 * other and do not lock each other out.
 */
export async function classifyGroups(tx: Tx, principal: Principal): Promise<void> {
  await findSharedNumbers(tx);
  await tx.execute(sql`insert into ${registrationNumbers} (number_key, group_id)
    select distinct on (number_key) number_key, new_id from staged order by number_key, row
    on conflict do nothing`);
  await tx.execute(sql`select from ${groupsEverywhere} where group_id in (
    select n.group_id from staged s join ${registrationNumbers} n using (number_key)
    union select group_id from staged) order by group_id for update`);
  await classify(
    tx,
    sql`select s.*, coalesce(own.group_id, n.group_id) as found_id, g.area_code as old_area, a.kind as area_kind,
        s.group_id <> n.group_id as is_of_another, s.number_key as key, '#' || coalesce(s.group_id, g.group_id) as id_key,
        ${writtenNumber} as written_no, own.number_key <> s.number_key as is_renumbered,
        case when g.group_id is null then 'created'
          when ${anyDiffers(registered, sql`g`, sql`s`, { registrationNo: writtenNumber })} then 'updated'
          else 'unchanged' end as action
      from staged s
      join ${registrationNumbers} n using (number_key)
      left join ${groupsEverywhere} own on own.group_id = s.group_id
      left join ${groupsEverywhere} g on g.group_id = coalesce(own.group_id, n.group_id)
      left join ${areas} a on a.area_code = s.area_code`,
    ['key', 'id_key'],
  );
  const yours = principal.areaCode;
  await findFaults(tx, [
    sql`select row, 'registrationNo', 'row-repeated', registration_no, first_row::text, null
      from classified where first_row is not null`,
    sql`select row, 'areaCode', case when area_kind is null then 'area-unknown' else 'area-too-wide' end, area_code, null, null
      from classified where area_kind is null or area_kind = 'province'`,
    sql`select row, 'areaCode', 'area-outside-yours', area_code, area_code, ${yours}::text
      from classified where area_kind is not null and ${liesOutside(sql`area_code`, yours)}`,
    sql`select row, 'registrationNo', 'registration-no-taken', registration_no, null, null
      from classified where group_id is null and ${liesOutside(sql`old_area`, yours)}`,
    sql`select row, 'groupId', 'group-mismatch', group_id::text, registration_no, null from classified
      where group_id is not null and first_row is null and (is_of_another or ${liesOutside(sql`old_area`, yours)})`,
  ]);
  await findWarnings(tx, [numbersButForZeros(principal), implausibleDays('founded_on', 'foundedOn')]);
  await tx.execute(sql`delete from ${registrationNumbers} n using staged s
    where n.number_key = s.number_key and n.group_id = s.new_id
      and not exists (select from classified j where j.found_id = n.group_id and j.number_key = n.number_key)
      and not exists (select from ${groupsEverywhere} g where g.group_id = n.group_id and g.number_key = n.number_key)`);
}

const writtenNumber = sql`case when own.group_id is null then coalesce(g.registration_no, s.registration_no)
  else s.registration_no end`;

/**
 * New numbers that differ only by zeros from that of a group the caller sees, or of a row before. The order makes the
 * planner use the index, though it knows nothing of a table that is being filled.
 */
function numbersButForZeros(principal: Principal): SQL {
  return sql`select j.row, 'registrationNo', 'number-differs-by-zeros', j.registration_no,
      min(coalesce(groups.registration_no, earlier.registration_no)), null
    from classified j
    cross join lateral (select * from ${registrationNumbers} n
      where n.without_zeros = j.without_zeros and n.number_key <> j.number_key and n.group_id <> j.found_id
      order by n.without_zeros, n.number_key limit 5) other
    left join ${groups.visibleTo(principal)} on groups.group_id = other.group_id and groups.number_key = other.number_key
    left join classified earlier on earlier.number_key = other.number_key and earlier.row < j.row
    where (j.action = 'created' or j.is_renumbered) and (groups.group_id is not null or earlier.row is not null)
    group by j.row, j.registration_no`;
}

/** For the groups that get another number: until all rows have come, a row may still name them by the one they had. */
export async function openRenumbered(tx: Tx): Promise<void> {
  await tx.execute(sql`create temp table renumbered (group_id uuid primary key) on commit drop`);
}

export async function keepRenumbered(tx: Tx): Promise<void> {
  await tx.execute(sql`insert into renumbered select found_id from classified where is_renumbered`);
}

/** Frees the numbers that groups had before the file. */
export async function freeNumbers(tx: Tx): Promise<void> {
  await tx.execute(sql`delete from ${registrationNumbers} n
    using renumbered r join ${groupsEverywhere} g on g.group_id = r.group_id
    where n.group_id = g.group_id and n.number_key <> g.number_key`);
}

/** The groups whose number is new, in the order of the file; a restore brings their figures and history. */
export function createdGroups(restore: boolean): WrittenSet {
  return {
    ...ofGroup,
    action: restore ? 'group.restored' : 'group.imported',
    statement: sql`insert into ${groupsEverywhere}
        (group_id, ${columnList([...registered, ...latest])}, version, created_at, updated_at)
      select found_id, ${columnList([...registered, ...latest])}, ${historyOfNew()}
      from classified where action = 'created' order by row
      returning *`,
    how: 'created',
  };
}

/** The groups that a row changes. */
export function changedGroups(): WrittenSet {
  return {
    ...ofGroup,
    statement: sql`update ${groupsEverywhere} g set
        ${assignments(registered, sql`j`, { registrationNo: sql`j.written_no` })},
        shares_number = g.shares_number and j.is_renumbered is not true, version = g.version + 1, updated_at = now()
      from classified j join ${groupsEverywhere} was on was.group_id = j.found_id
      where g.group_id = j.found_id and j.action = 'updated'
      returning g.*, was`,
    how: 'changed',
  };
}

const ofGroup = { kind: groupKind, action: 'group.imported' } as const;
