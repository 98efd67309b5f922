import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { readConfig } from '../../src/config.js';
import { makeCall } from '../../src/demo/client.js';
import type { Db } from '../../src/platform/db/database.js';
import { makeLog } from '../../src/platform/log.js';
import { openDatabase } from '../../src/start.js';
import { embeddedTemplate, makeBlankDatabase } from './database.js';

/** How a process ended: `code` when it ended by itself, `signal` when it was killed. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The compiled service as a process of its own, from its start until it ends. */
export interface ServiceProcess {
  pid: number;
  /** Everything it has printed so far, on both streams. */
  output(): string;
  /** What it has logged so far: the lines of the output that are JSON. */
  log(): LogLine[];
  /** Where it listens, once it says that it is ready; null when it ended instead. */
  ready: Promise<string | null>;
  exited: Promise<Exit>;
  /** Sends a signal and gives how the process ended. */
  kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<Exit>;
}

/** A service that answers. */
export interface RunningService extends ServiceProcess {
  address: string;
  /** The first admin key: the one it made, else the one that BOOTSTRAP_API_KEY gave it, else null. */
  adminKey: string | null;
}

export type LogLine = Record<string, unknown> & { level: string; msg: string };

/** Environment variables of a service; nothing else of the test's own environment reaches it. */
export type Variables = Readonly<Record<string, string>>;

/** Where a service keeps its data. */
export interface Storage extends Record<string, string> {
  DATA_DIR: string;
}

/** A way in which a service finds its database; `storage` gives it one of its own, removed at the end. */
export interface DatabaseKind {
  name: string;
  storage(t: Test): Promise<Storage>;
}

const mainPath = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** A time limit may kill a test before its teardowns; its service must end with it, so it watches their pipe. */
const endWithTheTest = `data:text/javascript,
  process.stdin.on('close', () => process.kill(process.pid, 'SIGKILL')).resume().unref();`;

export const databases: readonly DatabaseKind[] = [
  { name: 'embedded', storage: embeddedStorage },
  { name: 'at DATABASE_URL', storage: databaseStorage },
];

/** Starts a service and waits until it answers. It is stopped at the end of the test, and so is whatever fails. */
export async function startService(t: Test, variables: Variables): Promise<RunningService> {
  const service = launch(t, variables);
  const address = await service.ready;
  if (address === null) throw new Error(`The service did not start:\n${service.output()}`);
  // The line `ready` is read before the process goes on; an answer shows that it has, and takes signals.
  await (await fetch(`${address}/livez`)).text();
  return { ...service, address, adminKey: (await madeKey(service)) ?? variables.BOOTSTRAP_API_KEY ?? null };
}

/** Starts a service that may or may not become ready, on a free port unless PORT says another. */
export function launch(t: Test, variables: Variables): ServiceProcess {
  const { PATH = '', TMPDIR = tmpdir() } = process.env;
  const env = { PATH, TMPDIR, HOST: '127.0.0.1', PORT: '0', ...variables };
  // tap sets NODE_OPTIONS in every child, to watch what it loads: the service would start several times as slowly.
  const command = ['-u', 'NODE_OPTIONS', process.execPath, '--import', endWithTheTest, mainPath];
  const child = spawn('env', command, { env, stdio: 'pipe' });
  const output = collect(child);
  const exited = exitOf(child);
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  t.teardown(() => kill('SIGKILL'));
  const log = () => output().split('\n').slice(0, -1).flatMap(parseLogLine);
  return { pid: child.pid ?? 0, output, log, ready: addressOf(log, child, exited), exited, kill };
}

/** The key in the file that this start says it made. */
async function madeKey(service: ServiceProcess): Promise<string | null> {
  const line = service.log().find(({ msg }) => msg.includes('the first admin key is in this file'));
  return line === undefined ? null : (await readFile(String(line.path), 'utf8')).trim();
}

/** Whether the service has logged this message. */
export function hasLogged(service: ServiceProcess, message: string): boolean {
  return service.log().some(({ msg }) => msg === message);
}

/** A new directory, removed at the end of the test. */
export async function temporaryDirectory(t: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'prot-process-'));
  t.teardown(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }));
  return directory;
}

/** A new embedded database: a copy, as making one takes seconds. */
export async function embeddedStorage(t: Test): Promise<Storage> {
  const DATA_DIR = await temporaryDirectory(t);
  await cp(embeddedTemplate, DATA_DIR, { recursive: true });
  return { DATA_DIR };
}

/** A new database at a DATABASE_URL, which the first service on it migrates. */
export async function databaseStorage(t: Test): Promise<Storage & { DATABASE_URL: string }> {
  const blank = await makeBlankDatabase();
  t.teardown(() => blank.drop());
  return { DATABASE_URL: blank.url, DATA_DIR: await temporaryDirectory(t) };
}

/** How to look into the database of a service while it runs; the embedded one has a socket in its directory. */
export function urlOf({ DATABASE_URL, DATA_DIR }: Storage): string {
  return DATABASE_URL ?? `postgres://prot@localhost/postgres?host=${encodeURIComponent(join(DATA_DIR, 'run'))}`;
}

/** Opens the database of a service that does not run. */
export async function withDatabase(variables: Variables, work: (db: Db) => Promise<void>): Promise<void> {
  const { database } = await openDatabase(readConfig({ ...variables }), makeLog('silent'));
  try {
    await work(database.db);
  } finally {
    await database.close();
  }
}

/** Expects that the process ends with 1 and prints this. */
export async function endsWith(t: Test, service: ServiceProcess, message: RegExp): Promise<void> {
  t.strictSame(await service.exited, { code: 1, signal: null });
  t.match(service.output(), message);
}

/** How many keys there are, asked with one of them. */
export async function keyCount(address: string, key: string): Promise<number> {
  const { body } = await makeCall(address, key)('GET', '/v1/api-keys');
  return body.items.length;
}

function collect(child: ChildProcess): () => string {
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

/** `close` comes after `exit`, when all that the process printed has been read too. */
function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code, signal });
    });
  });
}

async function addressOf(log: () => LogLine[], child: ChildProcess, exited: Promise<Exit>): Promise<string | null> {
  const address = () => log().find(({ msg }) => msg === 'ready')?.address ?? null;
  const ended = exited.then(() => 'ended' as const);
  for (;;) {
    const event = await Promise.race([ended, nextData(child)]);
    const found = address();
    if (typeof found === 'string') return found;
    if (event === 'ended') return null;
  }
}

function nextData(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.stdout?.once('data', () => resolve()));
}

function parseLogLine(line: string): LogLine[] {
  return line.startsWith('{') ? [JSON.parse(line)] : [];
}
