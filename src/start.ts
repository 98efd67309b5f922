import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { makeApp } from './app.js';
import type { Config } from './config.js';
import { requireTemporaryDirectory } from './platform/bulk/spool.js';
import { openEmbedded, openPostgres } from './platform/db/connect.js';
import type { Database, Db } from './platform/db/database.js';
import { migrateEmbedded, migratePostgres } from './platform/db/migrate.js';
import { makeFirstKey } from './resources/api-keys/api-keys.actions.js';

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
 * @throws Error when the database cannot be opened, another process holds it, the temporary directory takes no files, or
 *   the port is taken
 */
export async function startService(config: Config, log: Logger): Promise<Service> {
  await requireTemporaryDirectory();
  const { database, firstKey } = await openDatabase(config, log);
  try {
    const app = await makeApp(config, database, log);
    const address = await app.listen({ host: config.HOST, port: config.PORT });
    const stop = async () => {
      await app.close();
      await database.close();
    };
    return { app, database, address, firstKey, stop };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Opens the configured database and brings it up to date. On PostgreSQL the first key is made under the migration lock. */
export async function openDatabase(
  config: Config,
  log: Logger,
): Promise<{ database: Database; firstKey: Service['firstKey'] }> {
  let firstKey: Service['firstKey'] = null;
  if (config.DATABASE_URL === undefined) {
    const database = await openEmbedded(config.DATA_DIR);
    log.warn(
      { dataDir: config.DATA_DIR },
      'embedded database: an answered write survives a crash of this process, but a power cut may lose the last ones; ' +
        'for more than a demo or a small office point DATABASE_URL at PostgreSQL',
    );
    try {
      await migrateEmbedded(database);
      firstKey = await ensureFirstKey(config, database.db);
    } catch (error) {
      await database.close();
      throw error;
    }
    return { database, firstKey };
  }
  const pooler = config.DATABASE_POOLER === 'transaction';
  const database = await openPostgres(
    {
      url: config.DATABASE_URL,
      poolSize: config.DATABASE_POOL_SIZE,
      connectTimeoutMs: config.DATABASE_CONNECT_TIMEOUT_MS,
      statementTimeoutMs: config.STATEMENT_TIMEOUT_MS,
      lockTimeoutMs: config.LOCK_TIMEOUT_MS,
      bulkStatementTimeoutMs: config.BULK_STATEMENT_TIMEOUT_MS,
      pooler,
    },
    log,
  );
  try {
    const makeFirst = async (tx: Db) => {
      firstKey = await ensureFirstKey(config, tx);
    };
    const connectTimeoutMs = config.DATABASE_CONNECT_TIMEOUT_MS;
    await migratePostgres(config.DATABASE_URL, makeFirst, { connectTimeoutMs, pooler });
  } catch (error) {
    await database.close();
    throw error;
  }
  return { database, firstKey };
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
