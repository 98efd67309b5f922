import type { ClassifiedCounts } from '../db/staging.js';
import { type ImportReport, mostListed } from './report.js';
import type { RowFault } from './row.js';

/** The rows of a batch that were kept out when they were read, with the first of their faults. */
export interface ReadFaults {
  rows: number;
  listed: RowFault[];
  notListed: number;
}

/** What the database found out about the rows of a batch, with the first of its faults and warnings. */
export interface ClassifiedRows {
  counts: ClassifiedCounts;
  faults: readonly RowFault[];
  warnings: readonly RowFault[];
}

const noCounts: ClassifiedCounts = { faults: 0, warnings: 0, rejected: 0, created: 0, updated: 0, unchanged: 0 };

/** Of a batch without a row that could be classified. */
export const noneClassified: ClassifiedRows = { counts: noCounts, faults: [], warnings: [] };

/** Adds up the report of a file, batch by batch; the errors and warnings that come first in the file are listed. */
export class ReportSum {
  rows = 0;
  readonly #counts = { ...noCounts };
  readonly #errors: RowFault[] = [];
  readonly #warnings: RowFault[] = [];

  /** @param rows how many rows the batch has, and which of them could not be classified */
  add(
    { rows, faults: read }: { rows: number; faults: ReadFaults },
    { counts, faults, warnings }: ClassifiedRows,
  ): void {
    this.rows += rows;
    this.#counts.rejected += read.rows + counts.rejected;
    this.#counts.faults += read.listed.length + read.notListed + counts.faults;
    this.#counts.warnings += counts.warnings;
    this.#counts.created += counts.created;
    this.#counts.updated += counts.updated;
    this.#counts.unchanged += counts.unchanged;
    this.#list([...read.listed, ...faults]);
    this.#warnings.push(...warnings.slice(0, mostListed - this.#warnings.length));
  }

  report(dryRun: boolean): ImportReport {
    const { faults, warnings, rejected, created, updated, unchanged } = this.#counts;
    return {
      dryRun,
      rows: this.rows,
      created,
      updated,
      unchanged,
      rejected,
      errors: this.#errors,
      errorsTruncated: faults - this.#errors.length,
      warnings: this.#warnings,
      warningsTruncated: warnings - this.#warnings.length,
    };
  }

  #list(faults: RowFault[]): void {
    const room = mostListed - this.#errors.length;
    if (room === 0 || faults.length === 0) return;
    this.#errors.push(...faults.sort((one, other) => one.row - other.row).slice(0, room));
  }
}
