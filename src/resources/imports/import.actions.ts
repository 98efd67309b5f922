import type { Principal } from '../../domain/access.js';
import { violationOfFinding } from '../../domain/import.js';
import { problems } from '../../domain/problem.js';
import { pointerTo, type Violation } from '../../domain/refusal.js';
import { Breath } from '../../platform/breath.js';
import { type FaultyRow, type ParseRow, type PlaceOf, rowParser } from '../../platform/bulk/parse.js';
import { FaultList, type ImportReport, mostListed, mostOfRow, type ReadFaults } from '../../platform/bulk/report.js';
import type { Calendar, RawRow, RowFault, RowForm } from '../../platform/bulk/row.js';
import type { Spool } from '../../platform/bulk/spool.js';
import type { Upload } from '../../platform/bulk/upload.js';
import { databaseNow } from '../../platform/db/clock.js';
import { CopyLines, type CopyValue } from '../../platform/db/copy.js';
import type { Db, Tx } from '../../platform/db/database.js';
import {
  countJudged,
  type JudgedCounts,
  listFound,
  openStaging,
  type StagedColumns,
  type StagedFault,
  type StagedTables,
  stage,
} from '../../platform/db/staging.js';
import { type Note, write } from '../changes/changes.actions.js';
import { requireRestoring } from './restore.actions.js';

export interface ImportOptions {
  dryRun: boolean;
  onError: 'abort' | 'skip';
  calendar: Calendar;
  /** Rows that are new here keep the history that the file brings. */
  restore: boolean;
}

/** How the rows of one collection are taken over. A row is staged as the values of the columns, by their names. */
export interface ImportPlan {
  form: RowForm;
  tables: StagedTables;
  /** What a row is staged as, or which rules it breaks that can be seen in the row and by the time alone. */
  stagedOf(content: Record<string, unknown>, now: Date): Record<string, CopyValue> | { broken: Violation[] };
  /** Holds what all rows are about. */
  begin?(tx: Tx): Promise<void>;
  /** Holds what the rows of a batch are about, makes `judged`, and notes in `faults` what keeps rows out. */
  judge(tx: Tx): Promise<void>;
  /** Writes the judged rows of a batch. */
  merge(tx: Tx, note: Note, counts: JudgedCounts): Promise<void>;
  /** Writes what follows from all rows. */
  finish?(tx: Tx, note: Note): Promise<void>;
  /** Suggestions for what is wrong, added to the errors that are listed. */
  suggest?(db: Db, faults: RowFault[]): Promise<void>;
}

/** Enough for the cost of a statement to be small beside that of its rows, few enough to be held in memory. */
export const batchRows = 2_000;
const batchBytes = 8 * 1024 * 1024;
const batchesAhead = 2;

/**
 * Takes a file of rows over: all of it or nothing, or with `skip` its good rows. The file comes whole before the
 * transaction begins, so that a slow or vanishing client holds no lock; then its rows are read, judged and merged batch
 * by batch in one transaction, while the next batch is read. A dry run does the same and rolls back.
 * @throws problems.importRefused (422) with the report, problems.permissionMissing (403) for a restore by a key that may
 *   not write histories, and whatever refuses the file or the plan
 */
export async function importRows(
  db: Db,
  principal: Principal,
  upload: Upload,
  options: ImportOptions,
  plan: ImportPlan,
): Promise<ImportReport> {
  if (options.restore) requireRestoring(principal, options);
  const received = await upload.receive(plan.form);
  try {
    const report = await takeOver(db, principal, { received, upload, options, plan });
    await plan.suggest?.(db, report.errors);
    if (options.onError === 'abort' && report.rejected > 0) throw refusalOf(report);
    return report;
  } finally {
    await received.close();
  }
}

interface Import {
  received: Spool;
  upload: Upload;
  options: ImportOptions;
  plan: ImportPlan;
}

/** Thrown to undo a transaction whose report is nevertheless what the caller wants. */
class RolledBack extends Error {
  readonly report: ImportReport;
  constructor(report: ImportReport) {
    super('rolled back on purpose');
    this.report = report;
  }
}

