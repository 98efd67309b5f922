import { STATUS_CODES } from 'node:http';
import type { Problem } from '../../domain/refusal.js';
import { fixedHeaders, vary } from './common-headers.js';
import { originHeaders } from './cross-origin.js';
import { problemDocument, problemMediaType, statusOf } from './problem-response.js';

/** A refusal as it goes over the wire where there is no request to reply to, with the headers that any other would have. */
export function refusalText(
  problem: Problem,
  requestId: string,
  origin: string | undefined,
  corsOrigins: readonly string[],
): string {
  const status = statusOf[problem.kind];
  const body = JSON.stringify(problemDocument(problem, requestId, 'en'));
  const headers = {
    date: new Date().toUTCString(),
    'x-request-id': requestId,
    ...fixedHeaders,
    'cache-control': 'no-store',
    vary,
    ...originHeaders(origin, corsOrigins),
    'content-type': problemMediaType,
    'content-language': 'en',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
