import { z } from 'zod';
import type { Permission } from '../../domain/access.js';
import { component } from './components.js';
import { type Operation, operation, type Refusal } from './operation.js';

/** An operation whose body is a record, which a patch may give in part. */
export type Replacing<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodObject,
  Answer extends z.ZodType,
  Needed extends Permission,
> = Operation<Params, Query, Body, Answer, Needed>;

/**
 * The operation that changes some fields of a record, made of the one that replaces it: same place, permission, answer
 * and refusals. `name` is what its body is called in the contract.
 */
export function patching<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodObject,
  Answer extends z.ZodType,
  Needed extends Permission,
>(
  put: Replacing<Params, Query, Body, Answer, Needed>,
  own: { operationId: string; name: string; summary: string; bodyExample: unknown; notThere?: readonly Refusal[] },
): Operation<Params, Query, z.ZodObject, Answer, Needed> {
  const { operationId, name, summary, bodyExample, notThere = [] } = own;
  const { orCreated: _never, ...answer } = put.answer;
  return operation({
    ...put,
    operationId,
    method: 'PATCH',
    summary,
    description:
      'Changes the fields that are sent and leaves the others (JSON Merge Patch, RFC 7396): null takes a value off, and a list is replaced as a whole. The rules are those of PUT.',
    body: partOf(put.body, name),
    bodyExample,
    answer: { ...answer, description: 'The record as it is now' },
    versioning: 'needs',
    refusals: [...notThere, ...put.refusals],
  });
}

/**
 * The shape of a part of a record, under its name in the contract: every field may be left out, and is null where the
 * record has a value of its own for nothing given. Fields of objects likewise; the items of a list are whole.
 */
function partOf(shape: z.ZodObject, name: string): z.ZodObject {
  const fields = Object.entries(shape.shape).map(([field, given]) => {
    const inner = `${name}${field.charAt(0).toUpperCase()}${field.slice(1)}`;
    return [field, partOfField(given, inner)] as const;
  });
  return component(name, z.strictObject(Object.fromEntries(fields)));
}

function partOfField(field: z.core.$ZodType, name: string): z.ZodType {
  if (field instanceof z.ZodOptional) return withMeaning(field, partOfField(field.unwrap(), name));
  if (field instanceof z.ZodDefault) return withMeaning(field, orNull(bare(field.unwrap(), name)).optional());
  return withMeaning(field, bare(field, name).optional());
}

function orNull(shape: z.ZodType): z.ZodType {
  return shape.safeParse(null).success ? shape : shape.nullable();
}

/** The shape of a value that is given: objects in part, nothing filled in. */
function bare(field: z.core.$ZodType, name: string): z.ZodType {
  return field instanceof z.ZodObject ? partOf(field, name) : classic(field);
}

/** What the contract says of a field, such as since when there is one, it says of its part. */
function withMeaning(field: z.core.$ZodType, part: z.ZodType): z.ZodType {
  const said = Object.entries(classic(field).meta() ?? {}).filter(([key]) => key === 'description' || /^x-/.test(key));
  return said.length === 0 ? part : part.meta({ ...part.meta(), ...Object.fromEntries(said) });
}

/** zod's own types name the core of a shape alone; all of ours have methods too. */
function classic(field: z.core.$ZodType): z.ZodType {
  if (!(field instanceof z.ZodType)) throw new Error('A shape of another kind than those of zod itself.');
  return field;
}
