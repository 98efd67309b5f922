import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import type { Violation } from '../../domain/refusal.js';
import { Upload } from '../bulk/upload.js';
import { asRecord } from '../record-value.js';
import { firstIssues } from '../violations/first-issues.js';
import { violationsOf } from '../violations/violations.js';
import type { AddressedCall, Call, RawCall } from './call.js';
import type { Operation } from './operation.js';
import { takenMediaTypes } from './uploads.js';

/** How many errors of a request are listed; the others are counted. */
const mostListed = 100;

/** What is wrong with a request. */
interface Found {
  listed: Violation[];
  notListed: number;
}

const noBody = z.strictObject({}).optional();

/**
 * Checks path, query and body against the contract and puts what zod made of them in their place, in the call and (path
 * and query) in the request. All three are checked before anything is said, so a caller sees every violation at once.
 * @throws problems.invalidInput (400), problems.unsupportedMediaType (415) where only files are taken
 */
export function requireInput<O extends Operation>(call: RawCall, operation: O): asserts call is RawCall & Call<O> {
  const { request } = call;
  const found: Found = { listed: violationsOfRepresentation(request, call.query, operation), notListed: 0 };
  if (operation.bulk !== undefined) {
    if (operation.body === null) {
      throw problems.unsupportedMediaType(request.headers['content-type'] ?? null, takenMediaTypes(operation));
    }
    found.listed.push(...onlyForFiles(call.query));
  }
  checkAddress(call, operation, found);
  call.body = operation.body === null ? refuseBody(call.body, found) : check(operation.body, call.body, [], found);
  refuse(found);
}

/**
 * Checks path and query alone: the rows of a file are checked as they are read.
 * @throws problems.invalidInput (400)
 */
export function requireAddress<O extends Operation>(
  call: RawCall,
  operation: O,
): asserts call is RawCall & AddressedCall<O> {
  const found: Found = { listed: [], notListed: 0 };
  checkAddress(call, operation, found);
  refuse(found);
}

function checkAddress(call: RawCall, { params, query, permission }: Operation, found: Found): void {
  if ((permission === 'public') !== (call.principal === null)) throw new Error('Who calls was not looked at.');
  call.params = check(params, call.params, ['path'], found);
  call.query = check(query, call.query, ['query'], found);
  call.request.params = call.params;
  call.request.query = call.query;
}

/** A stream has no pages and only CSV a byte order mark: what would have no effect is refused and not ignored. */
function violationsOfRepresentation(
  { representation }: FastifyRequest,
  query: unknown,
  { answer }: Operation,
): Violation[] {
  if (answer.streams === undefined) return [];
  const given = asRecord(query);
  const violations: Violation[] = [];
  if (representation !== 'page' && given.limit !== undefined) {
    const en = 'A stream has no pages: it gives the whole list, or with `after` all that follows.';
    const th = 'การขอข้อมูลทั้งชุดไม่แบ่งหน้า จึงใช้ limit ไม่ได้ ระบบจะส่งข้อมูลทั้งหมด หรือทั้งหมดที่ต่อจากค่า after';
    violations.push({ pointer: '/query/limit', code: 'not-for-streams', detail: { en, th } });
  }
  if (representation !== 'csv' && given.bom !== undefined) {
    const en = 'Only text/csv can begin with a byte order mark; ask for it by Accept.';
    const th = 'bom ใช้ได้เฉพาะเมื่อขอข้อมูลเป็น CSV โปรดส่ง Accept: text/csv';
    violations.push({ pointer: '/query/bom', code: 'only-for-csv', detail: { en, th } });
  }
  return violations;
}

/** Whether a body is a file of rows that waits to be read. */
export function isUpload(body: unknown): body is Upload {
  return body instanceof Upload;
}

function refuse({ listed, notListed }: Found): void {
  if (listed.length > 0) throw problems.invalidInput(listed, notListed);
}

/** A dry run of a single record would not be dry, so what only files know is refused there. */
function onlyForFiles(query: unknown): Violation[] {
  return ['dryRun', 'onError', 'calendar', 'restore']
    .filter((name) => Object.hasOwn(asRecord(query), name))
    .map((name) => ({
      pointer: `/query/${name}`,
      code: 'only-for-files',
      detail: { en: `"${name}" is for files of rows only.`, th: `"${name}" ใช้ได้เฉพาะเมื่อส่งข้อมูลเป็นไฟล์` },
    }));
}

function check(shape: z.ZodType, value: unknown, place: string[], found: Found): unknown {
  if (takesNothing(shape) && isEmpty(value)) return value;
  const parsed = shape.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const writing = place.length === 0 ? 'json' : 'text';
  const { first, notListed } = firstIssues(parsed.error.issues, mostListed - found.listed.length);
  for (const issue of first) found.listed.push(...violationsOf(issue, place, shape, writing));
  found.notListed += notListed;
  return value;
}

/** Most operations have no query and many no path parameter: then there is nothing to parse, only to refuse. */
function takesNothing(shape: z.ZodType): boolean {
  return shape instanceof z.ZodObject && Object.keys(shape.shape).length === 0;
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** A call that takes no body may still send `{}`, which many clients do with every POST. */
function refuseBody(body: unknown, found: Found): undefined {
  if (body !== undefined) check(noBody, body, [], found);
  return undefined;
}
