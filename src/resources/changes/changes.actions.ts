import { validate as isUuid, v7 as uuidv7 } from 'uuid';
import { type Principal, peopleBehind, requireArea } from '../../domain/access.js';
import { problems } from '../../domain/problem.js';
import type { Db, Tx } from '../../platform/db/database.js';
import { isBrokenConstraint, isRetryable } from '../../platform/db/driver-error.js';
import { isAnswerKept } from '../../platform/db/pending.js';
import { inTransaction, singleStatements } from '../../platform/db/transactions.js';
import { differenceOf } from '../../platform/record/difference.js';
import { hasDraftStatus, parentsOf, type RecordKind, type RecordRow, recordId } from '../../platform/record/record.js';
import {
  type ActorParameters,
  countWritten,
  insertChanges,
  jsonOrNull,
  type NotedChange,
  type WrittenSet,
  writeWithChanges,
} from './changes.store.js';

/** What was done, as the record of changes names it: the resource and a verb. */
export type ActionName = `${string}.${string}`;

/** What a change is about beside its record. */
export interface About {
  /** Where the record lies, for a kind of record that has no area of its own. */
  areaCode?: string | null;
  /** Why, in the words of who did it. */
  reason?: string | null;
  /** Facts of the act that are no column of the record. */
  details?: Record<string, unknown>;
}

/** Notes what a write changes. */
export interface Note {
  /** One record: the row before, null for a new one, and the row after, null for one that is deleted. */
  <Row extends RecordRow>(
    kind: RecordKind<Row>,
    action: ActionName,
    before: NoInfer<Row> | null,
    after: NoInfer<Row> | null,
    about?: About,
  ): void;
  /** Says that the request asked for what already is, so there is nothing to note. */
  unchanged(): void;
  /** Writes many records by one statement that notes each of them; gives how many. */
  many(set: WrittenSet): Promise<number>;
}

/**
 * The only way to write. Runs the work in one transaction and writes its changes in the same one, so that no record
 * changes without a trace and no trace is left of what did not happen. A work that notes nothing fails, so does one that
 * notes fewer changes than it writes records, and so does a change outside the caller's area, however it came about. A
 * transaction that lost a deadlock or found its rows held runs again, so the work must have no effect but on the database.
 * A work that takes a file over says that it is an `import`.
 * @throws problems.areaOutsideYours (403), and whatever the work refuses
 */
export async function write<T>(
  db: Db,
  principal: Principal,
  work: (tx: Tx, note: Note) => Promise<T>,
  kind: 'again' | 'import' = 'again',
  attemptsLeft = 2,
): Promise<T> {
  try {
    return await inTransaction(db, (tx) => workAndNote(tx, principal, work), kind);
  } catch (error) {
    if (attemptsLeft === 0 || !isRetryable(error)) throw error;
    return write(db, principal, work, kind, attemptsLeft - 1);
  }
}

/**
 * Writes one record by one statement that locks, writes and notes it, made with `guardedWrite`: a quarter of the ways to
 * the database, and no lock outlives it. What the statement's guards refuse is not said; whoever gets null asks `write`,
 * which finds out. It never waits for a row: what another transaction holds is left to `write` too.
 */
export async function writeAtOnce<Shown>(
  db: Db,
  principal: Principal,
  statement: (tx: Tx, actor: ActorParameters) => Promise<{ shown: Shown }[]>,
): Promise<Shown | null> {
  const { kind: actorKind, id: actorId, name: actorName } = principal;
  try {
    const actor = { actorKind, actorId, actorName, people: jsonOrNull(peopleBehind(principal)) };
    if (isAnswerKept()) return await shownOfKept(db, (tx) => statement(tx, actor));
    const [row] = await statement(singleStatements(db), actor);
    return row?.shown ?? null;
  } catch (error) {
    if (error instanceof NothingWritten) return null;
    // What another write was first with, `write` finds as it is now.
    if (isRetryable(error) || isBrokenConstraint(error)) return null;
    throw error;
  }
}

/** The same where the answer is kept with it: in a transaction that stays open if the statement has written. */
function shownOfKept<Shown>(db: Db, statement: (tx: Tx) => Promise<{ shown: Shown }[]>): Promise<Shown> {
  return inTransaction(db, async (tx) => {
    const [row] = await statement(tx);
    if (row === undefined) throw new NothingWritten();
    return row.shown;
  });
}

