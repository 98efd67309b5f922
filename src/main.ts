import type { Logger } from 'pino';
import { command, run } from './commands/run.js';
import { type Config, databaseKind, readConfig } from './config.js';
import { makeLog, written } from './platform/log.js';
import { startService } from './start.js';

const program = command(
  'npm start',
  'Runs the service until SIGTERM or SIGINT. It is configured by environment variables, which the README lists; the log ' +
    'is JSON lines on standard output. The first start makes an admin key in DATA_DIR/admin-api-key.',
).action(async () => {
  const config = readConfig(process.env);
  await serve(config, makeLog(config.LOG_LEVEL));
});

await run(program);

async function serve(config: Config, log: Logger): Promise<void> {
  let stop = async () => {};
  // Listened for from the beginning: as the first process of a container nothing else would end it while it migrates.
  drainOnSignals(config, log, () => stop());
  // Node would print all that the error holds.
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an error that nobody expected; the process ends');
    void end(log, 1);
  });
  try {
    const service = await startService(config, log, (error) => {
      log.fatal({ err: error }, 'the database is lost; the process ends');
      void end(log, 1);
    });
    stop = service.stop;
    if (service.firstKey !== null) {
      // Logs are collected and read by many, so the key itself is in the file alone.
      const { path } = service.firstKey;
      log.info({ path }, 'there was no API key; the first admin key is in this file, which only its owner can read');
    }
    log.info({ address: service.address, database: databaseKind(config) }, 'ready');
  } catch (error) {
    log.fatal({ err: error }, 'the service could not start');
    await end(log, 1);
  }
}

/** Ends the process when the last request is answered, or when that takes too long. */
function drainOnSignals(config: Config, log: Logger, stop: () => Promise<void>): void {
  let draining = false;
  const drain = async (signal: string) => {
    // npm passes on a signal that the terminal has sent to everybody already, so it may come twice.
    if (draining) return;
    draining = true;
    log.info({ signal }, 'draining');
    const timer = setTimeout(() => {
      log.error('requests in flight took too long; ending anyway');
      void end(log, 1);
    }, config.DRAIN_TIMEOUT_MS);
    await stop();
    clearTimeout(timer);
    log.info('stopped');
    await end(log, 0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void drain(signal));
}

/** Ends the process when the last line of the log is written. */
async function end(log: Logger, code: number): Promise<void> {
  await written(log);
  process.exit(code);
}
