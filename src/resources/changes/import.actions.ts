import type { Principal } from '../../domain/access.js';
import { violationOfFinding } from '../../domain/import.js';
import { problems } from '../../domain/problem.js';
import { pointerTo, type Violation } from '../../domain/refusal.js';
import { type PlaceOf, rowParser } from '../../platform/bulk/parse.js';
import { FaultList, type ImportReport, mostListed } from '../../platform/bulk/report.js';
import type { Calendar, RowFault, RowForm } from '../../platform/bulk/row.js';
import { openSpool, type Spool } from '../../platform/bulk/spool.js';
import type { Upload } from '../../platform/bulk/upload.js';
import type { Db } from '../../platform/db/database.js';
import { countJudged, listFaults, measure, openStaging, type StagedFault, stage } from '../../platform/db/staging.js';
import { type Note, write } from './changes.actions.js';
import { requireRestoring } from './restore.actions.js';

export interface ImportOptions {
  dryRun: boolean;
  onError: 'abort' | 'skip';
  calendar: Calendar;
  /** Rows that are new here keep the history that the file brings. */
  restore: boolean;
}

/** How the rows of one collection are taken over. */
export interface ImportPlan {
  form: RowForm;
  /** The columns of the staging with their SQL types; `row` is one of them. */
  columns: Record<string, string>;
  /** What a row is staged as, or which rules it breaks that can be seen in the row alone. */
  stagedOf(content: Record<string, unknown>): Record<string, unknown> | { broken: Violation[] };
  /** Locks what the rows are about, makes `judged`, and notes in `faults` what keeps rows out. */
  judge(tx: Db): Promise<void>;
  /** Writes the judged rows. */
  merge(tx: Db, note: Note): Promise<void>;
  /** Suggestions for what is wrong, added to the errors that are listed. */
  suggest?(db: Db, faults: RowFault[]): Promise<void>;
}

/**
 * Takes a file of rows over: all of it or nothing, or with `skip` its good rows. The file is read and its rows checked
 * one by one before the transaction begins, so that a slow or vanishing client holds no lock; then they are judged and
 * merged by the set in one transaction. A dry run does the same and rolls back.
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
  const spool = await openSpool();
  try {
    const read = await readInto(spool, upload, options, plan);
    const report = await mergeFrom(db, principal, spool, { upload, options, plan, read });
    await plan.suggest?.(db, report.errors);
    if (options.onError === 'abort' && report.rejected > 0) throw refusalOf(report);
    return report;
  } finally {
    await spool.close();
  }
}

interface ReadRows {
  rows: number;
  faults: FaultList;
}

async function readInto(spool: Spool, upload: Upload, options: ImportOptions, plan: ImportPlan): Promise<ReadRows> {
  const parse = rowParser(plan.form, upload.format, options.calendar);
  const faults = new FaultList();
  let rows = 0;
  let waiting: string[] = [];
  const flush = async () => {
    if (waiting.length > 0) await spool.write(`[${waiting.join(',')}]`);
    waiting = [];
  };
  for await (const batch of upload.rows(plan.form)) {
    rows += batch.length;
    for (const raw of batch) {
      const parsed = 'fault' in raw ? { faults: [raw.fault] } : parse(raw.row, raw.value);
      if ('faults' in parsed) {
        faults.add(parsed.faults);
        continue;
      }
      const staged = plan.stagedOf(parsed.content);
      if (isBroken(staged)) faults.add(staged.broken.map((violation) => faultAt(raw.row, violation, parsed.at)));
      else waiting.push(JSON.stringify({ row: raw.row, ...staged }));
      if (waiting.length === 1_000) await flush();
    }
  }
  await flush();
  return { rows, faults };
}

function isBroken(staged: object): staged is { broken: Violation[] } {
  return 'broken' in staged;
}

function faultAt(row: number, { pointer, code, detail }: Violation, at: PlaceOf): RowFault {
  const path = pointer.split('/').slice(1);
  return { row, pointer, ...at(path), code, detail, allowed: null };
}

/** Thrown to undo a transaction whose report is nevertheless what the caller wants. */
class RolledBack extends Error {
  readonly report: ImportReport;
  constructor(report: ImportReport) {
    super('rolled back on purpose');
    this.report = report;
  }
}

interface Merge {
  upload: Upload;
  options: ImportOptions;
  plan: ImportPlan;
  read: ReadRows;
}

async function mergeFrom(db: Db, principal: Principal, spool: Spool, merge: Merge): Promise<ImportReport> {
  const { upload, options, plan, read } = merge;
  try {
    return await write(db, principal, async (tx, note) => {
      const { statementTimeoutMs } = upload;
      await openStaging(tx, plan.columns, { rows: read.rows, statementTimeoutMs });
      for await (const batch of spool.batches()) await stage(tx, plan.columns, batch);
      await measure(tx, 'staged');
      await plan.judge(tx);
      const report = await reportOf(tx, options, read);
      if (options.onError === 'abort' && report.rejected > 0) throw new RolledBack(report);
      if (report.created + report.updated > 0) await plan.merge(tx, note);
      else note.unchanged();
      if (options.dryRun) throw new RolledBack(report);
      return report;
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.report;
    throw error;
  }
}

async function reportOf(tx: Db, { dryRun }: ImportOptions, read: ReadRows): Promise<ImportReport> {
  const { faults, rejected, created, updated, unchanged } = await countJudged(tx);
  const found = (await listFaults(tx, mostListed)).map(describe);
  const errors = [...read.faults.listed, ...found].sort((one, other) => one.row - other.row).slice(0, mostListed);
  return {
    dryRun,
    rows: read.rows,
    created,
    updated,
    unchanged,
    rejected: read.faults.rejectedRows + rejected,
    errors,
    errorsTruncated: read.faults.total + faults - errors.length,
  };
}

function describe({ row, field, ...finding }: StagedFault): RowFault {
  const { pointer, code, detail } = violationOfFinding(pointerTo([field]), finding);
  return { row, pointer, column: field, code, detail, value: finding.value, allowed: null };
}

function refusalOf({ errors, ...report }: ImportReport) {
  return problems.importRefused(report, errors);
}
