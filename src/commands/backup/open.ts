/** Opens the configured database for a backup or a restore. */
import type { Config } from '../../config.js';
import { openBeside, startEmbedded } from '../../platform/db/embedded/embedded.js';
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

/** The database that `work` fills; made where there is none. */
export async function withNewDatabase<T>(config: Config, work: (connection: Connection) => Promise<T>): Promise<T> {
  const { DATABASE_URL: url, DATA_DIR } = config;
  const server = url === undefined ? await startEmbedded(DATA_DIR, { connections: 1 }, makeLog('error')) : null;
  try {
    return await withConnection(config, url ?? server?.url ?? '', 'prot-restore', work);
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
