import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Major version of the PostgreSQL that npm installs, and what a directory of it always has. */
const serverVersion = '18';
const folders = [
  'base',
  'global',
  'pg_commit_ts',
  'pg_dynshmem',
  'pg_logical',
  'pg_multixact',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_tblspc',
  'pg_twophase',
  'pg_wal',
  'pg_xact',
];
const controlBytes = 8_192;
/** Where pg_control says how the database was left, and what it says when that was in good order. */
const [stateOffset, wasShutDown] = [16, 1];
/** Where it says of which version it is, and whether a number of 64 bits is a value. */
const [versionOffset, controlVersion, byValueOffset] = [8, 1_800, 0xf8];
const pageBytes = 8_192;
const segmentBytes = 16_777_216;

/** What a database directory holds before a server is started on it. */
export type Found = 'a database' | 'nothing';

/**
 * Looks at a database directory. What is neither empty nor a whole database of this version is refused, and not a byte of it
 * changes: a server that starts on half a copy may do away with the rest of it.
 * @throws Error naming what is wrong with the directory
 */
export async function examineDirectory(directory: string): Promise<Found> {
  if (await isEmpty(directory)) {
    const remains = await remainsBeside(directory);
    if (remains !== null) throw notWhole(directory, `it is missing, although ${remains} is there`);
    return 'nothing';
  }
  if (await isOfEarlierEngine(directory)) {
    throw new Error(
      `The database in ${directory} was made by a version of Prot with another embedded engine (PGlite), which this one ` +
        'cannot read. It was left as it is. Export it with that version and import it here: docs/moving-from-pglite.md has the commands.',
    );
  }
  const fault = await faultOf(directory);
  if (fault !== null) throw notWhole(directory, fault);
  return 'a database';
}

/** The refusal of a database that is damaged. */
export function notWhole(directory: string, fault: string, cause?: unknown): Error {
  const message =
    `The database in ${directory} is not whole: ${fault}. It was left as it is. Restore all of ${dirname(directory)} ` +
    'from a copy that was made while the service was stopped, or name an empty DATA_DIR to begin anew.';
  return new Error(message, { cause });
}

/** That engine was built for 32 bits, where a number of 64 bits is no value but a reference. */
async function isOfEarlierEngine(directory: string): Promise<boolean> {
  const control = await readFile(join(directory, 'global/pg_control')).catch(() => Buffer.alloc(0));
  return (
    control.length === controlBytes &&
    control.readUInt32LE(versionOffset) === controlVersion &&
    control[byValueOffset] === 0
  );
}

/** What shows that a directory is no whole database of this version, or null. Copies break off in files and leave out folders. */
async function faultOf(directory: string): Promise<string | null> {
  const version = (await readFile(join(directory, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (version === '') return 'PG_VERSION is missing';
  if (version !== serverVersion)
    return `it is of PostgreSQL ${version.slice(0, 20)}, and this program has ${serverVersion}`;
  for (const folder of folders) if (!(await isFolder(join(directory, folder)))) return `${folder}/ is missing`;
  const databases = (await readdir(join(directory, 'base'))).filter((name) => /^\d+$/.test(name));
  const needed = [
    'global/pg_filenode.map',
    ...databases.flatMap((name) => [`base/${name}/PG_VERSION`, `base/${name}/pg_filenode.map`]),
  ];
  for (const name of needed) if ((await sizeOf(join(directory, name))) === 0) return `${name} is missing or empty`;
  if (databases.length === 0) return 'base/ is empty';
  const control = await readFile(join(directory, 'global/pg_control')).catch(() => Buffer.alloc(0));
  if (control.length !== controlBytes) return 'global/pg_control is missing or cut off';
  const fault =
    (await brokenFile(directory, 'pg_wal', /^[0-9A-F]{24}$/, (size) => size === segmentBytes)) ??
    (await brokenFile(directory, 'pg_xact', /^[0-9A-F]{4,}$/, (size) => size > 0));
  // After a power cut the last page of a table may be half there, and the log mends it.
  if (fault !== null || control.readUInt32LE(stateOffset) !== wasShutDown) return fault;
  return brokenPages(directory, ['global', ...databases.map((name) => `base/${name}`)]);
}

/** The first file of a folder that has not the size it should, or that there is none. */
async function brokenFile(
  directory: string,
  folder: string,
  named: RegExp,
  isWhole: (size: number) => boolean,
): Promise<string | null> {
  const names = (await readdir(join(directory, folder))).filter((name) => named.test(name));
  if (names.length === 0) return `${folder}/ is empty`;
  const sizes = await Promise.all(names.map((name) => sizeOf(join(directory, folder, name))));
  const broken = names.find((_, index) => !isWhole(sizes[index] ?? 0));
  return broken === undefined ? null : `${folder}/${broken} is cut off`;
}

/** A table or index whose file does not end with a page. */
async function brokenPages(directory: string, places: readonly string[]): Promise<string | null> {
  for (const place of places) {
    const fault = await brokenFile(directory, place, /^\d+(\.\d+)?(_fsm|_vm)?$/, (size) => size % pageBytes === 0);
    if (fault !== null) return fault;
  }
  return null;
}

/** Something beside a directory that is not there which shows that there was a database: its key, or its files one folder up. */
async function remainsBeside(directory: string): Promise<string | null> {
  const known = ['admin-api-key', 'PG_VERSION', 'base', 'global', 'pg_wal'];
  const names = await readdir(dirname(directory)).catch(() => []);
  return names.find((name) => known.includes(name) && name !== basename(directory)) ?? null;
}

async function isEmpty(path: string): Promise<boolean> {
  return readdir(path).then(
    (names) => names.length === 0,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return true;
      throw error;
    },
  );
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
