import { readConfig } from './config.js';
import { makeLog } from './platform/log.js';
import { startService } from './start.js';

const firstKeyMade = 'there was no API key; the first admin key is in this file, which only its owner can read';

const config = readConfigOrExit();
const log = makeLog(config.LOG_LEVEL);
let stop = async () => {};
let draining = false;

// Listened for from the beginning: as the first process of a container nothing else would end it while it migrates.
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => void drain(signal));
}

// Node would print all that the error holds.
process.on('uncaughtException', (error) => {
  log.fatal({ err: error }, 'an error that nobody expected; the process ends');
  process.exit(1);
});

try {
  const service = await startService(config, log);
  stop = service.stop;
  if (service.firstKey !== null) {
    // Logs are collected and read by many, so the key itself is in the file alone.
    log.info({ path: service.firstKey.path }, firstKeyMade);
  }
  log.info({ address: service.address, database: service.database.engine }, 'ready');
} catch (error) {
  log.fatal({ err: error }, 'the service could not start');
  process.exit(1);
}

/** Ends the process when the last request is answered, or when that takes too long. */
async function drain(signal: string): Promise<void> {
  // npm passes on a signal that the terminal has sent to everybody already, so it may come twice.
  if (draining) return;
  draining = true;
  log.info({ signal }, 'draining');
  const timer = setTimeout(() => {
    log.error('requests in flight took too long; ending anyway');
    process.exit(1);
  }, config.DRAIN_TIMEOUT_MS);
  await stop();
  clearTimeout(timer);
  log.info('stopped');
  process.exit(0);
}

function readConfigOrExit() {
  try {
    return readConfig(process.env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
