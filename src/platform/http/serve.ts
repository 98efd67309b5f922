import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { z } from 'zod';
import { type Principal, requirePermission } from '../../domain/access.js';
import { Problem, problems } from '../../domain/problem.js';
import type { ReadWhole } from '../db/whole.js';
import { asRecord } from '../record-value.js';
import { answerAsOf, type RequireMoment } from './as-of.js';
import type { Call, RawCall, UploadCall } from './call.js';
import type { Cursors } from './cursor.js';
import { answerOnce, type KeptAnswers } from './idempotency.js';
import { letFileCome } from './incoming-body.js';
import { acceptedFeed, acceptedRepresentation, acceptedType, type Representation } from './negotiation.js';
import { actingFor } from './on-behalf-of.js';
import type { Operation } from './operation.js';
import type { Paths } from './paths.js';
import { offeredMediaTypes } from './uploads.js';
import { isUpload, requireAddress, requireInput } from './validation.js';
import { tellDrafts } from './withheld.js';

export type { Call } from './call.js';

/**
 * Called before a snapshot is taken. What it gives says for the snapshot where the feed of changes goes on, without those that the
 * snapshot saw.
 */
export type FindFeedPosition = () => Promise<(snapshot: string) => Promise<string>>;

/**
 * Finds who a key or an access token belongs to; null when it is no valid key.
 * @throws problems.unauthenticated (401) where it can be said what is wrong with a token, problems.accessNotMapped (403),
 *   problems.identityProviderAway (503)
 */
export type Authenticate = (token: string) => Promise<Principal | null>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls; null on a public operation. */
    principal: Principal | null;
    /** Whether a list is asked for page by page or whole. */
    representation: Representation;
  }
  interface FastifyInstance {
    authenticate: Authenticate;
    cursors: Cursors;
    readWhole: ReadWhole;
    feedPosition: FindFeedPosition;
    requireMoment: RequireMoment;
    keptAnswers: KeptAnswers;
    operations: Operation[];
  }
  interface FastifyContextConfig {
    operation?: Operation;
  }
}

type AnswerBody<O extends Operation> = O['answer']['body'] extends z.ZodType
  ? z.output<O['answer']['body']>
  : undefined;

/**
 * Serves an operation. On its way a request is authenticated, its permission checked, its input validated;
 * the handler only sees requests that fit the contract. A handler may give its answer as JSON text or bytes, or a whole list
 * as its stream; undefined says that there is no body, or that `sendVersioned` has sent a 304. Nothing else sends the reply
 * itself: what is compressed on its way is not sent at once, and the framework would send nothing in its place.
 */
export function serve<O extends Operation>(
  app: FastifyInstance,
  operation: O,
  handler: (call: Call<O>) => Promise<AnswerBody<O> | Readable | string | Buffer | undefined>,
  uploadHandler?: (call: UploadCall<O>) => Promise<object | string>,
): void {
  addRoute(app, operation, (call) => {
    const { body } = call;
    if (uploadHandler !== undefined && isUpload(body)) {
      requireAddress(call, operation);
      letFileCome(call.request, call.reply);
      return answerOnce(call, () => uploadHandler({ ...call, upload: body }));
    }
    requireInput(call, operation);
    return answerOnce(call, () => answerInTime(call, () => handler(call)));
  });
}

/** Answers of the present, or of the past when the query says of when. */
function answerInTime<T>({ request, reply, query }: RawCall, answer: () => Promise<T>): Promise<T | undefined> {
  const { asOf } = asRecord(query);
  const isAsked = request.routeOptions.config.operation?.asOf === true && typeof asOf === 'string';
  return isAsked ? answerAsOf(request, reply, asOf, answer) : answer();
}

/** Serves a list, page by page, and whole at an address of its own. */
export function serveList<O extends Operation>(
  app: FastifyInstance,
  list: O,
  whole: Operation,
  handler: (call: Call<O>) => Promise<AnswerBody<O> | Readable | string | Buffer | undefined>,
): void {
  serve(app, list, handler);
  addRoute(app, whole, (given) => {
    const call = { ...given };
    // What the whole takes, the list takes too; where its pages begin and end has no meaning here.
    requireInput(given, whole);
    requireInput(call, list);
    return answerInTime(call, () => handler(call));
  });
}

/** Puts an operation on the air that takes files and nothing else. */
export function serveUploads<O extends Operation>(
  app: FastifyInstance,
  operation: O,
  handler: (call: UploadCall<O>) => Promise<object | string>,
): void {
  const noOther = () => Promise.reject(new Error('Only files reach this operation.'));
  serve(app, operation, noOther, handler);
}

