import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Programs } from './package.js';
import type { Runner } from './runner.js';

/** Where and with what PostgreSQL runs. */
export interface Place {
  /** The directory of the database itself. */
  data: string;
  /** A directory that its user alone may enter, for the socket. */
  run: string;
  programs: Programs;
  env: NodeJS.ProcessEnv;
  runner: Runner;
}

/** A running PostgreSQL. */
export interface Server {
  /** Fulfilled when its process has ended, however that came about. */
  exited: Promise<void>;
  /** Ends it in order: transactions are broken off, and what was committed is written to its place. */
  stop(): Promise<void>;
}

/** A program of PostgreSQL that did not do its work, with what it said of it. */
export class ProgramFailed extends Error {
  override readonly name = 'Error';

  constructor(program: string, said: string) {
    super(isFull(said) ? 'the disk is full' : `${program} ended: ${firstFault(said)}`);
  }
}

/** Beside what the database directory says. What is answered is on the disk, also after a power cut. */
const safeSettings = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  ...(process.platform === 'darwin' && { wal_sync_method: 'fsync_writethrough' }),
};

/** For a laptop that does other things as well; there is no standby that would need more in the log. */
const smallSettings = {
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  min_wal_size: '32MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  io_method: 'sync',
  jit: 'off',
  timezone: 'UTC',
};

/** It speaks on standard error, and of nothing that a record or a statement says. */
const quietSettings = {
  logging_collector: 'off',
  log_destination: 'stderr',
  log_line_prefix: '',
  log_min_messages: 'fatal',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  lc_messages: 'C',
};

/**
 * A shell that becomes the program in `$@`. Beside it one waits for the end of the pipe 3, which comes when the service
 * ends in whatever way, and then ends the program in order; it is nobody's child, so PostgreSQL does not wonder about it.
 */
const untilPipeEnds = '( { read -r _; kill -INT $$; } <&3 >/dev/null 2>&1 & ); exec "$@" 3<&-';

const [fastMs, immediateMs] = [15_000, 5_000];
const memoryHeldMs = 10_000;
const mostSaid = 4_096;

/**
 * Starts PostgreSQL and waits until it takes connections, however long it takes to recover. It has a session of its own,
 * so that Ctrl+C in a terminal reaches the service alone, and it ends when the service does.
 * @param settings of PostgreSQL, which go before all others
 * @param recycledPid a number that an earlier server had and another program has now
 * @throws ProgramFailed when it ends instead
 */
export async function startServer(
  place: Place,
  settings: Readonly<Record<string, string>>,
  recycledPid?: number,
): Promise<Server> {
  const giveUpAt = performance.now() + memoryHeldMs;
  for (;;) {
    const { child, said } = launch(place, settings, recycledPid);
    const exited = endOf(child);
    if (await isReady(child, exited, place.data)) return { exited, stop: () => stop(child, exited) };
    await hasSaidAll(child);
    // The processes of one that was killed see it soon, and hold its memory until then.
    const isHeld = said().includes('pre-existing shared memory block');
    if (!isHeld || performance.now() > giveUpAt) throw new ProgramFailed('postgres', said());
    await delay(100);
  }
}

/**
 * Makes a database in a new directory.
 * @throws ProgramFailed when it cannot be made
 */
export async function makeDatabase(
  { runner, programs, env }: Omit<Place, 'data' | 'run'>,
  data: string,
): Promise<void> {
  const options = ['--pgdata', data, '--username=prot', '--encoding=UTF8', '--locale=C', '--locale-provider=builtin'];
  // Nobody else can reach its socket, which lies in a directory that its user alone may enter.
  const access = ['--builtin-locale=C.UTF-8', '--auth-local=trust', '--auth-host=reject'];
  const child = spawnUntilPipeEnds([...runner.prefix, programs.initdb, ...options, ...access], env, runner);
  const said = collect(child);
  await endOf(child);
  await hasSaidAll(child);
  if (child.exitCode !== 0) throw new ProgramFailed('initdb', said());
}

function launch({ data, run, programs, env, runner }: Place, settings: object, recycledPid?: number) {
  const own = { listen_addresses: '', unix_socket_directories: run, unix_socket_permissions: '0700' };
  const all = Object.entries({ ...own, ...safeSettings, ...smallSettings, ...quietSettings, ...settings });
  const command = [
    ...runner.prefix,
    programs.postgres,
    '-D',
    data,
    ...all.flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ];
  // With this name pg_ctl tells PostgreSQL of a process that is no server although its lock file names it.
  const recycled = recycledPid === undefined ? {} : { PG_GRANDPARENT_PID: String(recycledPid) };
  const child = spawnUntilPipeEnds(command, { ...env, ...recycled }, runner);
  return { child, said: collect(child) };
}

function spawnUntilPipeEnds(command: readonly string[], env: NodeJS.ProcessEnv, { user }: Runner): ChildProcess {
  return spawn('sh', ['-c', untilPipeEnds, 'sh', ...command], {
    env,
    ...user,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
}

/** What pg_ctl waits for: the lock file of this process says that it is ready. */
async function isReady(child: ChildProcess, exited: Promise<void>, data: string): Promise<boolean> {
  let running = true;
  const ended = exited.then(() => {
    running = false;
  });
  while (running) {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return true;
    await Promise.race([ended, delay(10)]);
  }
  return false;
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill('SIGINT');
  const slow = setTimeout(() => child.kill('SIGQUIT'), fastMs);
  const hopeless = setTimeout(() => child.kill('SIGKILL'), fastMs + immediateMs);
  await exited;
  clearTimeout(slow);
  clearTimeout(hopeless);
}

/** The last of what a program says. It is read to the end, so that a full pipe keeps nobody waiting. */
function collect(child: ChildProcess): () => string {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-mostSaid);
  });
  return () => said;
}

/** Waits until a program has ended; whoever waits for the end of its pipe beside it ends too. */
async function endOf(child: ChildProcess): Promise<void> {
  await once(child, 'exit');
  child.stdio[3]?.destroy();
}

/** What it said may be read after it has ended; a process of its own that lives on can say more. */
async function hasSaidAll(child: ChildProcess): Promise<void> {
  if (child.stderr?.readableEnded === false) await Promise.race([once(child.stderr, 'end'), delay(500)]);
}

function isFull(said: string): boolean {
  return /No space left on device|Disk quota exceeded/.test(said);
}

/** The line that says why, without the quotes that the log takes for a value. */
function firstFault(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const line = lines.find((one) => /^(FATAL|PANIC):|: error: /.test(one)) ?? lines[0] ?? 'it said nothing';
  return line
    .replace(/^(postgres|initdb): /, '')
    .replaceAll('"', '')
    .trim();
}
