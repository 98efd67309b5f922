import type { Principal } from '../../domain/access.js';
import { problems } from '../../domain/problem.js';
import type { ImportReport } from '../../platform/bulk/report.js';
import { ReportSum } from '../../platform/bulk/report-sum.js';
import type { Calendar, RowFault } from '../../platform/bulk/row.js';
import type { Upload } from '../../platform/bulk/upload.js';
import { databaseNow } from '../../platform/db/clock.js';
import type { Db, Tx } from '../../platform/db/database.js';
import { openStaging } from '../../platform/db/staging.js';
import { readAhead } from '../../platform/read-ahead.js';
import { type Note, write } from '../changes/changes.actions.js';
import { type MergePlan, mergeBatch } from './merge-batch.actions.js';
import { type ReadPlan, type ReceivedFile, readBatches } from './read-batches.actions.js';
import { requireRestoring } from './restore.actions.js';

export interface ImportOptions {
  dryRun: boolean;
  onError: 'abort' | 'skip';
  calendar: Calendar;
  /** Rows that are new here keep the history that the file brings. */
  restore: boolean;
}

/** How the rows of one collection are taken over. */
export interface ImportPlan extends ReadPlan, MergePlan {
  /** Holds what all rows are about. */
  begin?(tx: Tx): Promise<void>;
  /** Writes what follows from all rows. */
  finish?(tx: Tx, note: Note): Promise<void>;
  /** Suggestions for what is wrong, added to the errors that are listed. */
  suggest?(db: Db, faults: RowFault[]): Promise<void>;
}

const batchesAhead = 2;

/**
 * Takes a file of rows over: all of it or nothing, or with `skip` its good rows. The file comes whole before the
 * transaction begins, so that a slow or vanishing client holds no lock; then its rows are read, classified and merged batch
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
    const report = await takeOver(db, principal, { received, upload, calendar: options.calendar, plan }, options);
    await plan.suggest?.(db, report.errors);
    if (isRefused(report, options)) throw refusalOf(report);
    return report;
  } finally {
    await received.close();
  }
}

/** Thrown to undo a transaction whose report is nevertheless what the caller wants. */
class RolledBack extends Error {
  readonly report: ImportReport;
  constructor(report: ImportReport) {
    super('rolled back on purpose');
    this.report = report;
  }
}

async function takeOver(
  db: Db,
  principal: Principal,
  file: ReceivedFile & { plan: ImportPlan },
  options: ImportOptions,
): Promise<ImportReport> {
  const { upload, plan } = file;
  try {
    const work = async (tx: Tx, note: Note) => {
      const sum = new ReportSum();
      await openStaging(tx, plan.tables, upload.statementTimeoutMs);
      await plan.begin?.(tx);
      const now = await databaseNow(tx);
      for await (const batch of readAhead(readBatches(file, now), batchesAhead)) {
        upload.requireSender();
        sum.add(batch, await mergeBatch(tx, note, plan, batch));
        upload.tell(sum.rows);
      }
      await plan.finish?.(tx, note);
      upload.requireSender();
      const report = sum.report(options.dryRun);
      if (options.dryRun || isRefused(report, options)) throw new RolledBack(report);
      if (report.created + report.updated === 0) note.unchanged();
      return report;
    };
    return await write(db, principal, work, 'import');
  } catch (error) {
    if (error instanceof RolledBack) return error.report;
    throw error;
  }
}

function isRefused({ rejected }: ImportReport, { onError }: ImportOptions): boolean {
  return onError === 'abort' && rejected > 0;
}

function refusalOf({ errors, warnings, ...report }: ImportReport) {
  return problems.importRefused(report, errors, warnings);
}
