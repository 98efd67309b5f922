/** What a backup says of itself: its files, and which moment of which registry they are. It is written last. */
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from './files.js';

/** Another number when a program that reads this one could not read it. */
const formatVersion = 1;
const manifestName = 'manifest.json';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const whole = z.number().int().nonnegative();

const dataFile = z.object({
  /** Where it lies in the directory. */
  path: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  table: z.string(),
  columns: z.array(z.string()),
  rows: whole,
  bytes: whole,
  sha256: digest,
});

/** A change by its position, and the SHA-256 of its row: by it the log of a registry is known again. */
const mark = z.object({ position: whole, sha256: digest });

/** Changes of a range of positions; all that there will ever be of it, or the last ones when it has no end. */
const chunk = dataFile.extend({ from: whole, to: whole.nullable(), first: mark.nullable(), last: mark.nullable() });

const migrated = z.object({ count: whole, latest: whole });

const log = z.object({
  /** Up to this position no change can follow any more. */
  settled: whole,
  /** The last position that was given to anybody when the backup was made. */
  drawn: whole,
  /** The newest seal, by which the log can be known elsewhere. */
  lastSeal: z.object({ sealNo: whole, hash: digest }).nullable(),
});

const backup = z.object({
  format: z.literal('prot-backup'),
  formatVersion: z.literal(formatVersion),
  /** The program that wrote it, and the PostgreSQL it read. */
  program: z.string(),
  postgres: z.string(),
  migrated,
  /** The moment that it shows. */
  snapshotAt: z.string(),
  log,
  /** The last number that each sequence gave. */
  sequences: z.array(z.object({ name: z.string(), last: whole })),
  files: z.array(dataFile),
  chunks: z.array(chunk),
  /** What is not in it, in words. */
  left: z.array(z.string()),
});

const manifest = z.object({ sha256: digest, backup });

/** What the first run of a backup that was killed had finished: chunks of the log, which never change. */
const unfinished = z.object({ migrated, chunks: z.array(chunk) });

export type DataFile = z.infer<typeof dataFile>;
export type Mark = z.infer<typeof mark>;
export type Chunk = z.infer<typeof chunk>;
export type Backup = z.infer<typeof backup>;
type Unfinished = z.infer<typeof unfinished>;

/** The version of the format, for whoever writes one. */
export const written = { format: 'prot-backup', formatVersion } as const;

/** Reads the manifest of a directory; null when there is none. @throws Error when it is not whole, or of another format */
export async function readManifest(directory: string): Promise<Backup | null> {
  const text = await readIfThere(join(directory, manifestName));
  if (text === null) return null;
  const parsed = manifest.safeParse(parse(text, directory));
  if (!parsed.success) throw notOurs(text, directory);
  if (parsed.data.sha256 !== digestOf(parse(text, directory).backup)) throw damaged(directory);
  return parsed.data.backup;
}

/** Puts the manifest into the directory: from then on it holds this backup. */
export async function writeManifest(directory: string, content: Backup): Promise<void> {
  await writeWhole(
    directory,
    manifestName,
    `${JSON.stringify({ sha256: digestOf(content), backup: content }, null, 1)}\n`,
  );
}

const unfinishedName = 'unfinished.json';

/** What a run before had finished of the log; null when there was none, or when what it left cannot be read. */
export async function readUnfinished(directory: string): Promise<Unfinished | null> {
  const text = await readIfThere(join(directory, unfinishedName));
  if (text === null) return null;
  try {
    return unfinished.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Remembers what is finished of the log. */
export function writeUnfinished(directory: string, content: Unfinished): Promise<void> {
  return writeWhole(directory, unfinishedName, JSON.stringify(content));
}

/** To be called when the manifest names all that was finished. */
export async function removeUnfinished(directory: string): Promise<void> {
  await rm(join(directory, unfinishedName), { force: true });
}

async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

function parse(text: string, directory: string) {
  try {
    return JSON.parse(text);
  } catch {
    throw damaged(directory);
  }
}

function digestOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

function damaged(directory: string): Error {
  return new Error(
    `${join(directory, manifestName)} is damaged: it is not what the backup wrote. Take another copy of it.`,
  );
}

function notOurs(text: string, directory: string): Error {
  const said = JSON.parse(text)?.backup?.formatVersion;
  if (typeof said !== 'number' || said === formatVersion) return damaged(directory);
  return new Error(
    `The backup in ${directory} has format ${said}; this program reads format ${formatVersion}. Use the program that wrote it.`,
  );
}
