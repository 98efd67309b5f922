import type { Language } from '../../domain/bilingual.js';
import { csvHeader, csvWriter } from '../csv.js';
import type { RowFault } from './row.js';

/** The most errors that a report lists, and the most of one row; the others are counted. */
export const mostListed = 1_000;
export const mostOfRow = 100;

/** What an import did, or would do. `rows` is the sum of created, updated, unchanged and rejected. */
export interface ImportReport {
  dryRun: boolean;
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
  errors: RowFault[];
  /** How many errors more there are than are listed. */
  errorsTruncated: number;
  /** What was taken and yet looks like a mistake. */
  warnings: RowFault[];
  warningsTruncated: number;
}

/** A report as clients see it, in one language. */
export function reportView({ errors, warnings, ...report }: ImportReport, language: Language) {
  const inLanguage = ({ detail, ...fault }: RowFault) => ({ ...fault, detail: detail[language] });
  return { ...report, errors: errors.map(inLanguage), warnings: warnings.map(inLanguage) };
}

const columns = ['row', 'column', 'code', 'detail', 'value', 'allowed', 'pointer', 'severity'];

/** The errors of a report, then its warnings, as a CSV file for those who correct the file it is about. */
export function reportCsv({ errors, warnings }: ImportReport, language: Language): string {
  const write = csvWriter(columns);
  const lineOf = (severity: string) => (fault: RowFault) => {
    const allowed = fault.allowed === null ? null : fault.allowed.join(' | ');
    return write({ ...fault, detail: fault.detail[language], allowed, severity });
  };
  return [csvHeader(columns), ...errors.map(lineOf('error')), ...warnings.map(lineOf('warning'))].join('');
}
