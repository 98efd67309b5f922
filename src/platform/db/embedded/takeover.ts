import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

export const socketName = '.s.PGSQL.5432';
/** Begins the name of a directory for a socket whose path would be too long in the data directory. */
export const shortPrefix = 'prot-run-';

const [fastMs, immediateMs] = [15_000, 5_000];

/**
 * Ends what a service that was killed has left behind: its PostgreSQL, which may not have noticed yet. To be called by
 * whoever holds the data directory.
 * @param run where the socket of our servers lies, unless its path would be too long
 * @returns the number of the process that the lock file names, which is no server of this directory any more
 * @throws Error when a server runs there that is not ours, or that does not end
 */
export async function endLeftServer(data: string, run: string): Promise<number | undefined> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  const socketFolder = lines[4] ?? '';
  const isAlive = pid > 1 && (await isServerOf(pid, data));
  if (isAlive) {
    if (socketFolder !== run && !basename(socketFolder).startsWith(shortPrefix)) {
      throw new Error(`A PostgreSQL that Prot did not start (process ${pid}) runs in ${data}: stop it first.`);
    }
    await end(pid, data);
  } else {
    // One in another container has no number here, and its socket is seen all the same.
    await untilSilent(join(run, socketName), data);
  }
  return pid > 1 ? pid : undefined;
}

async function end(pid: number, data: string): Promise<void> {
  for (const [signal, ms] of [
    ['SIGINT', fastMs],
    ['SIGQUIT', immediateMs],
  ] as const) {
    kill(pid, signal);
    for (const giveUpAt = Date.now() + ms; Date.now() < giveUpAt; await delay(20)) {
      if (!(await isServerOf(pid, data))) return;
    }
  }
  throw new Error(
    `The PostgreSQL of an earlier start (process ${pid}) runs in ${data} and does not end: end it first.`,
  );
}

/** Who has ended meanwhile cannot be told anything. */
function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {}
}

/** Whether a process is the PostgreSQL that works in this directory, and not one that has got its number since. */
async function isServerOf(pid: number, data: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const [folder, state] = await Promise.all([
      readlink(`/proc/${pid}/cwd`).catch(() => null),
      readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
    ]);
    return folder === data && !/\) [ZX] /.test(state);
  }
  const shown = await promisify(execFile)('ps', ['-p', String(pid), '-o', 'command=']).catch(() => ({ stdout: '' }));
  return shown.stdout.includes(`-D ${data} `);
}

async function untilSilent(socketPath: string, data: string): Promise<void> {
  for (const giveUpAt = Date.now() + fastMs; await answers(socketPath); await delay(50)) {
    if (Date.now() > giveUpAt) throw new Error(`Another PostgreSQL runs in ${data}, perhaps in another container.`);
  }
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
