/** A copy as one SQLite file: table `records (kind, id, record)`, the record as JSON, and `positions`. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { OwnFault } from '../fault.js';
import type { Mirror, Positions, Row, Step } from './mirror.js';

/** What of `node:sqlite` is used here; Node 20 does not have it. */
interface Sqlite {
  exec(sql: string): void;
  prepare(sql: string): { run(...values: unknown[]): unknown; all(...values: unknown[]): unknown[] };
  close(): void;
}

/** @throws OwnFault when this Node has no SQLite */
export async function openSqliteMirror(directory: string): Promise<Mirror> {
  const name = 'node:sqlite';
  const { DatabaseSync } = await import(name).catch(() => {
    throw new OwnFault(`SQLite needs Node 22.13 or newer; this is ${process.version}. Use --to ndjson.`);
  });
  await mkdir(directory, { recursive: true });
  return new SqliteMirror(new DatabaseSync(join(directory, 'registry.sqlite')));
}

class SqliteMirror implements Mirror {
  readonly #database: Sqlite;

  constructor(database: Sqlite) {
    this.#database = database;
    database.exec(`pragma journal_mode = wal; pragma synchronous = full;
      create table if not exists records (kind text, id text, record text not null, primary key (kind, id)) without rowid;
      create table if not exists positions (kind text primary key, position text not null)`);
  }

  positions(): Positions {
    const rows = this.#database.prepare('select kind, position from positions').all() as {
      kind: string;
      position: string;
    }[];
    return Object.fromEntries(rows.map(({ kind, position }) => [kind, position]));
  }

  async fill(kind: string, records: AsyncIterable<{ id: string; record: Row }>, position: string): Promise<void> {
    this.#database.exec('begin');
    try {
      this.#database.prepare('delete from records where kind = ?').run(kind);
      for await (const { id, record } of records) this.#put({ kind, id, record });
      this.#place({ [kind]: position });
      this.#database.exec('commit');
    } catch (error) {
      this.#database.exec('rollback');
      throw error;
    }
  }

  async apply(steps: readonly Step[], positions: Positions): Promise<void> {
    this.#database.exec('begin');
    for (const step of steps) this.#put(step);
    this.#place(positions);
    this.#database.exec('commit');
  }

  async clear(): Promise<void> {
    this.#database.exec('begin; delete from records; delete from positions; commit');
  }

  idsOf(kind: string, beginning: string): string[] {
    const query = this.#database.prepare('select id from records where kind = ? and id >= ? and id < ?');
    return (query.all(kind, beginning, `${beginning}\uffff`) as { id: string }[]).map(({ id }) => id);
  }

  count(): number {
    const [row] = this.#database.prepare('select count(*) as n from records').all() as { n: number }[];
    return row?.n ?? 0;
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #put({ kind, id, record }: Step): void {
    if (record === null) this.#database.prepare('delete from records where kind = ? and id = ?').run(kind, id);
    else {
      this.#database
        .prepare('insert or replace into records (kind, id, record) values (?, ?, ?)')
        .run(kind, id, JSON.stringify(record));
    }
  }

  #place(positions: Positions): void {
    const put = this.#database.prepare('insert or replace into positions (kind, position) values (?, ?)');
    for (const [kind, position] of Object.entries(positions)) put.run(kind, position);
  }
}
