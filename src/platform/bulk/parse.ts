import { pointerTo } from '../../domain/refusal.js';
import { memberOf } from '../record-value.js';
import { firstIssues } from '../violations/first-issues.js';
import { violationsOf } from '../violations/violations.js';
import { numberOf, plainDigits } from './cells.js';
import { daysOf, numbersOf } from './kinds.js';
import { type Calendar, type RowFault, type RowForm, shownValue } from './row.js';

/**
 * Reads one record of a file by its form: the row as zod made it, or everything that is wrong with it, of which at most so
 * many are put into words.
 */
export type ParseRow = (row: number, value: Record<string, unknown>, known: RowFault[], most: number) => ParsedRow;
export type ParsedRow = { content: Record<string, unknown>; at: PlaceOf } | FaultyRow;

/** A row that is kept out: its first faults, and how many there are beside them. */
export interface FaultyRow {
  faults: RowFault[];
  notListed: number;
}

/** Where in the file a place in the record is, and what the file has there; of a score also the criterion it is about. */
export type PlaceOf = (
  path: readonly PropertyKey[],
  criterionNo: number | null,
) => Pick<RowFault, 'pointer' | 'column' | 'value' | 'criterionNo'>;

/** Prepares the reading of rows; what does not depend on the row is done once. */
export function rowParser(form: RowForm, format: 'csv' | 'ndjson', calendar: Calendar): ParseRow {
  const given = new Set(form.given);
  const kinds = { days: daysOf(form.shape), numbers: numbersOf(form.shape) };
  return (row, raw, known, most) => {
    const value = without(given, raw);
    const at: PlaceOf = (path, criterionNo) => {
      const there = valueAt(raw, path);
      // What a list of scores lacks is not there; the list would only hide that.
      const value = criterionNo !== null && Array.isArray(there) ? null : shownValue(there);
      if (format === 'ndjson' || form.csv === undefined) {
        return { pointer: pointerTo(path), column: fieldOf(path), value, criterionNo };
      }
      // A row of CSV is a record of its columns, so its fields are what a pointer leads to.
      const column = form.csv.columnOf(path, raw, criterionNo);
      return { pointer: column === null ? '' : pointerTo([column]), column, value, criterionNo };
    };
    const faults = [...known];
    const read = withPlainDigits(value, form, kinds, format);
    if (calendar === 'be') fromBuddhistEra(read, kinds.days, row, at, faults);
    const parsed = form.shape.safeParse(read, { reportInput: true });
    if (parsed.success && faults.length === 0) return { content: parsed.data, at };
    // What is known to be wrong with a field is not said again in other words.
    const isKnown = (path: readonly PropertyKey[]) => faults.some(({ pointer }) => pointer === at(path, null).pointer);
    const issues = parsed.error?.issues ?? [];
    const others = faults.length === 0 ? issues : issues.filter(({ path }) => !isKnown(path));
    const { first, notListed } = firstIssues(others, Math.max(0, most - faults.length));
    for (const issue of first) {
      for (const violation of violationsOf(issue, [], form.shape, format === 'csv' ? 'text' : 'json')) {
        const { code, allowed = null } = violation;
        const path = issue.code === 'unrecognized_keys' ? [...issue.path, lastSegment(violation.pointer)] : issue.path;
        const place = at(path, null);
        if (faults.some(({ pointer }) => pointer === place.pointer)) continue;
        const isDay = code === 'invalid-format' && kinds.days.includes(String(issue.path[0]));
        const detail = calendar === 'be' && isDay ? buddhistDay : violation.detail;
        faults.push({ row, ...place, code, detail, allowed });
      }
    }
    return { faults: faults.slice(0, most), notListed: notListed + Math.max(0, faults.length - most) };
  };
}

function without(given: ReadonlySet<string>, raw: Record<string, unknown>): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [field, content] of Object.entries(raw)) if (!given.has(field)) value[field] = content;
  return value;
}

/** Thai digits where digits are meant; the numbers of CSV, where everything is text, were read with its cells. */
function withPlainDigits(
  value: Record<string, unknown>,
  { digits, numbersWithin = {} }: RowForm,
  { days, numbers }: { days: readonly string[]; numbers: readonly string[] },
  format: 'csv' | 'ndjson',
) {
  for (const field of [...days, ...digits]) {
    const text = value[field];
    if (typeof text === 'string') value[field] = plainDigits(text);
  }
  if (format === 'csv') return value;
  for (const field of numbers) value[field] = fromThaiDigits(value[field]);
  for (const [field, parts] of Object.entries(numbersWithin)) value[field] = withNumbers(value[field], parts);
  return value;
}

/** A list of records with numbers for texts that mean one; what is no such list stays, for zod to refuse. */
function withNumbers(list: unknown, parts: readonly string[]): unknown {
  if (!Array.isArray(list)) return list;
  const isText = (record: unknown, part: string) => typeof memberOf(record, part) === 'string';
  if (!list.some((record) => parts.some((part) => isText(record, part)))) return list;
  return list.map((record) => {
    const texts = parts.filter((part) => isText(record, part));
    if (texts.length === 0) return record;
    return { ...record, ...Object.fromEntries(texts.map((part) => [part, fromThaiDigits(record[part])])) };
  });
}

/** JSON has numbers of its own, but none with Thai digits; any other text stays, for zod to refuse. */
function fromThaiDigits(text: unknown): unknown {
  return typeof text === 'string' && /[๐-๙]/.test(text) ? (numberOf(text) ?? text) : text;
}

const buddhistDay = {
  en: 'With calendar=be a day is written year-month-day in the Buddhist era, and must exist: 2555-04-12.',
  th: 'วันที่ต้องอยู่ในรูป ปี พ.ศ.-เดือน-วัน และต้องมีอยู่จริงในปฏิทิน เช่น 2555-04-12',
};

/** A file of the Buddhist era has no year before 2400; taking one over would make it 543 years too early, unseen. */
function fromBuddhistEra(
  value: Record<string, unknown>,
  days: readonly string[],
  row: number,
  at: PlaceOf,
  faults: RowFault[],
): void {
  for (const field of days) {
    const [, year, rest] = /^(\d{4})(-\d{2}-\d{2})$/.exec(String(value[field] ?? '')) ?? [];
    if (year === undefined) continue;
    if (Number(year) >= 2400) value[field] = `${Number(year) - 543}${rest}`;
    else {
      const detail = {
        en: `${year} is no year of the Buddhist era, which calendar=be says this file has.`,
        th: `${year} ไม่ใช่ปีพุทธศักราช แต่ calendar=be ระบุว่าไฟล์นี้ใช้ พ.ศ.`,
      };
      faults.push({ row, ...at([field], null), code: 'not-buddhist-era', detail, allowed: null });
    }
  }
}

function fieldOf(path: readonly PropertyKey[]): string | null {
  return path.length === 0 ? null : path.map(String).join('.');
}

function valueAt(record: unknown, path: readonly PropertyKey[]): unknown {
  let here: unknown = record;
  for (const segment of path) here = memberOf(here, segment);
  return here;
}

function lastSegment(pointer: string): string {
  return (pointer.split('/').at(-1) ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
}
