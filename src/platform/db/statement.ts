import type { SQL } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { digestOf } from '../digest.js';
import type { Db } from './database.js';

/** Runs a prepared statement with a value for each of its placeholders. */
export type Statement<Row> = (db: Db, values: Record<string, unknown>) => Promise<Row[]>;

const dialect = new PgDialect();

/**
 * Makes a statement whose text is put together once a process and planned once a connection, inside a transaction as
 * well: putting a query together costs more than running a point read. Its name in the database is `label`, for who reads
 * its logs, and a digest of the text, so that no two texts share one. Not for analytic queries: once named they fall to a
 * plan that fits no round.
 */
export function statement<Row>(label: string, make: () => SQL): Statement<Row> {
  let known: { query: ReturnType<PgDialect['sqlToQuery']>; name: string } | undefined;
  return async (db, values) => {
    known ??= named(label, dialect.sqlToQuery(make()));
    const { query, name } = known;
    const prepared = db._.session.prepareQuery(query, undefined, name, false);
    return ((await prepared.execute(values)) as { rows: Row[] }).rows;
  };
}

/** PostgreSQL and the driver cut a name at 63 bytes; what could be cut here is the label and never the digest. */
function named<Query extends { sql: string }>(label: string, query: Query): { query: Query; name: string } {
  const digest = digestOf(query.sql);
  return { query, name: `${label.slice(0, 62 - digest.length)}_${digest}` };
}
