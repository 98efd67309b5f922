import { z } from 'zod';
import type { Permission } from '../../domain/access.js';
import type { ChangedResource } from '../../domain/change.js';
import { problems } from '../../domain/problem.js';
import type { ProblemKind } from '../../domain/refusal.js';
import type { CsvColumn } from '../csv.js';
import { asOfQuery } from './as-of.js';

/** A line of the problem catalogue as a contract names it: which code and kind, not how it is made. */
export interface Refusal {
  readonly code: string;
  readonly kind: ProblemKind;
}

/** What a successful call answers. A body of null is no body (204). */
export interface Answer<Body extends z.ZodType | null = z.ZodType | null> {
  status: 200 | 201 | 204;
  description: string;
  body: Body;
  example?: unknown;
  /** A PUT that answers 200 for a change and 201 for a new record. */
  orCreated?: true;
  /** Whole lists carry `Link: <...>; rel="next"`, and `Preference-Applied` when a total was asked for. */
  paged?: true;
  /**
   * The list is answered whole, as NDJSON of its items and as CSV with these columns; the file that is saved is named so. A list that
   * is `paged` too does so only when `Accept` asks for it, and its contract shows the page alone.
   */
  streams?: { file: string; columns: readonly CsvColumn[]; item?: z.core.$ZodType };
  mediaType?: 'text/html' | 'text/plain' | 'text/event-stream';
  /**
   * It is a feed, which is also read to its end as NDJSON and followed as events when `Accept` asks for it; the contract shows its
   * pages alone, and events at an address of their own.
   */
  follows?: true;
  /** It is a page for people too, when `Accept` prefers `text/html`; the contract shows the JSON alone, as of files. */
  page?: true;
}

/**
 * Whole files of rows that an operation takes instead of one record as JSON. One that takes both goes by `Content-Type`,
 * and its contract shows the record alone, because no generator can tell two answers of one operation apart.
 */
export interface Bulk {
  /** What is answered to a file, with 200. */
  description: string;
  report: z.ZodType;
  reportExample: unknown;
  /** What a row is, in the words of the field, and a file of each type. */
  rows: string;
  examples: { ndjson: string; csv: string };
}

/**
 * How an operation takes part in versions: it `gives` an ETag and answers If-None-Match; it `needs` If-Match to change
 * an existing record; it `takes` If-Match when the caller sends it.
 */
export type Versioning = 'gives' | 'needs' | 'takes';

/** For how many seconds an answer may be kept without asking again: by a browser, and by what stands between it and us. */
export interface SharedFor {
  browsers: number;
  caches: number;
}

/** What an operation asks of its caller: a permission, to be known (`signed-in`), or nothing (`public`). */
export type Needed = Permission | 'signed-in' | 'public';

/**
 * One endpoint as clients see it: the value that the route, the contract and the tests share. The permission has no
 * default, so an operation that forgets it does not compile.
 */
export interface Operation<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType | null = z.ZodType | null,
  AnswerBody extends z.ZodType | null = z.ZodType | null,
  Asked extends Needed = Needed,
> {
  operationId: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: `/${string}`;
  /** An address of before that still works and is not in the contract any more. */
  formerPath?: `/${string}`;
  tag: string;
  summary: string;
  description: string;
  permission: Asked;
  params: Params;
  query: Query;
  body: Body;
  bodyExample?: unknown;
  /** The body comes as a form, `application/x-www-form-urlencoded`, because a standard of others says so. */
  form?: true;
  /** With a body of null, files are all that it takes. */
  bulk?: Bulk;
  answer: Answer<AnswerBody>;
  versioning?: Versioning;
  /** It can be asked for as it was: `asOf` is added to its query, and what can be refused of it to its refusals. */
  asOf?: true;
  /** It answers one record of this kind, which its path names, with a link to what became of it. */
  historyOf?: ChangedResource;
  /** Its answers are the same for everybody, and are kept by shared caches. */
  shared?: SharedFor;
  /** Drafts are left out of it for callers without `read:drafts`, and it says so. */
  withholdsDrafts?: true;
  /** Machines ask it every few seconds, so its lines in the log are for who looks closely. */
  probe?: true;
  refusals: readonly Refusal[];
}

/** A message that the service sends of itself, to receivers who asked for it. */
export interface OutgoingMessage {
  /** Its name in the contract. */
  name: string;
  tag: string;
  summary: string;
  description: string;
  headers: Readonly<Record<string, { description: string; shape: z.ZodType; example: unknown }>>;
  body: z.ZodType;
  example: unknown;
  /** What the answers of a receiver mean, by their status. */
  answers: Readonly<Record<string, string>>;
}

/** Declares an operation; only its types are kept exact. */
export function operation<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType | null,
  AnswerBody extends z.ZodType | null,
  const Asked extends Needed,
>(declared: Operation<Params, Query, Body, AnswerBody, Asked>): Operation<Params, Query, Body, AnswerBody, Asked> {
  if (declared.asOf !== true) return declared;
  // The handler need not know: the statements that it runs read the past by themselves.
  const query = declared.query.extend(asOfQuery) as unknown as Query;
  const refusals = [...declared.refusals, problems.asOfInFuture, problems.asOfBeforeRecords, problems.asOfNotSettled];
  return { ...declared, query, refusals };
}

/** Where the rows of a collection go in and out as files: an address of its own, so that generated clients have one type. */
export function rowsPath(path: Operation['path']): Operation['path'] {
  return `${path}/rows`;
}

/**
 * The operation that answers a list whole, as a file: the same permission, filters and order, without pages.
 * @throws Error when the list does not say how it streams
 */
export function wholeList(
  list: Operation,
  { operationId, summary }: { operationId: string; summary: string },
): Operation {
  const { streams } = list.answer;
  if (streams === undefined) throw new Error(`${list.operationId} does not stream.`);
  const { limit, after, ...filters } = list.query.shape;
  return {
    ...list,
    operationId,
    summary,
    path: rowsPath(list.path),
    query: z.strictObject(filters),
    answer: { status: 200, description: 'The file', body: z.string(), streams: { ...streams, item: itemOf(list) } },
  };
}

function itemOf({ operationId, answer }: Operation): z.core.$ZodType {
  const items = answer.body instanceof z.ZodObject ? answer.body.shape.items : undefined;
  if (!(items instanceof z.ZodArray)) throw new Error(`${operationId} has no pages.`);
  return items.element;
}

/** Whether a caller may ask for it only so often. Who asks whether the process lives, or can serve, is always answered. */
export function isLimited({ permission, probe }: Pick<Operation, 'permission' | 'probe'>): boolean {
  return permission !== 'public' || probe !== true;
}

/** Whether an operation takes or gives files of rows, perhaps beside single records or pages. */
export function mayBeBulk({ answer, bulk }: Pick<Operation, 'answer' | 'bulk'>): boolean {
  return bulk !== undefined || answer.streams !== undefined || answer.follows === true;
}

/** Whether an operation is about files of rows and nothing else. */
export function isForFiles({ body, bulk, answer }: Pick<Operation, 'body' | 'bulk' | 'answer'>): boolean {
  return (bulk !== undefined && body === null) || (answer.streams !== undefined && !answer.paged);
}
