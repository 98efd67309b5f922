import { createHash } from 'node:crypto';
import { mkdir, realpath, rmdir, stat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Another process holds the directory. */
export class DirectoryInUse extends Error {}

/**
 * Holds a directory for this process until the returned function is called or the process dies, however it dies: the
 * guard is a listening unix socket, and a socket that nobody listens on is free to take.
 *
 * Taking over a dead socket is the dangerous moment, because two starters could both find it dead and one could remove
 * the other's new one. So only the holder of a breaker, a directory made atomically, may remove a dead socket.
 * @throws DirectoryInUse when another process holds the directory
 */
export async function guardDirectory(directory: string): Promise<() => Promise<void>> {
  // A directory reached by two names must have one guard.
  const socketPath = await socketPathOf(await realpath(directory));
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const server = await listen(socketPath);
    if (server !== null) return () => close(server);
    if (await someoneListens(socketPath)) {
      throw new DirectoryInUse(
        `${directory} is in use by another process of Prot: stop that one first, or name another DATA_DIR.`,
      );
    }
    await removeDeadSocket(socketPath);
  }
  throw new Error(`${directory} could not be reserved; remove ${socketPath} if no other process uses it.`);
}

/**
 * The socket lies in the directory itself, so that containers that share the volume see it too. A unix socket's path
 * may have about 100 bytes; a deeper directory is represented in the temporary one by its inode.
 */
async function socketPathOf(directory: string): Promise<string> {
  const inside = join(directory, 'in-use.sock');
  if (Buffer.byteLength(inside) <= 100) return inside;
  const { dev, ino } = await stat(directory);
  const name = createHash('sha256').update(`${dev}:${ino}`).digest('hex').slice(0, 24);
  return join(tmpdir(), `prot-${name}.sock`);
}

function listen(socketPath: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(socketPath, () => {
      server.unref();
      resolve(server);
    });
  });
}

function someoneListens(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socketPath);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });
}

async function removeDeadSocket(socketPath: string): Promise<void> {
  const breaker = `${socketPath}.breaker`;
  try {
    await mkdir(breaker);
  } catch {
    await dropOldBreaker(breaker);
    await delay(20);
    return;
  }
  try {
    if (!(await someoneListens(socketPath))) await unlink(socketPath).catch(() => {});
  } finally {
    await rmdir(breaker).catch(() => {});
  }
}

/** A starter that died while it held the breaker must not block every later start. */
async function dropOldBreaker(breaker: string): Promise<void> {
  const age = await stat(breaker).then(
    (entry) => Date.now() - entry.mtimeMs,
    () => 0,
  );
  if (age > 5_000) await rmdir(breaker).catch(() => {});
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
