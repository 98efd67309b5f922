/** What `npm run verify` reads: the log of changes, its seals, and the tables that the log is compared with. */
import { asc, gt, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { readerName } from '../platform/db/as-of.js';
import { type Db, onlyRow, rowsOf } from '../platform/db/database.js';
import { jsonInstant } from '../platform/db/json.js';
import { inTransaction } from '../platform/db/transactions.js';
import type { KeptChange } from '../platform/record/difference.js';
import { rowJson } from '../platform/record/kept-json.js';
import { type RecordKind, type RecordRow, tableName } from '../platform/record/record.js';
import { changesEverywhere } from '../resources/changes/changes.table.js';
import type { SealRow } from '../resources/seals/seals.store.js';
import { seals } from '../resources/seals/seals.table.js';

/** Runs work that only reads, all of it from one snapshot. It holds up nobody, whatever it takes. */
export function inSnapshot<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  return inTransaction(
    db,
    async (tx) => {
      await tx.execute(sql`set transaction isolation level repeatable read, read only`);
      await tx.execute(sql`set local statement_timeout = 0`);
      await tx.execute(sql`set local idle_in_transaction_session_timeout = 0`);
      // Whoever asks for the past need not wait for us.
      await tx.execute(sql.raw(`set local application_name = '${readerName}'`));
      return work(tx);
    },
    'import',
  );
}

/** How many changes there are, and how many of them stand where no seal would ever reach. */
export async function countChanges(db: Db): Promise<{ changes: number; beforeFirst: number }> {
  const query = sql`select count(*)::float8 as changes, count(*) filter (where sequence < 1)::float8 as "beforeFirst"
    from ${changesEverywhere}`;
  return onlyRow(await rowsOf<{ changes: number; beforeFirst: number }>(db, query));
}

/** Seals in order, after one. */
export function listSealsAfter(db: Db, sealNo: number, most: number): Promise<SealRow[]> {
  return db.select().from(seals).where(gt(seals.sealNo, sealNo)).orderBy(asc(seals.sealNo)).limit(most);
}

/** The resources that changes are of. */
export async function listResources(db: Db): Promise<string[]> {
  const rows = await rowsOf<{ resource: string }>(
    db,
    sql`with recursive found as (
        (select resource from ${changesEverywhere} order by resource limit 1)
        union all
        select (select c.resource from ${changesEverywhere} c where c.resource > found.resource order by c.resource limit 1)
        from found where found.resource is not null)
      select resource from found where resource is not null`,
  );
  return rows.map(({ resource }) => resource);
}

/** A change as it is laid over the record that it is of. */
export interface LaidChange extends KeptChange {
  position: number;
  action: string;
  resourceId: string;
  areaCodeBefore: string | null;
  draftBefore: boolean;
  draftAfter: boolean;
}

/** Changes of a kind of record, record by record, after one of them. */
export function listChangesByRecord(
  db: Db,
  resource: string,
  after: Pick<LaidChange, 'resourceId' | 'position'> | null,
  most: number,
): Promise<LaidChange[]> {
  const beyond = after === null ? sql`` : sql`and (resource_id, sequence) > (${after.resourceId}, ${after.position})`;
  return rowsOf<LaidChange>(
    db,
    sql`select sequence::float8 as position, action, resource_id as "resourceId", version, before, after,
        area_code_before as "areaCodeBefore", draft_before as "draftBefore", draft_after as "draftAfter", ${jsonInstant(sql`happened_at`)} as "happenedAt"
      from ${changesEverywhere} where resource = ${resource} ${beyond}
      order by resource, resource_id, sequence limit ${most}`,
  );
}

/** A record as its table has it, and since when. */
export interface KeptRecord {
  id: string;
  row: RecordRow;
  since: string;
}

/** A record as it was until it was replaced or deleted. */
export interface PastRecord extends KeptRecord {
  until: string;
}

