import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { type Principal, peopleBehind } from '../../domain/access.js';
import { onlyRow, rowsOf, type Tx } from '../../platform/db/database.js';
import { isDraft } from '../../platform/db/drafts.js';
import { liesOutside } from '../../platform/db/staging.js';
import { type Statement, statement } from '../../platform/db/statement.js';
import { differenceJson, rowJson } from '../../platform/record/kept-json.js';
import { type RecordKind, recordKinds, tableName } from '../../platform/record/record.js';
import { changesEverywhere } from './changes.table.js';

type ChangeRow = typeof changesEverywhere.$inferInsert;

/**
 * A change to be appended. Of an updated row that says when, `updatedAt` is that. `hangsOn` has the ids of the records that it hangs
 * on, in the order of the declaration of its kind, which are looked up when the work is done.
 */
export type NotedChange = ChangeRow & { updatedAt?: string | null; hangsOn?: string[] };

/** How many records the transaction has written so far, and more by as many as the session had when it began. */
export async function countWritten(tx: Tx): Promise<bigint> {
  return BigInt(onlyRow(await withKinds('records_written', () => sql`select ${written()} as written`)(tx, {})).written);
}

/**
 * The instant of a change is that of its row, which the triggers that keep the past of the tables set: when the transaction
 * began, or that of a row which a later one wrote before. A row that is new is of the beginning, one that is updated says it.
 */
const recordedAt = sql`case when noted.before is null then now() else greatest(now(),
  coalesce(noted."updatedAt", nullif(current_setting('prot.recorded_at', true), '')::timestamptz)) end`;

/** Appends changes in the transaction that made them, and counts as `countWritten` does. */
export async function insertChanges(tx: Tx, rows: readonly NotedChange[]): Promise<bigint> {
  const append = withKinds(
    'changes',
    () => sql`
    with inserted as (
      insert into ${changesEverywhere} (happened_at, subject_id, actor_kind, actor_id, actor_name, action, resource, resource_id,
        area_code, area_code_before, reason, version, before, after, details, draft_before, draft_after)
      select ${recordedAt}, "subjectId", "actorKind", "actorId", "actorName", action, resource, "resourceId",
        "areaCode", "areaCodeBefore", reason, version, before, after, details, coalesce("draftBefore", false) or hangs, coalesce("draftAfter", false) or hangs
      from json_to_recordset(${sql.placeholder('changes')}) as noted ("subjectId" uuid, "actorKind" text, "actorId" text,
        "actorName" text, action text, resource text, "resourceId" text, "areaCode" text, "areaCodeBefore" text, reason text,
        version int, before json, after json, details json, "updatedAt" timestamptz, "draftBefore" boolean,
        "draftAfter" boolean, "hangsOn" json), lateral (select ${hangsOnDraft()} as hangs) as parents)
    select ${written()} as written`,
  );
  return BigInt(onlyRow(await append(tx, { changes: JSON.stringify(rows) })).written);
}

/** Whether a noted change is of a record that hangs on a draft. */
function hangsOnDraft(): SQL {
  const kinds = recordKinds().flatMap(({ resource, drafts }) => {
    const on = drafts?.on ?? [];
    if (on.length === 0) return [];
    const places = new Map(on.map(({ own }, index) => [own, index]));
    const idIn = (column: PgColumn) => sql.raw(`("hangsOn" ->> ${places.get(column)})::uuid`);
    return [sql`when ${sql.raw(`'${resource}'`)} then ${isDraft({ on }, idIn)}`];
  });
  return kinds.length === 0 ? sql`false` : sql`case resource ${sql.join(kinds, sql` `)} else false end`;
}

/**
 * PostgreSQL counts the rows that a session writes to each table, also those that a cascade or a part of a statement
 * writes. The counts of earlier transactions are taken out of them from time to time, but never during a transaction.
 */
function written(): SQL {
  const counts = recordKinds().map((kind) => {
    const table = sql.raw(`'${tableName(kind)}'::regclass`);
    return sql`pg_stat_get_xact_tuples_inserted(${table}) + pg_stat_get_xact_tuples_updated(${table})
      + pg_stat_get_xact_tuples_deleted(${table})`;
  });
  return sql`(${sql.join(counts, sql` + `)})::text`;
}

const statements = new Map<string, Statement<{ written: string }>>();

/** A statement that names the table of every kind of record; another one when there are more kinds. */
function withKinds(name: string, make: () => SQL): Statement<{ written: string }> {
  const named = `${name}_of_${recordKinds().length}`;
  const known = statements.get(named);
  if (known !== undefined) return known;
  const made = statement<{ written: string }>(named, make);
  statements.set(named, made);
  return made;
}

/** Many records written by one statement. */
export interface WrittenSet {
  kind: RecordKind;
  action: `${string}.${string}`;
  /**
   * An insert or update of the kind's table that returns its rows; they are `written` in what follows. An update also
   * returns the row as it was before, whole, as `was`.
   */
  statement: SQL;
  how: 'created' | 'changed';
  /** Where the area of a record is no column of its own: joins to `written`, and the area. */
  joins?: SQL;
  areaCode?: SQL;
}

