/** Makes the backup of a registry in a directory. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { findLastSeal } from '../../resources/seals/seals.store.js';
import { findMigrated, lastDrawn, listSequences, listTables, type Migrated, type Table } from './catalog.store.js';
import type { Connection } from './connection.store.js';
import { removeOthers, writePacked } from './files.js';
import { findFinished, writeLog } from './log-files.js';
import { type Backup, type DataFile, readManifest, removeUnfinished, writeManifest, written } from './manifest.js';
import { copyOut, takeSnapshot } from './snapshot.store.js';
import { placeOf, replacements, whatIsLeft } from './tables.js';

/** How a backup is to be made. */
export interface Making {
  directory: string;
  /** What made it, in words. */
  program: string;
  changesPerFile: number;
  say: (line: string) => void;
}

/** A backup that was made, and how many of its files the directory had already. */
export interface Made {
  backup: Backup;
  kept: number;
}

/**
 * Writes the registry, as it is at one moment, into a directory. A backup that is there stays whole until the new one is.
 * The finished files of the log are kept from the run before, also from one that was killed; all else is read anew.
 * @throws Error when the directory holds something else or another registry, or when there is a table that nobody decided about
 */
export async function makeBackup(connection: Connection, making: Making): Promise<Made> {
  const { directory, program, changesPerFile, say } = making;
  await requireOwnDirectory(directory);
  const before = await readManifest(directory);
  if ((await findMigrated(connection.db)) === null) throw noRegistry();
  const moment = await takeSnapshot(connection);
  const { migrated, tables } = await readShape(connection);
  const log = tables.find(({ name }) => name === 'changes');
  if (log === undefined) throw new Error('There is no log of changes.');
  const source = { connection, directory, table: log, migrated, moment, changesPerFile };
  const finished = await findFinished(source, before);
  // From here on the directory is ours; what a run before left unfinished makes room.
  await removeOthers(directory, pathsOf([...(before?.files ?? []), ...(before?.chunks ?? []), ...finished]));
  const folder = `tables-${moment.snapshotAt.replaceAll(/[-:.]/g, '')}-${randomBytes(2).toString('hex')}`;
  const chunks = await writeLog(source, finished, folder);
  say(`changes: ${sum(chunks)} rows`);
  const files: DataFile[] = [];
  for (const table of tables) {
    if (table !== log) files.push(await writeTable(connection, directory, folder, table, say));
  }
  const hasSeals = tables.some(({ name }) => name === 'seals');
  const drawn = await lastDrawn(connection.db, 'changes_sequence_seq');
  const backup: Backup = {
    ...written,
    program,
    postgres: moment.postgres,
    migrated,
    snapshotAt: moment.snapshotAt,
    log: { settled: moment.settled, drawn, lastSeal: hasSeals ? await findLastSeal(connection.db) : null },
    sequences: await readSequences(connection),
    files,
    chunks,
    left: whatIsLeft(),
  };
  await writeManifest(directory, backup);
  await removeUnfinished(directory);
  await removeOthers(directory, pathsOf([...files, ...chunks]));
  return { backup, kept: chunks.filter((chunk) => finished.includes(chunk)).length };
}

/** What a backup leaves in its directory, finished or not. */
const ours = /^(manifest\.json|unfinished\.json|log|tables-[\w.-]+)(\.part)?$/;

async function requireOwnDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const other = (await readdir(directory)).find((name) => !ours.test(name));
  if (other === undefined) return;
  throw new Error(`${directory} holds something else than a backup (${other}). Name an empty directory, or a new one.`);
}

async function readShape({ db }: Connection): Promise<{ migrated: Migrated; tables: Table[] }> {
  const migrated = await findMigrated(db);
  if (migrated === null) throw noRegistry();
  const tables = await listTables(db);
  const unknown = tables.filter(({ name }) => placeOf(name) === 'unknown').map(({ name }) => name);
  if (unknown.length > 0) {
    throw new Error(
      `The database has tables that this program does not know: ${unknown.join(', ')}. Use the program that migrated it, or ` +
        'move what is not its own to another schema.',
    );
  }
  return { migrated, tables: tables.filter(({ name }) => placeOf(name) === 'moved') };
}

function noRegistry(): Error {
  return new Error('There is no registry in this database.');
}

async function writeTable(
  connection: Connection,
  directory: string,
  folder: string,
  table: Table,
  say: (line: string) => void,
): Promise<DataFile> {
  const { name, columns } = table;
  const path = `${folder}/${name}.copy.gz`;
  const stream = copyOut(connection, table, replacements(name));
  const identity = await writePacked(directory, path, stream);
  say(`${name}: ${stream.rowCount} rows`);
  return { path, table: name, columns, rows: stream.rowCount, ...identity };
}

async function readSequences({ db }: Connection): Promise<Backup['sequences']> {
  const sequences: Backup['sequences'] = [];
  for (const { name } of await listSequences(db)) sequences.push({ name, last: await lastDrawn(db, name) });
  return sequences;
}

function pathsOf(files: readonly DataFile[]): string[] {
  return files.map(({ path }) => path);
}

function sum(files: readonly DataFile[]): number {
  return files.reduce((rows, file) => rows + file.rows, 0);
}
