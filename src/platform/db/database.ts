import type { SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { ReadWhole } from './whole.js';

type Drizzle = PgDatabase<PgQueryResultHKT, Record<string, never>>;

/**
 * What a store reads from: the pool outside a transaction, the transaction inside one. It has nothing that writes, so
 * that a function which inserts, updates, deletes or locks takes a `Tx`.
 */
export type Db = Pick<
  Drizzle,
  '_' | '$count' | 'execute' | 'select' | 'selectDistinct' | 'selectDistinctOn' | 'with' | '$with'
>;

declare const isWriting: unique symbol;

/**
 * A transaction that may write. Nothing but `inTransaction` (transactions.ts) makes one, and of the service only `write`
 * (resources/changes) calls that, which checks that every record written has its change.
 */
export type Tx = Db & Pick<Drizzle, 'insert' | 'update' | 'delete'> & { readonly [isWriting]: true };

/** An open database. */
export interface Database {
  db: Db;
  /** Says whether the database takes changes or can only be read; fails when it does not answer. */
  ask(): Promise<{ writable: boolean }>;
  /** Reads one small row on a connection beside the pool, so that no load makes it late. */
  readBeside(query: string): Promise<Record<string, unknown> | undefined>;
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
