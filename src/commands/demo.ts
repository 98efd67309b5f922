/**
 * `npm run demo`: the service with the reconstructed round of Khon Kaen and an invented rest of its cycle, the published
 * table, what moved, and a key to try it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, databaseKind, readConfig } from '../config.js';
import { makeCall } from '../demo/client.js';
import { cycleTable } from '../demo/cycle-table.js';
import { loadDemo } from '../demo/load.js';
import { publishedTable } from '../demo/table.js';
import { makeLog } from '../platform/log.js';
import { type Service, startService } from '../start.js';
import { command, run } from './run.js';

const say = (text: string) => void process.stdout.write(`${text}\n`);

const program = command(
  'npm run demo',
  'Starts the service on the database at DATABASE_URL, else on the embedded one in DATA_DIR, loads the reconstructed ' +
    'round of Khon Kaen through the API unless it is there, prints its published table and an admin key, and serves until ' +
    'Ctrl+C.',
).action(async () => {
  // One caller loads everything here, as fast as it can.
  const noLimits = { RATE_LIMIT_PER_MINUTE: '0', RATE_LIMIT_BURST: '0' };
  const config = readConfig({ LOG_LEVEL: 'error', ...noLimits, ...process.env });
  const service = await startService(config, makeLog(config.LOG_LEVEL), (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  stopOnSignals(service);
  try {
    await show(config, service, await adminSecret(config, service));
  } catch (error) {
    await service.stop();
    throw error;
  }
});

await run(program);

function stopOnSignals(service: Service): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // Ctrl+C reaches this process twice: from the terminal, and from npm, which passes it on.
      if (!stopping) void service.stop().then(() => process.exit(0));
      stopping = true;
    });
  }
}

async function show(config: Config, service: Service, secret: string): Promise<void> {
  const callWith = (key: string) => makeCall(service.address, key);
  const call = callWith(secret);
  say(`Prot is running on ${databaseKind(config) === 'embedded' ? 'its embedded' : 'the configured'} PostgreSQL.`);
  say(
    'DEMONSTRATION DATA, reconstructed from published totals: no list of the groups or score sheets was published.\n',
  );
  const { firstId, secondId } = await loadDemo(call, callWith, say);
  say(`\n${await publishedTable(call, firstId)}\n`);
  say(`The table was fetched from ${service.address}/v1/rounds/${firstId}/statistics and /v1/groups/summary.`);
  say(`\n${await cycleTable(call, firstId, secondId)}\n`);
  say('These were fetched from /comparison?split=plan and /plan-coverage of the same round.');
  say(`Browse and try the API: ${service.address}/docs`);
  say(`With this admin key:    ${secret}`);
  say('Stop with Ctrl+C; the data stays.');
}

/** The key of the first start: just made, given by the operator, or in the file where the first start left it. */
async function adminSecret({ BOOTSTRAP_API_KEY, DATA_DIR }: Config, { firstKey }: Service): Promise<string> {
  const secret = firstKey?.secret ?? BOOTSTRAP_API_KEY;
  if (secret !== undefined) return secret;
  const path = join(DATA_DIR, 'admin-api-key');
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => {
      throw new Error(`This database has keys and ${path} is not there: set BOOTSTRAP_API_KEY to an admin key of it.`);
    },
  );
}
