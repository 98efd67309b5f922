/** `npm run migrate`: brings the configured database up to date, as every start does; for those who migrate before they deploy. */
import { databaseKind, readConfig } from '../config.js';
import { makeLog } from '../platform/log.js';
import { openDatabase } from '../start.js';
import { command, run } from './run.js';

const program = command(
  'npm run migrate',
  'Brings the database up to date, as every start of the service does: the one at DATABASE_URL, else the embedded one in ' +
    'DATA_DIR. On a database without an API key it makes the first admin key, in DATA_DIR/admin-api-key.',
).action(async () => {
  const config = readConfig(process.env);
  const { database, firstKey } = await openDatabase(config, makeLog('error'));
  await database.close();
  const where = databaseKind(config) === 'embedded' ? `embedded database in ${config.DATA_DIR}` : 'PostgreSQL database';
  process.stdout.write(`The ${where} is up to date.\n`);
  if (firstKey !== null) process.stdout.write(`It had no API key; the first admin key is in ${firstKey.path}.\n`);
});

await run(program);
