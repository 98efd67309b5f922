import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { pointerTo, type Violation } from '../../domain/refusal.js';
import { isViolationCode, type ViolationCode } from '../../domain/violation-code.js';
import { innerShape, ownSentence, sentenceOf, type Writing } from './sentences.js';

/**
 * What an issue of zod says, as violations; an unknown key is one each. `writing` says whether the value came as JSON or as
 * text, which decides what to advise about a number.
 */
export function violationsOf(
  issue: z.core.$ZodIssue,
  place: string[],
  shape: z.ZodType,
  writing: Writing = 'json',
): Violation[] {
  const path = [...place, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = keysOf(shapeAt(shape, issue.path));
    return issue.keys.map((key) => unknownKey(pointerTo([...path, key]), key, known));
  }
  const at = shapeAt(shape, issue.path);
  const allowed = allowedOf(issue);
  const detail = sentenceOf(issue, at === null ? null : ownSentence(at), allowed, writing);
  const violation: Violation = { pointer: pointerTo(path), code: codeOf(issue, allowed), detail };
  return [allowed === null ? violation : withSuggestion({ ...violation, allowed }, issue.input, allowed)];
}

/** The values that are possible where an issue lies, when they can be listed. */
function allowedOf(issue: z.core.$ZodIssue): string[] | null {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code !== 'invalid_union') return null;
  const inner = issue.errors.flat();
  return inner.every(({ code }) => code === 'invalid_value') ? inner.flatMap((one) => allowedOf(one) ?? []) : null;
}

/** A custom check of ours carries its own code; a union of values is a choice of one of them to whoever calls. */
function codeOf(issue: z.core.$ZodIssue, allowed: readonly string[] | null): ViolationCode {
  if (issue.input === undefined && (issue.code === 'invalid_type' || allowed !== null)) return 'required';
  const code: unknown = issue.code === 'custom' ? issue.params?.code : issue.code.replaceAll('_', '-');
  return isViolationCode(code) ? code : 'invalid-value';
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
  const off = distance(given, near);
  // Of numbers none is meant more than another, and none would be right as a text.
  if (known.every((word) => /^\d+$/.test(word))) return violation;
  // The word itself is no suggestion, and neither is one that shares no letter with it.
  if (off === 0 || off >= Math.max(given.length, near.length) || off > Math.max(2, near.length / 3)) return violation;
  const { en, th } = violation.detail;
  return { ...violation, detail: { en: `${en} Did you mean "${near}"?`, th: `${th} ท่านหมายถึง "${near}" ใช่หรือไม่` } };
}

/** The shape at a path, for its fields and its sentence; null where the path leads out of what it knows. */
function shapeAt(shape: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType | null {
  let here: z.core.$ZodType | null = shape;
  for (const segment of path) {
    const outer: z.core.$ZodType | null = here === null ? null : bare(here);
    if (outer instanceof z.ZodObject) here = outer.shape[String(segment)] ?? null;
    else if (outer instanceof z.ZodArray) here = outer.element;
    else return null;
  }
  return here;
}

function keysOf(shape: z.core.$ZodType | null): string[] {
  const plain = shape === null ? null : bare(shape);
  return plain instanceof z.ZodObject ? Object.keys(plain.shape) : [];
}

function bare(shape: z.core.$ZodType): z.core.$ZodType {
  const inner = innerShape(shape);
  return inner === null ? shape : bare(inner);
}
