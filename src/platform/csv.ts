/**
 * Writes CSV (RFC 4180): commas, CRLF, quotes where they are needed. Null is an empty cell and an empty text is `""`.
 *
 * A text that a spreadsheet would run as a formula gets an apostrophe before it. So that reading is unambiguous, a text
 * that begins with an apostrophe gets another one: whoever reads takes the apostrophe away that stands before such a
 * text, and has it as it was written. An apostrophe before anything else is the writer's own.
 */

import { memberOf } from './record-value.js';

/** A column: its name, and where its value is in the item, as `figures.asOf`; without it the name says that too. */
export type CsvColumn = string | readonly [name: string, path: string];

/** What a spreadsheet begins a formula with, also in full width, and the apostrophe that says a text is none. */
const guarded = /^['=+\-@\t\r\n＝＋－＠]/;
const quoted = /[",\r\n]/;

export const byteOrderMark = '\uFEFF';

export function csvNames(columns: readonly CsvColumn[]): string[] {
  return columns.map((column) => (typeof column === 'string' ? column : column[0]));
}

/** The line with the names of the columns. */
export function csvHeader(columns: readonly CsvColumn[]): string {
  return `${csvNames(columns).join(',')}\r\n`;
}

/** Makes the function that writes an item as a line. The paths are cut once, not for every item. */
export function csvWriter(columns: readonly CsvColumn[]): (item: Record<string, unknown>) => string {
  const paths = columns.map((column) => (typeof column === 'string' ? column : column[1]).split('.'));
  return (item) => `${paths.map((path) => csvCell(valueAt(item, path))).join(',')}\r\n`;
}

/** The text that a cell was written from: the way back, for whoever reads what we wrote. */
export function textOfCell(cell: string): string {
  return cell.charCodeAt(0) === 0x27 && guarded.test(cell.slice(1)) ? cell.slice(1) : cell;
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return typeof value === 'object' ? quote(JSON.stringify(value)) : String(value);
  const text = guarded.test(value) ? `'${value}` : value;
  return text === '' || quoted.test(text) ? quote(text) : text;
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function valueAt(item: Record<string, unknown>, path: readonly string[]): unknown {
  const [only = ''] = path;
  if (path.length === 1) return item[only];
  let value: unknown = item;
  for (const name of path) value = memberOf(value, name);
  return value;
}
