import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { openPool } from '../../src/platform/db/connect.js';
import type { PostgresSettings } from '../../src/platform/db/connections.js';
import type { Database } from '../../src/platform/db/database.js';
import { startEmbedded } from '../../src/platform/db/embedded/embedded.js';
import { migrateDatabase } from '../../src/platform/db/migrate.js';
import { makeLog } from '../../src/platform/log.js';
import { until } from './wait.js';

/** A migrated database that every test file copies. */
export interface Template {
  adminUrl: string;
  prefix: string;
  /** The process that runs the PostgreSQL of this run alone, where there was none. */
  server: number | null;
}

/** What a test may want of the pool. */
type PoolSettings = Pick<
  PostgresSettings,
  'poolSize' | 'connectTimeoutMs' | 'statementTimeoutMs' | 'lockTimeoutMs' | 'pooler'
> & {
  /** Gives the way to the database that the pool takes, such as through a proxy, from its own address. */
  through: (url: string) => string;
};

const migrationsDirectory = new URL('../../../migrations/', import.meta.url);
const hour = 60 * 60 * 1000;
const localPostgres = 'postgres://postgres@127.0.0.1:5432/postgres';

/** tap starts the `before` script and every test file itself, so its process id names the run in all of them. */
const runDirectory = join(tmpdir(), `prot-test-${process.ppid}`);
const templatePath = join(runDirectory, 'template.json');
const serverPath = fileURLToPath(new URL('./server.js', import.meta.url));

/** The directory of a migrated embedded database that a service of a process test gets a copy of. */
export const embeddedTemplate = join(runDirectory, 'embedded');

/**
 * Makes the template of this run; `before` calls it once. What runs that were killed left behind is removed first.
 * @param owner the process with which the run ends
 */
export async function makeTemplate(owner = process.ppid): Promise<Template> {
  await removeOldDirectories();
  await rm(runDirectory, { recursive: true, force: true });
  await mkdir(runDirectory, { mode: 0o700 });
  const prefix = `prot_test_${Math.floor(Date.now() / 1000)}_${randomBytes(3).toString('hex')}`;
  const template: Template = { prefix, ...(await chosenServer(owner)) };
  const name = `${prefix}_template`;
  await asAdmin(template.adminUrl, async (admin) => {
    await dropDatabases(admin, isOld);
    await admin.query(`create database ${name}`);
  });
  await migrateDatabase(urlOf(template.adminUrl, name));
  const embedded = await startEmbedded(embeddedTemplate, { connections: 1 }, makeLog('silent'));
  await migrateDatabase(embedded.url);
  await embedded.stop();
  await writeFile(templatePath, JSON.stringify(template), { mode: 0o600 });
  return template;
}

/** Removes the template, and the databases of test files that could not do it themselves. */
export async function dropTemplate(): Promise<void> {
  const template = await readTemplate();
  if (template === null) return;
  const { adminUrl, prefix, server } = template;
  await asAdmin(adminUrl, (admin) => dropDatabases(admin, (name) => name.startsWith(`${prefix}_`)));
  if (server !== null) {
    process.kill(server, 'SIGTERM');
    await until('the PostgreSQL of this run has ended', async () => !(await answers(adminUrl)));
  }
  await rm(runDirectory, { recursive: true, force: true });
}

/** Opens a fresh copy of the template, with the settings of a pool that are named. `close` closes it and removes it. */
export async function openTestDatabase(pool: Partial<PoolSettings> = {}): Promise<Database> {
  const known = await readTemplate();
  // A file that is run by itself, without tap and its `before`, makes its own template.
  const template = known ?? (await makeTemplate(process.pid));
  const database = await copyTemplate(template, pool);
  let closed: Promise<void> | undefined;
  const close = async () => {
    await database.close();
    if (known === null) await dropTemplate();
  };
  // A test may close its database before the end of the file does.
  return { ...database, close: () => (closed ??= close()) };
}

/** A database with nothing in it. */
export async function makeBlankDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const known = await readTemplate();
  const { adminUrl, prefix } = known ?? (await makeTemplate(process.pid));
  const name = newName(prefix);
  await asAdmin(adminUrl, (admin) => admin.query(`create database ${name}`));
  const drop = async () => {
    await dropDatabase(adminUrl, name);
    if (known === null) await dropTemplate();
  };
  return { url: urlOf(adminUrl, name), drop };
}

