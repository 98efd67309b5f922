import type { IncomingMessage } from 'node:http';
import { Broken, Refused } from './fault.js';
import { textOf } from './service.js';
import { printable } from './summary.js';

/** A refusal of the service, its problem document where it is one. */
export interface Problem {
  status: number;
  code?: string;
  title?: string;
  detail?: string;
  requestId?: string;
  errors?: { pointer: string; code: string; detail: string }[];
}

const passing = [408, 429, 502, 503, 504];
/** An earlier attempt, whose connection broke, is still being worked on. */
const underWay = 'idempotency-key-in-use';

/** Reads an answer that is no success. @throws Broken when it says that another attempt may go better */
export async function problemOf(answer: IncomingMessage): Promise<Problem> {
  const { statusCode: status = 0, headers } = answer;
  const text = await textOf(answer);
  const problem: Problem = { ...documentOf(text), status };
  if (!passing.includes(status) && problem.code !== underWay) {
    const { location } = headers;
    return location === undefined
      ? problem
      : { ...problem, detail: `The service is elsewhere; use --url: ${location}` };
  }
  const message =
    status === 408
      ? 'The service waited too long for the rest of the file (408).'
      : `The service cannot answer now (${status}): ${problem.detail ?? 'it gives no reason'}.`;
  throw new Broken(message.replace(/\.\.$/, '.'), { reached: true, waitMs: waitOf(headers['retry-after']) });
}

/** A problem in words, one line for each thing that is wrong. */
export function refusedFor(problem: Problem, listed: number): Refused {
  const { status, code, title, detail, requestId, errors = [] } = problem;
  const name = [status, code, requestId && `request ${requestId}`].filter(Boolean).join(', ');
  const lines = errors.slice(0, listed).map((error) => `  ${error.pointer || 'the request'}: ${error.detail}`);
  const more = errors.length > listed ? [`  and ${errors.length - listed} more`] : [];
  const head = [
    `The service refused: ${title ?? 'it gives no reason'} (${name}).`,
    ...(detail && lines.length === 0 ? [detail] : []),
  ];
  return new Refused([...head, ...lines, ...more].map(printable).join('\n'));
}

function documentOf(text: string): Partial<Problem> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  } catch {
    // Something between us and the service answered in its own way.
  }
  const start = text
    .replace(/<[^>]*>|\s+/g, ' ')
    .trim()
    .slice(0, 200);
  return start === '' ? {} : { title: start };
}

/** `Retry-After` in milliseconds: seconds or a date. */
function waitOf(header: string | undefined): number {
  if (header === undefined) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(ms, 0) : 0;
}
