import { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Connections } from './connections.js';

/** A body of which at most so much is to come (bytes) is read into nothing, and the connection kept. */
const mostToDiscard = 65_536;

/**
 * An answer may be ready before the body of its request has come whole: a refusal of the key, of the type, of the first
 * row. Left unread, the rest would stand in the way of the next request for ever. A short rest is thrown away; otherwise
 * the connection ends with this answer.
 */
export function leaveNoBody(connections: Connections, { raw }: FastifyRequest, reply: FastifyReply): void {
  // A request whose reading failed has lost its socket; the answer still has it.
  const { socket } = reply.raw;
  if (raw.complete || !hasBody(raw.headers) || !(socket instanceof Socket)) return;
  const length = Number(raw.headers['content-length'] ?? Number.POSITIVE_INFINITY);
  // A client that asked whether to send its body may not send it now, and one that stands still never.
  const mayNotCome = raw.headers.expect !== undefined || reply.statusCode === 408;
  if (length > mostToDiscard || mayNotCome || raw.destroyed) {
    reply.header('connection', 'close');
    connections.endAfterAnswer(socket);
  }
  reply.raw.once('finish', () => raw.unpipe().resume());
}

/** Whether a request has a body, be it an empty one in chunks. */
export function hasBody(headers: FastifyRequest['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