/** Adds the routes of an operation; `respond` checks the input of a request and gives the answer. */
export function addRoute(
  app: FastifyInstance,
  operation: Operation,
  respond: (call: RawCall) => Promise<unknown>,
): void {
  app.operations.push(operation);
  const { method, path, formerPath, bulk, answer } = operation;
  const route: Omit<RouteOptions, 'url'> = {
    method,
    schema: { response: { ...responsesOf(answer), ...(bulk && { 200: bulk.report }) } },
    config: { operation },
    handler: async (request, reply) => {
      const { params, query, body, principal } = request;
      // What is answered to a file has a status of its own.
      if (!isUpload(body)) reply.code(answer.status);
      const answered = await respond({ params, query, body, principal, request, reply });
      if (!reply.sent) tellDrafts(request, reply);
      if (operation.historyOf !== undefined && !reply.sent)
        reply.header('link', linkToHistory(request, operation.historyOf));
      return answered === undefined && !reply.sent && answer.body === null ? reply.send() : answered;
    },
  };
  app.route({ ...route, url: routeUrl(path) });
  if (formerPath !== undefined) app.route({ ...route, url: routeUrl(formerPath) });
}

/** What every operation relies on. */
interface Conventions {
  authenticate: Authenticate;
  cursors: Cursors;
  readWhole: ReadWhole;
  feedPosition: FindFeedPosition;
  requireMoment: RequireMoment;
  keptAnswers: KeptAnswers;
  paths: Paths;
}

/** Prepares an app for operations: who calls is found before the body is read, so strangers cannot make us read it. */
export function prepareForOperations(
  app: FastifyInstance,
  { authenticate, cursors, readWhole, feedPosition, requireMoment, keptAnswers, paths }: Conventions,
): void {
  app.decorateRequest('principal', null);
  app.decorateRequest('representation', 'page');
  app.decorate('authenticate', authenticate);
  app.decorate('cursors', cursors);
  app.decorate('readWhole', readWhole);
  app.decorate('feedPosition', feedPosition);
  app.decorate('requireMoment', requireMoment);
  app.decorate('keptAnswers', keptAnswers);
  app.decorate('operations', []);
  app.addHook('onRequest', async (request, reply) => {
    const { operation } = request.routeOptions.config;
    // Where there is nothing, nothing is read of the body either.
    if (request.is404 || request.method === 'OPTIONS' || paths.isMisled(request)) throw paths.nothingAt(request);
    if (operation === undefined) return;
    const { streams, paged, follows } = operation.answer;
    if (streams !== undefined) request.representation = acceptedRepresentation(request.headers.accept, paged === true);
    else if (follows) request.representation = acceptedFeed(request.headers.accept);
    else acceptedType(request.headers.accept, offeredMediaTypes(request, operation));
    const { limits } = app;
    if (operation.permission === 'public') return limits.admitAnyone(request, reply);
    const principal = await limits.admit(request, reply, () => principalOf(request));
    request.principal = actingFor(principal, request.headers['on-behalf-of']);
    tellExpiry(reply, principal);
    if (operation.permission !== 'signed-in') requirePermission(principal, operation.permission);
  });
}

/** How long before its end a key says so, in milliseconds: thirty days. */
const warnedBeforeMs = 30 * 86_400_000;

/** A key that ends soon is told to whoever uses it. A token ends within the hour, as its client knows. */
function tellExpiry(reply: FastifyReply, { kind, expiresAt }: Principal): void {
  if (kind !== 'api-key' || expiresAt === null) return;
  if (Date.parse(expiresAt) - Date.now() < warnedBeforeMs) reply.header('api-key-expires', expiresAt);
}

async function principalOf(request: FastifyRequest): Promise<Principal> {
  const credential = credentialIn(request);
  const principal = credential === null ? null : await request.server.authenticate(credential);
  if (principal === null) throw problems.unauthenticated();
  return principal;
}

/** Who calls, as it is known now, for an answer that takes its time; null when the key or token is not valid any more. */
export async function findPrincipal(request: FastifyRequest): Promise<Principal | null> {
  try {
    return await principalOf(request);
  } catch (error) {
    if (error instanceof Problem && error.kind === 'unauthenticated') return null;
    throw error;
  }
}

/** What the caller shows, up to what fits among the headers beside everything else. */
function credentialIn({ headers }: FastifyRequest): string | null {
  const [, credential] = /^Bearer +([\x21-\x7e]{1,12288})$/i.exec(headers.authorization ?? '') ?? [];
  return credential ?? null;
}

/** The ids of a record's path, in their order, are its id among the changes. */
function linkToHistory({ prefix, params }: FastifyRequest, resource: string): string {
  const resourceId = Object.values(asRecord(params)).join('/');
  return `<${prefix}/v1/changes?${new URLSearchParams({ resource, resourceId })}>; rel="version-history"`;
}

function routeUrl(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

function responsesOf(answer: Operation['answer']): Record<number, z.ZodType> {
  const isFile = answer.streams !== undefined && !answer.paged;
  if (answer.body === null || answer.mediaType !== undefined || isFile) return {};
  return { [answer.status]: answer.body, ...(answer.orCreated ? { 201: answer.body } : {}) };
}
