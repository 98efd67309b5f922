import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';

/**
 * A document that is the same for everybody. Its bytes, as they are and packed, are made once: a thousand clients that
 * read it slowly share them, and none makes us pack it again.
 */
export interface CachedDocument {
  type: string;
  plain: Buffer;
  packed: Buffer;
  etag: string;
}

export async function keepDocument(type: string, content: string | Buffer): Promise<CachedDocument> {
  const plain = Buffer.from(content);
  const packed = await promisify(gzip)(plain, { level: 9 });
  return { type, plain, packed, etag: `"${createHash('sha256').update(plain).digest('base64url')}"` };
}

/** Sets the headers of a kept document, and gives the bytes to send. */
export function sendDocument(request: FastifyRequest, reply: FastifyReply, document: CachedDocument): Buffer {
  reply.type(document.type);
  if (!wantsGzip(request)) return document.plain;
  reply.header('content-encoding', 'gzip');
  return document.packed;
}

/** Whether the caller prefers an answer that is packed. */
export function wantsGzip(request: FastifyRequest): boolean {
  const { 'accept-encoding': wanted = 'identity' } = request.headers;
  const [best] = new Negotiator({
    headers: {
      'accept-encoding': [wanted]
        .flat()
        .join(',')
        .replace(/x-gzip/gi, 'gzip'),
    },
  }).encodings(['gzip', 'identity']);
  return best === 'gzip';
}
