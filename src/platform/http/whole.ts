import { pipeline, Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { byteOrderMark, type CsvColumn, csvHeader, csvWriter } from '../csv.js';
import type { WholePart, WholeQuery, WholeReading, WholeRow } from '../db/whole.js';
import type { SortKey } from './cursor.js';
import { mediaTypeOf, type Representation } from './negotiation.js';

type Item = Record<string, unknown>;

/** How a list is read to its end. */
export interface Whole {
  /** The query of the list; each row has its `line`. */
  query: (part: WholePart) => WholeQuery;
  /** Finishes the JSON of an item where the database gives only parts of it. */
  lineOf?: (row: WholeRow) => string;
  /** Columns that depend on the list, in place of those that the contract names in general. */
  columns?: readonly CsvColumn[];
  /** Gives the item of a row in the form that the columns speak of, where that is not the item itself. */
  flat?: (row: WholeRow) => Item;
}

/**
 * Answers a whole list as a stream, from one snapshot and in constant memory: a reader that pauses makes us pause. The
 * first batch is read before anything is sent, so that a database that does not answer is a problem document; what fails
 * later breaks the connection and is never a clean end.
 */
export async function sendWhole(
  request: FastifyRequest,
  reply: FastifyReply,
  whole: Whole & { after: SortKey | null; keyOf: (item: never) => SortKey },
): Promise<Readable> {
  const { representation } = request;
  const lineOf = whole.lineOf ?? ((row) => row.line);
  // An answer to HEAD has no body, so there is no reason to read it.
  if (request.method === 'HEAD') return describe(request, reply, Readable.from([]));
  const { snapshotAt, batches } = await request.server.readWhole({
    query: whole.query,
    after: whole.after,
    keyOf: (row) => whole.keyOf(JSON.parse(lineOf(row)) as never),
  });
  const first = await batches.next();
  reply.header('x-snapshot-at', snapshotAt);
  reply.header('content-disposition', `attachment; filename="${fileName(request, snapshotAt)}"`);
  const writer = representation === 'csv' ? csvText(request, whole, lineOf) : ndjsonText(lineOf);
  const stream = Readable.from(chunks(first, batches, writer), { objectMode: false, highWaterMark: 65_536 });
  // A stream that is closed before it was read has not begun its generator, so what it holds is let go here.
  stream.once('close', () => void batches.return());
  return describe(request, reply, stream);
}

/** Sets what the stream is, not before it is there: a refusal in its place is neither CSV nor packed. */
function describe(request: FastifyRequest, reply: FastifyReply, stream: Readable): Readable {
  const packed = wantsGzip(request);
  reply.type(mediaTypeOf[request.representation]);
  reply.header('vary', `${reply.getHeader('vary')}, Accept-Encoding`);
  if (packed) reply.header('content-encoding', 'gzip');
  // The plugin that packs pages would hold a stream's rows back; this is how it is told to leave an answer alone.
  else request.headers['x-no-compression'] = '1';
  return packed ? gzipped(stream) : stream;
}

interface Writer {
  head: string;
  text: (row: WholeRow) => string;
}

async function* chunks(
  first: IteratorResult<WholeRow[], void>,
  batches: WholeReading['batches'],
  { head, text }: Writer,
): AsyncGenerator<string> {
  if (head !== '') yield head;
  for (let batch = first; !batch.done; batch = await batches.next()) {
    let written = '';
    for (const row of batch.value) written += text(row);
    yield written;
  }
}

function ndjsonText(lineOf: (row: WholeRow) => string): Writer {
  return { head: '', text: (row) => `${lineOf(row)}\n` };
}

function csvText(request: FastifyRequest, { columns, flat }: Whole, lineOf: (row: WholeRow) => string): Writer {
  const written = columns ?? streamsOf(request).columns;
  const write = csvWriter(written);
  const bom = (request.query as { bom?: boolean }).bom === true ? byteOrderMark : '';
  const itemOf = flat ?? ((row: WholeRow): Item => JSON.parse(lineOf(row)));
  return { head: bom + csvHeader(written), text: (row) => write(itemOf(row)) };
}

/** Each batch is flushed, so that a reader gets rows as soon as they are there, and none waits for the next. */
function gzipped(stream: Readable): Readable {
  const gzip = createGzip({ level: 1, flush: constants.Z_SYNC_FLUSH, chunkSize: 65_536 });
  // What goes wrong on either side destroys the other; the server sees it on the side it reads.
  pipeline(stream, gzip, () => {});
  return gzip;
}

function wantsGzip(request: FastifyRequest): boolean {
  const { 'accept-encoding': wanted = 'identity' } = request.headers;
  const [best] = new Negotiator({ headers: { 'accept-encoding': [wanted].flat().join(',') } }).encodings([
    'gzip',
    'identity',
  ]);
  return best === 'gzip';
}

function fileName(request: FastifyRequest, snapshotAt: string): string {
  const ending: Record<Representation, string> = { page: 'json', ndjson: 'ndjson', csv: 'csv' };
  const minute = snapshotAt.slice(0, 16).replace(':', '');
  return `${streamsOf(request).file}-${minute}Z.${ending[request.representation]}`;
}

function streamsOf(request: FastifyRequest) {
  const streams = request.routeOptions.config.operation?.answer.streams;
  if (streams === undefined) throw new Error('The operation does not declare that it streams.');
  return streams;
}