/**
 * Writes many records and their changes in one statement, so that neither can be without the other. Gives how many,
 * and how many of them lie outside the caller's area, which the caller refuses.
 */
export async function writeWithChanges(
  tx: Tx,
  principal: Principal,
  { kind, action, statement, how, joins = sql.empty(), areaCode = sql`written.area_code` }: WrittenSet,
): Promise<{ written: number; noted: number; outside: number }> {
  const actor = {
    kind: sql`${principal.kind}`,
    id: sql`${principal.id}`,
    name: sql`${principal.name}`,
    people: sql`${jsonOrNull(peopleBehind(principal))}::json`,
  };
  const was = how === 'created' ? null : sql`(written.was)`;
  const rows = await rowsOf<{ written: number; noted: number; outside: number }>(
    tx,
    sql`with written as (${statement}), noted as (
      ${notedWritten({ kind, action: sql`${action}`, actor, was, areaCode })} ${joins} returning area_code)
    select (select count(*)::int from written) as written, count(*)::int as noted,
      count(*) filter (where ${liesOutside(sql`area_code`, principal.areaCode)})::int as outside
    from noted`,
  );
  return onlyRow(rows);
}

/** What `notedWritten` notes of the rows of `written`. */
interface Noted {
  kind: RecordKind;
  action: SQL;
  actor: Record<'kind' | 'id' | 'name' | 'people', SQL>;
  /** The row before by its name in the query; null for rows that are new. */
  was: SQL | null;
  areaCode?: SQL;
}

/** An insert of the changes that made the rows of `written`, as far as its `from`: joins may follow. */
function notedWritten({ kind, action, actor, was, areaCode = sql`written.area_code` }: Noted): SQL {
  const now = sql`written`;
  const { before, after } =
    was === null ? { before: sql`null::json`, after: rowJson(kind, now) } : differenceJson(kind, was, now);
  return sql`insert into ${changesEverywhere} (happened_at, subject_id, actor_kind, actor_id, actor_name, action, resource,
      resource_id, area_code, area_code_before, version, before, after, details, draft_before, draft_after)
    select written.recorded_at, ${subject(kind)}, ${actor.kind}, ${actor.id}, ${actor.name}, ${action}, ${sql.raw(`'${kind.resource}'`)},
      ${idOf(kind)}, ${areaCode}, ${areaLeft(kind, was)}, written.version, ${before}, ${after}, ${actor.people},
      ${draftIn(kind, was ?? now)}, ${draftIn(kind, now)}
    from written`;
}

/** Whether a row that was written, or was there before it, is a draft. What it hangs on is not written by the same statement. */
function draftIn({ drafts }: RecordKind, row: SQL): SQL {
  return drafts === null ? sql`false` : isDraft(drafts, ({ name }) => sql`${row}.${sql.identifier(name)}`);
}

/** Who writes, as the placeholders of a statement: the people behind the actor as JSON, or null. */
export type ActorParameters = Record<'actorKind' | 'actorId' | 'actorName', string> & { people: string | null };

export function jsonOrNull(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** A record that one statement locks, writes and notes, if its guards let it. */
export interface GuardedWrite {
  kind: RecordKind;
  action: `${string}.${string}`;
  /** Parts of the statement, with their commas. The last but one locks the row as `was`; the last writes it, as `written`. */
  parts: SQL;
  /** What is given of it, of `written` and the parts before. */
  shown: SQL;
}

/**
 * A statement that locks one record, writes it and notes the change, all of it or nothing. Its placeholders are those of
 * `ActorParameters`. It gives one row, or none when a guard kept it from writing.
 */
export function guardedWrite({ kind, action, parts, shown }: GuardedWrite): SQL {
  const actor = {
    kind: sql`${sql.placeholder('actorKind')}::text`,
    id: sql`${sql.placeholder('actorId')}::text`,
    name: sql`${sql.placeholder('actorName')}::text`,
    people: sql`${sql.placeholder('people')}::json`,
  };
  return sql`with ${parts}, noted as (
      ${notedWritten({ kind, action: sql.raw(`'${action}'`), actor, was: sql`was` })} cross join was returning 1)
    select ${shown} as shown from written cross join was cross join noted`;
}

/** As in changes.actions.ts: the area that a change moved the record away from, empty for the whole country, or null. */
function areaLeft({ columns }: RecordKind, was: SQL | null): SQL {
  if (was === null || !('areaCode' in columns)) return sql`null::text`;
  return sql`case when ${was}.area_code is distinct from written.area_code then coalesce(${was}.area_code, '') end`;
}

/** What keeps the changes together when the table is distributed: the group, or the record itself. */
function subject({ columns, key: [first = ''] }: RecordKind): SQL {
  return keyColumn(columns, 'groupId' in columns ? 'groupId' : first);
}

function idOf({ columns, key, separator }: RecordKind): SQL {
  const parts = key.map((name) => sql`${keyColumn(columns, name)}::text`);
  return sql.join(parts, sql.raw(` || '${separator}' || `));
}

function keyColumn(columns: RecordKind['columns'], name: string): SQL {
  return sql`written.${sql.identifier(columns[name]?.name ?? name)}`;
}
