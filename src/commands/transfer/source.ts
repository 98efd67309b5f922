import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type Broken, GivenUp, OwnFault } from './fault.js';

const pieceBytes = 65_536;

/** What an import reads: a file, or standard input or a pipe, which give their bytes only once. */
export interface Source {
  /** Size in bytes; null when it is known only at the end. */
  size: number | null;
  /** The bytes from the beginning. @throws OwnFault when the file cannot be read or became shorter */
  read(): AsyncIterable<Buffer>;
  /** What an attempt that broke means here: the same again, or that nothing more can be sent. */
  afterBreak(error: Broken): Error;
  /** Lets go of what is still waited for. */
  close(): void;
}

/** Opens a file by its path, or standard input for `-`. @throws OwnFault when there is no such file */
export async function openSource(path: string): Promise<Source> {
  if (path === '-') return onceOnly(() => process.stdin, 'Standard input');
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new OwnFault(
      error.code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read: ${error.code}.`,
    );
  });
  if (found.isDirectory()) throw new OwnFault(`${path} is a directory.`);
  if (!found.isFile()) return onceOnly(() => createReadStream(path), path);
  return { size: found.size, read: () => bytesOf(path, found.size), afterBreak: (error) => error, close: () => {} };
}

function onceOnly(open: () => Readable, name: string): Source {
  let opened: Readable | null = null;
  async function* read() {
    opened = open();
    yield* opened;
  }
  return {
    size: null,
    read,
    afterBreak: (error) => (opened === null ? error : sentOnce(error, name)),
    close: () => void opened?.destroy(),
  };
}

function sentOnce({ message }: Broken, name: string): GivenUp {
  return new GivenUp(
    `${message} ${name} can be read only once, so it was not sent again. Save it as a file and import that: the same ` +
      'rows twice change nothing.',
  );
}

async function* bytesOf(path: string, size: number): AsyncGenerator<Buffer> {
  let read = 0;
  if (size === 0) return;
  try {
    // A file that grows meanwhile is taken as it was found.
    for await (const chunk of createReadStream(path, { end: size - 1, highWaterMark: pieceBytes })) {
      read += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw new OwnFault(`${path} cannot be read: ${(error as Error).message}.`);
  }
  if (read < size) throw new OwnFault(`${path} became shorter while it was sent; nothing was imported.`);
}
