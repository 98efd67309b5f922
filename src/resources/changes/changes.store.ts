import { type SQL, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import { type Db, onlyRow, rowsOf } from '../../platform/db/database.js';
import { liesOutside } from '../../platform/db/staging.js';
import { statement } from '../../platform/db/statement.js';
import { changesEverywhere } from './changes.table.js';

export type ChangeRow = typeof changesEverywhere.$inferInsert;

/** Appends changes in the transaction that made them. */
export async function insertChanges(tx: Db, rows: readonly ChangeRow[]): Promise<void> {
  await append(tx, changesValue(rows));
}

/** The value for the placeholder of `appended`: one, so that the statement is the same for one change and thousands. */
export function changesValue(rows: readonly ChangeRow[]): { changes: string } {
  return { changes: JSON.stringify(rows) };
}

/**
 * A statement that writes one record and notes it at once, given an insert or update that returns the record. It gives
 * a row when both were done.
 */
export function notedBy(written: SQL): SQL {
  return sql`with written as (${written}), noted as (${appended(sql`, written`)} returning 1) select 1 as noted from noted`;
}

const append = statement('changes', () => appended(sql.empty()));

function appended(joined: SQL): SQL {
  return sql`
    insert into ${changesEverywhere} (subject_id, actor_kind, actor_id, actor_name, action, resource, resource_id,
      area_code, reason, before, after)
    select changes.* from json_to_recordset(${sql.placeholder('changes')}) as changes ("subjectId" uuid,
      "actorKind" text, "actorId" text, "actorName" text, action text, resource text, "resourceId" text,
      "areaCode" text, reason text, before json, after json)${joined}`;
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
