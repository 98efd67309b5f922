import type { Violation } from '../../domain/refusal.js';
import { Breath } from '../../platform/breath.js';
import { type FaultyRow, type ParseRow, type PlaceOf, rowParser } from '../../platform/bulk/parse.js';
import { mostListed, mostOfRow } from '../../platform/bulk/report.js';
import type { ReadFaults } from '../../platform/bulk/report-sum.js';
import type { Calendar, RawRow, RowFault, RowForm } from '../../platform/bulk/row.js';
import type { Spool } from '../../platform/bulk/spool.js';
import type { Upload } from '../../platform/bulk/upload.js';
import { CopyLines, type CopyValue } from '../../platform/db/copy.js';
import type { StagedColumns, StagedTables } from '../../platform/db/staging.js';

/** Enough for the cost of a statement to be small beside that of its rows, few enough to be held in memory. */
export const batchRows = 2_000;
const batchBytes = 8 * 1024 * 1024;

/** How the rows of one collection are read. A row is staged as the values of the columns, by their names. */
export interface ReadPlan {
  form: RowForm;
  tables: StagedTables;
  /** What a row is staged as, or which rules it breaks that can be seen in the row and by the time alone. */
  stagedOf(content: Record<string, unknown>, now: Date): Record<string, CopyValue> | { broken: Violation[] };
}

/** A file that has come whole, and how it is read. */
export interface ReceivedFile {
  received: Spool;
  upload: Upload;
  calendar: Calendar;
  plan: ReadPlan;
}

/** What rows are read by, and how many faults of one are put into words at most. */
interface RowReading {
  parse: ParseRow;
  plan: ReadPlan;
  now: Date;
  most: number;
}

/** Rows of the file that were read: the good ones as lines for each table of the staging, the others as faults. */
export interface Batch {
  rows: number;
  good: number;
  lines: Record<keyof StagedTables, CopyLines>;
  faults: ReadFaults;
}

/** Reads the rows of a file and checks each by itself; `now` is the instant by which their days are classified. */
export async function* readBatches(file: ReceivedFile, now: Date): AsyncGenerator<Batch, void> {
  const { upload, received, calendar, plan } = file;
  const parse = rowParser(plan.form, upload.format, calendar);
  const breath = new Breath();
  let batch = emptyBatch();
  let room = mostListed;
  for await (const rows of upload.rows(received, plan.form)) {
    for (const raw of rows) {
      room -= readRow(batch, raw, { parse, plan, now, most: Math.min(room, mostOfRow) });
      if (breath.isDue) await breath.take();
      if (batch.rows < batchRows && bytesOf(batch) < batchBytes) continue;
      yield batch;
      batch = emptyBatch();
    }
  }
  if (batch.rows > 0) yield batch;
}

function emptyBatch(): Batch {
  return {
    rows: 0,
    good: 0,
    lines: { staged: new CopyLines(), payload: new CopyLines() },
    faults: { rows: 0, listed: [], notListed: 0 },
  };
}

function bytesOf({ lines }: Batch): number {
  return lines.staged.size + lines.payload.size;
}

/** Puts a row into the batch, and says how many of its faults were put into words. */
function readRow(batch: Batch, raw: RawRow, reading: RowReading): number {
  batch.rows += 1;
  const faulty = addRow(batch, raw, reading);
  if (faulty === null) return 0;
  batch.faults.rows += 1;
  batch.faults.listed.push(...faulty.faults);
  batch.faults.notListed += faulty.notListed;
  return faulty.faults.length;
}

function addRow(
  batch: Batch,
  { row, value, faults }: RawRow,
  { parse, plan, now, most }: RowReading,
): FaultyRow | null {
  const { tables, stagedOf } = plan;
  if (value === undefined) return firstOf(faults, most);
  const parsed = parse(row, value, faults, most);
  if ('faults' in parsed) return parsed;
  const staged = stagedOf(parsed.content, now);
  if (isBroken(staged)) {
    const broken = staged.broken.map((violation) => faultAt(row, violation, parsed.at));
    return firstOf(broken, most);
  }
  batch.good += 1;
  for (const [name, columns] of Object.entries(tables) as [keyof StagedTables, StagedColumns][]) {
    batch.lines[name].add([row, ...Object.keys(columns).map((column) => staged[column] ?? null)]);
  }
  return null;
}

function firstOf(faults: RowFault[], most: number): FaultyRow {
  return { faults: faults.slice(0, most), notListed: Math.max(0, faults.length - most) };
}

function isBroken(staged: object): staged is { broken: Violation[] } {
  return 'broken' in staged;
}

function faultAt(row: number, { pointer, code, detail, criterionNo }: Violation, at: PlaceOf): RowFault {
  const path = pointer.split('/').slice(1);
  return { row, ...at(path, criterionNo ?? null), code, detail, allowed: null };
}
