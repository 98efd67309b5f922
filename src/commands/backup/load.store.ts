/** Loads the files of a backup into an empty registry, in one transaction. */
import { pipeline } from 'node:stream/promises';
import { sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { from as copyFrom } from 'pg-copy-streams';
import { type Db, onlyRow, rowsOf } from '../../platform/db/database.js';
import { applyMissing, lockMigrations } from '../../platform/db/migrate.js';
import { findMigrated, inOrderOfReferences, listSequences, listTables } from './catalog.store.js';
import { begin, type Connection } from './connection.store.js';
import { unpacked } from './files.js';
import type { Backup, DataFile } from './manifest.js';
import { isFilledByMigrations } from './tables.js';

const dialect = new PgDialect();

/**
 * What stands for the transactions of the old database, whose numbers mean nothing here: one that no snapshot sees. A position
 * of the feed that was given beside a list there knows by them what the list has, and shall pass nothing over here.
 */
const noTransaction = '9223372036854775807';

/** What is done with a backup beside loading it. */
export interface Loading {
  /** Looks at what was loaded before it is committed. */
  verify: (db: Db) => Promise<void>;
  say: (line: string) => void;
}

/**
 * Makes a registry of a backup, in one transaction: all of it, or nothing stays. The tables are those of the backup's time
 * while they are filled, and are brought up to date then. A service that starts meanwhile waits until it is done.
 * @throws Error when the database has records or is migrated further than the backup, or when a file cannot be loaded
 */
export async function loadBackup(
  connection: Connection,
  directory: string,
  backup: Backup,
  loading: Loading,
): Promise<void> {
  const { client, db } = connection;
  await begin(connection, 'write');
  await lockMigrations(db);
  await applyMissing(db, backup.migrated.latest);
  await requireSameTables(db, backup);
  await requireEmpty(db, backup);
  const tables = await fill(connection, directory, backup, loading);
  await setSequences(db, backup);
  await applyMissing(db);
  // The planner knows nothing of the tables yet.
  for (const table of tables) await db.execute(sql`analyze ${sql.identifier(table)}`);
  await loading.verify(db);
  await client.query('commit');
}

/** Loads all files, and gives the tables that they were of. */
async function fill(connection: Connection, directory: string, backup: Backup, { say }: Loading): Promise<string[]> {
  const { db } = connection;
  const all = [...backup.files, ...backup.chunks];
  const tables = await inOrderOfReferences(db, [...new Set(all.map(({ table }) => table))]);
  // Nothing that gives way here is kept as the past of a record.
  await db.execute(sql`select set_config('prot.restoring', 'on', true)`);
  for (const table of tables.toReversed().filter(isFilledByMigrations)) {
    await db.execute(sql`delete from ${sql.identifier(table)}`);
  }
  await db.execute(sql`set constraints all deferred`);
  await db.execute(sql`alter table changes alter column transaction_id set default ${sql.raw(`'${noTransaction}'`)}`);
  for (const table of tables) {
    const files = all.filter((file) => file.table === table);
    for (const file of files) await loadFile(connection, directory, file);
    say(`${table}: ${files.reduce((rows, file) => rows + file.rows, 0)} rows`);
  }
  await db.execute(sql`alter table changes alter column transaction_id set default pg_current_xact_id()`);
  await db.execute(sql`set constraints all immediate`);
  await db.execute(sql`select set_config('prot.restoring', '', true)`);
  return tables;
}

/** @throws Error naming what the database lacks, or has and the backup does not */
async function requireSameTables(db: Db, { migrated, files, chunks }: Backup): Promise<void> {
  const found = await findMigrated(db);
  const count = found?.count ?? 0;
  if (count !== migrated.count || found?.latest !== migrated.latest) {
    throw new Error(
      `The backup was made at migration ${migrated.count} of the database and this one is at ${count}. ${
        count < migrated.count
          ? 'A newer program made it: use that one, or a newer one still.'
          : 'Restore into a new database: it is brought as far as the backup, and after that up to date.'
      }`,
    );
  }
  const columns = new Map((await listTables(db)).map((table) => [table.name, table.columns]));
  for (const file of [...files, ...chunks]) {
    const missing = file.columns.filter((column) => !columns.get(file.table)?.includes(column));
    if (missing.length > 0) throw new Error(`The database has no column ${missing.join(', ')} in ${file.table}.`);
  }
}

async function requireEmpty(db: Db, { files, chunks }: Backup): Promise<void> {
  const full: string[] = [];
  for (const table of new Set([...files, ...chunks].map((file) => file.table))) {
    if (isFilledByMigrations(table)) continue;
    const count = await db.$count(sql`${sql.identifier(table)}`);
    if (count > 0) full.push(`${table} (${count})`);
  }
  if (full.length === 0) return;
  throw new Error(
    `The database is not empty: ${full.sort().join(', ')}. A backup is restored into a new database only; nothing was changed.`,
  );
}

async function loadFile({ client }: Connection, directory: string, file: DataFile): Promise<void> {
  const { path, table, columns, rows } = file;
  const names = sql.join(
    columns.map((column) => sql.identifier(column)),
    sql`, `,
  );
  // The first line has the names of the columns, which must be these.
  const query = sql`copy ${sql.identifier(table)} (${names}) from stdin (header match)`;
  const stream = client.query(copyFrom(dialect.sqlToQuery(query).sql));
  await pipeline([...unpacked(directory, path), stream]).catch((error: Error) => {
    throw new Error(`${path} cannot be loaded: ${error.message}. Nothing was changed.`, { cause: error });
  });
  if (stream.rowCount === rows) return;
  throw new Error(`${path} has ${stream.rowCount} rows and not ${rows}. Nothing was changed.`);
}

/** Positions that the old registry gave after the backup are not given to other changes, as far as the backup knows of them. */
async function setSequences(db: Db, { sequences }: Backup): Promise<void> {
  for (const { name, table, column } of await listSequences(db)) {
    const last = sequences.find((sequence) => sequence.name === name)?.last ?? 0;
    const { highest } = onlyRow(
      await rowsOf<{ highest: string }>(
        db,
        sql`select greatest(coalesce(max(${sql.identifier(column)}), 0), ${last})::text as highest from ${sql.identifier(table)}`,
      ),
    );
    if (Number(highest) > 0) await db.execute(sql`select setval(${name}::regclass, ${highest}::bigint)`);
  }
}
