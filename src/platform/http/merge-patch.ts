import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Permission } from '../../domain/access.js';
import { Problem, problems } from '../../domain/problem.js';
import type { Precondition } from '../../domain/version.js';
import { asRecord, isRecord } from '../record-value.js';
import { withoutLaxerBounds } from '../violations/first-issues.js';
import { violationsOf } from '../violations/violations.js';
import type { AddressedCall } from './call.js';
import type { Operation } from './operation.js';
import type { Replacing } from './patching.js';
import { addRoute } from './serve.js';
import { requireInput } from './validation.js';
import { preconditionOf } from './versions.js';

/** How often a patch that accepts any version is tried again when the record changes under it. */
const attempts = 5;

/** How a record is patched: `read` gives it as clients see it, `save` replaces it and answers. */
interface Patching<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodObject,
  Answer extends z.ZodType,
> {
  put: Replacing<Params, Query, Body, Answer, Permission>;
  read: (call: PatchCall<Params, Query>) => Promise<{ version: number }>;
  save: (
    call: PatchCall<Params, Query> & { body: z.output<Body> },
    precondition: Precondition,
  ) => Promise<z.output<Answer> | string | Buffer | undefined>;
}

type PatchCall<Params extends z.ZodObject, Query extends z.ZodObject> = AddressedCall<{
  params: Params;
  query: Query;
  permission: Permission;
}>;

/**
 * Puts a patch on the air: what is sent is merged into the record as it is, and the whole is saved as a PUT would be. A
 * write in between is never overwritten: the version that was read is the one that may be replaced.
 */
export function servePatch<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodObject,
  Answer extends z.ZodType,
  Needed extends Permission,
>(
  app: FastifyInstance,
  patch: Operation<Params, Query, z.ZodObject, Answer, Needed>,
  { put, read, save }: Patching<Params, Query, Body, Answer>,
): void {
  const merge = async (call: PatchCall<Params, Query> & { body: unknown }, attemptsLeft: number): Promise<unknown> => {
    const asked = preconditionOf(call.request);
    const record = await read(call);
    const content = contentOf(put.body, merged(put.body, fieldsOf(record, put.body), asRecord(call.body)));
    try {
      return await save({ ...call, body: content }, ofVersion(asked, record.version));
    } catch (error) {
      if (attemptsLeft === 0 || asked.ifMatch !== '*' || !isStale(error)) throw error;
      return merge(call, attemptsLeft - 1);
    }
  };
  addRoute(app, patch, (call) => {
    requireInput(call, patch);
    return merge(call, attempts);
  });
}

/**
 * What is sent, merged into a record (RFC 7396): objects are merged, everything else replaces. Null takes a value off: the
 * field is null where it may be, and else what it is when nothing is given.
 */
function merged(shape: z.ZodObject, record: Record<string, unknown>, patch: Record<string, unknown>) {
  const result = { ...record };
  for (const [name, value] of Object.entries(patch)) {
    const field = shape.shape[name];
    const inner = unwrapped(field);
    if (value === undefined || field === undefined) continue;
    if (value === null && !z.safeParse(field, null).success) delete result[name];
    else if (inner instanceof z.ZodObject && isRecord(value))
      result[name] = merged(inner, asRecord(result[name]), value);
    else result[name] = value;
  }
  return result;
}

function unwrapped(field: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  return field instanceof z.ZodOptional || field instanceof z.ZodDefault || field instanceof z.ZodNullable
    ? unwrapped(field.unwrap())
    : field;
}

/** The fields of a record that a replacement would set. */
function fieldsOf(record: object, body: z.ZodObject): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => Object.hasOwn(body.shape, name)));
}

/** @throws problems.invalidInput (400) when what was merged is no whole record, such as one without its name */
function contentOf<Body extends z.ZodObject>(body: Body, merged: unknown): z.output<Body> {
  const parsed = body.safeParse(merged, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw problems.invalidInput(
    withoutLaxerBounds(parsed.error.issues).flatMap((issue) => violationsOf(issue, [], body)),
  );
}

/** What is asked of the version, said of the one that was read; one that does not fit is left to be refused. */
function ofVersion(asked: Precondition, version: number): Precondition {
  const fits = asked.ifMatch === '*' || asked.ifMatch?.includes(version);
  return fits ? { ...asked, ifMatch: [version] } : asked;
}

function isStale(error: unknown): boolean {
  return error instanceof Problem && error.code === problems.versionStale.code;
}
