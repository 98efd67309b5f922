import { mkdir, mkdtemp, open, readlink, realpath, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import pg from 'pg';
import type { Logger } from 'pino';
import { examineDirectory, notWhole } from './directory.js';
import { DirectoryInUse, guardDirectory } from './guard.js';
import { findPrograms, linkLibraries, type Programs } from './package.js';
import { chooseRunner, giveTo, type Runner } from './runner.js';
import { makeDatabase, type Place, ProgramFailed } from './server.js';
import { keepRunning } from './supervisor.js';
import { endLeftServer, shortPrefix, socketName } from './takeover.js';

/** What the embedded PostgreSQL is to be like. */
export interface EmbeddedSettings {
  /** Connections that the service may open to it. */
  connections: number;
  /** Called once if it ends and cannot be started again; nothing is answered from then on. */
  onLost?: ((error: Error) => void) | undefined;
}

/** A PostgreSQL that runs as long as this process, or until it is stopped. */
export interface EmbeddedServer {
  /** Where its database is, as `pg` takes it. */
  url: string;
  stop(): Promise<void>;
}

/** The path of a Unix socket may have 107 bytes, on some systems 103. */
const longestSocketPath = 100;
/** The name of a link to the directory of a socket that lies elsewhere for that. */
const elsewhereName = 'socket';
/** For commands and for those who look into the database beside the service. */
const spareConnections = 10;

/**
 * Runs the PostgreSQL that npm has installed on the database in a directory, and makes the database when there is none. It
 * listens on a Unix socket which only its user can reach, and nowhere else. The directory is held for this process: what
 * another one that was killed has left running is ended first.
 * @throws Error when another process holds the directory, when it holds something that is no whole database of ours, when
 *   the disk is full, or when PostgreSQL cannot run here; each says what to do, and leaves the directory as it was
 */
export async function startEmbedded(dataDir: string, settings: EmbeddedSettings, log: Logger): Promise<EmbeddedServer> {
  const programs = await findPrograms();
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const outer = await realpath(dataDir);
  const release = await guardDirectory(outer);
  const data = join(outer, 'postgres');
  const run = join(outer, 'run');
  const folders = [run];
  const cleanUp = async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
    await release();
  };
  try {
    const recycledPid = await endLeftServer(data, run);
    const found = await examineDirectory(data);
    const database = found === 'nothing' ? null : data;
    const { env, runner } = await prepare(run, { outer, inner: run, database }, programs);
    if (database === null) await makeNew(outer, { programs, env, runner });
    const socketFolder = await folderForSocket(run, runner);
    if (socketFolder !== run) folders.push(socketFolder);
    const place: Place = { data, run: socketFolder, programs, env, runner };
    const url = urlOf(socketFolder);
    const limits = { max_connections: String(settings.connections + spareConnections) };
    const server = await keepRunning({ place, settings: limits, recycledPid, log, onLost: settings.onLost }).catch(
      (error: unknown) => {
        throw refusalOf(error, data);
      },
    );
    const stop = async () => {
      await server.stop();
      await cleanUp();
    };
    await tryOut(url, log).catch(async (error: unknown) => {
      await server.stop();
      throw notWhole(data, 'PostgreSQL cannot read it', error);
    });
    return { url, stop };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

/**
 * The database in a directory, to be read while a service runs on it: at its own server then, else at one that this process
 * starts.
 * @throws Error when there is no database in the directory, and what `startEmbedded` throws
 */
export async function openBeside(dataDir: string, log: Logger): Promise<EmbeddedServer> {
  if ((await examineDirectory(join(dataDir, 'postgres'))) === 'nothing') {
    throw new Error(`There is no database in ${dataDir}: set DATABASE_URL, or DATA_DIR.`);
  }
  try {
    return await startEmbedded(dataDir, { connections: 1 }, log);
  } catch (error) {
    if (!(error instanceof DirectoryInUse)) throw error;
    const run = join(await realpath(dataDir), 'run');
    const folder = await readlink(join(run, elsewhereName)).catch(() => run);
    return { url: urlOf(folder), stop: async () => {} };
  }
}

function urlOf(socketFolder: string): string {
  return `postgres://prot@localhost/postgres?host=${encodeURIComponent(socketFolder)}`;
}

/** Makes the directory of this run anew, and finds out as whom PostgreSQL works in it. */
async function prepare(
  run: string,
  directories: Parameters<typeof chooseRunner>[0],
  programs: Programs,
): Promise<{ env: NodeJS.ProcessEnv; runner: Runner }> {
  // Where the one before, if it was killed, had its socket.
  const elsewhere = await readlink(join(run, elsewhereName)).catch(() => '');
  if (basename(elsewhere).startsWith(shortPrefix)) await rm(elsewhere, { recursive: true, force: true });
  await rm(run, { recursive: true, force: true });
  await mkdir(run, { mode: 0o700 });
  // Nothing of our own environment may set PostgreSQL up otherwise.
  const { PATH } = process.env;
  const env = { PATH, LC_ALL: 'C', ...(await linkLibraries(programs, join(run, 'lib'))) };
  return { env, runner: await chooseRunner(directories, programs.initdb, env) };
}

/** It gets its name when it is whole, so one whose maker was killed is not taken for a database. */
async function makeNew(outer: string, how: Omit<Place, 'data' | 'run'>): Promise<void> {
  const making = join(outer, 'postgres.making');
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { mode: 0o700 });
  await giveTo(how.runner, making);
  try {
    await makeDatabase(how, making);
    await rename(making, join(outer, 'postgres'));
    await flushFolder(outer);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    throw error instanceof ProgramFailed
      ? new Error(`No database could be made in ${outer}: ${error.message}.`)
      : error;
  }
}

/** After a power cut the new name must be there as well. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path);
  await folder.sync().finally(() => folder.close());
}

async function folderForSocket(run: string, runner: Runner): Promise<string> {
  if (Buffer.byteLength(join(run, socketName)) <= longestSocketPath) return run;
  const temporary = Buffer.byteLength(tmpdir()) > longestSocketPath / 2 ? '/tmp' : tmpdir();
  const folder = await mkdtemp(join(temporary, shortPrefix));
  await symlink(folder, join(run, elsewhereName));
  await giveTo(runner, folder);
  return folder;
}

function refusalOf(error: unknown, data: string): unknown {
  if (!(error instanceof ProgramFailed)) return error;
  if (error.message === 'the disk is full') {
    return new Error(`The database in ${data} cannot be opened: ${error.message}. Make room on it and start again.`);
  }
  return notWhole(data, `PostgreSQL cannot open it (${error.message})`);
}

/**
 * A server starts although the tables are damaged: whoever connects reads some of them. A newer one may also bring another
 * order of Thai than the one in which the indexes were written, and would look for names in the wrong places.
 */
async function tryOut(url: string, log: Logger): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'prot-start' });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `select quote_ident(collname) as name from pg_collation
        where collnamespace = 'public'::regnamespace and collversion <> pg_collation_actual_version(oid)`,
    );
    if (rows.length === 0) return;
    log.info('the order of names has another version in this PostgreSQL; its indexes are made anew');
    await client.query('reindex database');
    for (const { name } of rows) await client.query(`alter collation public.${name} refresh version`);
  } finally {
    await client.end().catch(() => {});
  }
}
