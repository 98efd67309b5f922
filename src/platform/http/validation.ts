import { closest, distance } from 'fastest-levenshtein';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { pointerTo, type Violation } from '../../domain/refusal.js';
import { Upload } from '../bulk/upload.js';
import type { Operation } from './operation.js';
import { takenMediaTypes } from './uploads.js';

const english = z.locales.en().localeError;
const noBody = z.strictObject({}).optional();
const thai = z.locales.th().localeError;

/**
 * Checks path, query and body against the contract and puts what zod made of them in the request's place. All three
 * are checked before anything is said, so a caller sees every violation at once.
 * @throws problems.invalidInput (400), problems.unsupportedMediaType (415) where only files are taken
 */
export function validateInput(request: FastifyRequest, operation: Operation): void {
  if (isUpload(request.body)) {
    validateUpload(request, operation);
    return;
  }
  const violations: Violation[] = violationsOfRepresentation(request);
  if (operation.bulk !== undefined) {
    if (operation.body === null) {
      throw problems.unsupportedMediaType(request.headers['content-type'] ?? null, takenMediaTypes(operation));
    }
    violations.push(...onlyForFiles(request.query));
  }
  request.params = check(operation.params, request.params, ['path'], violations);
  request.query = check(operation.query, request.query, ['query'], violations);
  request.body =
    operation.body === null
      ? refuseBody(request.body, violations)
      : check(operation.body, request.body, [], violations);
  if (violations.length > 0) throw problems.invalidInput(violations);
}

/** A stream has no pages and only CSV a byte order mark: what would have no effect is refused and not ignored. */
function violationsOfRepresentation({ representation, query, routeOptions }: FastifyRequest): Violation[] {
  if (routeOptions.config.operation?.answer.streams === undefined) return [];
  const given = query as Record<string, unknown>;
  const violations: Violation[] = [];
  if (representation !== 'page' && given.limit !== undefined) {
    const en = 'A stream has no pages: it gives the whole list, or with `after` all that follows.';
    const th = 'การส่งทั้งชุดไม่มีหน้า จะได้รายการทั้งหมด หรือทั้งหมดที่อยู่หลัง after';
    violations.push({ pointer: '/query/limit', code: 'not-for-streams', detail: { en, th } });
  }
  if (representation !== 'csv' && given.bom !== undefined) {
    const en = 'Only text/csv can begin with a byte order mark; ask for it by Accept.';
    const th = 'มีเฉพาะ text/csv ที่ขึ้นต้นด้วย byte order mark ได้ โปรดระบุใน Accept';
    violations.push({ pointer: '/query/bom', code: 'only-for-csv', detail: { en, th } });
  }
  return violations;
}

/** Whether a body is a file of rows that waits to be read. */
export function isUpload(body: unknown): body is Upload {
  return body instanceof Upload;
}

/** The rows are checked as they are read; what is said about them in the address is checked before. */
function validateUpload(request: FastifyRequest, operation: Operation): void {
  const violations: Violation[] = [];
  request.params = check(operation.params, request.params, ['path'], violations);
  request.query = check(operation.query, request.query, ['query'], violations);
  if (violations.length > 0) throw problems.invalidInput(violations);
}

/** A dry run of a single record would not be dry, so what only files know is refused there. */
function onlyForFiles(query: unknown): Violation[] {
  return ['dryRun', 'onError', 'calendar']
    .filter((name) => Object.hasOwn(query as object, name))
    .map((name) => ({
      pointer: `/query/${name}`,
      code: 'only-for-files',
      detail: { en: `"${name}" is for files of rows only.`, th: `"${name}" ใช้กับไฟล์หลายแถวเท่านั้น` },
    }));
}

function check(shape: z.ZodType, value: unknown, place: string[], violations: Violation[]): unknown {
  const parsed = shape.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) violations.push(...violationsOf(issue, place, shape));
  return value;
}

/** A call that takes no body may still send `{}`, which many clients do with every POST. */
function refuseBody(body: unknown, violations: Violation[]): undefined {
  return check(noBody, body, [], violations) as undefined;
}

/** What an issue of zod says, as violations; an unknown key is one each. */
export function violationsOf(issue: z.core.$ZodIssue, place: string[], shape: z.ZodType): Violation[] {
  const path = [...place, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(shape, issue.path);
    return issue.keys.map((key) => unknownKey(pointerTo([...path, key]), key, known));
  }
  const violation = { pointer: pointerTo(path), code: codeOf(issue), detail: detailOf(issue) };
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
function codeOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom') return String(issue.params?.code ?? 'invalid-value');
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'required';
  return issue.code.replaceAll('_', '-');
}

function detailOf(issue: z.core.$ZodIssue): Violation['detail'] {
  if (issue.code === 'custom' && issue.params?.detail) return issue.params.detail as Violation['detail'];
  return { en: textOf(english(issue as never)), th: textOf(thai(issue as never)) };
}

function textOf(message: ReturnType<typeof english>): string {
  return (typeof message === 'string' ? message : message?.message) ?? 'Invalid value';
}

function unknownKey(pointer: string, key: string, known: readonly string[]): Violation {
  const violation = {
    pointer,
    code: 'unknown-field',
    detail: { en: `"${key}" is not known here.`, th: `ไม่รู้จัก "${key}" ที่นี่` },
  };
  return withSuggestion(violation, key, known);
}

/** Adds "did you mean" when a known word is close. */
export function withSuggestion(violation: Violation, given: unknown, known: readonly string[]): Violation {
  if (typeof given !== 'string' || given.length > 100 || known.length === 0) return violation;
  const near = closest(given, known);
  if (distance(given, near) > Math.max(2, near.length / 3)) return violation;
  const { en, th } = violation.detail;
  return { ...violation, detail: { en: `${en} Did you mean "${near}"?`, th: `${th} หมายถึง "${near}" หรือไม่` } };
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
