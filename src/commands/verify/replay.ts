/** The changes of one record, laid one over the other, and what does not fit. */
import { isDeepStrictEqual } from 'node:util';
import { applyChange, valueWhenAdded } from '../../platform/record/difference.js';
import { hasDraftStatus, type RecordKind, type RecordRow } from '../../platform/record/record.js';
import type { LaidChange } from '../verify.store.js';
import type { Findings } from './findings.js';

/** A record as its changes say it is, and was. */
export interface Replayed {
  id: string;
  /** Null for one that was deleted. */
  row: RecordRow | null;
  /** Since when it is so. */
  since: string;
  lastPosition: number;
  /** What it was until another change, but for what lasted no time. */
  past: PastState[];
  /**
   * Whether it was made again by a transaction that began before the one that had deleted it: what of its past is of which
   * instant cannot be told then.
   */
  overlaps: boolean;
}

/** What a record was after a change, until the next one. */
export interface PastState {
  row: RecordRow;
  since: string;
  until: string;
  position: number;
  /** Whether it was then deleted. */
  deleted: boolean;
}

/** The record as a change leaves it. What of the change does not fit what was there before is found. */
export function lay(kind: RecordKind, record: Replayed | null, change: LaidChange, findings: Findings): Replayed {
  const { position, resourceId, after, happenedAt } = change;
  const row = record?.row ?? null;
  const fault = faultOf(kind, row, change);
  if (fault !== null) {
    const { what, columns } = fault;
    const detail = `Change ${position} (${change.action} of ${kind.resource} ${resourceId}) ${what}.`;
    const named = columns.length === 0 ? {} : { columns };
    findings.add({ code: 'change-unfit', position, resource: kind.resource, resourceId, ...named, detail });
  }
  // Of a record that was not there before its update, which is found above, only that much is known.
  const left = row === null && change.before !== null ? after : applyChange(kind, row, change);
  const since = record !== null && record.since > happenedAt ? record.since : happenedAt;
  const past = record?.past ?? [];
  if (record !== null && row !== null && since > record.since) {
    past.push({ row, since: record.since, until: since, position: record.lastPosition, deleted: after === null });
  }
  const overlaps = record !== null && (record.overlaps || (row === null && happenedAt < record.since));
  return { id: resourceId, row: left, since, lastPosition: position, past, overlaps };
}

interface Fault {
  what: string;
  columns: string[];
}

function faultOf(kind: RecordKind, row: RecordRow | null, change: LaidChange): Fault | null {
  const { before, after, version } = change;
  const fault = (what: string, columns: string[] = []) => ({ what, columns });
  if (before === null && after === null) return fault('says neither what was before nor what is after');
  const moved = before !== null && after !== null && before.areaCode !== after.areaCode;
  if (change.areaCodeBefore !== (moved ? (before.areaCode ?? '') : null)) {
    return fault('names another area that the record left than it says', ['areaCodeBefore']);
  }
  if (!saysDrafts(kind, row, change))
    return fault('says otherwise whether the record was a draft', ['draftBefore', 'draftAfter']);
  if (before === null) {
    if (row !== null) return fault('makes a record that is there already');
    const first = 'version' in kind.columns ? after?.version : 1;
    return version === first ? null : fault(`makes version ${version} of a record of version ${first}`);
  }
  if (row === null) return fault(`is of a record that ${after === null ? 'is' : 'was'} not there`);
  const names = Object.keys(before).filter((name) => name in kind.columns);
  const differing = names.filter((name) => !fits(kind, name, row[name], before[name], after === null));
  if (differing.length > 0) return fault(`does not fit what was before: ${differing.join(', ')}`, differing);
  if (after === null) return version === null ? null : fault('deletes the record and names a version');
  const next = Number(row.version) + 1;
  return version === next ? null : fault(`makes version ${version} where ${next} follows`);
}

/** Whether a change says of both its sides what the state of the record says. What the record hangs on can be a draft besides. */
function saysDrafts(kind: RecordKind, row: RecordRow | null, change: LaidChange): boolean {
  const { before, after, draftBefore, draftAfter } = change;
  const now = { ...row, ...(after ?? before) };
  const sides = [before === null || row === null ? now : row, now];
  const expected = sides.map((side) => hasDraftStatus(kind, side));
  const mayHang = (kind.drafts?.on ?? []).length > 0;
  return [draftBefore, draftAfter].every((said, side) => said === expected[side] || (said && mayHang));
}

/** Whether a column was what a change says that it was; of entries it names those alone that it changes. */
function fits({ entries }: RecordKind, name: string, value: unknown, said: unknown, whole: boolean): boolean {
  if (whole || !entries.has(name)) return isDeepStrictEqual(value ?? null, said ?? null);
  const kept: Record<string, unknown> = { ...Object(value) };
  return Object.entries(Object(said)).every(([key, entry]) => isDeepStrictEqual(kept[key] ?? null, entry));
}

/** The columns in which a record differs from what its changes say. One that is younger than a change is not in it. */
export function differingColumns({ columns }: RecordKind, said: RecordRow, row: RecordRow): string[] {
  return Object.entries(columns).flatMap(([name, column]) => {
    const expected = said[name] ?? valueWhenAdded(column);
    return isDeepStrictEqual(expected, row[name] ?? null) ? [] : [name];
  });
}

/**
 * Whether a past row may end at an instant, or have lasted no time. A deletion is of the instant of its transaction, which
 * may be later than that of the row: one of the other rows was written by a later transaction.
 */
export function mayEndAt({ until, deleted }: PastState, instant: string): boolean {
  const waited = Date.parse(until) - Date.parse(instant);
  return waited === 0 || (deleted && waited > 0 && waited <= longestWaitMs);
}

const longestWaitMs = 60_000;
