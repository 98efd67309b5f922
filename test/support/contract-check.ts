import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { FastifyInstance } from 'fastify';
import type { OpenAPIV3_1 } from 'openapi-types';
import { problemCatalogue } from '../../src/domain/problem.js';
import { factsByCode } from '../../src/domain/problem-facts.js';
import { isForFiles, type Operation, rowsPath } from '../../src/platform/http/operation.js';
import { statusOf } from '../../src/platform/http/problem-response.js';
import { problemNameOf, refusalsOf } from '../../src/platform/openapi/problems.js';

/** One request and what came back, as a client saw it. `body` is parsed when it is JSON, else text. */
export interface Exchange {
  method: string;
  path: string;
  status: number;
  headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a body; its type would say it twice.
  body: any;
  /** Whether a file of rows was sent, by its content type. */
  sentFile?: boolean;
}

/** What the contract promises, ready to be compared with what the service does. */
export interface Contract {
  document: OpenAPIV3_1.Document;
  /** The operation that a request reaches; null where there is none. */
  operationOf(method: string, path: string): Operation | null;
  /** Why a value does not fit the schema at a JSON Pointer of the document; null when it fits. */
  misfit(pointer: string, value: unknown): string | null;
  /** @throws Error naming everything in which an answer differs from the contract */
  check(exchange: Exchange): void;
}

/** Headers that an answer may leave out although the contract lists them: the last page has no next, a page no file. */
const optionalHeaders = new Set([
  'Link',
  'Preference-Applied',
  'X-Snapshot-At',
  'Feed-Position',
  'Content-Disposition',
  'Accept-Encoding',
  'As-Of',
  'Idempotent-Replayed',
  'API-Key-Expires',
  'Drafts-Withheld',
]);
const fileTypes = ['application/x-ndjson', 'text/csv'];
/** The members of every problem document. */
const commonMembers = new Set(['type', 'title', 'status', 'detail', 'code', 'requestId', 'errors']);
/** Headers that mean something, so an answer that carries one must have it in its contract. */
const tellingHeaders = [
  'ETag',
  'Location',
  'Link',
  'Preference-Applied',
  'X-Snapshot-At',
  'Feed-Position',
  'As-Of',
  'Idempotent-Replayed',
  'WWW-Authenticate',
  'Retry-After',
];

export function readContract(app: FastifyInstance): Contract {
  const document = app.swagger() as OpenAPIV3_1.Document;
  const operationOf = finder(app.operations);
  const misfit = schemaChecker(document);
  const check = (exchange: Exchange) => {
    const operation = shownOperation(app.operations, operationOf(exchange.method, exchange.path), exchange);
    const faults = [
      ...(exchange.status >= 400 ? faultsOfProblem(exchange, operation, misfit) : []),
      ...(operation === null ? [] : faultsOfAnswer(exchange, operation, document, misfit)),
    ];
    if (faults.length === 0) return;
    const { method, path, status, body } = exchange;
    const answer = JSON.stringify(body)?.slice(0, 500);
    throw new Error(
      `contract: ${method} ${path} answered ${status}\n  ${faults.map((f) => `- ${f}`).join('\n  ')}\n  ${answer}`,
    );
  };
  return { document, operationOf, misfit, check };
}

