import { type SQL, sql } from 'drizzle-orm';
import { PgColumn, type PgSelect } from 'drizzle-orm/pg-core';
import { jsonForm } from './json.js';
import type { WholeQuery } from './whole.js';

/**
 * Columns as the values of a JSON document that the database writes, each just as the page has it: an instant in UTC
 * with milliseconds, an amount without trailing zeros, the rest as it is.
 */
export function jsonFields(fields: Record<string, PgColumn | SQL | SQL.Aliased>): Record<string, SQL.Aliased> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, jsonValue(value).as(name)]));
}

/** The rows of a query as JSON documents of one line, in its order, in the column `line`. */
export function jsonLines(query: PgSelect | { getSQL(): SQL }): WholeQuery {
  return sql`select row_to_json(item)::text as line from (${query.getSQL()}) as item`;
}

/** A document within a document; `row_to_json` is faster, but has no names for what is no subquery. */
export function jsonObject(fields: Record<string, PgColumn | SQL>): SQL {
  const parts = Object.entries(fields).map(([name, value]) => sql`${sql.raw(`'${name}'`)}, ${jsonValue(value)}`);
  return sql`json_build_object(${sql.join(parts, sql`, `)})`;
}

function jsonValue(value: PgColumn | SQL | SQL.Aliased): SQL {
  if (!(value instanceof PgColumn)) return sql`${value}`;
  return jsonForm(value.getSQLType(), sql`${value}`);
}
