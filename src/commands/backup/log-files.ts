/** The log of changes in files. What is settled of it never changes, so its finished files serve the next run as well. */

import type { Migrated, Table } from './catalog.store.js';
import type { Connection } from './connection.store.js';
import { faultOf, writePacked } from './files.js';
import { type Backup, type Chunk, readUnfinished, writeUnfinished } from './manifest.js';
import { copyOut, countChanges, findEnd, findMark, type Moment, readMarks } from './snapshot.store.js';

/** What the files of a log are made of. */
export interface LogSource {
  connection: Connection;
  directory: string;
  /** The table of changes. */
  table: Table;
  migrated: Migrated;
  moment: Moment;
  changesPerFile: number;
}

/**
 * The finished files of the log that the directory has of this registry: of the backup before, and of a run that was
 * killed. One that is damaged, or of another state of the tables, is not among them.
 * @throws Error when the directory has the log of another registry
 */
export async function findFinished(source: LogSource, before: Backup | null): Promise<Chunk[]> {
  const { directory, table, migrated, moment } = source;
  const unfinished = await readUnfinished(directory);
  for (const chunk of [...(before?.chunks ?? []), ...(unfinished?.chunks ?? [])]) await requireOwn(source, chunk);
  const candidates = [before, unfinished].flatMap((had) =>
    had !== null && had.migrated.latest === migrated.latest ? had.chunks : [],
  );
  const finished: Chunk[] = [];
  for (const chunk of candidates) {
    const { from, to, rows, columns } = chunk;
    if (to === null || to > moment.settled || String(columns) !== String(table.columns)) continue;
    const isWhole = (await faultOf(directory, chunk)) === null;
    if (isWhole && (await countChanges(source.connection.db, { from, to })) === rows) finished.push(chunk);
  }
  return finished;
}

/** The first and the last change of each file must be those of this registry. */
async function requireOwn({ connection, directory, table }: LogSource, { first, last, columns }: Chunk): Promise<void> {
  for (const mark of [first, last]) {
    if (mark === null) continue;
    const isOwn =
      columns.every((column) => table.columns.includes(column)) &&
      (await findMark(connection.db, columns, mark.position)) === mark.sha256;
    if (isOwn) continue;
    throw new Error(
      `${directory} holds the backup of another registry: the change at position ${mark.position} of its log is not in this ` +
        'database. Name another directory.',
    );
  }
}

/** Writes what is not there yet of the log, and gives all its files. Each file that is finished is remembered at once. */
export async function writeLog(source: LogSource, finished: readonly Chunk[], folder: string): Promise<Chunk[]> {
  const { connection, directory, migrated, moment, changesPerFile } = source;
  const chunks: Chunk[] = [];
  for (let from = 1; ; ) {
    const had = finished.find((chunk) => chunk.from === from && chunk.to !== null);
    const to = had?.to ?? (await findEnd(connection.db, { from, to: moment.settled }, changesPerFile));
    const path =
      to === null ? `${folder}/changes.copy.gz` : `log/${migrated.count}-${padded(from)}-${padded(to)}.copy.gz`;
    chunks.push(had ?? (await writeChunk(source, { from, to }, path)));
    if (to === null) return chunks;
    if (had === undefined) await writeUnfinished(directory, { migrated, chunks });
    from = to + 1;
  }
}

async function writeChunk(
  { connection, directory, table }: LogSource,
  range: { from: number; to: number | null },
  path: string,
): Promise<Chunk> {
  const stream = copyOut(connection, table, {}, range);
  const identity = await writePacked(directory, path, stream);
  const marks = await readMarks(connection.db, table.columns, range);
  return { path, table: table.name, columns: table.columns, rows: stream.rowCount, ...identity, ...range, ...marks };
}

/** So that the names of the files are in the order of what they hold. */
function padded(position: number): string {
  return String(position).padStart(12, '0');
}
