import type { OpenAPIV3_1 } from 'openapi-types';
import { csvHeader, csvNames } from '../csv.js';
import { mergePatchMediaType } from './body.js';
import { componentRegistry } from './components.js';
import { commonComponents, headerParametersOf, headerSchemas, headersOf } from './openapi-headers.js';
import { inputParametersOf } from './openapi-parameters.js';
import { problemComponents, problemNameOf, refusalsOf } from './openapi-problems.js';
import { plainSchemas } from './openapi-schemas.js';
import { type Answer, type Bulk, isForFiles, type Operation, rowsPath } from './operation.js';
import { problemMediaType, statusOf } from './problem-response.js';

type Document = OpenAPIV3_1.Document;
type Streams = NonNullable<Answer['streams']>;
type PathOperation = OpenAPIV3_1.OperationObject & Record<string, unknown>;

/**
 * Completes what the generators leave out of a contract: the permission and security of each operation, its headers,
 * every refusal with its codes, examples, and each component once.
 */
export function finishContract(document: Document, operations: readonly Operation[]): Document {
  for (const operation of operations) {
    const written = document.paths?.[operation.path]?.[methodKey(operation)] as PathOperation | undefined;
    if (written !== undefined) finishOperation(written, operation);
  }
  const schemas = { ...document.components?.schemas, ...headerSchemas, ...problemComponents(operations) };
  const components = { ...commonComponents, schemas };
  // Answers that belong to no operation, such as a 404 of an unknown address, are of this shape.
  return plainSchemas({ ...document, components } as Document, ['Problem']);
}

function methodKey(operation: Operation) {
  return operation.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
}

function finishOperation(written: PathOperation, operation: Operation): void {
  const { permission, answer, bodyExample } = operation;
  written.description = `${written.description}${filesNote(operation)}`;
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
  if (isForFiles(operation) && operation.bulk !== undefined) {
    written.requestBody = { required: true, content: uploadContent(operation.bulk) };
  }
  written.responses = { ...successesOf(written, operation), ...refusalResponses(operation) };
  if (answer.body === null && written.requestBody === undefined) delete written.requestBody;
}

function successesOf(written: PathOperation, operation: Operation): Record<string, OpenAPIV3_1.ResponseObject> {
  const { answer, versioning } = operation;
  const generated = (written.responses ?? {}) as Record<string, OpenAPIV3_1.ResponseObject>;
  const success = (status: number, description: string): OpenAPIV3_1.ResponseObject => {
    const content = contentOf(generated[status]?.content?.['application/json'], operation);
    return { description, headers: headersOf(operation, status), ...(content && { content }) };
  };
  const successes = { [answer.status]: success(answer.status, answer.description) };
  if (answer.orCreated) successes[201] = success(201, 'It did not exist and was made.');
  if (operation.method === 'GET' && versioning === 'gives') {
    successes[304] = { description: 'The caller has this version already.', headers: headersOf(operation, 304) };
  }
  return successes;
}

type Content = Record<string, OpenAPIV3_1.MediaTypeObject>;

function contentOf(media: OpenAPIV3_1.MediaTypeObject | undefined, { answer }: Operation): Content | null {
  if (answer.mediaType !== undefined) return { [answer.mediaType]: { schema: { type: 'string' } } };
  if (answer.streams !== undefined && !answer.paged) return fileContent(answer.streams);
  if (media === undefined) return null;
  return { 'application/json': answer.example === undefined ? media : { ...media, example: answer.example } };
}

/**
 * A list as a file. For whoever generates a client it is text; what a line of it is, `x-itemSchema` says, which OpenAPI
 * 3.2 has as `itemSchema`.
 */
function fileContent({ columns, item }: Streams): Content {
  const name = item && componentRegistry.get(item)?.id;
  if (name === undefined) throw new Error('The items of a list that streams need a name, see components.ts.');
  const csv = `All items, one a line (RFC 4180, UTF-8, CRLF); null is an empty cell and an empty text is \`""\`. A text that a spreadsheet would run as a formula (it begins with = + - @, a tab or a line end, in full width too) or that begins with an apostrophe has an apostrophe before it; take one leading apostrophe away to read it as written. Columns: ${csvNames(columns).join(', ')}.`;
  const ndjson = `All items, one JSON object a line: \`${name}\`.`;
  return {
    'application/x-ndjson': {
      schema: { type: 'string', description: ndjson },
      'x-itemSchema': { $ref: `#/components/schemas/${name}` },
    } as OpenAPIV3_1.MediaTypeObject,
    'text/csv': { schema: { type: 'string', description: csv }, example: csvHeader(columns) },
  };
}

/** Where files are, said where they are not; and of files what cannot be seen in their type. */
function filesNote(operation: Operation): string {
  const { answer, bulk, path } = operation;
  if (bulk !== undefined) {
    return isForFiles(operation)
      ? ' With `Accept: text/csv` the report is its errors as CSV, one a line.'
      : ` Files of rows go to \`POST ${rowsPath(path)}\`; here they are still taken, by \`Content-Type\`.`;
  }
  if (answer.streams === undefined) return '';
  return answer.paged
    ? ` All at once, as a file: \`GET ${rowsPath(path)}\`; here it is still given too, by \`Accept\`.`
    : ' All of it as a stream, NDJSON or with `Accept: text/csv` CSV, as far as the filters and your area allow. A stream that fails is cut off: one without a proper end is not whole.';
}

function uploadContent({ rows, examples }: Bulk): Record<string, OpenAPIV3_1.MediaTypeObject> {
  const file = (description: string, example: string) => ({
    schema: { type: 'string' as const, description: `${description} ${rows}` },
    example,
  });
  return {
    'application/x-ndjson': file('One JSON object a line.', examples.ndjson),
    'text/csv': file(
      'UTF-8, names of the columns in the first row, commas (or semicolons or tabs) between the cells.',
      examples.csv,
    ),
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
