import type { SQL } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { Db } from './database.js';

/** Runs a prepared statement with a value for each of its placeholders. */
export type Statement<Row> = (db: Db, values: Record<string, unknown>) => Promise<Row[]>;

const dialect = new PgDialect();

/**
 * Makes a statement whose text is put together once a process and planned once a connection, inside a transaction as
 * well: putting a query together costs more than running a point read. `name` belongs to one text alone. Not for
 * analytic queries: once named they fall to a plan that fits no round.
 */
export function statement<Row>(name: string, make: () => SQL): Statement<Row> {
  let query: ReturnType<PgDialect['sqlToQuery']> | undefined;
  return async (db, values) => {
    query ??= dialect.sqlToQuery(make());
    const prepared = db._.session.prepareQuery(query, undefined, name, false);
    return ((await prepared.execute(values)) as { rows: Row[] }).rows;
  };
}
