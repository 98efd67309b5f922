import type { FastifyBaseLogger } from 'fastify';

/** Work that takes longer than this shows in the log, and again after as long. */
const everyMs = 5_000;

/** Says in the log how far long work is; to be told the rows that are done as often as the work likes. */
export function progressLog(log: FastifyBaseLogger, work: 'import' | 'export'): (rows: number) => void {
  const startedAt = performance.now();
  let saidAt = startedAt;
  return (rows) => {
    const now = performance.now();
    if (now - saidAt < everyMs) return;
    saidAt = now;
    const seconds = (now - startedAt) / 1000;
    log.info({ rows, seconds: Math.round(seconds), rowsPerSecond: Math.round(rows / seconds) }, `${work} goes on`);
  };
}
