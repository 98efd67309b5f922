/** The log against the tables: the changes of each record, laid one over the other, are the record. */
import type { Db } from '../../platform/db/database.js';
import { type RecordKind, recordKinds } from '../../platform/record/record.js';
import { canonicalHash } from '../../platform/sealing/chain.js';
import {
  countRecords,
  type KeptRecord,
  type LaidChange,
  listChangesByRecord,
  listRecords,
  listResources,
  listUnchanged,
} from '../verify.store.js';
import type { Findings } from './findings.js';
import { differingColumns, lay, type Replayed } from './replay.js';

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
  const table = await countRecords(db, kind);
  let met = 0;
  for await (const replayed of replayedRecords(db, kind, findings, tell)) {
    const kept = new Map(
      (
        await listRecords(
          db,
          kind,
          replayed.map(({ id }) => id),
        )
      ).map((one) => [one.id, one]),
    );
    met += kept.size;
    for (const record of replayed) compare(kind, record, kept.get(record.id), findings);
  }
  if (met < table) for (const record of await listUnchanged(db, kind)) checkUnchanged(kind, record, findings);
  return table;
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

function compare({ resource, ...kind }: RecordKind, said: Replayed, kept: KeptRecord | undefined, findings: Findings) {
  const named = { resource, resourceId: said.id };
  const name = `${resource} ${said.id}`;
  if (said.row === null && kept !== undefined) {
    const detail = `${name} is in its table, although change ${said.lastPosition} deleted it.`;
    findings.add({ code: 'record-differs', ...named, detail });
  }
  if (said.row === null) return;
  if (kept === undefined) {
    const detail = `${name} is not in its table, although change ${said.lastPosition} left it there.`;
    findings.add({ code: 'record-missing', ...named, detail });
    return;
  }
  const columns = differingColumns({ resource, ...kind }, said.row, kept.row);
  if (columns.length === 0) return;
  const detail = `${name} is not as change ${said.lastPosition} left it: ${columns.join(', ')}.`;
  findings.add({ code: 'record-differs', ...named, columns, detail });
}

function checkUnchanged({ resource }: RecordKind, { id, row }: KeptRecord, findings: Findings): void {
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
