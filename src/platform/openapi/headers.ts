import { contentCoding } from '../http/components.js';
import { isLimited, type Operation } from '../http/operation.js';
import type { Header, Parameter, Schema } from './document-types.js';
import type { Schemas } from './schemas.js';

/** The header parameters that an operation's form brings with it, by their names in `headerParameters`. */
export function headerParametersOf({ versioning, answer, method, body, bulk, asOf, permission }: Operation): string[] {
  const names = ['AcceptLanguage', 'XRequestId'];
  if ((versioning === 'gives' || asOf === true) && method === 'GET') names.push('IfNoneMatch');
  if (versioning === 'needs') names.push(answer.orCreated ? 'IfMatchToReplace' : 'IfMatch');
  if (versioning === 'takes') names.push('IfMatchOptional');
  if (answer.orCreated) names.push('IfNoneMatchAny');
  if (method === 'POST') names.push('IdempotencyKey');
  if (method !== 'GET' && permission !== 'public') names.push('OnBehalfOf');
  if (answer.paged && !answer.follows) names.push('Prefer');
  if (answer.follows || answer.mediaType === 'text/event-stream') names.push('LastEventId');
  if (body !== null || bulk !== undefined) names.push('ContentEncoding');
  return names;
}

/** The headers of the answer with this status, by their names in `answerHeaders`. */
export function headersOf(operation: Operation, status: number): string[] {
  const { versioning, answer, permission, asOf, method, historyOf, shared } = operation;
  // What shared caches keep says nothing of the request that it was made for.
  const isKept = shared !== undefined && status < 400;
  const names = isKept ? ['API-Version', 'Cache-Control'] : ['API-Version', 'X-Request-Id'];
  if (status < 400 && status !== 204 && (versioning !== undefined || asOf === true)) names.push('ETag');
  if (method === 'POST' && status < 400) names.push('Idempotent-Replayed');
  if (method === 'POST' && status === 409) names.push('Retry-After');
  if (status === 201) names.push('Location');
  if (status === 200 && answer.paged) names.push('Link', answer.follows ? 'Feed-Position' : 'Preference-Applied');
  if (status === 200 && answer.streams !== undefined && !answer.paged)
    names.push('X-Snapshot-At', ...(shared === undefined ? ['Feed-Position'] : []), 'Content-Disposition');
  if (status === 200 && historyOf !== undefined) names.push('Link');
  if (asOf === true && status < 400) names.push('As-Of');
  if (asOf === true && status === 409) names.push('Retry-After');
  if (permission !== 'public' && status < 400) names.push('API-Key-Expires');
  if (status < 400 && operation.withholdsDrafts) names.push('Drafts-Withheld');
  if (status >= 400) names.push('Content-Language');
  if ((status === 401 || status === 403) && permission !== 'public') names.push('WWW-Authenticate');
  if (status === 415) names.push('Accept-Encoding');
  if (status === 429 || status === 503 || status === 507) names.push('Retry-After');
  // Other refusals have them too; said of each they would be most of the contract.
  if ((status < 400 || status === 429) && !isKept && isLimited(operation)) names.push('RateLimit-Policy', 'RateLimit');
  return names;
}

const parameter = (name: string, description: string, schema: Schema, required = false): Parameter => ({
  name,
  in: 'header',
  description,
  required,
  schema,
});

/** An ETag, and `*` or a list of ETags (RFC 9110). */
const tag = '(W/)?"[!#-~]*"';
const tagList: Schema = { type: 'string', pattern: `^(\\*|${tag}([ \\t]*,[ \\t]*${tag})*)$`, examples: ['"1"'] };

/** The header parameters of all operations. */
export function headerParameters(schemas: Schemas): Record<string, Parameter> {
  return {
    AcceptLanguage: parameter('Accept-Language', 'Language of problems: `en` (default) or `th`', { type: 'string' }),
    XRequestId: parameter('X-Request-Id', 'Your id of this request; echoed and logged', { type: 'string' }),
    IfMatch: parameter(
      'If-Match',
      'ETag of the version you read (its version alone, `"3"`, will do), a list of them, or `*` for any (428 without). `W/"3"`, as an ETag is when the answer comes packed, counts as `"3"`.',
      tagList,
      true,
    ),
    IfMatchToReplace: parameter(
      'If-Match',
      'ETag of the version you read, a list of them, or `*` for any. Needed to change what is there (428 without), not to make it. `W/"3"` counts as `"3"`.',
      tagList,
    ),
    IfMatchOptional: parameter('If-Match', 'ETag of the version you read; checked when sent', tagList),
    IfNoneMatch: parameter('If-None-Match', 'ETag that you have, or a list of them; 304 while one is current', tagList),
    IfNoneMatchAny: parameter(
      'If-None-Match',
      '`*`: only make it, never replace it (412). An ETag: not while it is the current one (412)',
      tagList,
    ),
    ContentEncoding: parameter(
      'Content-Encoding',
      '`gzip` when the body is packed so; no other coding is taken (415)',
      schemas.sent(contentCoding),
    ),
    IdempotencyKey: parameter(
      'Idempotency-Key',
      'Your name for this request, a UUID at best, 1 to 255 visible ASCII characters, in quotes or bare. Sent again with the same key, the same request (method, address, `Content-Type`, `If-Match`, values of the body or bytes of the file) is answered as the first time, byte for byte, and nothing happens twice; with another request the key is refused (422). Kept for 24 hours, if the operator does not set another time. A refusal is not kept, as it changed nothing, and neither are a dry run and an answer that wrote nothing.',
      { type: 'string', minLength: 1, examples: ['"01936d5e-6f70-7c3a-9c55-0242ac120007"'] },
    ),
    OnBehalfOf: parameter(
      'On-Behalf-Of',
      'The officer for whom a trusted system acts (`actsOnBehalf` of its key): an id that only that system can resolve, 1 to 128 visible ASCII characters. It stands in the history. A Thai citizen id is refused.',
      { type: 'string', minLength: 1, maxLength: 128, examples: ['officer-4471'] },
    ),
    LastEventId: parameter(
      'Last-Event-ID',
      'Where events are to go on from: the `id` of the last one that came. It goes before `after`',
      { type: 'string' },
    ),
    Prefer: parameter('Prefer', '`count=exact` adds `total` to the page', { type: 'string' }),
  };
}

