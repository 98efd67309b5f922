import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { pointerTo, type Violation } from '../../domain/refusal.js';
import { isViolationCode, type ViolationCode } from '../../domain/violation-code.js';

const english = z.locales.en().localeError;
const thai = z.locales.th().localeError;

/** What an issue of zod says, as violations; an unknown key is one each. */
export function violationsOf(issue: z.core.$ZodIssue, place: string[], shape: z.ZodType): Violation[] {
  const path = [...place, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(shape, issue.path);
    return issue.keys.map((key) => unknownKey(pointerTo([...path, key]), key, known));
  }
  const violation: Violation = { pointer: pointerTo(path), code: codeOf(issue), detail: detailOf(issue) };
  return [
    issue.code === 'invalid_value' ? withSuggestion(violation, issue.input, issue.values.map(String)) : violation,
  ];
}

/** The values that are possible where an issue lies, when they can be listed. */
export function allowedOf(issue: z.core.$ZodIssue): string[] | null {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code !== 'invalid_union') return null;
  const inner = issue.errors.flat();
  return inner.every(({ code }) => code === 'invalid_value') ? inner.flatMap((one) => allowedOf(one) ?? []) : null;
}

/** A custom check of ours carries its own code and both texts; the rest is zod's, in zod's two languages. */
function codeOf(issue: z.core.$ZodIssue): ViolationCode {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'required';
  const code: unknown = issue.code === 'custom' ? issue.params?.code : issue.code.replaceAll('_', '-');
  return isViolationCode(code) ? code : 'invalid-value';
}

function detailOf(issue: z.core.$ZodIssue): Violation['detail'] {
  if (issue.code === 'custom' && issue.params?.detail) return issue.params.detail as Violation['detail'];
  return { en: textOf(english(issue as never)), th: textOf(thai(issue as never)) };
}

function textOf(message: ReturnType<typeof english>): string {
  return (typeof message === 'string' ? message : message?.message) ?? 'Invalid value';
}

function unknownKey(pointer: string, key: string, known: readonly string[]): Violation {
  const violation: Violation = {
    pointer,
    code: 'unknown-field',
    detail: { en: `"${key}" is not known here.`, th: `ไม่มีช่องข้อมูลชื่อ "${key}"` },
  };
  return withSuggestion(violation, key, known);
}

/** Adds "did you mean" when a known word is close. */
export function withSuggestion(violation: Violation, given: unknown, known: readonly string[]): Violation {
  if (typeof given !== 'string' || given.length > 100 || known.length === 0) return violation;
  const near = closest(given, known);
  if (distance(given, near) > Math.max(2, near.length / 3)) return violation;
  const { en, th } = violation.detail;
  return { ...violation, detail: { en: `${en} Did you mean "${near}"?`, th: `${th} ท่านหมายถึง "${near}" ใช่หรือไม่` } };
}

/** The fields that the shape has at a path, for "did you mean"; none where the path leads out of what it knows. */
function keysAt(shape: z.ZodType, path: readonly PropertyKey[]): string[] {
  let here: unknown = shape;
  for (const segment of path) {
    here = bare(here);
    if (here instanceof z.ZodObject) here = here.shape[String(segment)];
    else if (here instanceof z.ZodArray) here = here.element;
    else return [];
  }
  here = bare(here);
  return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
}

function bare(shape: unknown): unknown {
  return shape instanceof z.ZodOptional || shape instanceof z.ZodNullable || shape instanceof z.ZodDefault
    ? bare(shape.unwrap())
    : shape;
}
