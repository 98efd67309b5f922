import { type Logger, type LoggerOptions, pino } from 'pino';

/**
 * The process's logger: JSON lines on standard output, instants in RFC 3339, secrets removed. Request bodies are never
 * logged, so what has to be redacted is what a header or an error could carry.
 */
export function makeLog(level: string): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: [
        'req.headers.authorization',
        'req.headers.cookie',
        '*.authorization',
        '*.password',
        '*.secret',
        '*.apiKey',
      ],
      censor: '[redacted]',
    },
  };
  // Written in the background, as many lines at once as have come meanwhile: a write of its own for each line was the
  // dearest step of a short request. What is not written yet is when the process exits, and with a fatal line.
  return pino(options, pino.destination({ dest: 1, sync: false }));
}
