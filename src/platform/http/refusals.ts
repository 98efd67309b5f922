import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { Problem, problems } from '../../domain/problem.js';
import { databaseProblem } from '../db/driver-error.js';
import { problemDocument, problemMediaType, sendProblem, statusOf } from './problem-response.js';
import { takenMediaTypes } from './uploads.js';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Makes every answer that is not a success a problem document, wherever in Fastify it arises. */
export function answerRefusals(app: FastifyInstance): void {
  app.decorateRequest('problemCode', null);
  app.setErrorHandler((error, request, reply) => refuse(error, request, reply));
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, nothingHere(app, request)));
}

/** For errors in the URL itself, which Fastify reports before any hook or handler of ours. */
export function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error, request);
  if (problem.kind === 'internal') request.log.error({ err: error }, 'a request failed on our side');
  else if (problem.kind === 'insufficient-storage') request.log.error({ err: error }, 'there is no room left to store');
  else if (problem.kind === 'unavailable') request.log.warn({ err: error }, 'a request could not be answered now');
  return sendProblem(request, reply, problem);
}

/**
 * For bytes that are no HTTP request at all, or only the beginning of one: there is no reply, only the connection. It is
 * closed whether the other side closes it or not.
 */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const problem =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? problems.headersTooLarge()
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? problems.requestTimeout()
        : problems.malformedRequest({ en: 'This is not a well-formed HTTP request.', th: 'คำขอ HTTP ผิดรูปแบบ' });
  const status = statusOf[problem.kind];
  const body = JSON.stringify(problemDocument(problem, uuidv7(), 'en'));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${problemMediaType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}

function problemOf(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  return frameworkProblem(error as FastifyError, request) ?? databaseProblem(error) ?? problems.internalError();
}

function frameworkProblem(error: FastifyError, request: FastifyRequest): Problem | null {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return problems.bodyTooLarge(request.routeOptions.bodyLimit ?? request.server.initialConfig.bodyLimit ?? 0);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_TYPE':
      return problems.unsupportedMediaType(
        request.headers['content-type'] ?? null,
        takenMediaTypes(request.routeOptions.config.operation ?? { method: 'GET', body: null }),
      );
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return problems.malformedRequest({
        en: 'The body is not as long as Content-Length says.',
        th: 'ความยาวของข้อมูลที่ส่งมาไม่ตรงกับ Content-Length',
      });
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return problems.malformedRequest({
        en: 'The address has a broken percent-escape or a part that is too long.',
        th: 'URL เข้ารหัส (%) ไม่ถูกต้อง หรือมีบางส่วนยาวเกินไป',
      });
    default:
      return null;
  }
}

/** A path that exists with other methods is a 405 with `Allow`; one that does not is a 404. */
function nothingHere(app: FastifyInstance, request: FastifyRequest): Problem {
  const path = request.url.split('?')[0] ?? '';
  const allowed = methods.filter((method) => app.findRoute({ method, url: path }) !== null);
  return allowed.length > 0 ? problems.methodNotAllowed(request.method, allowed) : problems.pathNotFound(path);
}
