import { getTableColumns, getTableName } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Drafts } from '../db/drafts.js';

/** What a change says of itself, its version and its instant, so that it is not kept among the columns that differ. */
export const saidByTheChange: ReadonlySet<string> = new Set(['version', 'updatedAt']);

/** A record as a change keeps it: its own columns by their names on the wire. */
export type RecordRow = Record<string, unknown>;

/**
 * A kind of record whose changes are kept: its name among the changes, its table, what identifies one, and which of the
 * table's columns are its own. A group's search text, which the database makes, is not, nor is the hash of a secret.
 */
export interface RecordKind<Row extends RecordRow = RecordRow> {
  readonly resource: string;
  readonly table: PgTable;
  /** The columns that are kept, by their names in a row. */
  readonly columns: Readonly<Record<string, PgColumn>>;
  /** The columns that identify a record, and what stands between their values in its id. */
  readonly key: readonly string[];
  readonly separator: string;
  /** The columns that hold an object of which each entry changes by itself. */
  readonly entries: ReadonlySet<string>;
  /** How a row shows that it is a draft; null where none ever is. */
  readonly drafts: Drafts | null;
  /** Only its type is used: what a row of the kind is. */
  row?(row: Row): void;
}

const kinds = new Set<RecordKind>();

/** The kinds of record that this process knows. */
export function recordKinds(): readonly RecordKind[] {
  return [...kinds];
}

/**
 * Declares a kind of record. `without` names the columns that are not its own: what is made of others by the database, and
 * what is secret. `entries` names the columns whose changes are kept entry by entry, and `drafts` says how a row shows that it
 * is a draft.
 */
export function recordKind<Table extends PgTable, const Without extends string = never>(
  resource: string,
  table: Table,
  {
    key,
    separator = '/',
    without = [],
    entries = [],
    drafts = null,
  }: {
    key: readonly (keyof Table['$inferSelect'] & string)[];
    separator?: string;
    without?: readonly (Without & keyof Table['$inferSelect'])[];
    entries?: readonly (keyof Table['$inferSelect'] & string)[];
    drafts?: Drafts | null;
  },
): RecordKind<Omit<Table['$inferSelect'], Without>> {
  const left: ReadonlySet<string> = new Set(without);
  const columns = Object.entries(getTableColumns(table)).filter(([name]) => !left.has(name));
  const own = Object.fromEntries(columns);
  const kind = { resource, table, columns: own, key, separator, entries: new Set<string>(entries), drafts };
  kinds.add(kind);
  return kind;
}

/** What identifies a record among those of its kind. */
export function recordId({ key, separator }: RecordKind, row: RecordRow): string {
  return key.map((name) => String(row[name])).join(separator);
}

/** The name of a kind's table in the database. */
export function tableName({ table }: RecordKind): string {
  return getTableName(table);
}

/** Whether a row says of itself that it is a draft. */
export function hasDraftStatus({ columns, drafts }: RecordKind, row: RecordRow): boolean {
  return drafts?.status !== undefined && row[nameOf(columns, drafts.status)] === 'draft';
}

/** The ids of the records that a row hangs on, in the order in which its kind declares them. */
export function parentsOf({ columns, drafts }: RecordKind, row: RecordRow): string[] {
  return (drafts?.on ?? []).map(({ own }) => String(row[nameOf(columns, own)]));
}

/** The name of a column in a row. */
function nameOf(columns: RecordKind['columns'], column: PgColumn): string {
  return Object.keys(columns).find((name) => columns[name] === column) ?? '';
}
