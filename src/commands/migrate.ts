/** Brings the configured database up to date, as every start does; for those who migrate before they deploy. */
import { readConfig } from '../config.js';
import { makeLog } from '../platform/log.js';
import { openDatabase } from '../start.js';

try {
  const config = readConfig(process.env);
  const { database, firstKey } = await openDatabase(config, makeLog('error'));
  await database.close();
  const where = database.engine === 'embedded' ? `embedded database in ${config.DATA_DIR}` : 'PostgreSQL database';
  process.stdout.write(`The ${where} is up to date.\n`);
  if (firstKey !== null) process.stdout.write(`It had no API key; the first admin key is in ${firstKey.path}.\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
