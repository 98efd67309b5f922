import { type Logger, pino } from 'pino';

/**
 * The process's logger: JSON lines on standard output, instants in RFC 3339, secrets removed. Request bodies are never
 * logged, so what has to be redacted is what a header or an error could carry.
 */
export function makeLog(level: string): Logger {
  return pino({
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
  });
}
