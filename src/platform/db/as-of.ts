/**
 * Reading a database as it was. For each table that keeps its past, schema `as_of` has a view of the same name: what the
 * table held at the moment of the setting `prot.as_of`. So the statements of the present read the past as they are, in a
 * transaction that looks into that schema first; `now()` is that moment there too.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { QueryConfig, QueryResult } from 'pg';
import type { Held } from './held.js';

/** What gives a connection for reads. */
interface Source {
  hold(work: 'read'): Promise<Held>;
}

const reading = new AsyncLocalStorage<Past>();

/** Who only reads is told by this name from those whose changes may still come. */
export const readerName = 'prot reading';

/** The moment that is being read, RFC 3339 in UTC with milliseconds; null when it is the present. */
export function momentRead(): string | null {
  return reading.getStore()?.moment ?? null;
}

/**
 * Runs work whose statements outside of transactions all read the database as it was at a moment, from one snapshot. The
 * connection is taken at the first of them and given back when the work is done.
 */
export async function readAsOf<T>(moment: string, work: () => Promise<T>): Promise<T> {
  const past = new Past(moment);
  try {
    const result = await reading.run(past, work);
    await past.end();
    return result;
  } catch (error) {
    await past.end(error);
    throw error;
  }
}

/** Runs a statement in the past that is being read; null when it is the present. */
export function queryPast(source: Source, config: QueryConfig, values?: unknown[]): Promise<QueryResult> | null {
  return reading.getStore()?.query(source, config, values) ?? null;
}

/** SQL that turns the transaction it is part of to a moment; it is not for statements that are prepared and used again. */
export function settingsOfMoment(moment: string): string {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(moment)) throw new Error('A moment is an instant in UTC.');
  return `set local search_path = as_of, pg_catalog, public; set local prot.as_of = '${moment}'`;
}

class Past {
  readonly moment: string;
  #held: Promise<Held> | null = null;

  constructor(moment: string) {
    this.moment = moment;
  }

  async query(source: Source, { name: _, ...config }: QueryConfig, values?: unknown[]): Promise<QueryResult> {
    this.#held ??= this.#begin(source);
    const held = await this.#held;
    // A plan that is kept under a name would keep the moment it was made for.
    return held.query(config, values);
  }

  async end(error?: unknown): Promise<void> {
    const held = await this.#held?.catch(() => undefined);
    if (held === undefined) return;
    const ended = await held.query({ text: 'rollback' }).then(
      () => true,
      () => false,
    );
    held.release(error, ended);
  }

  async #begin(source: Source): Promise<Held> {
    const held = await source.hold('read');
    try {
      await held.query({ text: 'begin' });
      await held.query({
        text: `set transaction isolation level repeatable read, read only; set local application_name = '${readerName}';
          ${settingsOfMoment(this.moment)}`,
      });
      return held;
    } catch (error) {
      held.release(error, false);
      throw error;
    }
  }
}
