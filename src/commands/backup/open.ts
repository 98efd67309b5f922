/** Opens the configured database for a backup or a restore. */
import type { Config } from '../../config.js';
import { openBeside, startEmbedded } from '../../platform/db/embedded/embedded.js';
import { migrateDatabase } from '../../platform/db/migrate.js';
import { makeLog } from '../../platform/log.js';
import { type Connection, connect } from './connection.store.js';

/** The database as it is, read by `work`: nothing of it is migrated. A service may run on it. */
export async function withRegistry<T>(config: Config, work: (connection: Connection) => Promise<T>): Promise<T> {
  const { DATABASE_URL: url, DATA_DIR } = config;
  const server = url === undefined ? await openBeside(DATA_DIR, makeLog('error')) : null;
  try {
    return await withConnection(config, url ?? server?.url ?? '', 'prot-backup', work);
  } finally {
    await server?.stop();
  }
}

/**
 * A database that is filled by `work`: made where there is none, and brought as far as the migration `last` before, and up
 * to date afterwards. No key is made in it.
 */
export async function withNewDatabase<T>(
  config: Config,
  last: number,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { DATABASE_URL, DATA_DIR, DATABASE_CONNECT_TIMEOUT_MS: connectTimeoutMs } = config;
  const server = DATABASE_URL === undefined ? await startEmbedded(DATA_DIR, { connections: 2 }, makeLog('error')) : null;
  const url = DATABASE_URL ?? server?.url ?? '';
  const settings = { connectTimeoutMs, pooler: config.DATABASE_POOLER === 'transaction' };
  try {
    await migrateDatabase(url, undefined, { ...settings, last });
    const result = await withConnection(config, url, 'prot-restore', work);
    await migrateDatabase(url, undefined, settings);
    return result;
  } finally {
    await server?.stop();
  }
}

async function withConnection<T>(
  { DATABASE_CONNECT_TIMEOUT_MS }: Config,
  url: string,
  name: string,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect(url, name, DATABASE_CONNECT_TIMEOUT_MS);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
