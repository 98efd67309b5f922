/**
 * A copy as files that anything can read: `latest/` has a file of each kind, one record a line. Between two of these states a
 * journal has what happened since, and every piece of it ends with the positions, so that one which was not written whole is
 * known as such. The records are held in memory.
 */
import { type FileHandle, mkdir, open, readdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mirror, Positions, Row, Step } from './mirror.js';

/** After so many lines of the journal the files are written anew. */
const mostJournalLines = 100_000;

export async function openNdjsonMirror(directory: string): Promise<Mirror> {
  const mirror = new NdjsonMirror(directory);
  await mirror.load();
  return mirror;
}

class NdjsonMirror implements Mirror {
  readonly #directory: string;
  readonly #records = new Map<string, Map<string, Row>>();
  #positions: Positions = {};
  #generation = 0;
  #journal: FileHandle | null = null;
  #lines = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async load(): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    const latest = await readlink(join(this.#directory, 'latest')).catch(() => null);
    if (latest !== null) {
      this.#generation = Number(latest.replace('state-', ''));
      await this.#read(latest);
    }
    await this.#replay();
    await this.#write();
  }

  positions(): Positions {
    return { ...this.#positions };
  }

  async fill(kind: string, records: AsyncIterable<{ id: string; record: Row }>, position: string): Promise<void> {
    const filled = new Map<string, Row>();
    for await (const { id, record } of records) filled.set(id, record);
    this.#records.set(kind, filled);
    this.#positions[kind] = position;
    await this.#write();
  }

  async apply(steps: readonly Step[], positions: Positions): Promise<void> {
    const lines = [...steps, { positions }].map((line) => `${JSON.stringify(line)}\n`);
    await this.#journal?.appendFile(lines.join(''));
    await this.#journal?.datasync();
    this.#take(steps, positions);
    this.#lines += lines.length;
    if (this.#lines > mostJournalLines) await this.#write();
  }

  async clear(): Promise<void> {
    this.#records.clear();
    this.#positions = {};
    await this.#write();
  }

  idsOf(kind: string, beginning: string): string[] {
    return [...(this.#records.get(kind)?.keys() ?? [])].filter((id) => id.startsWith(beginning));
  }

  count(): number {
    return [...this.#records.values()].reduce((sum, { size }) => sum + size, 0);
  }

  async close(): Promise<void> {
    await this.#write();
    await this.#journal?.close();
  }

  #take(steps: readonly Step[], positions: Positions): void {
    for (const { kind, id, record } of steps) {
      const own = this.#records.get(kind) ?? new Map<string, Row>();
      this.#records.set(kind, own);
      if (record === null) own.delete(id);
      else own.set(id, record);
    }
    Object.assign(this.#positions, positions);
  }

  async #read(state: string): Promise<void> {
    const directory = join(this.#directory, state);
    this.#positions = JSON.parse(await readFile(join(directory, 'positions.json'), 'utf8'));
    for (const file of await readdir(directory)) {
      if (!file.endsWith('.ndjson')) continue;
      const lines = (await readFile(join(directory, file), 'utf8')).split('\n').filter(Boolean);
      const records = lines.map((line) => JSON.parse(line) as { id: string; record: Row });
      this.#records.set(file.replace('.ndjson', ''), new Map(records.map(({ id, record }) => [id, record])));
    }
  }

  /** Takes the pieces of the journal that were written whole. */
  async #replay(): Promise<void> {
    const text = await readFile(this.#journalPath(), 'utf8').catch(() => '');
    let piece: Step[] = [];
    for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
      const written = parsed(line);
      if (written === null) continue;
      if ('positions' in written) {
        this.#take(piece, written.positions);
        piece = [];
      } else piece.push(written);
    }
  }

  /** Writes all files anew beside the old ones and puts them in their place by one renaming. */
  async #write(): Promise<void> {
    const next = this.#generation + 1;
    const state = `state-${next}`;
    const directory = join(this.#directory, state);
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory);
    for (const [kind, records] of this.#records) {
      const lines = [...records].map(([id, record]) => `${JSON.stringify({ id, record })}\n`);
      await writeSafely(join(directory, `${kind}.ndjson`), lines);
    }
    await writeSafely(join(directory, 'positions.json'), [JSON.stringify(this.#positions)]);
    await this.#journal?.close();
    this.#generation = next;
    this.#journal = await open(this.#journalPath(), 'w');
    this.#lines = 0;
    const link = join(this.#directory, 'latest.new');
    await rm(link, { force: true });
    await symlink(state, link);
    await rename(link, join(this.#directory, 'latest'));
    await this.#removeOthers(state);
  }

  async #removeOthers(state: string): Promise<void> {
    const kept = new Set([state, `journal-${this.#generation}.ndjson`]);
    for (const name of await readdir(this.#directory)) {
      const isOurs = /^(state-\d+|journal-\d+\.ndjson)$/.test(name);
      if (isOurs && !kept.has(name)) await rm(join(this.#directory, name), { recursive: true });
    }
  }

  #journalPath(): string {
    return join(this.#directory, `journal-${this.#generation}.ndjson`);
  }
}

async function writeSafely(path: string, lines: readonly string[]): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (let start = 0; start < lines.length; start += 1_000)
      await file.appendFile(lines.slice(start, start + 1_000).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
}

function parsed(line: string): Step | { positions: Positions } | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
