import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Violation } from '../../domain/problem.js';
import { type ImportReport, reportCsv, reportView } from '../bulk/report.js';
import { preferredLanguage, preferredTypes } from './negotiation.js';

/** The answer to an import: its report as JSON, or its errors as CSV when the caller prefers that. */
export function sendReport(request: FastifyRequest, reply: FastifyReply, report: ImportReport): object | string {
  const language = preferredLanguage(request.headers['accept-language']);
  const { accept = '*/*' } = request.headers;
  const [wanted] = preferredTypes(accept, ['application/json', 'text/csv']);
  reply.code(200);
  if (wanted !== 'text/csv') return reportView(report, language);
  reply.type('text/csv; charset=utf-8');
  return reportCsv(report, language);
}

/**
 * The answer to a write with what looks like a mistake in it, in the caller's language; without warnings it is the
 * record alone. They are no part of the record: its ETag and whoever reads it later know nothing of them.
 */
export function withWarnings<View extends object | undefined>(
  request: FastifyRequest,
  view: View,
  warnings: readonly Violation[],
) {
  const language = preferredLanguage(request.headers['accept-language']);
  const shown = warnings.map(({ pointer, code, detail }) => ({ pointer, code, detail: detail[language] }));
  return { ...view, ...(shown.length > 0 && { warnings: shown }) };
}
