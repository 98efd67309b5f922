import { fileURLToPath } from 'node:url';
import type { MigrationConfig } from 'drizzle-orm/migrator';
import type { Database } from './database.js';

/** Any constant will do as long as every version of the service uses the same one. */
const migrationLock = 19_255_500;

/** migrations/ lies at the top of the repository; this file runs from build/src/platform/db/. */
const settings: MigrationConfig = {
  migrationsFolder: fileURLToPath(new URL('../../../../migrations', import.meta.url)),
};

/**
 * Applies the migrations that PostgreSQL does not have yet. An advisory lock on the one connection that does it makes
 * any number of nodes safe to start at once: Drizzle's own migrator takes no lock. `whileLocked` runs before the lock
 * is released, for what only one node may do at a first start.
 * @throws the driver's error when a migration fails; nothing of a failed run stays
 */
export async function migratePostgres(
  url: string,
  whileLocked: () => Promise<void> = async () => {},
  connectTimeoutMs = 5_000,
): Promise<void> {
  const [{ default: pg }, { drizzle }, { migrate }] = await Promise.all([
    import('pg'),
    import('drizzle-orm/node-postgres'),
    import('drizzle-orm/node-postgres/migrator'),
  ]);
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'prot-migrate',
  });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    // A migration that waits for a busy table would hold up every request behind it; it fails instead and can run again.
    await client.query("set lock_timeout = '10s'");
    await migrate(drizzle(client), settings);
    await whileLocked();
  } finally {
    await client.end();
  }
}

/** Applies the migrations that the embedded database does not have yet; only one process has it open, so no lock. */
export async function migrateEmbedded(database: Database): Promise<void> {
  const { migrate } = await import('drizzle-orm/pglite/migrator');
  await migrate(database.db as unknown as Parameters<typeof migrate<Record<string, never>>>[0], settings);
}
