import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { type CopyLines, copyInto } from './copy.js';
import { onlyRow, rowsOf, type Tx } from './database.js';

/** Columns with their SQL types. */
export type StagedColumns = Record<string, string>;

/** What a row is staged as: `staged` has what it is classified by, `payload` what is only written. Both have its `row`. */
export interface StagedTables {
  staged: StagedColumns;
  payload?: StagedColumns;
}

/** Rows that live for seconds are not worth compressing, which costs more than all else done with a score sheet. */
const uncompressed = 'with (toast_tuple_target = 8160)';

/**
 * Tables for the rows of a file inside the transaction that takes them over batch by batch, gone with it. `staged` and
 * `payload` have the rows of the batch as they were sent, `classified` what is to be done with each (a store makes it),
 * `faults` what keeps a row out, `warnings` what looks like a mistake in rows that are taken, and `seen` the first row of
 * everything that the file has named so far. `a` and `b` are facts for the sentence of a fault or a warning.
 */
export async function openStaging(tx: Tx, tables: StagedTables, statementTimeoutMs: number): Promise<void> {
  const timeout = String(Math.trunc(statementTimeoutMs));
  // Between two statements the service reads rows, which under load may take longer than a short request is given. A
  // batch is done before what the compiler would make of its statements is ready.
  await tx.execute(sql`select set_config('statement_timeout', ${timeout}, true),
    set_config('idle_in_transaction_session_timeout', ${timeout}, true),
    set_config('work_mem', '64MB', true), set_config('jit', 'off', true)`);
  // A retried transaction runs on the same connection as the one that failed, whose tables are gone by then.
  for (const [name, columns] of Object.entries(tables)) {
    await tx.execute(
      sql.raw(`create temp table ${name} (row int, ${declared(columns)}) ${uncompressed} on commit drop`),
    );
  }
  for (const name of ['faults', 'warnings']) {
    await tx.execute(
      sql.raw(`create temp table ${name} (row int, field text, code text, value text, a text, b text) on commit drop`),
    );
  }
  await tx.execute(sql`create temp table seen (key text collate "C" primary key, row int) on commit drop`);
}

/** Puts a batch in place of the one before: the lines of each table, with `row` first. */
export async function stage(tx: Tx, tables: StagedTables, lines: Record<keyof StagedTables, CopyLines>): Promise<void> {
  await tx.execute(sql`drop table if exists classified`);
  await tx.execute(sql`truncate faults, warnings`);
  for (const name of Object.keys(tables) as (keyof StagedTables)[]) {
    await tx.execute(sql.raw(`truncate ${name}`));
    await copyInto(tx, name, ['row', ...Object.keys(tables[name] ?? {})], lines[name]);
  }
}

/**
 * Makes `classified` of a query, which gives `row`, `action` (created, updated, unchanged), `key`, and what a merge needs.
 * The key is the text of what may come but once in a file, null where the row names nothing; `first_row` is where it
 * came first. Where a row may name one thing in several ways, each has a column in `keys`.
 */
export async function classify(tx: Tx, query: SQL, keys: readonly string[] = ['key']): Promise<void> {
  await tx.execute(
    sql`create temp table classified on commit drop as select *, null::int as first_row from (${query}) as rows`,
  );
  // Without its statistics the planner takes a batch for a few rows, and looks each of them up in a loop over all.
  await tx.execute(sql`analyze classified`);
  for (const key of keys) await findFirstRows(tx, sql.identifier(key));
}

async function findFirstRows(tx: Tx, key: SQLWrapper): Promise<void> {
  const { first, named } = onlyRow(
    await rowsOf<{ first: number; named: number }>(
      tx,
      sql`with firsts as (
          insert into seen select ${key}, min(row) from classified where ${key} is not null group by ${key}
          on conflict do nothing returning 1)
        select (select count(*)::int from firsts) as first, count(${key})::int as named from classified`,
    ),
  );
  // Looking each row up among all that were seen costs more the longer the file is, and hardly ever finds one.
  if (first === named) return;
  await tx.execute(
    sql`update classified set first_row = seen.row from seen
      where seen.key = classified.${key} and seen.row < classified.row and (first_row is null or first_row > seen.row)`,
  );
}

/** Notes rows that are kept out: each query gives row, field, code, value, a and b. */
export async function findFaults(tx: Tx, queries: readonly SQL[]): Promise<void> {
  await tx.execute(sql`insert into faults ${sql.join([...queries], sql` union all `)}`);
  await tx.execute(sql`delete from classified where row in (select row from faults)`);
}

/** Notes what looks like a mistake in the rows that are left in `classified`, by queries as for `findFaults`. */
export async function findWarnings(tx: Tx, queries: readonly SQL[]): Promise<void> {
  await tx.execute(sql`insert into warnings ${sql.join([...queries], sql` union all `)}`);
}

/** A fault or a warning as SQL found it. */
export interface StagedFault {
  row: number;
  field: string;
  code: string;
  value: string | null;
  a: string | null;
  b: string | null;
}

/** The first faults or warnings of the batch in the order of the file. */
export function listFound(tx: Tx, table: 'faults' | 'warnings', most: number): Promise<StagedFault[]> {
  return rowsOf<StagedFault>(tx, sql`select * from ${sql.identifier(table)} order by row, field limit ${most}`);
}

/** How many rows, faults and warnings there are in the batch, and what becomes of the good rows. */
export interface ClassifiedCounts {
  faults: number;
  warnings: number;
  rejected: number;
  created: number;
  updated: number;
  unchanged: number;
}

export async function countClassified(tx: Tx): Promise<ClassifiedCounts> {
  return onlyRow(
    await rowsOf<ClassifiedCounts>(
      tx,
      sql`select (select count(*)::int from faults) as faults,
        (select count(*)::int from warnings) as warnings,
        (select count(distinct row)::int from faults) as rejected,
        count(*) filter (where action = 'created')::int as created,
        count(*) filter (where action = 'updated')::int as updated,
        count(*) filter (where action = 'unchanged')::int as unchanged
        from classified`,
    ),
  );
}

/** Whether a code lies outside an area; the whole country (null) has no outside. */
export function liesOutside(code: SQL, areaCode: string | null): SQL {
  return areaCode === null ? sql`false` : sql`coalesce(left(${code}, ${areaCode.length}::int) <> ${areaCode}, false)`;
}

function declared(columns: StagedColumns): string {
  return Object.entries(columns)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ');
}
