/** The columns of a record in SQL that writes many: how they are staged, listed, compared and set. */
import { getTableColumns, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { type Fields, namesWith } from './fields.js';

/** A column of a table and the field it is of. */
export interface FieldColumn {
  field: string;
  column: PgColumn;
}

/** The columns of what clients may write of a record, in the order of its fields. */
export function acceptedColumns(declared: Fields, table: PgTable): FieldColumn[] {
  return namedColumns(
    table,
    namesWith(declared, 'accepted').filter((name) => declared[name]?.column !== undefined),
  );
}

/** The columns of some fields. @throws Error when the table has no such column */
export function namedColumns(table: PgTable, fields: readonly string[]): FieldColumn[] {
  const columns: Readonly<Record<string, PgColumn>> = getTableColumns(table);
  return fields.map((field) => {
    const column = columns[field];
    if (column === undefined) throw new Error(`${field} has no column.`);
    return { field, column };
  });
}

/** The columns with their types, as a table of the same columns declares them. */
export function stagedAs(columns: readonly FieldColumn[]): Record<string, string> {
  return Object.fromEntries(columns.map(({ column }) => [column.name, column.getSQLType()]));
}

/** The values of a record by the names of its columns. */
export function stagedValues<Value>(
  columns: readonly FieldColumn[],
  record: Readonly<Record<string, Value>>,
): Record<string, Value | null> {
  return Object.fromEntries(columns.map(({ field, column }) => [column.name, record[field] ?? null]));
}

/** The columns, as an insert or a select lists them; of a row, when it is given by its name in the query. */
export function columnList(columns: readonly FieldColumn[], row?: SQL, instead: Instead = {}): SQL {
  return sql.join(
    columns.map((one) => (row === undefined ? nameOf(one) : valueIn(row, one, instead))),
    sql`, `,
  );
}

/** A placeholder for the value of each column, by the name of its field and with its type. */
export function placeholders(columns: readonly FieldColumn[], instead: Instead = {}): SQL {
  return sql.join(
    columns.map(
      ({ field, column }) => instead[field] ?? sql`${sql.placeholder(field)}::${sql.raw(column.getSQLType())}`,
    ),
    sql`, `,
  );
}

/** What stands for a field in place of the row's own value. */
export type Instead = Readonly<Record<string, SQL>>;

/** The columns set to those of a row, as an update has it. */
export function assignments(columns: readonly FieldColumn[], row: SQL, instead: Instead = {}): SQL {
  return sql.join(
    columns.map((one) => sql`${nameOf(one)} = ${valueIn(row, one, instead)}`),
    sql`, `,
  );
}

/** Whether two rows differ in any of the columns; `instead` is about the second. */
export function anyDiffers(columns: readonly FieldColumn[], first: SQL, second: SQL, instead: Instead = {}): SQL {
  return sql`(${columnList(columns, first)}) is distinct from (${columnList(columns, second, instead)})`;
}

function valueIn(row: SQL, { field, column }: FieldColumn, instead: Instead): SQLWrapper {
  return instead[field] ?? sql`${row}.${sql.identifier(column.name)}`;
}

function nameOf({ column }: FieldColumn): SQLWrapper {
  return sql.identifier(column.name);
}
