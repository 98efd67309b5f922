/** The report of an import for people: in words, and as a CSV file to correct the rows by. */
import { byteOrderMark, csvHeader, csvWriter } from '../../platform/csv.js';
import { countText, rowsText } from './numbers.js';

/** An error of a row as the service reports it; one of the whole file has no row. */
export interface RowError {
  row?: number;
  pointer: string;
  column?: string | null;
  code: string;
  detail: string;
  value?: string | null;
  allowed?: string[] | null;
}

/** What an import did, or would have done. */
export interface Report {
  dryRun: boolean;
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
  errors: RowError[];
  errorsTruncated: number;
  /** What was taken and yet looks like a mistake; a service of an older version says nothing. */
  warnings?: RowError[];
  warningsTruncated?: number;
}

export const reportColumns = ['row', 'column', 'code', 'detail', 'value', 'allowed', 'pointer'];

/** What happened, in one sentence or two. @param written whether the rows without errors are in the database now */
export function outcomeText(report: Report, list: string, written: boolean): string {
  const { rejected, rows } = report;
  const counts = `${countText(report.created)} created, ${countText(report.updated)} updated, ${countText(report.unchanged)} unchanged`;
  const leftOut = rejected === 0 ? '' : `, ${countText(rejected)} left out for their errors`;
  if (written) return `${rowsText(rows)} into ${list}: ${counts}${leftOut}.`;
  const why = report.dryRun ? 'Dry run, nothing was written' : 'Nothing was written';
  if (rejected === 0) return `${why}: ${rowsText(rows)} for ${list} would be ${counts}.`;
  return `${why}: ${countText(rejected)} of ${rowsText(rows)} for ${list} have errors. The others would be ${counts}.`;
}

/** The first errors, a line each, and how many there are beside them. */
export function errorLines({ errors, errorsTruncated }: Report, shown: number): string[] {
  return firstLines(errors, errorsTruncated, shown, 'errors');
}

/** The first warnings likewise, under a line that says what they are; none without a warning. */
export function warningLines({ warnings = [], warningsTruncated = 0 }: Report, shown: number): string[] {
  if (warnings.length === 0) return [];
  return ['Worth a second look:', ...firstLines(warnings, warningsTruncated, shown, 'warnings')];
}

/** The listed errors as CSV with the same columns as the service's own, and a byte order mark, which Excel needs for Thai. */
export function reportCsv(errors: readonly RowError[]): string {
  const write = csvWriter(reportColumns);
  const lines = errors.map((error) => write({ ...error, allowed: (error.allowed ?? []).join(' | ') || null }));
  return byteOrderMark + csvHeader(reportColumns) + lines.join('');
}

/** Text without the characters that would steer a terminal: files and answers come from anywhere. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is taken out
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, ' ');
}

function firstLines(found: readonly RowError[], truncated: number, shown: number, what: string): string[] {
  const lines = found.slice(0, shown).map(errorLine);
  const more = found.length - lines.length + truncated;
  return more === 0 ? lines : [...lines, `  and ${countText(more)} more ${what}`];
}

function errorLine({ row, column, pointer, value, code, detail, allowed }: RowError): string {
  const place = [`row ${row ?? '?'}`, column ?? pointer].filter(Boolean).join(', ');
  const found = value === null || value === undefined ? '' : `, "${shortened(value)}"`;
  const could = allowed && allowed.length > 0 ? ` Could be: ${allowed.slice(0, 10).join(', ')}.` : '';
  return printable(`  ${place}${found}: ${detail}${could} (${code})`);
}

function shortened(text: string): string {
  const characters = Array.from(text);
  return characters.length > 40 ? `${characters.slice(0, 40).join('')}...` : text;
}
