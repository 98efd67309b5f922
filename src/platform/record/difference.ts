import { isDeepStrictEqual } from 'node:util';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { type RecordKind, type RecordRow, saidByTheChange } from './record.js';

/** What a change keeps: nothing before a creation, nothing after a deletion, otherwise the columns that differ. */
export interface Difference {
  before: RecordRow | null;
  after: RecordRow | null;
}

/** The record's own columns of a row, which may have more. */
function ownColumns({ columns }: RecordKind, row: RecordRow): RecordRow {
  return Object.fromEntries(Object.keys(columns).map((name) => [name, row[name]]));
}

/**
 * What a change keeps of the rows before and after it. A creation or a deletion keeps the whole row, an update the columns
 * that differ but for `version` and `updatedAt`. Of a column of entries it keeps those that differ, null for one that is
 * not there.
 */
export function differenceOf(kind: RecordKind, before: RecordRow | null, after: RecordRow | null): Difference {
  if (before === null || after === null) {
    return { before: before && ownColumns(kind, before), after: after && ownColumns(kind, after) };
  }
  const changed: { before: RecordRow; after: RecordRow } = { before: {}, after: {} };
  for (const name of Object.keys(kind.columns)) {
    const [old, now] = [before[name], after[name]];
    if (saidByTheChange.has(name) || isDeepStrictEqual(old, now)) continue;
    const entries = kind.entries.has(name) ? differingEntries(entriesOf(old), entriesOf(now)) : null;
    changed.before[name] = entries === null ? old : entries.before;
    changed.after[name] = entries === null ? now : entries.after;
  }
  return changed;
}

/** A change as it is read back, with the version of the record that it made; null for a deletion. */
export interface KeptChange extends Difference {
  version: number | null;
  happenedAt: string;
}

/**
 * The record as a change leaves it, given the record before that change; null when the change deletes it or there is no
 * record. @throws Error when the change is an update of a record that is not there
 */
export function applyChange(kind: RecordKind, row: RecordRow | null, change: KeptChange): RecordRow | null {
  const { before, after, version, happenedAt } = change;
  if (after === null) return null;
  if (before === null) return { ...youngerColumns(kind, after), ...after };
  if (row === null) throw new Error(`A change of ${kind.resource} has no record before it.`);
  const changed = Object.entries(after).map(([name, now]) => [
    name,
    kind.entries.has(name) ? mergedEntries(entriesOf(row[name]), entriesOf(now)) : now,
  ]);
  const instant = 'updatedAt' in kind.columns ? { updatedAt: happenedAt } : {};
  return { ...row, version, ...instant, ...Object.fromEntries(changed) };
}

/** What a row has in the columns that were added to the table after a change had kept it. */
function youngerColumns({ columns }: RecordKind, kept: RecordRow): RecordRow {
  const younger = Object.entries(columns).filter(([name]) => !(name in kept));
  return Object.fromEntries(younger.map(([name, column]) => [name, valueWhenAdded(column)]));
}

/** What a new column has in the rows that are there already. */
export function valueWhenAdded({ default: given }: PgColumn): unknown {
  return (given instanceof Object ? null : given) ?? null;
}

type Entries = Readonly<Record<string, unknown>>;

function entriesOf(value: unknown): Entries {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function differingEntries(old: Entries, now: Entries): { before: Entries; after: Entries } {
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  const differing = keys.filter((key) => !isDeepStrictEqual(old[key], now[key]));
  const only = (entries: Entries) => Object.fromEntries(differing.map((key) => [key, entries[key] ?? null]));
  return { before: only(old), after: only(now) };
}

function mergedEntries(old: Entries, changed: Entries): Entries {
  return Object.fromEntries(Object.entries({ ...old, ...changed }).filter(([, value]) => value !== null));
}
