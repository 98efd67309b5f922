/** How the rows of a table show that they are drafts: by a state of their own, or by that of the record they hang on. */
import { and, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/** The record that a row hangs on: `own` is the column that names it, `key` and `status` are its own. */
export interface HangsOn {
  own: PgColumn;
  key: PgColumn;
  status: PgColumn;
}

/** A row is a draft while its `status` is `draft`, and while one of the records it hangs `on` is. */
export interface Drafts {
  status?: PgColumn;
  on?: readonly HangsOn[];
}

/** The condition that a row of the table is no draft. */
export function isNoDraft({ status, on = [] }: Drafts): SQL | undefined {
  return and(
    status === undefined ? undefined : sql`${status} <> 'draft'`,
    ...on.map((parent) => isThereAndNoDraft(parent, sql`${parent.own}`)),
  );
}

/**
 * The condition that a row which is being written is a draft. A record that it hangs on and that was deleted with it was
 * one: nothing else can be.
 * @param valueIn gives the row's value of a column
 */
export function isDraft({ status, on = [] }: Drafts, valueIn: (column: PgColumn) => SQL): SQL {
  const conditions = [
    ...(status === undefined ? [] : [sql`${valueIn(status)} = 'draft'`]),
    ...on.map((parent) => sql`not ${isThereAndNoDraft(parent, valueIn(parent.own))}`),
  ];
  return conditions.length === 0 ? sql`false` : sql`(${sql.join(conditions, sql` or `)})`;
}

function isThereAndNoDraft({ key, status }: HangsOn, id: SQL): SQL {
  return sql`exists (select from ${key.table} where ${key} = ${id} and ${status} <> 'draft')`;
}
