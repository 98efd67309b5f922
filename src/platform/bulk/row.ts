import type { z } from 'zod';
import type { Bilingual } from '../../domain/bilingual.js';
import type { ViolationCode } from '../../domain/violation-code.js';
import type { CellKind } from './cells.js';

/** One thing wrong in an uploaded file: in which row and column, where in the row as a record, and what was there. */
export interface RowFault {
  /** Row of the file, the first is 1: the line of an NDJSON file; of a CSV file, whose row 1 is the header. */
  row: number;
  /** JSON Pointer into the row: a line's object, or the cells of CSV by their columns; empty for the whole row. */
  pointer: string;
  /** The CSV column or the field; null when it is about the whole row. */
  column: string | null;
  code: ViolationCode;
  detail: Bilingual;
  /** What the file has there, as text; null when it has nothing. */
  value: string | null;
  /** The criterion that it is about, where it is one of a score sheet. */
  criterionNo: number | null;
  /** The values that are possible there, when they can be listed. */
  allowed: string[] | null;
}

/**
 * A row as it was read, before anything is checked: a record of its fields, and what is wrong with those that are not in
 * it; without a record, the row cannot be read at all.
 */
export type RawRow = { row: number; value?: Record<string, unknown>; faults: RowFault[] };

/** What the rows of a collection look like: the shape of one, and what a file may write differently. */
export interface RowForm {
  /** A strict object; fields of another name are refused with "did you mean". */
  shape: z.ZodObject;
  /** Fields that the collection gives and does not take: accepted and ignored, so that an export can be sent back. */
  given: readonly string[];
  /** Fields that in NDJSON hold a list of records, and what of each is a number. Thai digits are taken. */
  numbersWithin?: Readonly<Record<string, readonly string[]>>;
  /** Fields that hold a code of digits, such as an area's. Thai digits are taken. */
  digits: readonly string[];
  /** How the columns of a CSV file make a record, where a column is not simply a field. */
  csv?: {
    /** Columns beside the simple fields, and how their cells are read. */
    columns: Readonly<Record<string, CellKind>>;
    /** Fields that have no column of their own name. */
    instead: readonly string[];
    gather(cells: Record<string, unknown>): Record<string, unknown>;
    /** The column that holds what lies at a path of the record. */
    columnOf(path: readonly PropertyKey[], record: Record<string, unknown>, criterionNo: number | null): string | null;
  };
}

/** The two calendars a file may write its days in. */
export type Calendar = 'ce' | 'be';

const longestValue = 200;

/** What a file has at a place, as text that fits a report. */
export function shownValue(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= longestValue ? text.toWellFormed() : `${text.slice(0, longestValue).toWellFormed()}…`;
}

/** The fault of a whole row, which cannot be read. */
export function unreadableRow(row: number, code: ViolationCode, detail: Bilingual, value: unknown = null): [RowFault] {
  return [{ row, pointer: '', column: null, code, detail, value: shownValue(value), criterionNo: null, allowed: null }];
}
