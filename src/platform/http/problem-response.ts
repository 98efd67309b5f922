import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Language } from '../../domain/bilingual.js';
import type { Problem, Violation } from '../../domain/problem.js';
import type { ProblemKind } from '../../domain/refusal.js';
import { tokenFaults } from '../../domain/token-fault.js';
import { preferredLanguage } from './negotiation.js';
import { takenEncodings } from './unpack.js';

/** The one table from what kind of refusal it is to its HTTP status. */
export const statusOf: Readonly<Record<ProblemKind, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'not-acceptable': 406,
  timeout: 408,
  conflict: 409,
  gone: 410,
  'version-stale': 412,
  'too-large': 413,
  'unsupported-media-type': 415,
  'expectation-failed': 417,
  'rule-broken': 422,
  'version-required': 428,
  'too-many': 429,
  'headers-too-large': 431,
  internal: 500,
  'not-implemented': 501,
  unavailable: 503,
  'insufficient-storage': 507,
};

export const problemMediaType = 'application/problem+json';

/** The document of a refusal (RFC 9457) in one language. */
export function problemDocument(
  problem: Problem,
  requestId: string,
  language: Language,
  prefix = '',
): Record<string, unknown> {
  const { violations = [], warnings, facts } = problem.content;
  const inLanguage = ({ detail, ...violation }: Violation) => ({ ...violation, detail: detail[language] });
  return {
    type: `${prefix}/problems/${problem.code}`,
    title: problem.title[language],
    status: statusOf[problem.kind],
    detail: problem.content.detail[language],
    code: problem.code,
    requestId,
    errors: violations.map(inLanguage),
    ...(warnings === undefined ? {} : { warnings: warnings.map(inLanguage) }),
    ...facts,
  };
}

/** Answers a request with a refusal. The payload is a string, so no success schema of the route is applied to it. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const language = preferredLanguage(request.headers['accept-language']);
  request.problemCode = problem.code;
  if (problem.kind === 'unauthenticated' || problem.kind === 'forbidden') {
    reply.header('www-authenticate', challengeOf(request, problem));
  }
  if (problem.code === 'unsupported-content-encoding') reply.header('accept-encoding', takenEncodings);
  if (problem.kind === 'unavailable' || problem.content.retryLater === true) reply.header('retry-after', '2');
  const { retryAfterSeconds } = problem.content;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  // Room is made by a person, not by waiting two seconds.
  if (problem.kind === 'insufficient-storage') reply.header('retry-after', '60');
  if (problem.kind === 'method-not-allowed') reply.header('allow', String(problem.content.facts?.allow));
  return reply
    .code(statusOf[problem.kind])
    .removeHeader('etag')
    .header('content-language', language)
    .header('cache-control', 'no-store')
    .type(problemMediaType)
    .send(JSON.stringify(problemDocument(problem, request.id, language, request.prefix)));
}

/** What a client would have to send instead (RFC 6750): a key or token, one that is valid, or one that may do more. */
function challengeOf({ headers }: FastifyRequest, { kind, content }: Problem): string {
  if (kind === 'forbidden') {
    const permission = content.facts?.permission;
    const scope = permission === undefined ? '' : `, scope="${permission}"`;
    return `Bearer realm="prot", error="insufficient_scope"${scope}`;
  }
  if (!/^Bearer\s/i.test(headers.authorization ?? '')) return 'Bearer realm="prot"';
  const { tokenFault } = content;
  const why = tokenFault === undefined ? '' : `, error_description="${tokenFaults[tokenFault].en}"`;
  return `Bearer realm="prot", error="invalid_token"${why}`;
}
