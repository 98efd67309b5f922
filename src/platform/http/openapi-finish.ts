import type { OpenAPIV3_1 } from 'openapi-types';
import { csvHeader, csvNames } from '../csv.js';
import { mergePatchMediaType } from './body.js';
import { commonComponents, headerParametersOf, headersOf } from './openapi-headers.js';
import { inputParametersOf } from './openapi-parameters.js';
import { problemComponents, problemNameOf, refusalsOf } from './openapi-problems.js';
import { plainSchemas } from './openapi-schemas.js';
import type { Bulk, Operation } from './operation.js';
import { problemMediaType, statusOf } from './problem-response.js';

type Document = OpenAPIV3_1.Document;
const streamsNote =
  'With `Accept: application/x-ndjson` or `text/csv` the whole list comes as a stream instead, as far as the filters and your area allow; `after` continues from the cursor of a page, `limit` is refused. A stream that fails is cut off: one without a proper end is not whole.';

type PathOperation = OpenAPIV3_1.OperationObject & Record<string, unknown>;

/**
 * Completes what the generators leave out of a contract: the permission and security of each operation, its headers,
 * every refusal with its codes, examples, and each component once.
 */
export function finishContract(document: Document, operations: readonly Operation[]): Document {
  for (const operation of operations) {
    const written = document.paths?.[operation.path]?.[methodKey(operation)] as PathOperation | undefined;
    if (written !== undefined) finishOperation(written, operation, document);
  }
  const schemas = { ...document.components?.schemas, ...problemComponents(operations) };
  const components = { ...commonComponents, schemas };
  // Answers that belong to no operation, such as a 404 of an unknown address, are of this shape.
  return plainSchemas({ ...document, components } as Document, ['Problem']);
}

function methodKey(operation: Operation) {
  return operation.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
}

function finishOperation(written: PathOperation, operation: Operation, document: Document): void {
  const { permission, answer, bodyExample } = operation;
  if (answer.streams !== undefined) written.description = `${written.description} ${streamsNote}`;
  written.security = permission === 'public' ? [] : [{ apiKey: [] }];
  if (permission !== 'public') written['x-permission'] = permission;
  written.parameters = [...inputParametersOf(operation), ...headerParametersOf(operation)];
  const media = (written.requestBody as OpenAPIV3_1.RequestBodyObject | undefined)?.content?.['application/json'];
  if (media !== undefined) {
    (written.requestBody as OpenAPIV3_1.RequestBodyObject).required = true;
    if (bodyExample !== undefined) media.example = bodyExample;
    if (operation.method === 'PATCH') {
      written.requestBody = { required: true, content: { 'application/json': media, [mergePatchMediaType]: media } };
    }
  }
  if (operation.bulk !== undefined) {
    const json = media === undefined ? {} : { 'application/json': media };
    written.requestBody = { required: true, content: { ...json, ...uploadContent(operation.bulk) } };
  }
  written.responses = { ...successesOf(written, operation, document), ...refusalResponses(operation) };
  if (answer.body === null && written.requestBody === undefined) delete written.requestBody;
}

function successesOf(
  written: PathOperation,
  operation: Operation,
  document: Document,
): Record<string, OpenAPIV3_1.ResponseObject> {
  const { answer, versioning } = operation;
  const generated = (written.responses ?? {}) as Record<string, OpenAPIV3_1.ResponseObject>;
  const success = (status: number, description: string): OpenAPIV3_1.ResponseObject => {
    const media = generated[status]?.content?.['application/json'];
    const content = media && {
      'application/json': answer.example === undefined ? media : { ...media, example: answer.example },
    };
    const html = answer.mediaType && { [answer.mediaType]: { schema: { type: 'string' as const } } };
    return {
      description,
      headers: headersOf(operation, status),
      ...((content ?? html)
        ? { content: { ...(content ?? html), ...streamedContent(media, operation, document) } }
        : {}),
    } as OpenAPIV3_1.ResponseObject;
  };
  const successes = { [answer.status]: success(answer.status, answer.description) };
  const { bulk } = operation;
  if (bulk !== undefined) {
    const { versioning: _none, ...unversioned } = operation;
    const report = generated[200]?.content?.['application/json'];
    successes[200] = {
      description: bulk.description,
      headers: headersOf(unversioned, 200),
      content: {
        'application/json': { ...report, example: bulk.reportExample },
        'text/csv': { schema: { type: 'string', description: 'The errors, one a line' } },
      },
    };
  }
  if (answer.orCreated) successes[201] = success(201, 'It did not exist and was made.');
  if (operation.method === 'GET' && versioning === 'gives') {
    successes[304] = { description: 'The caller has this version already.', headers: headersOf(operation, 304) };
  }
  return successes;
}

/** A list that is answered whole: each line of NDJSON is an item of the page, and CSV has the columns of the contract. */
function streamedContent(
  media: OpenAPIV3_1.MediaTypeObject | undefined,
  { answer: { streams } }: Operation,
  document: Document,
): Record<string, OpenAPIV3_1.MediaTypeObject> {
  if (streams === undefined) return {};
  const page = (media?.schema as OpenAPIV3_1.ReferenceObject | undefined)?.$ref.split('/').at(-1) ?? '';
  const { properties } = (document.components?.schemas?.[page] ?? {}) as OpenAPIV3_1.NonArraySchemaObject;
  const { items } = (properties?.items ?? {}) as OpenAPIV3_1.ArraySchemaObject;
  if (items === undefined) throw new Error(`${page} is no page of items, so it cannot be streamed.`);
  const names = csvNames(streams.columns);
  const description = `All items, one a line (RFC 4180, UTF-8, CRLF); null is an empty cell and an empty text is \`""\`. A text that a spreadsheet would run as a formula (it begins with = + - @, a tab or a line end, in full width too) or that begins with an apostrophe has an apostrophe before it; take one leading apostrophe away to read it as written. Columns: ${names.join(', ')}.`;
  return {
    'application/x-ndjson': { schema: items as never },
    'text/csv': { schema: { type: 'string', description }, example: csvHeader(streams.columns) },
  };
}

function uploadContent({ rows, examples }: Bulk): Record<string, OpenAPIV3_1.MediaTypeObject> {
  const file = (description: string, example: string) => ({
    schema: { type: 'string' as const, description: `${description} ${rows}` },
    example,
  });
  return {
    'application/x-ndjson': file('One JSON object a line.', examples.ndjson),
    'text/csv': file('UTF-8, commas, names of the columns in the first row.', examples.csv),
  };
}

function refusalResponses(operation: Operation): Record<string, OpenAPIV3_1.ResponseObject> {
  const codesByStatus = new Map<number, Set<string>>();
  for (const { code, kind } of refusalsOf(operation)) {
    const codes = codesByStatus.get(statusOf[kind]) ?? new Set();
    codesByStatus.set(statusOf[kind], codes.add(code));
  }
  const sorted = [...codesByStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    sorted.map(([status, codes]) => [
      String(status),
      {
        description: `Refused: ${[...codes].map((code) => `\`${code}\``).join(', ')}.`,
        headers: headersOf(operation, status),
        content: { [problemMediaType]: { schema: { $ref: `#/components/schemas/${problemNameOf(operation)}` } } },
      },
    ]),
  );
}
