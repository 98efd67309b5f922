import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { createGunzip, type Gunzip } from 'node:zlib';
import type { FastifyReply, RequestPayload } from 'fastify';
import { problems } from '../../domain/problem.js';
import { codeOf } from '../record-value.js';

/** The codings of a body that are taken, as `Accept-Encoding` of a refusal says. */
export const takenEncodings = 'gzip, identity';

/**
 * Whether a body comes packed with gzip. Its names are read without regard to case, `x-gzip` is gzip, and `identity` is
 * nothing.
 * @throws problems.unsupportedContentEncoding (415) for any other, and for what is packed twice
 */
export function isPacked(contentEncoding: string | undefined): boolean {
  if (contentEncoding === undefined) return false;
  const names = contentEncoding.split(',').map((name) => name.trim().toLowerCase());
  const codings = names.filter((name) => name !== '' && name !== 'identity');
  if (codings.length > 1 || (codings.length === 1 && !['gzip', 'x-gzip'].includes(codings[0] ?? ''))) {
    throw problems.unsupportedContentEncoding(contentEncoding);
  }
  return codings.length === 1;
}

/**
 * The body of a request as it was before it was packed; read as fast as it is asked for and no faster. The request itself
 * is left whole whatever happens here, since its connection has to carry the answer.
 * @throws problems.malformedRequest (400), while it is read, for what is no gzip or only the beginning of it
 */
export function unpack(raw: IncomingMessage, reply: FastifyReply): RequestPayload {
  const gunzip = createGunzip();
  const count = { packed: 0 };
  const body: RequestPayload = Readable.from(unpacked(gunzip, count), { objectMode: false });
  // Fastify compares this with Content-Length, and who bounds a file may compare it with what came out.
  Object.defineProperty(body, 'receivedEncodedLength', { get: () => count.packed });
  // Whoever reads the body learns of an error; before and after nobody does, and it must not end the process.
  for (const stream of [gunzip, body]) stream.on('error', () => {});
  raw.on('data', (chunk: Buffer) => {
    count.packed += chunk.length;
  });
  raw.once('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  reply.raw.once('close', () => gunzip.destroy());
  return body;
}

async function* unpacked(gunzip: Gunzip, count: { packed: number }): AsyncGenerator<Buffer> {
  try {
    yield* gunzip;
  } catch (error) {
    if (!codeOf(error).startsWith('Z_')) throw error;
    if (count.packed > 0) throw problems.malformedRequest(notGzip);
  }
  // What follows a gap of zeros would be left out in silence, and with it half of a file.
  if (gunzip.bytesWritten < count.packed) throw problems.malformedRequest(notGzip);
}

const notGzip = {
  en: 'The body is not whole gzip data, which Content-Encoding says it is.',
  th: 'ข้อมูลที่ส่งมาไม่ใช่ gzip ที่ครบถ้วนตามที่ระบุใน Content-Encoding',
};
