import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
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
 * A file, a directory to put a file in, or standard output for `-`. A file that is named is replaced when its successor is
 * whole; in a directory nothing is: where the name is taken, the file gets a number.
 * @throws OwnFault for something that is there and is neither
 */
export async function openTarget(path: string): Promise<Target> {
  if (path === '-') return { begin: async () => standardOutput() };
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return { begin: (name) => partOf(join(path, basename(name)), 'beside') };
  // A file is put in place by renaming, which would remove a device or a pipe.
  if (found !== null && !found.isFile()) throw new OwnFault(`${path} is no file; write to it with --out - > ${path}`);
  const place = await realpath(path).catch(() => path);
  return { begin: () => partOf(place, 'in its place') };
}

/** @param put what becomes of a file that is there already: it stays and the new one is put beside it, or it is replaced */
async function partOf(path: string, put: 'beside' | 'in its place'): Promise<Writing> {
  // Another export of the same name may be under way, and its part is not ours to write to.
  const part = await openNew((number) => `${path}${number === 1 ? '' : `.${number}`}.part`);
  return {
    write: (chunk) => part.file.appendFile(chunk).catch(refuse(part.path)),
    finish: () => keep(part, path, put).catch(refuse(path)),
    drop: async () => {
      await part.file.close().catch(() => {});
      await rm(part.path, { force: true });
    },
    afterBreak: (error) => error,
  };
}

async function keep(part: NewFile, path: string, put: 'beside' | 'in its place'): Promise<string> {
  await part.file.sync();
  await part.file.close();
  const place = put === 'beside' ? await freeName(path) : path;
  await rename(part.path, place);
  return place;
}

/** Takes a name that is free by making an empty file of it, for an instant: `groups.csv`, else `groups-2.csv`. */
async function freeName(path: string): Promise<string> {
  const { dir, name, ext } = parse(path);
  const { file, path: taken } = await openNew((number) =>
    join(dir, `${name}${number === 1 ? '' : `-${number}`}${ext}`),
  );
  await file.close();
  return taken;
}

interface NewFile {
  path: string;
  file: FileHandle;
}

const mostNumbered = 10_000;

/** Makes a file that was not there, of the first name that is free. @throws OwnFault */
async function openNew(nameOf: (number: number) => string): Promise<NewFile> {
  for (let number = 1; ; number += 1) {
    const path = nameOf(number);
    try {
      return { path, file: await open(path, 'wx') };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST' || number === mostNumbered) refuse(path)(error as NodeJS.ErrnoException);
    }
  }
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
