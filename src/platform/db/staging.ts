import { type SQL, sql } from 'drizzle-orm';
import { type Db, onlyRow, rowsOf } from './database.js';

const manyRows = 500;
/** Rows that live for seconds are not worth compressing, which costs more than all else done with a score sheet. */
const uncompressed = 'with (toast_tuple_target = 8160)';

/**
 * Rows of a file inside the transaction that takes them over. Three temporary tables, gone with the transaction:
 * `staged` has the rows as they were sent, `judged` what is to be done with each (a store makes it), `faults` what
 * keeps a row out. `a` and `b` are facts for the sentence of a fault.
 */
export async function openStaging(
  tx: Db,
  columns: Record<string, string>,
  { rows, statementTimeoutMs }: { rows: number; statementTimeoutMs: number },
): Promise<void> {
  await tx.execute(sql.raw(`set local statement_timeout = ${Math.trunc(statementTimeoutMs)}`));
  // What this transaction inserts has no statistics yet, so the planner takes it for a few rows and would look each of
  // many up in a loop over all: a first import of 30,000 groups took two minutes. A hash join is right for many rows.
  if (rows >= manyRows) await tx.execute(sql`set local enable_nestloop = off`);
  // A retried transaction runs on the same connection as the one that failed, whose tables are gone by then.
  await tx.execute(sql.raw(`create temp table staged (${declared(columns)}) ${uncompressed} on commit drop`));
  await tx.execute(
    sql`create temp table faults (row int, field text, code text, value text, a text, b text) on commit drop`,
  );
}

/** Adds a batch: a JSON array of objects with the columns of the staging. */
export async function stage(tx: Db, columns: Record<string, string>, batch: string): Promise<void> {
  const names = sql.raw(Object.keys(columns).join(', '));
  const rows = sql`json_to_recordset(${batch}::json) as r(${sql.raw(declared(columns))})`;
  await tx.execute(sql`insert into staged (${names}) select ${names} from ${rows}`);
}

/** Tells the planner how many rows were staged or judged; without it a merge of many is planned as one of few. */
export async function measure(tx: Db, table: 'staged' | 'judged'): Promise<void> {
  await tx.execute(sql.raw(`analyze ${table}`));
}

/** Makes `judged` of a query, which gives `row`, `action` (created, updated, unchanged) and what a merge needs. */
export async function judge(tx: Db, query: SQL): Promise<void> {
  await tx.execute(sql`create temp table judged ${sql.raw(uncompressed)} on commit drop as ${query}`);
  await measure(tx, 'judged');
}

/** Notes rows that are kept out: each query gives row, field, code, value, a and b. */
export async function findFaults(tx: Db, queries: readonly SQL[]): Promise<void> {
  for (const query of queries) await tx.execute(sql`insert into faults ${query}`);
  await tx.execute(sql`delete from judged where row in (select row from faults)`);
}

/** A fault as SQL found it. */
export interface StagedFault {
  row: number;
  field: string;
  code: string;
  value: string | null;
  a: string | null;
  b: string | null;
}

/** The first faults in the order of the file. */
export function listFaults(tx: Db, most: number): Promise<StagedFault[]> {
  return rowsOf<StagedFault>(tx, sql`select * from faults order by row, field limit ${most}`);
}

/** How many rows and faults there are, and what would become of the good rows. */
export async function countJudged(tx: Db) {
  return onlyRow(
    await rowsOf<Record<'faults' | 'rejected' | 'created' | 'updated' | 'unchanged', number>>(
      tx,
      sql`select (select count(*)::int from faults) as faults,
        (select count(distinct row)::int from faults) as rejected,
        count(*) filter (where action = 'created')::int as created,
        count(*) filter (where action = 'updated')::int as updated,
        count(*) filter (where action = 'unchanged')::int as unchanged
        from judged`,
    ),
  );
}

/** Whether a code lies outside an area; the whole country (null) has no outside. */
export function liesOutside(code: SQL, areaCode: string | null): SQL {
  return areaCode === null ? sql`false` : sql`coalesce(left(${code}, ${areaCode.length}::int) <> ${areaCode}, false)`;
}

/** An instant as clients see it. */
export function instantText(column: SQL): SQL {
  return sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

function declared(columns: Record<string, string>): string {
  return Object.entries(columns)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ');
}
