import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database, Db } from './database.js';
import { guardDirectory } from './directory-guard.js';
import { wholeFromEmbedded, wholeFromPostgres } from './read-whole.js';
import { transactionsOf } from './transactions.js';

/** What opening a PostgreSQL needs; times in milliseconds. */
export interface PostgresSettings {
  url: string;
  poolSize: number;
  connectTimeoutMs: number;
  statementTimeoutMs: number;
  lockTimeoutMs: number;
}

// Each engine's driver is loaded by who opens it: loading the other one took a tenth of the start.

/** Opens a pool to PostgreSQL. Nothing is connected until the first query. */
export async function openPostgres(settings: PostgresSettings, log: Logger): Promise<Database> {
  const [{ default: pg }, { drizzle }] = await Promise.all([import('pg'), import('drizzle-orm/node-postgres')]);
  const pool = new pg.Pool({
    connectionString: settings.url,
    max: settings.poolSize,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    statement_timeout: settings.statementTimeoutMs,
    lock_timeout: settings.lockTimeoutMs,
    idle_in_transaction_session_timeout: settings.statementTimeoutMs,
    application_name: 'prot',
  });
  // An idle connection that breaks reports here; without a listener the process would end.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection broke'));
  // One that breaks while it works fails the statement, or the next one; that it says so as well must not end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = Object.assign(drizzle(pool) as unknown as Db, { transaction: transactionsOf(pool, drizzle) });
  return {
    db,
    engine: 'postgresql',
    ping: () => ping(db),
    readWhole: wholeFromPostgres(pool, settings.poolSize),
    close: () => pool.end(),
  };
}

/**
 * Opens the embedded database in a directory, making it when there is none. Two processes on one directory would lose
 * data silently, so the directory is guarded for as long as the database is open.
 * @throws Error when another process has it open
 */
export async function openEmbedded(dataDir: string): Promise<Database> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const release = await guardDirectory(dataDir);
  try {
    const { PGlite } = await import('@electric-sql/pglite');
    const client = await PGlite.create(join(dataDir, 'postgres'));
    return await embeddedDatabase(client, release);
  } catch (error) {
    await release();
    throw error;
  }
}

/** Wraps a PGlite that is already open; `release` runs after it has closed. */
export async function embeddedDatabase(
  client: PGlite,
  release: () => Promise<void> = async () => {},
): Promise<Database> {
  const { drizzle } = await import('drizzle-orm/pglite');
  const db = drizzle(client) as unknown as Db;
  return {
    db,
    engine: 'embedded',
    ping: () => ping(db),
    readWhole: wholeFromEmbedded(db),
    close: async () => {
      await client.close();
      await release();
    },
  };
}

async function ping(db: Db): Promise<void> {
  await db.execute(sql`select 1`);
}