/** The records with some ids, of those that there are. An id that is none of the kind is passed over. */
export function listRecords(db: Db, kind: RecordKind, ids: readonly string[]): Promise<KeptRecord[]> {
  return rowsOf<KeptRecord>(db, recordsOf(kind, ids, tableOf(kind), { since: sql`t.recorded_at` }));
}

/** What the records with some ids were before, oldest first. */
export function listPast(db: Db, kind: RecordKind, ids: readonly string[]): Promise<PastRecord[]> {
  const table = sql`public.${sql.identifier(`${tableName(kind)}_past`)}`;
  const instants = { since: sql`t.recorded_at`, until: sql`t.replaced_at` };
  return rowsOf<PastRecord>(db, sql`${recordsOf(kind, ids, table, instants)} order by t.replaced_at`);
}

function recordsOf(kind: RecordKind, ids: readonly string[], table: SQL, instants: Record<string, SQL>): SQL {
  const columns = keyColumns(kind);
  const asked = ids.flatMap((id) => {
    const parts = partsOfId(kind, id);
    return parts === null ? [] : [{ id, ...Object.fromEntries(parts.map((part, index) => [`k${index}`, part])) }];
  });
  const types = columns.map((column, index) => sql.raw(`k${index} ${column.getSQLType().replace(/ collate.*/i, '')}`));
  const same = columns.map((column, index) => sql`t.${sql.identifier(column.name)} = asked.${sql.raw(`k${index}`)}`);
  const shown = Object.entries(instants).map(([name, at]) => sql`${jsonInstant(at)} as ${sql.identifier(name)}`);
  return sql`select asked.id, ${rowJson(kind, sql`t`)} as row, ${sql.join(shown, sql`, `)}
    from json_to_recordset(${JSON.stringify(asked)}::json) as asked (id text, ${sql.join(types, sql`, `)})
    join ${table} t on ${sql.join(same, sql` and `)}`;
}

export async function countRecords(db: Db, kind: RecordKind): Promise<number> {
  const query = sql`select count(*)::float8 as records from ${tableOf(kind)}`;
  return onlyRow(await rowsOf<{ records: number }>(db, query)).records;
}

/** Records of which the log has no change. */
export function listUnchanged(db: Db, kind: RecordKind): Promise<Pick<KeptRecord, 'id' | 'row'>[]> {
  return rowsOf<Pick<KeptRecord, 'id' | 'row'>>(
    db,
    sql`select ${idOf(kind)} as id, ${rowJson(kind, sql`t`)} as row from ${tableOf(kind)} t
      where not exists (select from ${changesEverywhere} c
        where c.resource = ${kind.resource} and c.resource_id = ${idOf(kind)})
      order by 1`,
  );
}

/** How many rows of the past there are of a kind. */
export async function countPast(db: Db, kind: RecordKind): Promise<number> {
  const query = sql`select count(*)::float8 as records from public.${sql.identifier(`${tableName(kind)}_past`)}`;
  return onlyRow(await rowsOf<{ records: number }>(db, query)).records;
}

function tableOf(kind: RecordKind): SQL {
  return sql`public.${sql.identifier(tableName(kind))}`;
}

function keyColumns({ columns, key }: RecordKind): PgColumn[] {
  return key.flatMap((name) => columns[name] ?? []);
}

function idOf(kind: RecordKind): SQL {
  const parts = keyColumns(kind).map((column) => sql`t.${sql.identifier(column.name)}::text`);
  return sql.join(parts, sql.raw(` || '${kind.separator}' || `));
}

/** The values of an id in the order of the key; null when it cannot be one of the kind. */
function partsOfId(kind: RecordKind, id: string): string[] | null {
  const columns = keyColumns(kind);
  const parts = id.split(kind.separator);
  const fit = columns.every((column, index) => formOf(column.getSQLType()).test(parts[index] ?? ''));
  return parts.length === columns.length && fit ? parts : null;
}

function formOf(sqlType: string): RegExp {
  if (sqlType === 'uuid') return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  if (sqlType === 'date') return /^\d{4}-\d{2}-\d{2}$/;
  return sqlType === 'integer' ? /^\d{1,9}$/ : /^/;
}
