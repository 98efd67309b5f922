import type { FastifyInstance } from 'fastify';
import { problemCatalogue, problems } from '../../domain/problem.js';
import type { Database } from '../../platform/db/database.js';
import { type KeptDocument, keepDocument, sendDocument } from '../../platform/http/kept-document.js';
import { measureRequests } from '../../platform/http/metrics.js';
import { refusalsOf } from '../../platform/http/openapi-problems.js';
import { problemIndexPage, problemPage } from '../../platform/http/problem-pages.js';
import { serve } from '../../platform/http/serve.js';
import {
  explainProblem,
  getContract,
  getLiveness,
  getMetrics,
  getReadiness,
  getService,
  listProblems,
} from './service.contract.js';

export function serviceRoutes(app: FastifyInstance, database: Database, version: string): void {
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

  let contract: Promise<KeptDocument> | undefined;
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
    return { status: 'ready' as const, database: database.engine, writable };
  });

  const metrics = measureRequests(app);
  serve(app, getMetrics, async ({ reply }) => {
    reply.type(metrics.contentType);
    return metrics.read();
  });

  serve(app, listProblems, async ({ reply }) => {
    reply.type('text/html; charset=utf-8');
    return problemIndexPage(problemCatalogue.values());
  });

  serve(app, explainProblem, async ({ params, reply }) => {
    const definition = problemCatalogue.get(params.code);
    if (definition === undefined) throw problems.problemNotFound(params.code);
    const where = app.operations.filter((operation) => refusalsOf(operation).some(({ code }) => code === params.code));
    const page = problemPage(
      definition,
      where.map(({ operationId }) => operationId),
    );
    reply.type('text/html; charset=utf-8');
    return page;
  });
}
