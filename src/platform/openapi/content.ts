import { csvHeader, csvNames } from '../csv.js';
import { formMediaType, mergePatchMediaType } from '../http/body.js';
import { componentRegistry } from '../http/components.js';
import { type Answer, type Bulk, isForFiles, type Operation, rowsPath } from '../http/operation.js';
import { problemMediaType } from '../http/problem-response.js';
import type { Content, Media } from './document-types.js';
import { referenceTo } from './plain.js';
import { problemNameOf } from './problems.js';
import type { Schemas } from './schemas.js';

/** What an operation takes as its body, by media type; null when it takes none. */
export function bodyContent(operation: Operation, schemas: Schemas): Content | null {
  const { body, bodyExample, bulk, form, method } = operation;
  if (bulk !== undefined && isForFiles(operation)) return uploadContent(bulk);
  if (body === null) return null;
  const media = mediaOf(schemas.sent(body), bodyExample);
  if (form) return { [formMediaType]: media };
  return { 'application/json': media, ...(method === 'PATCH' && { [mergePatchMediaType]: media }) };
}

/** What an operation answers when it succeeds, by media type; null when that has no body. */
export function answerContent(operation: Operation, schemas: Schemas): Content | null {
  const { answer, bulk } = operation;
  if (answer.mediaType !== undefined) return { [answer.mediaType]: { schema: { type: 'string' } } };
  if (answer.streams !== undefined && !answer.paged) return fileContent(answer.streams, schemas);
  const body = bulk !== undefined && isForFiles(operation) ? bulk.report : answer.body;
  return body && { 'application/json': mediaOf(schemas.answered(body), answer.example) };
}

/** What an operation answers when it refuses. */
export function problemContent(operation: Operation): Content {
  return { [problemMediaType]: { schema: referenceTo(problemNameOf(operation)) } };
}

/** Where files are, said where they are not; and of files what cannot be seen in their type. */
export function filesNote(operation: Operation): string {
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

function mediaOf(schema: Media['schema'], example: unknown): Media {
  return example === undefined ? { schema } : { schema, example };
}

/**
 * A list as a file. For whoever generates a client it is text; what a line of it is, `x-itemSchema` says, which OpenAPI
 * 3.2 has as `itemSchema`.
 */
function fileContent({ columns, item }: NonNullable<Answer['streams']>, schemas: Schemas): Content {
  const name = item && componentRegistry.get(item)?.id;
  if (item === undefined || name === undefined)
    throw new Error('The items of a list that streams need a name, see components.ts.');
  const csv = `All items, one a line (RFC 4180, UTF-8, CRLF); null is an empty cell and an empty text is \`""\`. A text that a spreadsheet would run as a formula (it begins with = + - @, a tab or a line end, in full width too) or that begins with an apostrophe has an apostrophe before it; take one leading apostrophe away to read it as written. Columns: ${csvNames(columns).join(', ')}.`;
  return {
    'application/x-ndjson': {
      schema: { type: 'string', description: `All items, one JSON object a line: \`${name}\`.` },
      'x-itemSchema': schemas.answered(item),
    },
    'text/csv': { schema: { type: 'string', description: csv }, example: csvHeader(columns) },
  };
}

function uploadContent({ rows, examples }: Bulk): Content {
  const file = (description: string, example: string): Media => ({
    schema: { type: 'string', description: `${description} ${rows}` },
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
