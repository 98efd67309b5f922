/** What the database says of its tables: their columns, the order in which they can be filled, its migrations. */
import { sql } from 'drizzle-orm';
import { type Db, onlyRow, rowsOf } from '../../platform/db/database.js';

/** A table of the registry, and its columns that hold something of their own. */
export interface Table {
  name: string;
  columns: string[];
}

/** How far a database is migrated: a migration is known by the instant at which it was made, in milliseconds. */
export interface Migrated {
  count: number;
  latest: number;
}

/**
 * The tables of schema `public` but for those of extensions. What the database makes of other columns is not among the
 * columns, nor is the number of a transaction, which means nothing elsewhere.
 */
export function listTables(db: Db): Promise<Table[]> {
  return rowsOf<Table>(
    db,
    sql`select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
      from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.atttypid <> 'xid8'::regtype
        and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
      group by c.relname order by c.relname`,
  );
}

/** Which table refers to which, as far as the reference is looked at when a row is written. */
async function listReferences(db: Db): Promise<{ from: string; to: string }[]> {
  return rowsOf(
    db,
    sql`select f.relname as from, t.relname as to from pg_constraint c
      join pg_class f on f.oid = c.conrelid join pg_class t on t.oid = c.confrelid
      where c.contype = 'f' and not c.condeferrable and f.oid <> t.oid`,
  );
}

/** The tables in an order in which each comes after those it refers to. @throws Error when there is none */
export async function inOrderOfReferences(db: Db, tables: readonly string[]): Promise<string[]> {
  const references = await listReferences(db);
  const waiting = new Set(tables);
  const ordered: string[] = [];
  while (waiting.size > 0) {
    const next = [...waiting].filter((table) => !references.some(({ from, to }) => from === table && waiting.has(to)));
    if (next.length === 0)
      throw new Error(`Tables that refer to each other cannot be filled: ${[...waiting].join(', ')}.`);
    for (const table of next) waiting.delete(table);
    ordered.push(...next);
  }
  return ordered;
}

/** How far the database is migrated; null when it holds no registry. */
export async function findMigrated(db: Db): Promise<Migrated | null> {
  const { exists } = onlyRow(
    await rowsOf<{ exists: boolean }>(
      db,
      sql`select to_regclass('drizzle.__drizzle_migrations') is not null as exists`,
    ),
  );
  if (!exists) return null;
  const { count, latest } = onlyRow(
    await rowsOf<{ count: number; latest: string | null }>(
      db,
      sql`select count(*)::int as count, max(created_at)::text as latest from drizzle.__drizzle_migrations`,
    ),
  );
  return latest === null ? null : { count, latest: Number(latest) };
}

/** A sequence that numbers the rows of a column, and the last number that it gave, 0 when none. */
export interface Sequence {
  name: string;
  table: string;
  column: string;
}

/** The sequences of the tables' columns. */
export function listSequences(db: Db): Promise<Sequence[]> {
  return rowsOf<Sequence>(
    db,
    sql`select s.relname as name, t.relname as table, a.attname as column from pg_depend d
      join pg_class s on s.oid = d.objid and s.relkind = 'S' join pg_class t on t.oid = d.refobjid
      join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
      where d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i') and t.relnamespace = 'public'::regnamespace
      order by s.relname`,
  );
}

/** The last number that a sequence gave; 0 when it gave none. */
export async function lastDrawn(db: Db, sequence: string): Promise<number> {
  const query = sql`select case when is_called then last_value else 0 end::text as drawn from ${sql.identifier(sequence)}`;
  return Number(onlyRow(await rowsOf<{ drawn: string }>(db, query)).drawn);
}
