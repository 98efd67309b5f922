import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { makeApp } from './app.js';
import type { Config } from './config.js';
import { startTasks } from './platform/background.js';
import { requireTemporaryDirectory } from './platform/bulk/spool.js';
import { openPool } from './platform/db/connect.js';
import type { Database, Db } from './platform/db/database.js';
import { startEmbedded } from './platform/db/embedded/embedded.js';
import { migrateDatabase } from './platform/db/migrate.js';
import { makeFirstKey } from './resources/api-keys/api-keys.actions.js';
import { tasksOf } from './tasks.js';

/** A running service. `firstKey` is the admin key made at the first start of an empty database, else null. */
export interface Service {
  app: FastifyInstance;
  database: Database;
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  address: string;
  firstKey: { secret: string; path: string } | null;
  /** Lets requests in flight finish, refuses new ones, then closes the database. */
  stop(): Promise<void>;
}

/**
 * Starts the service: database, migrations, first key, then the API.
 * @param onLost called once if the embedded database ends and cannot be started again
 * @throws Error when the database cannot be opened, another process holds it, the temporary directory takes no files, or
 *   the port is taken
 */
export async function startService(config: Config, log: Logger, onLost?: (error: Error) => void): Promise<Service> {
  await requireTemporaryDirectory();
  const { database, firstKey } = await openDatabase(config, log, onLost);
  try {
    const app = await makeApp(config, database, log);
    // Whoever comes while many come at once, such as a probe, must not be told to try again by the system.
    const address = await app.listen({ host: config.HOST, port: config.PORT, backlog: 2_048 });
    if (!config.FOUR_EYES) {
      log.warn(
        'FOUR_EYES is false: one person may sign off what the same person submitted or wrote; the changes say so',
      );
    }
    const tasks = startTasks(tasksOf(config, database.db, log), log);
    const stop = async () => {
      await Promise.all([tasks.stop(), app.close()]);
      await database.close();
    };
    return { app, database, address, firstKey, stop };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * Opens the configured database, or starts the embedded one, and brings it up to date. The first key is made under the
 * migration lock.
 * @param onLost called once if the embedded database ends and cannot be started again
 */
export async function openDatabase(
  config: Config,
  log: Logger,
  onLost?: (error: Error) => void,
): Promise<{ database: Database; firstKey: Service['firstKey'] }> {
  const { DATABASE_URL, DATA_DIR, DATABASE_POOL_SIZE: poolSize } = config;
  const pooler = config.DATABASE_POOLER === 'transaction';
  const connectTimeoutMs = config.DATABASE_CONNECT_TIMEOUT_MS;
  const embedded =
    DATABASE_URL === undefined ? await startEmbedded(DATA_DIR, { connections: poolSize + 1, onLost }, log) : null;
  const url = DATABASE_URL ?? embedded?.url ?? '';
  const database = openPool(
    {
      url,
      poolSize,
      connectTimeoutMs,
      statementTimeoutMs: config.STATEMENT_TIMEOUT_MS,
      lockTimeoutMs: config.LOCK_TIMEOUT_MS,
      bulkStatementTimeoutMs: config.BULK_STATEMENT_TIMEOUT_MS,
      pooler,
    },
    log,
  );
  const close = async () => {
    await database.close().finally(() => embedded?.stop());
  };
  try {
    let firstKey: Service['firstKey'] = null;
    const makeFirst = async (db: Db) => {
      firstKey = await ensureFirstKey(config, db);
    };
    await migrateDatabase(url, makeFirst, { connectTimeoutMs, pooler });
    return { database: { ...database, close }, firstKey };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A key that the operator gave is not written down again; one that we made goes to a file only its owner can read. */
async function ensureFirstKey(config: Config, db: Db): Promise<Service['firstKey']> {
  const path = join(config.DATA_DIR, 'admin-api-key');
  const secret = await makeFirstKey(db, config.BOOTSTRAP_API_KEY, (made) => writeSecret(path, made));
  return secret === null || secret === config.BOOTSTRAP_API_KEY ? null : { secret, path };
}

/** Through a new file, because the mode of one that is there already would stay as it is. */
async function writeSecret(path: string, secret: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, `${secret}\n`, { mode: 0o600 });
  await rename(fresh, path);
}