/** Thrown to end a transaction in which nothing was written. */
class NothingWritten extends Error {}

/**
 * Writes what is no record and leaves no change: how far a delivery has come, a seal, an answer that is kept. One transaction.
 * @throws Error when it wrote a record after all
 */
export function writeApart<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  return inTransaction(db, async (tx) => {
    const writtenBefore = await countWritten(tx);
    const result = await work(tx);
    if ((await countWritten(tx)) !== writtenBefore) throw new Error('A record was written without a change.');
    return result;
  });
}

async function workAndNote<T>(tx: Tx, principal: Principal, work: (tx: Tx, note: Note) => Promise<T>): Promise<T> {
  const rows: NotedChange[] = [];
  let unchanged = false;
  let saved = 0;
  const note: Note = Object.assign(
    (kind: RecordKind, action: ActionName, before: RecordRow | null, after: RecordRow | null, about: About = {}) => {
      rows.push(changeRow(principal, kind, action, { before, after, about }));
    },
    {
      unchanged: () => {
        unchanged = true;
      },
      many: async (set: WrittenSet) => {
        const { written, noted, outside } = await writeWithChanges(tx, principal, set);
        if (noted !== written) throw new Error(`A write of ${written} records noted ${noted} changes.`);
        if (outside > 0) throw problems.areaOutsideYours(null, principal.areaCode);
        saved += noted;
        return noted;
      },
    },
  );
  const writtenBefore = await countWritten(tx);
  const result = await work(tx, note);
  const noted = rows.length + saved;
  if (noted === 0 && !unchanged) throw new Error('A write noted no change.');
  const written = (rows.length > 0 ? await insertChanges(tx, rows) : await countWritten(tx)) - writtenBefore;
  if (written > noted) throw new Error(`A write of ${written} records noted ${noted} changes.`);
  return result;
}

/** A change as a row of the table of changes. @throws problems.areaOutsideYours (403) */
function changeRow(
  principal: Principal,
  kind: RecordKind,
  action: ActionName,
  { before, after, about }: { before: RecordRow | null; after: RecordRow | null; about: About },
): NotedChange {
  const row = after ?? before;
  if (row === null) throw new Error('A change is of a record that is there before or after it.');
  const areaCode = about.areaCode === undefined ? textOrNull(row.areaCode) : about.areaCode;
  requireArea(principal, areaCode);
  return {
    subjectId: subjectOf(kind, row),
    actorKind: principal.kind,
    actorId: principal.id,
    actorName: principal.name,
    action,
    resource: kind.resource,
    resourceId: recordId(kind, row),
    areaCode,
    areaCodeBefore: areaLeft(before, after),
    reason: about.reason ?? null,
    version: after === null ? null : versionOf(kind, after),
    ...differenceOf(kind, before, after),
    details: withPeople(about.details, principal),
    draftBefore: hasDraftStatus(kind, before ?? row),
    draftAfter: hasDraftStatus(kind, row),
    hangsOn: parentsOf(kind, row),
    updatedAt: before === null || after === null ? null : textOrNull(after.updatedAt),
  };
}

/** Facts of the act, with the people behind it; null when there is nothing to say. */
function withPeople(details: About['details'], principal: Principal): Record<string, unknown> | null {
  const said = { ...details, ...peopleBehind(principal) };
  return Object.keys(said).length === 0 ? null : said;
}

/** The area that a change moved the record away from, empty for the whole country; null when it stays where it is. */
function areaLeft(before: RecordRow | null, after: RecordRow | null): string | null {
  if (before === null || after === null || before.areaCode === after.areaCode) return null;
  return textOrNull(before.areaCode) ?? '';
}

/** What keeps the changes together when the table is distributed: the group, or the record itself. */
function subjectOf({ key }: RecordKind, row: RecordRow): string {
  const ids = [row.groupId, ...key.map((name) => row[name])];
  return ids.find((value): value is string => isUuid(value)) ?? uuidv7();
}

/** The version of a record; what is never changed has its first one. */
function versionOf({ columns }: RecordKind, row: RecordRow): number {
  return 'version' in columns ? Number(row.version) : 1;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