/** A place in the document: `['paths', '/v1/areas']` gives `/paths/~1v1~1areas`. */
export function placeOf(...segments: string[]): string {
  return segments.map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function finder(operations: readonly Operation[]): Contract['operationOf'] {
  const parameters = (path: string) => path.split('{').length;
  const candidates = operations
    .flatMap((operation) => [operation.path, operation.formerPath ?? []].flat().map((path) => ({ path, operation })))
    .map(({ path, operation }) => ({ path, operation, pattern: patternOf(path), parameters: parameters(path) }))
    .sort((a, b) => a.parameters - b.parameters);
  return (method, url) => {
    const path = url.split('?')[0] ?? '';
    const asked = method === 'HEAD' ? 'GET' : method;
    // A path without parameters goes before one with, whatever methods each takes (OpenAPI 3.1, path templating).
    const [nearest] = candidates.filter(({ pattern }) => pattern.test(path));
    const found = candidates.find(({ path, operation }) => path === nearest?.path && operation.method === asked);
    return found?.operation ?? null;
  };
}

/** Files that an address of pages or single records takes or gives too are shown in the contract at their own address. */
function shownOperation(operations: readonly Operation[], reached: Operation | null, exchange: Exchange) {
  if (reached === null || isForFiles(reached)) return reached;
  const type = String(exchange.headers['content-type'] ?? '').split(';')[0] ?? '';
  const isFile = exchange.method === 'POST' ? exchange.sentFile : fileTypes.includes(type);
  if (!isFile) return reached;
  const path = rowsPath(reached.path);
  return operations.find((one) => one.path === path && one.method === reached.method) ?? reached;
}

function patternOf(path: string): RegExp {
  const literals = path.split(/\{\w+\}/).map((literal) => literal.replace(/[.*+?^$()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literals.join('[^/]+')}$`);
}

function schemaChecker(document: OpenAPIV3_1.Document): Contract['misfit'] {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
  addFormats.default(ajv);
  ajv.addSchema(document, 'contract');
  const compiled = new Map<string, ValidateFunction>();
  return (pointer, value) => {
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `contract#${encodeURI(pointer)}` });
    compiled.set(pointer, validate);
    return validate(value) ? null : ajv.errorsText(validate.errors, { dataVar: 'body' });
  };
}

function faultsOfAnswer(
  { method, status, headers, body }: Exchange,
  operation: Operation,
  document: OpenAPIV3_1.Document,
  misfit: Contract['misfit'],
): string[] {
  const key = operation.method.toLowerCase() as 'get';
  const responses = document.paths?.[operation.path]?.[key]?.responses ?? {};
  const response = responses[status] as OpenAPIV3_1.ResponseObject | undefined;
  if (response === undefined) return [`${status} is not listed for ${operation.operationId}`];
  const faults = faultsOfHeaders({ headers, status }, response.headers ?? {}, operation);
  if (method === 'HEAD') return faults;
  const mediaTypes = Object.keys(response.content ?? {});
  const given = String(headers['content-type'] ?? '').split(';')[0] ?? '';
  // What generators could not tell from the report stands in the description.
  if (operation.bulk !== undefined && given === 'text/csv') return faults;
  if (mediaTypes.length === 0) return body === '' ? faults : [...faults, 'there is a body where none is listed'];
  // A page for people is no matter of generated clients; the contract shows what it says as JSON.
  if (operation.answer.page && given === 'text/html') return faults;
  if (!mediaTypes.includes(given)) return [...faults, `the type is ${given}, listed is ${mediaTypes.join(', ')}`];
  const isLines = given === 'application/x-ndjson';
  const schema = isLines ? 'x-itemSchema' : 'schema';
  const at = placeOf('paths', operation.path, key, 'responses', String(status), 'content', given, schema);
  const values = isLines ? linesOf(body).map((line) => JSON.parse(line)) : [body];
  return [...faults, ...values.flatMap((value) => misfit(at, value) ?? [])];
}

/** The lines of NDJSON: each ends with a line feed, the last one too. */
function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('contract: the last line of NDJSON has no end');
  return lines;
}

function faultsOfHeaders(
  { headers, status }: Pick<Exchange, 'headers' | 'status'>,
  listed: object,
  { method, versioning }: Operation,
): string[] {
  // Of what is no record only answers about the past have a tag.
  const isOptional = (name: string) =>
    optionalHeaders.has(name) ||
    (name === 'ETag' && versioning === undefined) ||
    // Of conflicts only some pass by themselves.
    (name === 'Retry-After' && status === 409);
  const required = Object.keys(listed).filter((name) => !isOptional(name));
  const missing = required.filter((name) => headers[name.toLowerCase()] === undefined);
  const unlisted = tellingHeaders.filter((name) => headers[name.toLowerCase()] !== undefined && !(name in listed));
  return [
    ...missing.map((name) => `the header ${name} is missing (${method})`),
    ...unlisted.map((name) => `the header ${name} is not listed`),
  ];
}

function faultsOfProblem({ status, headers, body, method }: Exchange, operation: Operation | null, misfit: Misfit) {
  if (method === 'HEAD') return [];
  const faults: string[] = [];
  const type = String(headers['content-type'] ?? '').split(';')[0];
  if (type !== 'application/problem+json') faults.push(`a refusal has the type ${type}`);
  const name = operation === null ? 'Problem' : problemNameOf(operation);
  const fault = misfit(placeOf('components', 'schemas', name), body);
  if (fault !== null) return [...faults, `it is no problem document: ${fault}`];
  const definition = problemCatalogue.get(body.code);
  if (definition === undefined) return [...faults, `the code ${body.code} is not in the catalogue`];
  if (statusOf[definition.kind] !== status || body.status !== status) faults.push(`${body.code} is not a ${status}`);
  if (body.type !== `/problems/${body.code}`) faults.push(`the type ${body.type} is not the page of its code`);
  if (body.requestId !== headers['x-request-id']) faults.push('requestId differs from X-Request-Id');
  const facts = Object.keys(body).filter((member) => !commonMembers.has(member));
  const promised = factsByCode[body.code] ?? [];
  if (facts.sort().join() !== [...promised].sort().join()) {
    faults.push(`its further members are ${facts.join(', ') || 'none'}, promised are ${promised.join(', ') || 'none'}`);
  }
  if (operation !== null && !refusalsOf(operation).some(({ code }) => code === body.code)) {
    faults.push(`the code ${body.code} is not among those of ${operation.operationId}`);
  }
  return faults;
}

type Misfit = Contract['misfit'];
