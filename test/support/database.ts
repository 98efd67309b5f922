import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { embeddedDatabase, openEmbedded, openPostgres } from '../../src/platform/db/connect.js';
import type { PostgresSettings } from '../../src/platform/db/connections.js';
import type { Database } from '../../src/platform/db/database.js';
import { migrateEmbedded, migratePostgres } from '../../src/platform/db/migrate.js';
import { makeLog } from '../../src/platform/log.js';

/** A migrated database that every test file copies: a template on PostgreSQL, a dumped directory on PGlite. */
export type Template = { engine: 'postgresql'; adminUrl: string; prefix: string } | { engine: 'embedded' };

/** What a test may want of the pool to PostgreSQL; PGlite has none. */
type PoolSettings = Pick<
  PostgresSettings,
  'poolSize' | 'connectTimeoutMs' | 'statementTimeoutMs' | 'lockTimeoutMs' | 'pooler'
> & {
  /** Gives the way to the database that the pool takes, such as through a proxy, from its own address. */
  through: (url: string) => string;
};

const hour = 60 * 60 * 1000;
const localPostgres = 'postgres://postgres@127.0.0.1:5432/postgres';

/** tap starts the `before` script and every test file itself, so its process id names the run in all of them. */
const runDirectory = join(tmpdir(), `prot-test-${process.ppid}`);
const templatePath = join(runDirectory, 'template.json');
const dumpPath = join(runDirectory, 'data.tar');

/** A migrated embedded database that a service of a process test gets a copy of. */
export const embeddedTemplate = join(runDirectory, 'embedded');

/** Makes the template of this run; `before` calls it once. What runs that were killed left behind is removed first. */
export async function makeTemplate(): Promise<Template> {
  await removeOldDirectories();
  await rm(runDirectory, { recursive: true, force: true });
  await mkdir(runDirectory, { mode: 0o700 });
  const template = await chosenEngine();
  if (template.engine === 'postgresql') await makePostgresTemplate(template);
  else await makeDump();
  const embedded = await openEmbedded(embeddedTemplate);
  await migrateEmbedded(embedded);
  await embedded.close();
  await writeFile(templatePath, JSON.stringify(template), { mode: 0o600 });
  return template;
}

/** Removes the template, and the databases of test files that could not do it themselves. */
export async function dropTemplate(): Promise<void> {
  const template = await readTemplate();
  if (template?.engine === 'postgresql') {
    await asAdmin(template.adminUrl, (admin) => dropDatabases(admin, (name) => name.startsWith(`${template.prefix}_`)));
  }
  await rm(runDirectory, { recursive: true, force: true });
}

/** Opens a fresh copy of the template, with the settings of a pool that are named. `close` closes it and removes it. */
export async function openTestDatabase(pool: Partial<PoolSettings> = {}): Promise<Database> {
  const known = await readTemplate();
  // A file that is run by itself, without tap and its `before`, makes its own template.
  const template = known ?? (await makeTemplate());
  const database = template.engine === 'postgresql' ? await copyPostgres(template, pool) : await loadDump();
  let closed: Promise<void> | undefined;
  const close = async () => {
    await database.close();
    if (known === null) await dropTemplate();
  };
  // A test may close its database before the end of the file does.
  return { ...database, close: () => (closed ??= close()) };
}

/** A database on PostgreSQL with nothing in it, for tests of migrating; null when the tests run embedded. */
export async function makeBlankPostgres(): Promise<{ url: string; drop: () => Promise<void> } | null> {
  const template = (await readTemplate()) ?? (await chosenEngine());
  if (template.engine === 'embedded') return null;
  const name = newName(template.prefix);
  await asAdmin(template.adminUrl, (admin) => admin.query(`create database ${name}`));
  return { url: urlOf(template.adminUrl, name), drop: () => dropPostgres(template.adminUrl, name) };
}

async function chosenEngine(): Promise<Template> {
  const { TEST_ENGINE, TEST_DATABASE_URL } = process.env;
  if (TEST_ENGINE !== undefined && !['embedded', 'postgresql'].includes(TEST_ENGINE)) {
    throw new Error(`TEST_ENGINE is embedded or postgresql, not ${TEST_ENGINE}.`);
  }
  if (TEST_ENGINE === 'embedded') return { engine: 'embedded' };
  const adminUrl = TEST_DATABASE_URL ?? localPostgres;
  if (TEST_ENGINE === undefined && TEST_DATABASE_URL === undefined && !(await answers(adminUrl))) {
    return { engine: 'embedded' };
  }
  const prefix = `prot_test_${Math.floor(Date.now() / 1000)}_${randomBytes(3).toString('hex')}`;
  return { engine: 'postgresql', adminUrl, prefix };
}

async function answers(url: string): Promise<boolean> {
  return asAdmin(url, () => true).catch(() => false);
}

async function readTemplate(): Promise<Template | null> {
  const text = await readFile(templatePath, 'utf8').catch(() => null);
  return text === null ? null : JSON.parse(text);
}

async function makePostgresTemplate({ adminUrl, prefix }: Template & { engine: 'postgresql' }): Promise<void> {
  const name = `${prefix}_template`;
  await asAdmin(adminUrl, async (admin) => {
    await dropDatabases(admin, isOld);
    await admin.query(`create database ${name}`);
  });
  await migratePostgres(urlOf(adminUrl, name));
}

async function copyPostgres(
  { adminUrl, prefix }: Template & { engine: 'postgresql' },
  { through = (url) => url, ...pool }: Partial<PoolSettings>,
): Promise<Database> {
  const name = newName(prefix);
  await asAdmin(adminUrl, (admin) => admin.query(`create database ${name} template ${prefix}_template`));
  const database = await openPostgres(
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
    await dropPostgres(adminUrl, name);
  };
  return { ...database, close };
}

async function makeDump(): Promise<void> {
  const client = await PGlite.create();
  const database = await embeddedDatabase(client);
  await migrateEmbedded(database);
  const dump = await client.dumpDataDir('none');
  await writeFile(dumpPath, Buffer.from(await dump.arrayBuffer()));
  await database.close();
}

async function loadDump(): Promise<Database> {
  return embeddedDatabase(await PGlite.create({ loadDataDir: new Blob([await readFile(dumpPath)]) }));
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

async function dropPostgres(adminUrl: string, name: string): Promise<void> {
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
