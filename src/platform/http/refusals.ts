import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem, problems } from '../../domain/problem.js';
import { databaseProblem } from '../db/driver-error.js';
import { codeOf, memberOf } from '../record-value.js';
import type { Paths } from './paths.js';
import { sendProblem } from './problem-response.js';
import { takenMediaTypes } from './uploads.js';

/** Makes every answer that is not a success a problem document, wherever in Fastify it arises. */
export function answerRefusals(app: FastifyInstance, paths: Paths): void {
  app.decorateRequest('problemCode', null);
  app.setErrorHandler((error, request, reply) => refuse(error, request, reply));
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, paths.nothingAt(request)));
}

/** For errors in the URL itself, which Fastify reports before any hook or handler of ours. */
export function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error, request);
  if (problem.kind === 'internal') request.log.error({ err: error }, 'a request failed on our side');
  else if (problem.kind === 'insufficient-storage') request.log.error({ err: error }, 'there is no room left to store');
  else if (problem.kind === 'unavailable') request.log.warn({ err: error }, 'a request could not be answered now');
  return sendProblem(request, reply, problem);
}

function problemOf(error: unknown, request: FastifyRequest): Problem {
  const refusal = refusalIn(error);
  if (refusal !== null) return refusal;
  return frameworkProblem(error, request) ?? databaseProblem(error) ?? problems.internalError();
}

/** A refusal, also one that met a statement on its way to the database: Drizzle wraps whatever a statement throws. */
function refusalIn(error: unknown): Problem | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof Problem) return cause;
  return null;
}

function frameworkProblem(error: unknown, request: FastifyRequest): Problem | null {
  switch (codeOf(error)) {
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
      return isRefusal(error) ? notUnderstood : null;
  }
}

/** Whatever else Fastify refuses was the client's doing, also what it begins to refuse in a version to come. */
function isRefusal(error: unknown): boolean {
  const status = Number(memberOf(error, 'statusCode') ?? 500);
  return codeOf(error).startsWith('FST_') && status >= 400 && status < 500;
}

const notUnderstood = problems.malformedRequest({
  en: 'The method, the headers and the body do not fit together.',
  th: 'คำสั่ง ส่วนหัว (header) และข้อมูลที่ส่งมาไม่สอดคล้องกัน',
});
