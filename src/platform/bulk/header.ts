import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { pointerTo, type Violation } from '../../domain/refusal.js';
import { withSuggestion } from '../http/violations.js';
import type { RowForm } from './row.js';

/**
 * Refuses the header of a CSV file that names a column nobody knows, one twice, or lacks one that every row needs.
 * @throws problems.invalidInput (400) with every such column
 */
export function requireKnownColumns(names: readonly string[], form: RowForm): void {
  const fields = Object.keys(form.shape.shape).filter((field) => !form.csv?.instead.includes(field));
  const taken = [...fields, ...(form.csv?.columns ?? [])];
  const known = new Set([...taken, ...form.given]);
  const violations = [
    ...names.filter((name) => !known.has(name)).map((name) => unknownColumn(name, taken)),
    ...names.filter((name, index) => known.has(name) && names.indexOf(name) < index).map(repeatedColumn),
    ...fields.filter((field) => isRequired(form.shape.shape[field]) && !names.includes(field)).map(missingColumn),
  ];
  if (violations.length > 0) throw problems.invalidInput(violations);
}

function isRequired(field: z.core.$ZodType | undefined): boolean {
  return field instanceof z.ZodType && !field.safeParse(undefined).success;
}

function unknownColumn(name: string, taken: readonly string[]): Violation {
  const asOne = /[;\t]/.test(name);
  const violation: Violation = {
    pointer: pointerTo(['columns', name]),
    code: 'unknown-field',
    detail: {
      en: `"${name}" is not a column here.${asOne ? ' Columns are separated by commas.' : ''}`,
      th: `ระบบไม่รู้จักคอลัมน์ "${name}"${asOne ? ' โปรดคั่นคอลัมน์ด้วยเครื่องหมายจุลภาค (,)' : ''}`,
    },
  };
  return withSuggestion(violation, name, taken);
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
