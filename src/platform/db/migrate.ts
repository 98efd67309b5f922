import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import { type Db, onlyRow, rowsOf, type Tx } from './database.js';
import { provideTransactions } from './transactions.js';

/** Any constant will do as long as every version of the service uses the same one. */
const migrationLock = 19_255_500;
const lockTimeoutMs = 10_000;

/** migrations/ lies at the top of the repository; this file runs from build/src/platform/db/. */
const migrationsFolder = fileURLToPath(new URL('../../../../migrations', import.meta.url));

/** How the PostgreSQL that is to be migrated is reached. `pooler` says that a connection pooler stands between. */
export interface MigrationSettings {
  connectTimeoutMs?: number;
  pooler?: boolean;
}

/**
 * Applies the migrations that PostgreSQL does not have yet, all in one transaction. An advisory lock of that transaction
 * makes any number of nodes safe to start at once, behind a pooler as well: a lock of the session would stay with a
 * connection that the pooler hands to others. `whileLocked` runs in the transaction, for what only one node may do at a
 * first start.
 * @throws Error when the database has migrations of a newer program, or when a pooler stands between and nobody said so;
 *   the driver's error when a migration fails. Nothing of a failed run stays.
 */
export async function migrateDatabase(
  url: string,
  whileLocked: (tx: Db) => Promise<void> = async () => {},
  { connectTimeoutMs = 5_000, pooler = false }: MigrationSettings = {},
): Promise<void> {
  const [{ default: pg }, { drizzle }] = await Promise.all([import('pg'), import('drizzle-orm/node-postgres')]);
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    application_name: 'prot-migrate',
    ...(pooler ? {} : { lock_timeout: lockTimeoutMs }),
  });
  // One that breaks fails the statement it works at; that it says so as well must not end the process.
  client.on('error', () => {});
  await client.connect().catch(explainPooler);
  try {
    await drizzle(client).transaction(async (tx) => {
      const db: Db = tx;
      // What is done while the lock is held may write as always; its transactions are parts of this one.
      provideTransactions(db, (work) => tx.transaction((part) => work(part as unknown as Tx)), tx);
      if (!pooler) await requireOwnSettings(db);
      await db.execute(sql`set local lock_timeout = 0`);
      await lockMigrations(db);
      // A migration that waits for a busy table would hold up every request behind it; it fails instead and can run again.
      await db.execute(sql.raw(`set local lock_timeout = ${lockTimeoutMs}`));
      await applyMissing(db);
      await whileLocked(db);
    });
  } finally {
    await client.end();
  }
}

/** Waits until this transaction is the only one that migrates or fills the database; a service that starts waits for it. */
export async function lockMigrations(tx: Db): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${migrationLock})`);
}

/**
 * Applies the migrations that are missing, as Drizzle's own migrator, whose table this is; that one takes no lock and is
 * content with a newer database.
 * @param last the last one to apply, by the instant at which it was made
 */
export async function applyMissing(tx: Db, last = Number.POSITIVE_INFINITY): Promise<void> {
  const known = readMigrationFiles({ migrationsFolder });
  const applied = await appliedMigrations(tx);
  const newer = [...applied].filter((instant) => !known.some(({ folderMillis }) => folderMillis === instant));
  if (newer.length > 0) throw newerDatabase(newer);
  const wanted = known.filter(({ folderMillis }) => folderMillis <= last);
  for (const migration of wanted) if (!applied.has(migration.folderMillis)) await apply(tx, migration);
}

/** A migration is known by the instant at which it was made, in milliseconds. */
async function appliedMigrations(tx: Db): Promise<Set<number>> {
  const { exists } = onlyRow(
    await rowsOf<{ exists: boolean }>(
      tx,
      sql`select to_regclass('drizzle.__drizzle_migrations') is not null as exists`,
    ),
  );
  if (!exists) {
    await tx.execute(sql`create schema if not exists drizzle`);
    await tx.execute(
      sql`create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`,
    );
  }
  const rows = await rowsOf<{ instant: string | number }>(
    tx,
    sql`select created_at as instant from drizzle.__drizzle_migrations`,
  );
  return new Set(rows.map(({ instant }) => Number(instant)));
}

async function apply(tx: Db, { sql: statements, hash, folderMillis }: MigrationMeta): Promise<void> {
  for (const statement of statements) await tx.execute(sql.raw(statement));
  await tx.execute(sql`insert into drizzle.__drizzle_migrations (hash, created_at) values (${hash}, ${folderMillis})`);
}

function newerDatabase(newer: readonly number[]): Error {
  const latest = new Date(Math.max(...newer)).toISOString();
  return new Error(
    `The database was migrated by a newer program: ${newer.length} of its migrations, the latest of ${latest}, are unknown ` +
      'to this one, which could write what the newer one cannot read. Run the newer program, or restore the backup that ' +
      'was made before the database was migrated. Nothing was changed.',
  );
}

/** PgBouncer refuses a setting of the session that it does not keep for each of its clients. */
function explainPooler(error: unknown): never {
  if (!(error instanceof Error) || !error.message.includes('unsupported startup parameter')) throw error;
  throw new Error(`${poolerBetween} (${error.message}).`);
}

/** One that was told to ignore such settings would leave the service without its time limits, and without a word. */
async function requireOwnSettings(db: Db): Promise<void> {
  const { own } = onlyRow(
    await rowsOf<{ own: boolean }>(
      db,
      sql.raw(`select current_setting('lock_timeout')::interval = '${lockTimeoutMs} ms' as own`),
    ),
  );
  if (!own) throw new Error(`${poolerBetween} (it ignored the setting lock_timeout of the connection).`);
}

const poolerBetween =
  'DATABASE_URL leads to a connection pooler such as PgBouncer: set DATABASE_POOLER=transaction, or connect directly';
