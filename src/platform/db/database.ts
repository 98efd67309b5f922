import type { SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { ReadWhole } from './whole.js';

/**
 * The one connection in reach of a store: the pool outside a transaction, the transaction inside it. A transaction says whether its work can run again, which lets it give way
 * to others while its rows are held; and one that takes a file over says so, for files have their own share of the pool.
 */
export type Db = Omit<PgDatabase<PgQueryResultHKT, Record<string, never>>, 'transaction'> & {
  transaction<T>(work: (tx: Db) => Promise<T>, kind?: 'once' | 'again' | 'import'): Promise<T>;
};

/** An open database. */
export interface Database {
  db: Db;
  /** Says whether the database takes changes or can only be read; fails when it does not answer. */
  ask(): Promise<{ writable: boolean }>;
  /** Opens a list that is read to its end. */
  readWhole: ReadWhole;
  close(): Promise<void>;
}

/** Runs hand-written SQL and gives its rows. */
export async function rowsOf<Row>(db: Db, query: SQL): Promise<Row[]> {
  const result = (await db.execute(query)) as unknown as { rows: Row[] };
  return result.rows;
}

/** The one row of a query that always has one. */
export function onlyRow<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('A query that always gives a row gave none.');
  return row;
}
