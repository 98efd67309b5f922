import { validate as isUuid, v7 as uuidv7 } from 'uuid';
import { type Principal, requireArea } from '../../domain/access.js';
import { problems } from '../../domain/problem.js';
import type { Db } from '../../platform/db/database.js';
import { isRetryable } from '../../platform/db/driver-error.js';
import { type ChangeRow, changesValue, insertChanges, type WrittenSet, writeWithChanges } from './changes.store.js';

/** What a write says about one record it changed. `before` and `after` are the record as clients see it, or null. */
export interface Change {
  action: `${string}.${string}`;
  resource: string;
  resourceId: string;
  /** The group the change is about; left out where there is none. */
  groupId?: string;
  areaCode: string | null;
  reason?: string | null;
  before: object | null;
  after: object | null;
}

/** Notes a change; `unchanged` says that the request asked for what already is, so there is nothing to note. */
export interface Note {
  (change: Change): void;
  unchanged(): void;
  /** Notes a change that is written by the statement that makes it, one made with `notedBy`. */
  with(change: Change, save: (values: { changes: string }) => Promise<unknown[]>): Promise<void>;
  /** Writes many records by one statement that notes each of them; gives how many. */
  many(set: WrittenSet): Promise<number>;
}

/**
 * The only door for writes. Runs the work in one transaction and writes its changes in the same one, so that no record
 * changes without a trace and no trace is left of what did not happen. A work that notes nothing fails, and so does a
 * change outside the caller's area, however it came about. A transaction that lost a deadlock or found its rows held runs
 * again, so the work must have no effect but on the database. A work that takes a file over says that it is an `import`.
 * @throws problems.areaOutsideYours (403), and whatever the work refuses
 */
export async function write<T>(
  db: Db,
  principal: Principal,
  work: (tx: Db, note: Note) => Promise<T>,
  kind: 'again' | 'import' = 'again',
  attemptsLeft = 2,
): Promise<T> {
  try {
    return await db.transaction((tx) => workAndNote(tx, principal, work), kind);
  } catch (error) {
    if (attemptsLeft === 0 || !isRetryable(error)) throw error;
    return write(db, principal, work, kind, attemptsLeft - 1);
  }
}

async function workAndNote<T>(tx: Db, principal: Principal, work: (tx: Db, note: Note) => Promise<T>): Promise<T> {
  const rows: ChangeRow[] = [];
  let unchanged = false;
  let saved = 0;
  const note = Object.assign((change: Change) => void rows.push(changeRow(principal, change)), {
    unchanged: () => {
      unchanged = true;
    },
    with: async (change: Change, save: (values: { changes: string }) => Promise<unknown[]>) => {
      const noted = await save(changesValue([changeRow(principal, change)]));
      if (noted.length !== 1) throw new Error('A write of one record noted no change.');
      saved += 1;
    },
    many: async (set: WrittenSet) => {
      const { written, noted, outside } = await writeWithChanges(tx, principal, set);
      if (noted !== written) throw new Error(`A write of ${written} records noted ${noted} changes.`);
      if (outside > 0) throw problems.areaOutsideYours(null, principal.areaCode);
      saved += noted;
      return noted;
    },
  });
  const result = await work(tx, note);
  if (rows.length + saved === 0 && !unchanged) throw new Error('A write noted no change.');
  if (rows.length > 0) await insertChanges(tx, rows);
  return result;
}

function changeRow(principal: Principal, change: Change): ChangeRow {
  requireArea(principal, change.areaCode);
  return {
    subjectId: change.groupId ?? (isUuid(change.resourceId) ? change.resourceId : uuidv7()),
    actorKind: principal.kind,
    actorId: principal.id,
    actorName: principal.name,
    action: change.action,
    resource: change.resource,
    resourceId: change.resourceId,
    areaCode: change.areaCode,
    reason: change.reason ?? null,
    before: change.before,
    after: change.after,
  };
}
