import type { z } from 'zod';
import { pointerTo } from '../../domain/refusal.js';
import { firstIssues } from '../http/first-issues.js';
import { allowedOf, violationsOf } from '../http/violations.js';
import { numberOf, plainDigits } from './cells.js';
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

/** Says which column of the file a place in the record comes from, and what the file has there. */
export type PlaceOf = (path: readonly PropertyKey[]) => { column: string | null; value: string | null };

/** Prepares the reading of rows; what does not depend on the row is done once. */
export function rowParser(form: RowForm, format: 'csv' | 'ndjson', calendar: Calendar): ParseRow {
  const given = new Set(form.given);
  return (row, raw, known, most) => {
    const value = without(given, raw);
    const at: PlaceOf = (path) => ({
      column: format === 'csv' && form.csv !== undefined ? form.csv.columnOf(path, raw) : fieldOf(path),
      value: shownValue(valueAt(raw, path)),
    });
    const faults = [...known];
    const read = withPlainDigits(value, form, format);
    if (calendar === 'be') fromBuddhistEra(read, form, row, at, faults);
    const parsed = form.shape.safeParse(read, { reportInput: true });
    if (parsed.success && faults.length === 0) return { content: parsed.data, at };
    // What is known to be wrong with a column is not said again in other words.
    const columns = new Set(faults.map(({ column }) => column));
    const issues = (parsed.error?.issues ?? []).filter(
      ({ path }) => columns.size === 0 || !columns.has(at(path).column),
    );
    const { first, others } = firstIssues(issues, most - faults.length);
    for (const issue of first) faults.push(...faultsOf(row, issue, at, form));
    return { faults: faults.slice(0, most), notListed: others + Math.max(0, known.length - most) };
  };
}

function faultsOf(row: number, issue: z.core.$ZodIssue, at: PlaceOf, form: RowForm): RowFault[] {
  const allowed = allowedOf(issue);
  return violationsOf(issue, [], form.shape).map(({ pointer, code, detail }) => {
    const path = issue.code === 'unrecognized_keys' ? [...issue.path, lastSegment(pointer)] : issue.path;
    return { row, pointer, ...at(path), code, detail, allowed };
  });
}

function without(given: ReadonlySet<string>, raw: Record<string, unknown>): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [field, content] of Object.entries(raw)) if (!given.has(field)) value[field] = content;
  return value;
}

/** Thai digits where digits are meant; the numbers of CSV, where everything is text, were read with its cells. */
function withPlainDigits(value: Record<string, unknown>, form: RowForm, format: 'csv' | 'ndjson') {
  for (const field of [...form.days, ...form.digits]) {
    const text = value[field];
    if (typeof text === 'string') value[field] = plainDigits(text);
  }
  if (format === 'csv') return value;
  for (const field of form.numbers) value[field] = fromThaiDigits(value[field]);
  for (const [field, parts] of Object.entries(form.numbersWithin ?? {}))
    value[field] = withNumbers(value[field], parts);
  return value;
}

/** A list of records with numbers for texts that mean one; what is no such list stays, for zod to refuse. */
function withNumbers(list: unknown, parts: readonly string[]): unknown {
  if (!Array.isArray(list)) return list;
  const isText = (record: unknown, part: string) =>
    typeof (record as Record<string, unknown> | null)?.[part] === 'string';
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

/** A file of the Buddhist era has no year before 2400; taking one over would make it 543 years too early, unseen. */
function fromBuddhistEra(
  value: Record<string, unknown>,
  form: RowForm,
  row: number,
  at: PlaceOf,
  faults: RowFault[],
): void {
  for (const field of form.days) {
    const [, year, rest] = /^(\d{4})(-\d{2}-\d{2})$/.exec(String(value[field] ?? '')) ?? [];
    if (year === undefined) continue;
    if (Number(year) >= 2400) value[field] = `${Number(year) - 543}${rest}`;
    else {
      const detail = {
        en: `${year} is no year of the Buddhist era, which calendar=be says this file has.`,
        th: `${year} ไม่ใช่ปีพุทธศักราช แต่ calendar=be ระบุว่าไฟล์นี้ใช้ พ.ศ.`,
      };
      faults.push({
        row,
        pointer: pointerTo([field]),
        ...at([field]),
        code: 'not-buddhist-era',
        detail,
        allowed: null,
      });
    }
  }
}

function fieldOf(path: readonly PropertyKey[]): string | null {
  return path.length === 0 ? null : path.map(String).join('.');
}

function valueAt(record: unknown, path: readonly PropertyKey[]): unknown {
  let here: unknown = record;
  for (const segment of path) here = (here as Record<PropertyKey, unknown> | null | undefined)?.[segment];
  return here;
}

function lastSegment(pointer: string): string {
  return (pointer.split('/').at(-1) ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
}
