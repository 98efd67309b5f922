import { sql } from 'drizzle-orm';
import type { ChangedResource } from '../../domain/change.js';
import { type Db, rowsOf } from '../../platform/db/database.js';
import { jsonInstant } from '../../platform/db/json.js';
import { applyChange, type KeptChange } from '../../platform/record/difference.js';
import { type RecordKind, type RecordRow, recordKinds } from '../../platform/record/record.js';
import { changesEverywhere } from '../changes/changes.table.js';

/** A record as a row, just before a change of it and just after; null where it was not there. */
export interface BothSides {
  before: RecordRow | null;
  after: RecordRow | null;
}

/** A change by its place in the log and its record. */
interface Place {
  position: number;
  resource: ChangedResource;
  resourceId: string;
}

/**
 * The records of some changes as they were before and after each, by position: all changes of each record laid one over the
 * other. Whether the reader may see them is for the caller to say.
 */
export async function readRecords(db: Db, places: readonly Place[]): Promise<Map<number, BothSides>> {
  const wanted = new Set(places.map(({ position }) => position));
  const sides = new Map<number, BothSides>();
  const records = new Map<string, RecordRow | null>();
  for (const change of await listChanges(db, places)) {
    const name = `${change.resource} ${change.resourceId}`;
    const before = records.get(name) ?? null;
    const after = applyChange(kindOf(change.resource), before, change);
    records.set(name, after);
    if (wanted.has(Number(change.position))) sides.set(Number(change.position), { before, after });
  }
  return sides;
}

/** A place in the log, and what is about a subject there: whose records have ids that begin with a text. */
export interface Moment {
  position: number;
  subjectId: string;
  resource: ChangedResource;
  idsBegin: string;
}

/** The records that are read through another one, as they were at a place in the log, by that place. */
export async function readRecordsAt(db: Db, moments: readonly Moment[]): Promise<Map<number, RecordRow[]>> {
  const found = new Map<number, RecordRow[]>();
  for (const moment of moments) {
    const rows = new Map<string, RecordRow | null>();
    for (const change of await listChangesAbout(db, moment)) {
      rows.set(change.resourceId, applyChange(kindOf(moment.resource), rows.get(change.resourceId) ?? null, change));
    }
    found.set(
      moment.position,
      [...rows.values()].filter((row) => row !== null),
    );
  }
  return found;
}

interface ChangeOfRecord extends KeptChange {
  position: string;
  resource: ChangedResource;
  resourceId: string;
}

/** A creation has nothing before it; of an update what it keeps after it is all that is needed. */
const kept = sql`sequence::text as position, changes.resource, resource_id as "resourceId", version,
  ${jsonInstant(sql`happened_at`)} as "happenedAt", case when before is not null then '{}'::json end as before, after`;

/** All changes of the records of some places up to the last of these, in order. */
async function listChanges(db: Db, places: readonly Place[]): Promise<ChangeOfRecord[]> {
  if (places.length === 0) return [];
  const last = new Map<string, Place>();
  for (const place of places) {
    const name = `${place.resource} ${place.resourceId}`;
    if (place.position > (last.get(name)?.position ?? 0)) last.set(name, place);
  }
  return rowsOf<ChangeOfRecord>(
    db,
    sql`
      select ${kept}
      from json_to_recordset(${JSON.stringify([...last.values()])}::json)
        as record (resource text, "resourceId" text, position bigint)
      join ${changesEverywhere} as changes on changes.resource = record.resource
        and changes.resource_id = record."resourceId" and changes.sequence <= record.position
      order by sequence`,
  );
}

function listChangesAbout(db: Db, { position, subjectId, resource, idsBegin }: Moment): Promise<ChangeOfRecord[]> {
  return rowsOf<ChangeOfRecord>(
    db,
    sql`
      select ${kept} from ${changesEverywhere} as changes
      where subject_id = ${subjectId}::uuid and resource = ${resource} and starts_with(resource_id, ${idsBegin})
        and sequence <= ${position}
      order by sequence`,
  );
}

function kindOf(resource: ChangedResource): RecordKind {
  const kind = recordKinds().find((one) => one.resource === resource);
  if (kind === undefined) throw new Error(`There is no kind of record ${resource}.`);
  return kind;
}
