import { type SQL, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import { type Db, onlyRow, rowsOf } from '../../platform/db/database.js';
import { liesOutside } from '../../platform/db/staging.js';
import { changesEverywhere } from './changes.table.js';

export type ChangeRow = typeof changesEverywhere.$inferInsert;

/** Appends changes in the transaction that made them. */
export async function insertChanges(tx: Db, rows: ChangeRow[]): Promise<void> {
  await tx.insert(changesEverywhere).values(rows);
}

/** Many records written by one statement, and what each is to be remembered by. */
export interface WrittenSet {
  action: `${string}.${string}`;
  resource: string;
  /** An insert or update that returns its rows; they are `written` in the expressions below. */
  statement: SQL;
  /** What else the expressions need: joins to `written`. */
  joins?: SQL;
  groupId: SQL;
  resourceId: SQL;
  areaCode: SQL;
  before: SQL;
  after: SQL;
}

/**
 * Writes many records and their changes in one statement, so that neither can be without the other. Gives how many,
 * and how many of them lie outside the caller's area, which the caller refuses.
 */
export async function writeWithChanges(
  tx: Db,
  { kind, id, name, areaCode: yours }: Principal,
  set: WrittenSet,
): Promise<{ written: number; noted: number; outside: number }> {
  const { action, resource, statement, joins, groupId, resourceId, areaCode, before, after } = set;
  const rows = await rowsOf<{ written: number; noted: number; outside: number }>(
    tx,
    sql`with written as (${statement}), noted as (
      insert into ${changesEverywhere}
        (subject_id, actor_kind, actor_id, actor_name, action, resource, resource_id, area_code, before, after)
      select ${groupId}, ${kind}, ${id}, ${name}, ${action}, ${resource}, ${resourceId}, ${areaCode}, ${before}, ${after}
      from written ${joins ?? sql.empty()}
      returning area_code)
    select (select count(*)::int from written) as written, count(*)::int as noted,
      count(*) filter (where ${liesOutside(sql`area_code`, yours)})::int as outside
    from noted`,
  );
  return onlyRow(rows);
}
