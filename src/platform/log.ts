import { EventEmitter } from 'node:events';
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
 * dearest step of a short request. Whatever ends the process waits for `written` first: the library's own writing at the exit,
 * and with a fatal line, waits for ever on a pipe whose reader has gone (sonic-boom 4, `flushSync`).
 */
function standardOutput(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: false });
  stream.flushSync = () => {};
  return stream;
}

/** Waits until the line that was just logged is written, or can be no more; a second at most. */
export function written(log: Logger): Promise<void> {
  const stream: unknown = Reflect.get(log, pino.symbols.streamSym);
  if (!(stream instanceof EventEmitter)) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 1_000);
    for (const event of ['drain', 'error', 'close']) {
      stream.once(event, () => {
        clearTimeout(timer);
        resolve();
      });
    }
  });
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
