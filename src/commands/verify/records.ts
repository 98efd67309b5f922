/** The log against the tables: the changes of each record, laid one over the other, are the record. */
import type { Db } from '../../platform/db/database.js';
import { type RecordKind, recordKinds } from '../../platform/record/record.js';
import { canonicalHash } from '../../platform/sealing/chain.js';
import {
  countPast,
  countRecords,
  type KeptRecord,
  type LaidChange,
  listChangesByRecord,
  listPast,
  listRecords,
  listResources,
  listUnchanged,
  type PastRecord,
} from '../verify.store.js';
import type { Findings } from './findings.js';
import { differingColumns, lay, mayEndAt, type Replayed } from './replay.js';

const atOnce = 2_000;

/** What came with a migration and has no change, by the hash of its canonical form without `createdAt`. */
const builtIn: Readonly<Record<string, string>> = {
  'instrument fhc@1': 'f043be96805e59f9caabc0b9269d010a9d52b425a318291cb466d5fc3092f6eb',
};

/** Resources of changes that are of no record: a number that a migration released. */
const noRecords: ReadonlySet<string> = new Set(['registration-number']);

/** @returns how many records were compared */
export async function checkRecords(db: Db, findings: Findings, tell: (changes: number) => void): Promise<number> {
  const kinds = recordKinds();
  const known = new Set(kinds.map(({ resource }) => resource));
  for (const resource of await listResources(db)) {
    if (known.has(resource) || noRecords.has(resource)) continue;
    findings.add({ code: 'change-unfit', resource, detail: `There are changes of ${resource}, which is no record.` });
  }
  let records = 0;
  let changes = 0;
  for (const kind of kinds) {
    records += await checkKind(db, kind, findings, (laid) => {
      changes += laid;
      tell(changes);
    });
  }
  return records;
}

async function checkKind(db: Db, kind: RecordKind, findings: Findings, tell: (changes: number) => void) {
  const [table, past] = [await countRecords(db, kind), await countPast(db, kind)];
  let [met, metPast] = [0, 0];
  for await (const replayed of replayedRecords(db, kind, findings, tell)) {
    const ids = replayed.map(({ id }) => id);
    const kept = new Map((await listRecords(db, kind, ids)).map((one) => [one.id, one]));
    const were = byId(past === 0 ? [] : await listPast(db, kind, ids));
    met += kept.size;
    for (const record of replayed) {
      const was = were.get(record.id) ?? [];
      metPast += was.length;
      compare(kind, record, kept.get(record.id), findings);
      comparePast(kind, record, was, findings);
    }
  }
  if (met < table) for (const record of await listUnchanged(db, kind)) checkUnchanged(kind, record, findings);
  if (metPast < past) {
    const detail = `${past - metPast} past rows of ${kind.resource} are of records that have no change.`;
    findings.add({ code: 'past-differs', resource: kind.resource, detail });
  }
  return table;
}

function byId(rows: readonly PastRecord[]): Map<string, PastRecord[]> {
  const groups = new Map<string, PastRecord[]>();
  for (const row of rows) groups.set(row.id, [...(groups.get(row.id) ?? []), row]);
  return groups;
}

/** The records of a kind as their changes say they are, some at a time. */
async function* replayedRecords(
  db: Db,
  kind: RecordKind,
  findings: Findings,
  tell: (changes: number) => void,
): AsyncGenerator<Replayed[], void> {
  let record: Replayed | null = null;
  for (let last: LaidChange | null = null; ; ) {
    const changes: LaidChange[] = await listChangesByRecord(db, kind.resource, last, atOnce);
    const whole: Replayed[] = [];
    for (const change of changes) {
      if (record !== null && record.id !== change.resourceId) {
        whole.push(record);
        record = null;
      }
      record = lay(kind, record, change, findings);
    }
    tell(changes.length);
    const isLast = changes.length < atOnce;
    if (isLast && record !== null) whole.push(record);
    if (whole.length > 0) yield whole;
    if (isLast) return;
    last = changes.at(-1) ?? null;
  }
}

function compare(kind: RecordKind, said: Replayed, kept: KeptRecord | undefined, findings: Findings): void {
  const { resource } = kind;
  const add = (code: 'record-differs' | 'record-missing', what: string, columns?: string[]) => {
    const detail = `${resource} ${said.id} ${what}.`;
    findings.add({ code, resource, resourceId: said.id, ...(columns && { columns }), detail });
  };
  const change = `change ${said.lastPosition}`;
  if (said.row === null) {
    if (kept !== undefined) add('record-differs', `is in its table, although ${change} deleted it`);
  } else if (kept === undefined) add('record-missing', `is not in its table, although ${change} left it there`);
  else {
    const columns = differingColumns(kind, said.row, kept.row);
    if (said.since !== kept.since && !said.overlaps) columns.push('recordedAt');
    if (columns.length > 0) add('record-differs', `is not as ${change} left it: ${columns.join(', ')}`, columns);
  }
}

/** What a record was is kept as whole rows, by which the past is read. */
function comparePast(kind: RecordKind, said: Replayed, rows: readonly PastRecord[], findings: Findings): void {
  if (said.overlaps) return;
  const { resource } = kind;
  const add = (what: string, columns?: string[]) => {
    const detail = `${resource} ${said.id}, as it was, ${what}.`;
    findings.add({ code: 'past-differs', resource, resourceId: said.id, ...(columns && { columns }), detail });
  };
  const kept = new Set(rows.map(({ since }) => since));
  const lasted = said.past.filter((was) => kept.has(was.since) || !(was.deleted && mayEndAt(was, was.since)));
  if (rows.length !== lasted.length) {
    add(`has ${rows.length} past rows, where its changes left ${lasted.length}`);
    return;
  }
  for (const [index, was] of lasted.entries()) {
    const row = rows[index];
    if (row === undefined) continue;
    const columns = differingColumns(kind, was.row, row.row);
    if (was.since !== row.since) columns.push('recordedAt');
    if (!mayEndAt(was, row.until)) columns.push('replacedAt');
    if (columns.length > 0) add(`is not as change ${was.position} left it: ${columns.join(', ')}`, columns);
  }
}

function checkUnchanged(
  { resource }: RecordKind,
  { id, row }: Pick<KeptRecord, 'id' | 'row'>,
  findings: Findings,
): void {
  const named = { resource, resourceId: id };
  const expected = builtIn[`${resource} ${id}`];
  if (expected === undefined) {
    findings.add({ code: 'record-without-changes', ...named, detail: `${resource} ${id} is there without a change.` });
    return;
  }
  const { createdAt: _whenMigrated, ...content } = row;
  if (canonicalHash(content) === expected) return;
  findings.add({ code: 'record-differs', ...named, detail: `${resource} ${id} is not as this version brought it.` });
}
