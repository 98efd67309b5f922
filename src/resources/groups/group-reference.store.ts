import { type SQL, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import { numberFolding } from '../../domain/registration-no.js';
import type { Tx } from '../../platform/db/database.js';
import { foldedSql } from '../../platform/db/folding.js';
import { liesOutside } from '../../platform/db/staging.js';
import { groupsEverywhere, registrationNumbers } from './groups.table.js';

/** How a staged row names its group: by its number, as it is written and as it is compared, its id, or both. */
export const groupReferenceColumns = {
  registration_no: 'text collate "C"',
  number_key: 'text collate "C"',
  group_id: 'uuid',
};

/**
 * Lets the staged rows that name a group which shares its number find that one: their number is written as its, and
 * not as that of the group which the number identifies. There are hardly ever any such groups, so they are looked for
 * once in a transaction.
 */
export async function findSharedNumbers(tx: Tx): Promise<void> {
  await tx.execute(sql`create temp table if not exists shared_numbers on commit drop as
    select distinct on (registration_no) registration_no, number_key from ${groupsEverywhere} shared
    where shares_number and not exists (select from ${registrationNumbers} n
      join ${groupsEverywhere} g on g.group_id = n.group_id
      where n.number_key = ${sql.raw(foldedSql(numberFolding, 'shared.registration_no'))}
        and g.registration_no = shared.registration_no)
    order by registration_no, created_at, group_id`);
  await tx.execute(sql`update staged s set number_key = shared.number_key
    from shared_numbers shared where shared.registration_no = s.registration_no`);
}

/**
 * Joins a staged row `s` to the group it names: `n` has the group of the number, `g` is the group if the caller may see
 * it. One that is hidden is not there, whatever else is wrong with its row. `alsoSeen` says of `g` when it may be seen
 * although it lies elsewhere now.
 */
export function joinedGroup({ areaCode }: Principal, alsoSeen: SQL = sql`false`): SQL {
  const seen = areaCode === null ? sql`true` : sql`(not ${liesOutside(sql`g.area_code`, areaCode)} or ${alsoSeen})`;
  return sql`left join ${registrationNumbers} n on n.number_key = s.number_key
    left join ${groupsEverywhere} g on g.group_id = coalesce(s.group_id, n.group_id) and ${seen}`;
}

/**
 * What `classified` keeps of the reference, for the faults below. Names that do not fit each other are a mismatch only where
 * the id is one of a group that may be seen: of a hidden group nobody learns which number is its.
 */
export function referenceColumns(): SQL {
  return sql`s.row, s.registration_no, s.group_id as named_id, g.group_id,
    g.group_id is not null and s.group_id is not null and s.registration_no is not null
      and s.group_id is distinct from n.group_id as mismatch`;
}

/**
 * Rows whose group is not there, is not the one that both names mean, counts elsewhere, or came before in the file.
 * `place` is the column of `classified` with the area that counts.
 */
export function referenceFaults(areaCode: string | null, place: SQL): SQL[] {
  const field = sql`case when registration_no is null then 'groupId' else 'registrationNo' end`;
  const value = sql`coalesce(registration_no, named_id::text)`;
  return [
    sql`select row, 'groupId', 'group-mismatch', named_id::text, registration_no, null from classified where mismatch`,
    sql`select row, case when named_id is null then 'registrationNo' else 'groupId' end, 'group-unknown',
      coalesce(named_id::text, registration_no), null, null from classified where group_id is null`,
    sql`select row, ${field}, 'area-outside-yours', ${value}, ${place}, ${areaCode}::text from classified
      where not mismatch and ${liesOutside(place, areaCode)}`,
    sql`select row, ${field}, 'row-repeated', ${value}, first_row::text, null from classified
      where first_row is not null`,
  ];
}