async function takeOver(db: Db, principal: Principal, file: Import): Promise<ImportReport> {
  const { upload, options, plan } = file;
  try {
    const work = async (tx: Tx, note: Note) => {
      const sum = new Sum();
      await openStaging(tx, plan.tables, upload.statementTimeoutMs);
      await plan.begin?.(tx);
      const now = await databaseNow(tx);
      for await (const batch of ahead(readBatches(file, now))) {
        upload.requireSender();
        await mergeBatch(tx, note, plan, batch, sum);
        upload.tell(sum.rows);
      }
      await plan.finish?.(tx, note);
      upload.requireSender();
      const report = sum.report(options.dryRun);
      if (options.dryRun || (options.onError === 'abort' && report.rejected > 0)) throw new RolledBack(report);
      if (report.created + report.updated === 0) note.unchanged();
      return report;
    };
    return await write(db, principal, work, 'import');
  } catch (error) {
    if (error instanceof RolledBack) return error.report;
    throw error;
  }
}

/** What rows are read by, and how many faults of one are put into words at most. */
interface RowReading {
  parse: ParseRow;
  plan: ImportPlan;
  now: Date;
  most: number;
}

/** Rows of the file that were read: the good ones as lines for each table of the staging, the others as faults. */
interface Batch {
  rows: number;
  good: number;
  lines: Record<keyof StagedTables, CopyLines>;
  faults: ReadFaults;
}

/** Judges and merges a batch. Its good rows are written although others of the file may undo all in the end. */
async function mergeBatch(tx: Tx, note: Note, plan: ImportPlan, batch: Batch, sum: Sum): Promise<void> {
  if (batch.good === 0) return sum.add(batch, none, []);
  await stage(tx, plan.tables, batch.lines);
  await plan.judge(tx);
  const counts = await countJudged(tx);
  const found = counts.faults > 0 ? await listFound(tx, 'faults', mostListed) : [];
  const doubted = counts.warnings > 0 ? await listFound(tx, 'warnings', mostListed) : [];
  if (counts.created + counts.updated > 0) await plan.merge(tx, note, counts);
  sum.add(batch, counts, found.map(describe), doubted.map(describe));
}

const none: JudgedCounts = { faults: 0, warnings: 0, rejected: 0, created: 0, updated: 0, unchanged: 0 };

/** What the batches came to. */
class Sum {
  rows = 0;
  readonly #faults = new FaultList();
  readonly #warnings: RowFault[] = [];
  readonly #done: JudgedCounts = { ...none };

  add(batch: Batch, counts: JudgedCounts, found: RowFault[], doubted: RowFault[] = []): void {
    this.rows += batch.rows;
    for (const name of Object.keys(counts) as (keyof JudgedCounts)[]) this.#done[name] += counts[name];
    this.#faults.add(batch.faults, found);
    this.#warnings.push(...doubted.slice(0, mostListed - this.#warnings.length));
  }

  report(dryRun: boolean): ImportReport {
    const { faults, warnings, rejected, created, updated, unchanged } = this.#done;
    const { listed, total, rejectedRows } = this.#faults;
    return {
      dryRun,
      rows: this.rows,
      created,
      updated,
      unchanged,
      rejected: rejected + rejectedRows,
      errors: listed,
      errorsTruncated: total + faults - listed.length,
      warnings: this.#warnings,
      warningsTruncated: warnings - this.#warnings.length,
    };
  }
}

/** Reads some batches ahead, so that rows are read whenever the database is at work on others. */
async function* ahead<T>(source: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  const read = () => {
    const next = source.next();
    // What goes wrong is met when it is awaited.
    next.catch(() => {});
    return next;
  };
  const waiting = Array.from({ length: batchesAhead }, read);
  try {
    for (;;) {
      const { value, done } = (await waiting.shift()) as IteratorResult<T, void>;
      if (done) return;
      waiting.push(read());
      yield value;
    }
  } finally {
    await source.return();
  }
}

async function* readBatches({ upload, received, options, plan }: Import, now: Date): AsyncGenerator<Batch, void> {
  const parse = rowParser(plan.form, upload.format, options.calendar);
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

function describe({ row, field, ...finding }: StagedFault): RowFault {
  const { pointer, code, detail } = violationOfFinding(pointerTo([field]), finding);
  return { row, pointer, column: field, code, detail, value: finding.value, criterionNo: null, allowed: null };
}

function refusalOf({ errors, warnings, ...report }: ImportReport) {
  return problems.importRefused(report, errors, warnings);
}
