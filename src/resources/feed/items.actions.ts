import { isDeepStrictEqual } from 'node:util';
import type { ChangedResource } from '../../domain/change.js';
import type { Db } from '../../platform/db/database.js';
import type { RecordRow } from '../../platform/record/record.js';
import type { LoggedChange } from '../changes/feed.store.js';
import { type BothSides, type Moment, readRecords, readRecordsAt } from './records.store.js';
import { type InstrumentsOfRounds, type RecordView, readInstruments, recordView } from './views.store.js';

/** What became of one field; null where it is empty or not there. */
export interface FieldChange {
  field: string;
  from: unknown;
  to: unknown;
}

/** A change as clients see it: not the columns that it keeps, but the fields that differ and the record after it. */
export interface FeedItem extends Omit<LoggedChange, 'before' | 'after'> {
  changes: FieldChange[];
  record: RecordView | null;
}

/** Changes of a page as clients see them: each with its fields and the record after it, as far as the reader may see them. */
export async function describeChanges(db: Db, changes: readonly LoggedChange[]): Promise<FeedItem[]> {
  // Of a record that has left nothing is read.
  const told = changes.filter(({ kind }) => kind !== 'left');
  const records = await readRecords(db, told);
  const brought = await readRecordsAt(db, told.flatMap(momentsOf));
  const instruments = await readInstruments(db, roundsOfSheets(told, records));
  return changes.map((change) => {
    const { before, after, ...said } = change;
    const sides = change.kind === 'left' ? undefined : records.get(change.position);
    const viewed = viewBoth(change.resource, sides, instruments);
    return {
      ...said,
      details: withBrought(change, brought.get(change.position)),
      // One that enters was elsewhere before, and what it was there is not told.
      changes: change.kind === 'changed' || change.kind === 'deleted' ? differences(viewed.before, viewed.after) : [],
      record: viewed.after,
    };
  });
}

/** What a record brings along when it enters: a group its figures, a plan its actions. */
function momentsOf({ kind, resource, position, resourceId, groupId }: LoggedChange): Moment[] {
  if (kind !== 'entered') return [];
  const idsBegin = `${resourceId}/`;
  if (resource === 'group') return [{ position, subjectId: resourceId, resource: 'figures', idsBegin }];
  if (resource === 'plan') return [{ position, subjectId: groupId ?? resourceId, resource: 'plan-action', idsBegin }];
  return [];
}

/** The facts of a change with what its record brought along: figures latest day first, actions in the order of their list. */
function withBrought({ resource, details }: LoggedChange, rows: RecordRow[] | undefined): FeedItem['details'] {
  if (rows === undefined) return details;
  const viewed = (kind: ChangedResource) => rows.map((row) => recordView(kind, row, new Map()));
  if (resource === 'plan') return { ...details, actions: viewed('plan-action').sort(by('actionId')) };
  return { ...details, figures: viewed('figures').sort(by('asOf')).reverse() };
}

function by(name: string): (a: RecordView, b: RecordView) => number {
  return (a, b) => (String(a[name]) < String(b[name]) ? -1 : 1);
}

function roundsOfSheets(changes: readonly LoggedChange[], records: ReadonlyMap<number, BothSides>): string[] {
  return changes.flatMap(({ resource, position }) => {
    const { before = null, after = null } = records.get(position) ?? {};
    const roundId = (after ?? before)?.roundId;
    return resource === 'assessment' && typeof roundId === 'string' ? [roundId] : [];
  });
}

function viewBoth(
  resource: ChangedResource,
  { before, after }: BothSides = { before: null, after: null },
  instruments: InstrumentsOfRounds,
): { before: RecordView | null; after: RecordView | null } {
  return {
    before: before && recordView(resource, before, instruments),
    after: after && recordView(resource, after, instruments),
  };
}

/** Said by the change itself. */
const ofTheChange = new Set(['version', 'updatedAt']);

/** The fields that differ; of scores, each score by itself, as `scores/5`. */
function differences(before: RecordView | null, after: RecordView | null): FieldChange[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((field) => ({ field, from: old.get(field) ?? null, to: now.get(field) ?? null }))
    .filter(({ field, from, to }) => !ofTheChange.has(field) && !isDeepStrictEqual(from, to));
}

function fieldsOf(view: RecordView | null): Map<string, unknown> {
  return new Map(
    Object.entries(view ?? {}).flatMap(([name, value]): [string, unknown][] =>
      name === 'scores' && Array.isArray(value)
        ? value.map(({ criterionNo, ...score }) => [`scores/${criterionNo}`, score])
        : [[name, value]],
    ),
  );
}
