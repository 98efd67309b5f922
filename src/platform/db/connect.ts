import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import type { PgliteDatabase } from 'drizzle-orm/pglite';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { PostgresSettings } from './connections.js';
import type { Database, Db } from './database.js';
import { guardDirectory } from './directory-guard.js';
import { openOrMake } from './embedded-directory.js';
import { wholeFromEmbedded, wholeFromPostgres } from './read-whole.js';
import { transactionsOf } from './transactions.js';

// Each engine's driver is loaded by who opens it: loading the other one took a tenth of the start.

/** Opens a pool to PostgreSQL. Nothing is connected until the first query. */
export async function openPostgres(settings: PostgresSettings, log: Logger): Promise<Database> {
  const [{ Connections }, { drizzle }] = await Promise.all([
    import('./connections.js'),
    import('drizzle-orm/node-postgres'),
  ]);
  const connections = new Connections(settings, log);
  const pool = connections as unknown as Pool;
  const db = Object.assign(drizzle(pool) as unknown as Db, { transaction: transactionsOf(connections, drizzle) });
  return {
    db,
    engine: 'postgresql',
    ask: () => connections.ask(),
    readWhole: wholeFromPostgres(connections),
    close: () => connections.end(),
  };
}

/**
 * Opens the embedded database in a directory, making it when there is none. Two processes on one directory would lose
 * data silently, so the directory is guarded for as long as the database is open.
 * @throws Error when another process has it open, or when it holds something that is no whole database of ours
 */
export async function openEmbedded(dataDir: string): Promise<Database> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const release = await guardDirectory(dataDir);
  try {
    const { PGlite } = await import('@electric-sql/pglite');
    const directory = join(dataDir, 'postgres');
    const client = await openOrMake(directory, () => PGlite.create(directory));
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
  const db = drizzle(client);
  return {
    db: Object.assign(db as unknown as Db, { transaction: onOneConnection(db) }),
    engine: 'embedded',
    ask: async () => {
      await db.execute(sql`select 1`);
      return { writable: true };
    },
    readWhole: wholeFromEmbedded(db as unknown as Db),
    close: async () => {
      await client.close();
      await release();
    },
  };
}

/** There is nothing to divide among kinds of work. */
function onOneConnection(db: PgliteDatabase): Db['transaction'] {
  const run = db.transaction.bind(db);
  return (work) => run((tx) => work(tx as unknown as Db));
}
