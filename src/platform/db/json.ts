import { is, type SQL, sql } from 'drizzle-orm';
import { PgColumn } from 'drizzle-orm/pg-core';

/**
 * An object of JSON built by the database, with these fields in this order and no space between them; a column is in it
 * as `jsonForm` has it.
 */
export function jsonOf(fields: Record<string, PgColumn | SQL>): SQL<string> {
  const columns = Object.entries(fields).map(([name, value]) => {
    const form = is(value, PgColumn) ? jsonForm(value.getSQLType(), sql`${value}`) : value;
    return sql`${form} as ${sql.identifier(name)}`;
  });
  return sql`(select row_to_json(object) from (select ${sql.join(columns, sql`, `)}) as object)`;
}

/** An instant as `instant` columns give it: RFC 3339 in UTC with milliseconds, whatever the session's time zone. */
export function jsonInstant(column: PgColumn | SQL): SQL<string> {
  return sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** A value of a column's type as JSON has it: an instant in UTC with milliseconds, an amount without trailing zeros. */
export function jsonForm(sqlType: string, value: SQL): SQL {
  if (sqlType.startsWith('timestamp')) return jsonInstant(value);
  return sqlType.startsWith('numeric') ? sql`trim_scale(${value})` : value;
}
