import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Broken, GivenUp, OwnFault } from './fault.js';

/** Where an export goes. */
export interface Target {
  /** Begins to write, from the start whatever an attempt before has written. @param name a file name for a directory */
  begin(name: string): Promise<Writing>;
}

/** One attempt to write an export. */
export interface Writing {
  write(chunk: Buffer): Promise<void>;
  /** Makes what is written the result. Gives its place in words, null where the result is standard output. */
  finish(): Promise<string | null>;
  /** Puts away what is written, which is not all. */
  drop(): Promise<void>;
  /** What an attempt that broke means here: the same again, or that it cannot be begun anew. */
  afterBreak(error: Broken): Error;
}

/**
 * A file, a directory to put a file in, or standard output for `-`.
 * @throws OwnFault for something that is there and is neither
 */
export async function openTarget(path: string): Promise<Target> {
  if (path === '-') return { begin: async () => standardOutput() };
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return { begin: (name) => partOf(join(path, basename(name))) };
  // A file is put in place by renaming, which would remove a device or a pipe.
  if (found !== null && !found.isFile()) throw new OwnFault(`${path} is no file; write to it with --out - > ${path}`);
  const place = await realpath(path).catch(() => path);
  return { begin: () => partOf(place) };
}

async function partOf(path: string): Promise<Writing> {
  const part = `${path}.part`;
  const file = await open(part, 'w').catch(refuse(part));
  return {
    write: (chunk) => file.appendFile(chunk).catch(refuse(part)),
    finish: async () => {
      await keep(file, part, path).catch(refuse(part));
      return path;
    },
    drop: async () => {
      await file.close().catch(() => {});
      await rm(part, { force: true });
    },
    afterBreak: (error) => error,
  };
}

async function keep(file: FileHandle, part: string, path: string): Promise<void> {
  await file.sync();
  await file.close();
  await rename(part, path);
}

function refuse(path: string) {
  return (error: NodeJS.ErrnoException): never => {
    throw new OwnFault(`${path} cannot be written: ${error.code ?? error.message}.`);
  };
}

function standardOutput(): Writing {
  let begun = false;
  const { stdout } = process;
  // A reader that leaves is reported by the write it leaves behind.
  stdout.on('error', () => {});
  return {
    write: (chunk) => {
      begun = true;
      return new Promise<void>((resolve, reject) => {
        stdout.write(chunk, (error) => (error ? reject(error) : resolve()));
      }).catch(refuse('Standard output'));
    },
    finish: async () => null,
    drop: async () => {},
    afterBreak: (error) => (begun ? begunOnce(error) : error),
  };
}

function begunOnce({ message }: Broken): GivenUp {
  return new GivenUp(
    `${message} Part of it went to standard output already, so it was not started again: what is there is not whole. ` +
      'With --out FILE a file appears only when it is whole.',
  );
}
