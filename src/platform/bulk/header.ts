import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { pointerTo, type Violation } from '../../domain/refusal.js';
import { withSuggestion } from '../violations/violations.js';
import type { RowForm } from './row.js';

/** How many wrong columns are listed; a line of commas has as many as it has bytes. */
const mostListed = 100;

/**
 * Refuses the header of a CSV file that names a column nobody knows, one twice, or lacks one that every row needs.
 * @throws problems.invalidInput (400) with every such column
 */
export function requireKnownColumns(names: readonly string[], form: RowForm): void {
  const fields = Object.keys(form.shape.shape).filter((field) => !form.csv?.instead.includes(field));
  const taken = [...fields, ...Object.keys(form.csv?.columns ?? {})];
  const known = new Set([...taken, ...form.given]);
  const seen = new Set<string>();
  const faults: (() => Violation)[] = [];
  for (const [index, name] of names.entries()) {
    if (name === '') faults.push(() => unnamedColumn(index + 1));
    else if (!known.has(name)) faults.push(() => unknownColumn(name, taken));
    else if (seen.has(name)) faults.push(() => repeatedColumn(name));
    seen.add(name);
  }
  const missing = fields.filter((field) => isRequired(form.shape.shape[field]) && !seen.has(field));
  faults.push(...missing.map((field) => () => missingColumn(field)));
  const listed = faults.slice(0, mostListed).map((violation) => violation());
  if (listed.length > 0) throw problems.invalidInput(listed, faults.length - listed.length);
}

function isRequired(field: z.core.$ZodType | undefined): boolean {
  return field instanceof z.ZodType && !field.safeParse(undefined).success;
}

function unknownColumn(name: string, taken: readonly string[]): Violation {
  const violation: Violation = {
    pointer: pointerTo(['columns', name]),
    code: 'unknown-field',
    detail: { en: `"${name}" is not a column here.`, th: `ระบบไม่รู้จักคอลัมน์ "${name}"` },
  };
  return withSuggestion(violation, name, taken);
}

function unnamedColumn(place: number): Violation {
  return {
    pointer: pointerTo(['columns', '']),
    code: 'unknown-field',
    detail: { en: `Column ${place} has no name in the first row.`, th: `คอลัมน์ที่ ${place} ไม่มีชื่อในแถวชื่อคอลัมน์` },
  };
}

function repeatedColumn(name: string): Violation {
  return {
    pointer: pointerTo(['columns', name]),
    code: 'column-repeated',
    detail: { en: `The column "${name}" is there twice.`, th: `มีคอลัมน์ "${name}" ซ้ำ` },
  };
}

function missingColumn(name: string): Violation {
  return {
    pointer: pointerTo(['columns', name]),
    code: 'required',
    detail: { en: `The column "${name}" is missing.`, th: `ไฟล์ขาดคอลัมน์ "${name}"` },
  };
}
