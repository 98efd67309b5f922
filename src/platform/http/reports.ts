import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ImportReport, reportCsv, reportView } from '../bulk/report.js';
import { preferredLanguage, preferredTypes } from './negotiation.js';

/** Answers an import with its report: as JSON, or its errors as CSV when the caller prefers that. */
export function sendReport(request: FastifyRequest, reply: FastifyReply, report: ImportReport): FastifyReply {
  const language = preferredLanguage(request.headers['accept-language']);
  const { accept = '*/*' } = request.headers;
  const [wanted] = preferredTypes(accept, ['application/json', 'text/csv']);
  reply.code(200);
  if (wanted !== 'text/csv') return reply.send(reportView(report, language));
  return reply.type('text/csv; charset=utf-8').send(reportCsv(report, language));
}
