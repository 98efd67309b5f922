import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problems } from '../../domain/problem.js';
import { explainedCodes } from '../../domain/remedy.js';
import type { Database } from '../../platform/db/database.js';
import { type CachedDocument, keepDocument, sendDocument } from '../../platform/http/cached-document.js';
import { measureRequests } from '../../platform/http/metrics.js';
import { acceptedType } from '../../platform/http/negotiation.js';
import { explanationOf, problemIndexPage, problemPage } from '../../platform/http/problem-pages.js';
import { serve } from '../../platform/http/serve.js';
import { refusalsOf } from '../../platform/openapi/problems.js';
import {
  explainProblem,
  getContract,
  getLiveness,
  getMetrics,
  getReadiness,
  getService,
  listProblems,
} from './service.contract.js';

export function serviceRoutes(
  app: FastifyInstance,
  database: Database,
  kind: 'postgresql' | 'embedded',
  version: string,
): void {
  serve(app, getService, async ({ request }) => ({
    name: 'Prot' as const,
    version,
    description: 'The system of record for the financial health check of community savings groups',
    links: {
      contract: `${request.prefix}/openapi.json`,
      docs: `${request.prefix}/docs`,
      problems: `${request.prefix}/problems`,
      live: `${request.prefix}/livez`,
      ready: `${request.prefix}/readyz`,
      metrics: `${request.prefix}/metrics`,
    },
  }));

  let contract: Promise<CachedDocument> | undefined;
  serve(app, getContract, async ({ request, reply }) => {
    contract ??= keepDocument('application/json; charset=utf-8', JSON.stringify(app.swagger()));
    // It tells nothing of any record: a page of any origin may read it, such as an editor or a catalogue of APIs.
    reply.headers({ 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' });
    return sendDocument(request, reply, await contract);
  });

  serve(app, getLiveness, async () => ({ status: 'live' as const }));

  serve(app, getReadiness, async () => {
    const { writable } = await database.ask().catch((cause: unknown) => {
      const problem = problems.unavailable({ en: 'The database does not answer.', th: 'ฐานข้อมูลไม่ตอบสนอง' });
      throw Object.assign(problem, { cause });
    });
    return { status: 'ready' as const, database: kind, writable };
  });

  const metrics = measureRequests(app);
  serve(app, getMetrics, async ({ reply }) => {
    reply.type(metrics.contentType);
    return metrics.read();
  });

  const codes = [...explainedCodes.values()];
  let index: Promise<CachedDocument> | undefined;
  let indexPage: Promise<CachedDocument> | undefined;
  serve(app, listProblems, async ({ request, reply }) => {
    if (asPage(request, reply)) {
      indexPage ??= keepDocument('text/html; charset=utf-8', problemIndexPage(codes));
      return sendDocument(request, reply, await indexPage);
    }
    index ??= keepDocument('application/json; charset=utf-8', JSON.stringify({ items: codes.map(explanationOf) }));
    return sendDocument(request, reply, await index);
  });

  serve(app, explainProblem, async ({ params, request, reply }) => {
    const explained = explainedCodes.get(params.code);
    if (explained === undefined) throw problems.problemNotFound(params.code);
    const operations = app.operations
      .filter((operation) => refusalsOf(operation).some(({ code }) => code === params.code))
      .map(({ operationId }) => operationId);
    return asPage(request, reply) ? problemPage(explained, operations) : { ...explanationOf(explained), operations };
  });
}

/** Whether the caller gets a page, which is then the type of the answer; what it accepts decides. */
function asPage(request: FastifyRequest, reply: FastifyReply): boolean {
  if (acceptedType(request.headers.accept, ['application/json', 'text/html']) !== 'text/html') return false;
  reply.type('text/html; charset=utf-8');
  return true;
}
