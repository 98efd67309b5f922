/** What does not agree in the registry of numbers, and what may be one group twice. */
import { sql } from 'drizzle-orm';
import { type Db, rowsOf } from '../platform/db/database.js';
import { inTransaction } from '../platform/db/transactions.js';

/**
 * Reserves for each group its number and frees what is reserved for nobody. Constraints keep a running service from
 * needing it; a database that was loaded without them may.
 * @returns how many reservations were made or taken away
 */
export async function mendReservations(db: Db): Promise<number> {
  return inTransaction(db, async (tx) => {
    await tx.execute(sql`lock table groups, registration_numbers in share row exclusive mode`);
    const freed = await rowsOf(
      tx,
      sql`delete from registration_numbers n where not exists (select from groups g
        where g.group_id = n.group_id and g.number_key = n.number_key) returning 1`,
    );
    const reserved = await rowsOf(
      tx,
      sql`insert into registration_numbers (number_key, group_id)
        select number_key, group_id from groups g where not exists (select from registration_numbers n
          where n.group_id = g.group_id and n.number_key = g.number_key) returning 1`,
    );
    return freed.length + reserved.length;
  });
}

/** A group by its number and id. */
export interface NamedGroup {
  registrationNo: string;
  groupId: string;
}

/** Groups whose number, written otherwise, is that of an older group. */
export function listSharing(db: Db): Promise<NamedGroup[]> {
  return rowsOf(
    db,
    sql`select registration_no as "registrationNo", group_id as "groupId" from groups
      where shares_number order by registration_no, group_id`,
  );
}

/** Numbers that an import of an older version had reserved for a group without giving them to it. */
export function listReleased(db: Db): Promise<NamedGroup[]> {
  return rowsOf(
    db,
    sql`select resource_id as "registrationNo", subject_id as "groupId" from changes
      where action = 'registration-number.released' order by sequence`,
  );
}

/** Groups whose numbers differ only by zeros; those that are alike stand together. */
export function listButForZeros(db: Db): Promise<NamedGroup[]> {
  return rowsOf(
    db,
    sql`select g.registration_no as "registrationNo", g.group_id as "groupId" from registration_numbers n
      join groups g on g.group_id = n.group_id
      where n.without_zeros in (select without_zeros from registration_numbers group by without_zeros having count(*) > 1)
      order by n.without_zeros, g.registration_no`,
  );
}
