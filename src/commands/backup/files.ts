/** The files of a backup: written whole or not at all, packed, and known again by their SHA-256. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** Packs to a twentieth of the text in a third of the time of the highest level. */
const level = 4;

/** What identifies the bytes of a file. */
export interface Identity {
  bytes: number;
  sha256: string;
}

/** Writes a text so that whoever reads finds the whole of it, or what was there before. */
export async function writeWhole(directory: string, name: string, text: string): Promise<void> {
  const path = join(directory, name);
  const handle = await open(`${path}.part`, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.part`, path);
  await flushFolder(directory);
}

/** Packs what a stream gives into a file, which has its name when it is whole and on the disk. */
export async function writePacked(directory: string, path: string, source: Readable): Promise<Identity> {
  const whole = join(directory, path);
  await mkdir(dirname(whole), { recursive: true, mode: 0o700 });
  const handle = await open(`${whole}.part`, 'w', 0o600);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    await pipeline(source, createGzip({ level }), async (packed: AsyncIterable<Buffer>) => {
      for await (const piece of packed) {
        hash.update(piece);
        bytes += piece.length;
        await handle.writeFile(piece);
      }
    });
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${whole}.part`, whole);
  await flushFolder(dirname(whole));
  return { bytes, sha256: hash.digest('hex') };
}

/** What is wrong with a file of a backup; null when it is what was written. */
export async function faultOf(
  directory: string,
  { path, bytes, sha256 }: Identity & { path: string },
): Promise<string | null> {
  const hash = createHash('sha256');
  let found = 0;
  try {
    for await (const piece of createReadStream(join(directory, path))) {
      hash.update(piece);
      found += piece.length;
    }
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
      ? 'is not there'
      : `cannot be read (${String(error)})`;
  }
  if (found !== bytes) return `has ${found} bytes and not ${bytes}`;
  return hash.digest('hex') === sha256 ? null : 'is not what the backup wrote: its SHA-256 is another one';
}

/** Reads a file of a backup, unpacked. The streams are to be read by one pipeline. */
export function unpacked(directory: string, path: string): [Readable, ReturnType<typeof createGunzip>] {
  return [createReadStream(join(directory, path)), createGunzip()];
}

/** Removes the files of a backup's folders that are not named. */
export async function removeOthers(directory: string, kept: readonly string[]): Promise<void> {
  const paths = new Set(kept);
  for (const folder of await readdir(directory, { withFileTypes: true })) {
    if (!folder.isDirectory() || !/^(tables-[\w.-]+|log)$/.test(folder.name)) continue;
    const names = await readdir(join(directory, folder.name));
    const others = names.filter((name) => !paths.has(`${folder.name}/${name}`));
    for (const name of others) await rm(join(directory, folder.name, name), { force: true });
    if (others.length === names.length) await rm(join(directory, folder.name), { recursive: true, force: true });
  }
}

/** After a power cut the new name must be there as well. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path);
  await folder.sync().finally(() => folder.close());
}
