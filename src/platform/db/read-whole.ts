import type { Readable } from 'node:stream';
import { type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { to as copyTo } from 'pg-copy-streams';
import { momentRead, readerName, settingsOfMoment } from './as-of.js';
import type { Connections } from './connections.js';
import { csvOptions } from './copy.js';
import type { Held } from './held.js';
import { jsonInstant } from './json.js';
import type { ReadWhole, WholeReading } from './whole.js';

/** Larger than any table: the query of a page serves the whole list as well, and the planner knows that all is wanted. */
const everything = Number.MAX_SAFE_INTEGER;
const lineEnd = 0x0a;

const dialect = new PgDialect();
const clock = jsonInstant(sql`clock_timestamp()`);

/**
 * Reads whole lists from one snapshot, by COPY. Each holds a connection for as long as its reader takes, which is why
 * lists have a share of the pool and no more. A reader that stands still for `pauseMs` is ended, as its transaction keeps
 * dead rows from being cleaned up.
 */
export function wholeReader(connections: Connections, pauseMs = 60_000): ReadWhole {
  return async (list) => {
    const held = await connections.hold('list');
    try {
      const snapshot = await takeSnapshot(held);
      const query = literally(list.query({ fetch: everything, after: list.after }));
      const stream = held.client.query(copyTo(`copy (${query}) to stdout ${csvOptions}`));
      const copy = new Copy(held, stream, pauseMs);
      return { ...snapshot, lines: copy.lines(), close: () => copy.close() };
    } catch (error) {
      // A transaction that failed half-way is not handed to the next request.
      held.release(error, false);
      throw error;
    }
  };
}

/** The first statement after `begin` takes the snapshot; what it tells of the clock is the moment of the snapshot. */
async function takeSnapshot(held: Held): Promise<Pick<WholeReading, 'snapshotAt' | 'snapshot'>> {
  await held.query({ text: 'begin isolation level repeatable read read only' });
  const settings = sql`set_config('statement_timeout', '0', true), set_config('jit', 'off', true),
    set_config('standard_conforming_strings', 'on', true), set_config('application_name', ${sql.raw(`'${readerName}'`)}, true)`;
  const { rows } = await held.query({
    text: dialect.sqlToQuery(sql`select ${clock} as at, pg_current_snapshot()::text as snapshot, ${settings}`).sql,
  });
  const moment = momentRead();
  if (moment === null) return { snapshotAt: rows[0].at, snapshot: rows[0].snapshot };
  await held.query({ text: settingsOfMoment(moment) });
  return { snapshotAt: moment, snapshot: null };
}

/** COPY takes no parameters, so they stand in the text, quoted as the setting above has it. */
function literally(query: SQL): string {
  return dialect.sqlToQuery(query.inlineParams()).sql;
}

/** A COPY that is being read, and the connection it holds. */
class Copy {
  readonly #held: Held;
  readonly #stream: Readable;
  readonly #pauseMs: number;
  #open = true;
  #stalled: NodeJS.Timeout | undefined;
  #broken: Error | undefined;

  constructor(held: Held, stream: Readable, pauseMs: number) {
    this.#held = held;
    this.#stream = stream;
    this.#pauseMs = pauseMs;
    // What breaks is met when the next piece is read; without a listener the process would end.
    held.client.on('error', this.#remember);
    stream.on('error', this.#remember);
  }

  async *lines(): WholeReading['lines'] {
    const pieces = wholeLines(this.#stream);
    try {
      for (;;) {
        // The database owes us something only while we read: a reader that pauses makes it wait, not us.
        const { value: lines, done } = await this.#held.during(pieces.next());
        if (done) break;
        this.#stalled = setTimeout(() => this.close(), this.#pauseMs);
        yield lines;
        clearTimeout(this.#stalled);
        if (this.#broken !== undefined) throw this.#broken;
      }
      await this.#held.query({ text: 'rollback' });
      this.#letGo(true);
    } finally {
      this.close();
      await pieces.return();
    }
  }

  /** A connection that has more to say cannot be used again, so the pool cuts it off. */
  close(): void {
    this.#letGo(false);
  }

  #letGo(usable: boolean): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#stalled);
    this.#held.client.off('error', this.#remember);
    this.#held.release(undefined, usable);
  }

  readonly #remember = (error: Error) => {
    this.#broken ??= error;
  };
}

/** The same bytes in pieces that end with a line. @throws Error when the last line has no end */
async function* wholeLines(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(lineEnd) + 1;
    if (end > 0) yield bytes.subarray(0, end);
    rest = bytes.subarray(end);
  }
  if (rest.length > 0) throw new Error('The database ended a list in the middle of a line.');
}
