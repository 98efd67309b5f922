import { type SQL, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import type { Db } from '../../platform/db/database.js';
import { jsonInstant } from '../../platform/db/json.js';
import { findFaults, judge, liesOutside } from '../../platform/db/staging.js';
import { areas } from '../areas/areas.table.js';
import type { WrittenSet } from '../changes/changes.store.js';
import { historyColumns, historyOfNew } from '../changes/restore.store.js';
import { groupsEverywhere, registrationNumbers } from './groups.table.js';

/** A group as it is staged; `new_id` is the id it gets if its number is new, its figures come with a restore only. */
export const groupColumns = {
  registration_no: 'text collate "C"',
  name: 'text',
  area_code: 'text collate "C"',
  village_name: 'text',
  founded_on: 'date',
  status: 'text',
  group_id: 'uuid',
  new_id: 'uuid',
  figures_as_of: 'date',
  member_count: 'int',
  savings_baht: 'numeric(16, 2)',
  development_level: 'smallint',
  figures_source: 'text',
  ...historyColumns,
};

/**
 * Finds out what each staged group is: new, changed or as it was, and what keeps it out. New numbers are reserved
 * first and the groups of the others held, both in one order, so that two imports wait for each other and do not lock
 * each other out.
 */
export async function judgeGroups(tx: Db, principal: Principal): Promise<void> {
  await tx.execute(sql`insert into ${registrationNumbers} (registration_no, group_id)
    select distinct on (registration_no) registration_no, new_id from staged order by registration_no, row
    on conflict do nothing`);
  await tx.execute(sql`select from ${groupsEverywhere} where group_id in (
    select n.group_id from staged s join registration_numbers n using (registration_no)) order by group_id for update`);
  await judge(
    tx,
    sql`select s.*, n.group_id as found_id, g.area_code as old_area, a.kind as area_kind,
        taken.group_id is not null and taken.group_id <> n.group_id as id_taken,
        s.registration_no as key,
        first_value(s.row) over (partition by s.new_id order by s.row) as first_id_row,
        case when g.group_id is null then 'created'
          when (g.name, g.area_code, g.village_name, g.founded_on, g.status)
            is distinct from (s.name, s.area_code, s.village_name, s.founded_on, s.status) then 'updated'
          else 'unchanged' end as action
      from staged s
      join ${registrationNumbers} n using (registration_no)
      left join ${groupsEverywhere} g on g.group_id = n.group_id
      left join ${groupsEverywhere} taken on taken.group_id = s.group_id
      left join ${areas} a on a.area_code = s.area_code`,
  );
  const yours = principal.areaCode;
  await findFaults(tx, [
    sql`select row, 'registrationNo', 'row-repeated', registration_no, first_row::text, null
      from judged where first_row is not null`,
    sql`select row, 'areaCode', case when area_kind is null then 'area-unknown' else 'area-too-wide' end, area_code, null, null
      from judged where area_kind is null or area_kind = 'province'`,
    sql`select row, 'areaCode', 'area-outside-yours', area_code, area_code, ${yours}::text
      from judged where area_kind is not null and ${liesOutside(sql`area_code`, yours)}`,
    sql`select row, 'registrationNo', 'registration-no-taken', registration_no, null, null
      from judged where ${liesOutside(sql`old_area`, yours)}`,
    sql`select row, 'groupId', 'group-mismatch', group_id::text, registration_no, null from judged
      where id_taken or (first_id_row < row and first_row is null) or (group_id is not null and group_id <> found_id and action <> 'created')`,
  ]);
  await tx.execute(sql`delete from ${registrationNumbers} n using staged s
    where n.registration_no = s.registration_no and n.group_id = s.new_id
      and not exists (select from judged j where j.found_id = n.group_id)`);
}

/** The groups whose number is new, in the order of the file; a restore brings their figures and history. */
export function createdGroups(restore: boolean): WrittenSet {
  return {
    ...ofGroup,
    action: restore ? 'group.restored' : 'group.imported',
    statement: sql`insert into ${groupsEverywhere}
        (group_id, registration_no, name, area_code, village_name, founded_on, status, figures_as_of, member_count,
         savings_baht, development_level, figures_source, version, created_at, updated_at)
      select found_id, registration_no, name, area_code, village_name, founded_on, status, figures_as_of, member_count,
        savings_baht, development_level, figures_source, ${historyOfNew()}
      from judged where action = 'created' order by row
      returning *`,
    before: sql`null`,
  };
}

/** The groups that a row changes. */
export function changedGroups(): WrittenSet {
  return {
    ...ofGroup,
    statement: sql`update ${groupsEverywhere} g set name = j.name, area_code = j.area_code,
        village_name = j.village_name, founded_on = j.founded_on, status = j.status,
        version = g.version + 1, updated_at = now()
      from judged j join ${groupsEverywhere} old on old.group_id = j.found_id
      where g.group_id = j.found_id and j.action = 'updated'
      returning g.*, ${groupJson(sql`old`)} as before`,
    before: sql`written.before`,
  };
}

/** A group as clients see it, built by the database; the same as `groupView` makes. */
export function groupJson(group: SQL): SQL {
  return sql`json_build_object(
    'groupId', ${group}.group_id, 'registrationNo', ${group}.registration_no, 'name', ${group}.name,
    'areaCode', ${group}.area_code, 'villageName', ${group}.village_name, 'foundedOn', ${group}.founded_on,
    'status', ${group}.status,
    'figures', case when ${group}.figures_as_of is not null then json_build_object(
      'asOf', ${group}.figures_as_of, 'memberCount', ${group}.member_count,
      'savingsBaht', trim_scale(${group}.savings_baht), 'developmentLevel', ${group}.development_level,
      'source', ${group}.figures_source) end,
    'version', ${group}.version, 'createdAt', ${jsonInstant(sql`${group}.created_at`)},
    'updatedAt', ${jsonInstant(sql`${group}.updated_at`)})`;
}

const ofGroup = {
  action: 'group.imported',
  resource: 'group',
  groupId: sql`written.group_id`,
  resourceId: sql`written.group_id::text`,
  areaCode: sql`written.area_code`,
  after: groupJson(sql`written`),
} as const;