/** The headers of all answers. */
export const answerHeaders: Readonly<Record<string, Header>> = {
  'API-Version': { description: 'Version of this contract that answered', schema: { type: 'string' } },
  'X-Request-Id': { description: 'Id of this request, in the log too', schema: { type: 'string' } },
  'API-Key-Expires': {
    description:
      'When the API key, or the secret of it that was sent, ends; said in the thirty days before. RFC 3339 in UTC.',
    schema: { type: 'string', format: 'date-time' },
  },
  'Content-Language': { description: 'Language of the problem: `en` or `th`', schema: { type: 'string' } },
  ETag: {
    description:
      'Changes whenever the answer does. Of a record it begins with the version: `"3-vT0mXkQ2bqW9fA7s"`; send it back as it is, in If-Match or If-None-Match.',
    schema: { type: 'string', pattern: `^${tag}$` },
  },
  'Cache-Control': {
    description: 'For how long it may be kept, and that shared caches may keep it',
    schema: { type: 'string', examples: ['public, max-age=300, s-maxage=3600'] },
  },
  'Idempotent-Replayed': {
    description: '`true` when the request was answered before under its `Idempotency-Key`, and this is that answer',
    schema: { type: 'string', examples: ['true'] },
  },
  Location: { description: 'Path of the record that was made', schema: { type: 'string' } },
  Link: {
    description:
      'Of a page the path of the next one, `<...>; rel="next"`; of a record the path of its history, `<...>; rel="version-history"` (RFC 5829)',
    schema: { type: 'string' },
  },
  'Preference-Applied': { description: '`count=exact` when `total` is given', schema: { type: 'string' } },
  'As-Of': {
    description:
      'Of an answer about the past: the moment it is of, RFC 3339 in UTC. It is the same for ever and may be kept.',
    schema: { type: 'string', format: 'date-time' },
  },
  'Drafts-Withheld': {
    description:
      '`true` when you may not read drafts (`read:drafts`): none is in the answer, nor in what it counts, whether there are any or not',
    schema: { type: 'string', examples: ['true'] },
  },
  'Feed-Position': {
    description:
      'Of a list that is answered whole: where the feed of changes (`/v1/changes?after=`) goes on from its rows. What they have already is left out there, and nothing else. Not with `asOf`. Of the feed itself, read to its end as NDJSON: where it goes on then.',
    schema: { type: 'string' },
  },
  'X-Snapshot-At': {
    description:
      'Of a list that is answered whole: the instant its rows are of, RFC 3339 in UTC. All of them are of this one moment.',
    schema: { type: 'string', format: 'date-time' },
  },
  'Content-Disposition': {
    description: 'Of a list that is answered whole: `attachment` with a name for the file',
    schema: { type: 'string' },
  },
  'Accept-Encoding': {
    description: 'The codings of a body that are taken, where another was the reason',
    schema: { type: 'string' },
  },
  'WWW-Authenticate': {
    description:
      '`Bearer`; with `error="invalid_token"` for a key or token that is not valid, of a token with `error_description`, and `error="insufficient_scope"` for one that may not (RFC 6750)',
    schema: { type: 'string' },
  },
  'RateLimit-Policy': {
    description:
      'The limits that hold for this request: the name of each, its quota `q` and in how many seconds `w` (draft-ietf-httpapi-ratelimit-headers-10). `qu="concurrent-requests"`: how many at once',
    schema: { type: 'string', examples: ['"interactive-burst";q=3000;w=10, "interactive";q=12000;w=60'] },
  },
  RateLimit: {
    description: 'What is left of each limit: `r` requests, and in how many seconds `t` there are more',
    schema: { type: 'string', examples: ['"interactive-burst";r=2999;t=10, "interactive";r=11999;t=60'] },
  },
  'Retry-After': { description: 'Seconds to wait before trying again', schema: { type: 'integer' } },
};