/** A database on which the migrations before one have run, for tests of that one; `migrate` runs it. */
export async function makeDatabaseBefore(
  migration: string,
): Promise<{ client: pg.Client; migrate: () => Promise<unknown>; drop: () => Promise<void> }> {
  const { url, drop } = await makeBlankDatabase();
  const client = new pg.Client({ connectionString: url, application_name: 'prot-test' });
  await client.connect();
  const files = (await readdir(migrationsDirectory)).filter((name) => name.endsWith('.sql')).sort();
  const place = files.findIndex((name) => name.endsWith(migration));
  const run = async (file = '') => client.query(await readFile(new URL(file, migrationsDirectory), 'utf8'));
  for (const file of files.slice(0, place)) await run(file);
  const end = async () => {
    await client.end();
    await drop();
  };
  return { client, migrate: () => run(files[place]), drop: end };
}

async function chosenServer(owner: number): Promise<Pick<Template, 'adminUrl' | 'server'>> {
  const { TEST_ENGINE, TEST_DATABASE_URL } = process.env;
  if (TEST_ENGINE !== undefined && !['embedded', 'postgresql'].includes(TEST_ENGINE)) {
    throw new Error(`TEST_ENGINE is embedded or postgresql, not ${TEST_ENGINE}.`);
  }
  const adminUrl = TEST_DATABASE_URL ?? localPostgres;
  const isNamed = TEST_ENGINE === 'postgresql' || TEST_DATABASE_URL !== undefined;
  if (TEST_ENGINE !== 'embedded' && (isNamed || (await answers(adminUrl)))) return { adminUrl, server: null };
  const directory = join(runDirectory, 'server');
  await mkdir(directory, { mode: 0o700 });
  // tap would watch what it loads.
  const command = ['-u', 'NODE_OPTIONS', process.execPath, serverPath, directory, String(owner)];
  const server = spawn('env', command, { detached: true, stdio: ['ignore', 'ignore', 'inherit'] });
  server.unref();
  return until('the PostgreSQL of this run is ready', async () => {
    if (server.exitCode !== null) throw new Error('The PostgreSQL of this run did not start.');
    const text = await readFile(join(directory, 'ready.json'), 'utf8').catch(() => null);
    if (text === null) return null;
    const { url, pid } = JSON.parse(text);
    return { adminUrl: url, server: pid };
  });
}

async function answers(url: string): Promise<boolean> {
  return asAdmin(url, () => true).catch(() => false);
}

async function readTemplate(): Promise<Template | null> {
  const text = await readFile(templatePath, 'utf8').catch(() => null);
  return text === null ? null : JSON.parse(text);
}

async function copyTemplate(
  { adminUrl, prefix }: Template,
  { through = (url) => url, ...pool }: Partial<PoolSettings>,
): Promise<Database> {
  const name = newName(prefix);
  await asAdmin(adminUrl, (admin) => admin.query(`create database ${name} template ${prefix}_template`));
  const database = openPool(
    {
      url: through(urlOf(adminUrl, name)),
      poolSize: 10,
      connectTimeoutMs: 10_000,
      statementTimeoutMs: 15_000,
      lockTimeoutMs: 10_000,
      ...pool,
    },
    makeLog('silent'),
  );
  const close = async () => {
    await database.close();
    await dropDatabase(adminUrl, name);
  };
  return { ...database, close };
}

async function asAdmin<T>(url: string, work: (admin: pg.Client) => T | Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000, application_name: 'prot-test' });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

async function dropDatabases(admin: pg.Client, which: (name: string) => boolean): Promise<void> {
  const { rows } = await admin.query<{ datname: string }>(`select datname from pg_database where datname like 'prot%'`);
  for (const { datname } of rows.filter((row) => which(row.datname))) {
    await admin.query(`drop database if exists "${datname}" with (force)`);
  }
}

async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  await asAdmin(adminUrl, (admin) => admin.query(`drop database if exists ${name} with (force)`));
}

function isOld(name: string): boolean {
  const [, madeAt] = /^prot_test_(\d+)_/.exec(name) ?? [];
  return madeAt !== undefined && Number(madeAt) * 1000 < Date.now() - hour;
}

async function removeOldDirectories(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!/^prot-test-\d+$/.test(name)) continue;
    const path = join(tmpdir(), name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (mtimeMs < Date.now() - hour) await rm(path, { recursive: true, force: true });
  }
}

function newName(prefix: string): string {
  return `${prefix}_${randomBytes(5).toString('hex')}`;
}

function urlOf(adminUrl: string, name: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}
