import { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { Problem } from '../../domain/refusal.js';
import { statusOf } from './problem-response.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Code of the problem that the request was answered with; null otherwise. */
    problemCode: string | null;
  }
}

/**
 * One line a request, when its answer is sent: who asked for what, and what became of it. The URL is never in it, because a
 * query may hold a name and a mistaken client its key.
 */
export class RequestLog extends LogController {
  override incomingRequest(request: FastifyRequest): void {
    // Said together with the answer; its arrival by itself is of interest only to who looks closely.
    request.log.debug(askedOf(request), 'incoming request');
  }

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const log: FastifyBaseLogger = request.server.log;
    const line = {
      reqId: request.id,
      ...askedOf(request),
      keyId: request.principal?.id ?? null,
      status: reply.statusCode,
      problem: request.problemCode,
      ...(request.limitReached !== null && { limit: request.limitReached }),
      ms: Math.round(reply.elapsedTime * 10) / 10,
      remoteAddress: request.ip,
    };
    if (error) log.error({ ...line, err: error }, 'request failed while it was answered');
    else if (request.routeOptions.config.operation?.probe) log.debug(line, 'request completed');
    else log.info(line, 'request completed');
  }

  override defaultErrorLog(error: Error, request: FastifyRequest): void {
    request.log.error({ err: error }, 'a request failed on our side');
  }

  override writeHeadError(error: Error, request: FastifyRequest): void {
    request.log.warn({ err: error }, 'the head of an answer could not be written');
  }
}

/** The line for bytes that were no request, and so never came to the framework; whoever sent them was told the id. */
export function logRefusal(
  log: FastifyBaseLogger,
  requestId: string,
  { kind, code }: Problem,
  remoteAddress: string | undefined,
): void {
  const unknown = { method: null, route: null, operation: null, keyId: null };
  const line = { reqId: requestId, ...unknown, status: statusOf[kind], problem: code, ms: 0, remoteAddress };
  log.info(line, 'request completed');
}

function askedOf({ method, routeOptions: { url, config } }: FastifyRequest) {
  return { method, route: url ?? null, operation: config.operation?.operationId ?? null };
}
