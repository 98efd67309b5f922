import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { describeError, withoutQuoted } from './described-error.js';

/**
 * The process's logger: JSON lines on standard output, instants in RFC 3339. No line holds a secret or anything that a
 * record or a request says: requests are logged by their operation and never by their URL (see http/request-log.ts), errors by
 * what `describeError` allows.
 */
export function makeLog(level: string, destination: DestinationStream = standardOutput()): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError, req: describeRequest, res: describeReply },
    hooks: {
      logMethod(given, method) {
        method.apply(this, withPlainMessage(given) as Parameters<typeof method>);
      },
    },
  };
  return pino(options, destination);
}

/**
 * Written in the background, as many lines at once as have come meanwhile: a write of its own for each line was the
 * dearest step of a short request. What is not written yet is when the process exits, and with a fatal line.
 */
function standardOutput(): DestinationStream {
  return pino.destination({ dest: 1, sync: false });
}

/** An error that is logged without words would bring its own message, and the framework's own words quote URLs. */
function withPlainMessage([first, ...others]: unknown[]): unknown[] {
  if (first instanceof Error) return [{ err: first }, ...withDefault(others)];
  if (typeof first === 'string') return [withoutQuoted(first), ...others];
  return [first, ...withDefault(others)];
}

function withDefault([message, ...others]: unknown[]): unknown[] {
  return [typeof message === 'string' ? withoutQuoted(message) : 'an error', ...others];
}

/** For libraries that log a request or an answer by themselves. */
function describeRequest(request: { id?: unknown; method?: unknown }): object {
  return { id: request.id, method: request.method };
}

function describeReply(reply: { statusCode?: unknown }): object {
  return { statusCode: reply.statusCode };
}
