import { parse } from 'content-type';
import type { FastifyInstance, FastifyReply, FastifyRequest, RequestPayload } from 'fastify';
import { problems } from '../../domain/problem.js';
import { isPacked, unpack } from './unpack.js';
import { hasBody } from './unread-body.js';
import { mediaTypeOf, takenMediaTypes } from './uploads.js';

/** What is done with every body before it is read: its charset and coding are judged, and it is unpacked. Sizes in bytes. */
export function prepareBodies(app: FastifyInstance, mostBytes: number): void {
  app.addHook('preParsing', (request, reply, payload, done) => {
    const { raw, headers, method } = request;
    if (method === 'GET' || method === 'HEAD' || !hasBody(headers)) return done(null, payload);
    requireUtf8(request);
    const packed = isPacked(headers['content-encoding']);
    // Node would say so at once, before anybody has looked at the key.
    if (waitsForContinue(request) && isWantedJson(request, mostBytes)) reply.raw.writeContinue();
    return done(null, packed ? unpack(raw, reply) : payload);
  });
  app.addContentTypeParser('*', (request, payload, done) => {
    const { 'content-type': type, 'content-length': length, expect } = request.headers;
    if (type !== undefined || length !== undefined || expect !== undefined) return done(unsupported(request));
    return takeNothing(request, payload, done);
  });
}

/** Lets a client send its file that asked before, when what the address says of the file has been found right. */
export function letFileCome(request: FastifyRequest, reply: FastifyReply): void {
  if (waitsForContinue(request)) reply.raw.writeContinue();
}

/** Some clients send an empty body in chunks, and then name no type. */
function takeNothing(
  request: FastifyRequest,
  payload: RequestPayload,
  done: (error: Error | null, body?: undefined) => void,
): void {
  let over = false;
  const end = (error: Error | null) => {
    if (!over) done(error, undefined);
    over = true;
  };
  payload
    .once('error', end)
    .once('end', () => end(null))
    .once('data', () => end(unsupported(request)));
}

/** @throws problems.unsupportedMediaType (415) */
function requireUtf8(request: FastifyRequest): void {
  const contentType = request.headers['content-type'] ?? '';
  const charset = parse(contentType).parameters.charset?.toLowerCase() ?? 'utf-8';
  if (charset === 'utf-8' || charset === 'utf8') return;
  const taken = takenMediaTypes(request.routeOptions.config.operation ?? { body: null });
  throw problems.unsupportedMediaType(
    contentType,
    taken.map((mediaType) => `${mediaType}; charset=utf-8`),
  );
}

/** Whether a client asks before it sends its body; one of HTTP/1.0 cannot read the answer to that (RFC 9110, 10.1.1). */
function waitsForContinue({ raw, headers }: FastifyRequest): boolean {
  return headers.expect !== undefined && raw.httpVersion !== '1.0';
}

/** Whether a client that asks before it sends JSON should send it, as far as the headers say. */
function isWantedJson({ headers }: FastifyRequest, mostBytes: number): boolean {
  return (
    mediaTypeOf(headers['content-type']) === 'application/json' && Number(headers['content-length'] ?? 0) <= mostBytes
  );
}

function unsupported(request: FastifyRequest) {
  const { operation } = request.routeOptions.config;
  return problems.unsupportedMediaType(
    request.headers['content-type'] ?? null,
    takenMediaTypes(operation ?? { body: null }),
  );
}
