/** The changes of one record, laid one over the other, and what does not fit. */
import { isDeepStrictEqual } from 'node:util';
import { applyChange, valueWhenAdded } from '../../platform/record/difference.js';
import type { RecordKind, RecordRow } from '../../platform/record/record.js';
import type { LaidChange } from '../verify.store.js';
import type { Findings } from './findings.js';

/** A record as its changes say it is. */
export interface Replayed {
  id: string;
  /** Null for one that was deleted. */
  row: RecordRow | null;
  lastPosition: number;
}

/** The record as a change leaves it. What of the change does not fit what was there before is found. */
export function lay(kind: RecordKind, record: Replayed | null, change: LaidChange, findings: Findings): Replayed {
  const { position, resourceId, after } = change;
  const row = record?.row ?? null;
  const wrong = faultOf(kind, row, change);
  if (wrong !== null) {
    findings.add({
      code: 'change-unfit',
      position,
      resource: kind.resource,
      resourceId,
      ...(wrong.columns.length > 0 && { columns: wrong.columns }),
      detail: `Change ${position} (${change.action} of ${kind.resource} ${resourceId}) ${wrong.what}.`,
    });
  }
  // An update of what is not there is found above; of it only what it says is known.
  const left = row === null && change.before !== null ? after : applyChange(kind, row, change);
  return { id: resourceId, row: left, lastPosition: position };
}

interface Fault {
  what: string;
  columns: string[];
}

function faultOf(kind: RecordKind, row: RecordRow | null, change: LaidChange): Fault | null {
  const { before, after, version } = change;
  const fault = (what: string, columns: string[] = []) => ({ what, columns });
  if (before === null && after === null) return fault('says neither what was before nor what is after');
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
