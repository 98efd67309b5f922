import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { freePort } from './port.js';
import { until } from './wait.js';

/** Why tests of PgBouncer are skipped, or false. */
export const noPgBouncer = isInstalled() ? false : 'pgbouncer is not installed';

/**
 * Starts a PgBouncer that pools transactions, with fewer connections to the server than the service has to it, so that
 * each transaction may have another one. Gives the address of a database through it.
 */
export async function startPgBouncer(
  t: Test,
  server: string,
  settings: readonly string[] = [],
): Promise<(url: string) => string> {
  const { hostname, port: serverPort, username, password } = new URL(server);
  const directory = await mkdtemp(join(tmpdir(), 'prot-pgbouncer-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const port = await freePort();
  const path = join(directory, 'pgbouncer.ini');
  const login = `user=${username || 'postgres'}${password === '' ? '' : ` password=${decodeURIComponent(password)}`}`;
  const lines = [
    '[databases]',
    `* = host=${hostname} port=${serverPort || 5432} ${login}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    'default_pool_size = 3',
    ...settings,
  ];
  await writeFile(path, lines.map((line) => `${line}\n`).join(''));
  // It does not run as root, and whom it becomes instead has to read its settings.
  const asRoot = process.getuid?.() === 0;
  if (asRoot) await Promise.all([chmod(directory, 0o755), chmod(path, 0o644)]);
  const child = spawn('pgbouncer', [...(asRoot ? ['-u', 'nobody'] : []), path], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => stop(child));
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk) => said.push(chunk));
  await until('PgBouncer listens', () => {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended: ${Buffer.concat(said)}`);
    return listens(port);
  });
  return (url) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href;
}

function isInstalled(): boolean {
  try {
    execFileSync('pgbouncer', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });
}
