import { pipeline, Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { byteOrderMark, type CsvColumn, csvHeader, csvWriter } from '../csv.js';
import type { WholePart, WholeQuery, WholeReading } from '../db/whole.js';
import { asRecord } from '../record-value.js';
import { wantsGzip } from './cached-document.js';
import type { SortKey } from './cursor.js';
import { mediaTypes, type Representation } from './negotiation.js';
import { progressLog } from './progress.js';

type Item = Record<string, unknown>;

/** How a list is read to its end. */
export interface Whole {
  /** The query of the list; each row has its `line`. */
  query: (part: WholePart) => WholeQuery;
  /** Finishes the JSON lines where the database gives only parts of each item. */
  linesOf?: (lines: Buffer) => Buffer;
  /** Columns that depend on the list, in place of those that the contract names in general. */
  columns?: readonly CsvColumn[];
  /** Gives the item of a line in the form that the columns speak of, where that is not the item itself. */
  flat?: (line: string) => Item;
  /** What the list is of, for the name of its file, in ASCII; without it the ids in the address say that. */
  of?: string;
}

/**
 * Answers a whole list as a stream, from one snapshot and in constant memory: a reader that pauses makes us pause. The
 * first lines are read before anything is sent, so that a database that does not answer is a problem document; what
 * fails later breaks the connection and is never a clean end.
 */
export async function sendWhole(
  request: FastifyRequest,
  reply: FastifyReply,
  whole: Whole & { after: SortKey | null },
): Promise<Readable> {
  // An answer to HEAD has no body, so there is no reason to read it.
  if (request.method === 'HEAD') return describe(request, reply, Readable.from([]));
  const positionOf = await request.server.feedPosition();
  const reading = await request.server.readWhole({ query: whole.query, after: whole.after });
  const first = await firstOf(reading);
  if (reading.snapshot !== null) reply.header('feed-position', await positionOf(reading.snapshot));
  nameFile(request, reply, { of: whole.of, snapshotAt: reading.snapshotAt });
  const writer = request.representation === 'csv' ? csvText(request, whole) : ndjsonText(whole);
  const tell = progressLog(request.log, 'export');
  const stream = Readable.from(written(first, reading, writer, tell), { objectMode: false, highWaterMark: 65_536 });
  // However it ends, and also when it ends before it was begun.
  stream.once('close', () => reading.close());
  return describe(request, reply, stream);
}

/** Says of which instant a file is, and a name for it. */
export function nameFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { of, snapshotAt }: { of: string | undefined; snapshotAt: string },
): void {
  reply.header('x-snapshot-at', snapshotAt);
  reply.header('content-disposition', `attachment; filename="${fileName(request, of, snapshotAt)}"`);
}

/** Answers lines of JSON as they are read, in constant memory: a reader that pauses makes us pause. */
export function sendLines(request: FastifyRequest, reply: FastifyReply, lines: AsyncIterable<string>): Readable {
  const source = request.method === 'HEAD' ? [] : lines;
  return describe(request, reply, Readable.from(source, { objectMode: false, highWaterMark: 65_536 }));
}

async function firstOf(reading: WholeReading): Promise<IteratorResult<Buffer, void>> {
  try {
    return await reading.lines.next();
  } catch (error) {
    reading.close();
    throw error;
  }
}

/** Sets what the stream is, not before it is there: a refusal in its place is neither CSV nor packed. */
function describe(request: FastifyRequest, reply: FastifyReply, stream: Readable): Readable {
  const packed = wantsGzip(request);
  reply.type(mediaTypes[request.representation]);
  if (packed) reply.header('content-encoding', 'gzip');
  // The plugin that packs pages would hold a stream's rows back; this is how it is told to leave an answer alone.
  else request.headers['x-no-compression'] = '1';
  return packed ? gzipped(stream) : stream;
}

interface Writer {
  head: string;
  text: (lines: Buffer) => Buffer | string;
}

async function* written(
  first: IteratorResult<Buffer, void>,
  { lines }: WholeReading,
  { head, text }: Writer,
  tell: (rows: number) => void,
): AsyncGenerator<Buffer | string> {
  if (head !== '') yield head;
  let rows = 0;
  for (let piece = first; !piece.done; piece = await lines.next()) {
    yield text(piece.value);
    rows += lineEndsIn(piece.value);
    tell(rows);
  }
}

function lineEndsIn(bytes: Buffer): number {
  let count = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, end + 1)) count += 1;
  return count;
}

function ndjsonText({ linesOf }: Whole): Writer {
  return { head: '', text: linesOf ?? ((lines) => lines) };
}

function csvText(request: FastifyRequest, { columns, flat, linesOf }: Whole): Writer {
  const names = columns ?? streamsOf(request).columns;
  const write = csvWriter(names);
  const bom = asRecord(request.query).bom === true ? byteOrderMark : '';
  const itemOf = flat ?? ((line: string): Item => JSON.parse(line));
  const finished = flat === undefined && linesOf !== undefined ? linesOf : (lines: Buffer) => lines;
  return { head: bom + csvHeader(names), text: (lines) => eachLine(finished(lines), (line) => write(itemOf(line))) };
}

/** What becomes of lines when each is written anew. */
export function eachLine(lines: Buffer, write: (line: string) => string): string {
  let text = '';
  for (const line of lines.toString('utf8').trimEnd().split('\n')) text += write(line);
  return text;
}

/** Each batch is flushed, so that a reader gets rows as soon as they are there, and none waits for the next. */
function gzipped(stream: Readable): Readable {
  const gzip = createGzip({ level: 1, flush: constants.Z_SYNC_FLUSH, chunkSize: 65_536 });
  // What goes wrong on either side destroys the other; the server sees it on the side it reads.
  pipeline(stream, gzip, () => {});
  return gzip;
}

function fileName(request: FastifyRequest, of: string | undefined, snapshotAt: string): string {
  const ending: Record<Representation, string> = { page: 'json', ndjson: 'ndjson', csv: 'csv', events: 'txt' };
  const minute = snapshotAt.slice(0, 16).replace(':', '');
  const owner = of ?? Object.values(asRecord(request.params)).join('-');
  return `${[streamsOf(request).file, owner, minute].filter(Boolean).join('-')}Z.${ending[request.representation]}`;
}

function streamsOf(request: FastifyRequest) {
  const streams = request.routeOptions.config.operation?.answer.streams;
  if (streams === undefined) throw new Error('The operation does not declare that it streams.');
  return streams;
}
