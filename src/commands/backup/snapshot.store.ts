/** Reads the registry as it is at one moment, table by table, for a backup. */

import { setTimeout as delay } from 'node:timers/promises';
import { type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { type CopyToStreamQuery, to as copyTo } from 'pg-copy-streams';
import { type Db, onlyRow, rowsOf } from '../../platform/db/database.js';
import { jsonInstant } from '../../platform/db/json.js';
import { findSettled } from '../../resources/changes/settled.store.js';
import type { Table } from './catalog.store.js';
import { begin, type Connection } from './connection.store.js';
import type { Mark } from './manifest.js';

const dialect = new PgDialect();

/** A moment of the registry: what is read from now on is of it. */
export interface Moment {
  snapshotAt: string;
  /** Up to this position the log had all its changes before the moment. */
  settled: number;
  postgres: string;
}

/** One backup at a time; any constant will do. */
const backupLock = 19_255_501;
const patienceMs = 5_000;

/**
 * Takes the snapshot that a backup reads. It waits for nobody and nobody waits for it.
 * @throws Error when another backup reads the registry, or when the server is a replica
 */
export async function takeSnapshot(connection: Connection): Promise<Moment> {
  const { db, client } = connection;
  // A replica does not know of the transactions that are under way.
  const { replica } = onlyRow(await rowsOf<{ replica: boolean }>(db, sql`select pg_is_in_recovery() as replica`));
  if (replica)
    throw new Error('This PostgreSQL is a replica, which does not know what is being written. Read from the primary.');
  // Whatever is settled before the snapshot is in it.
  const { settled } = await findSettled(db);
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    await begin(connection, 'snapshot');
    const moment = await readMoment(db);
    if (moment.only) return { ...moment, settled };
    await client.query('rollback');
    // The server may not have seen yet that one which was killed is gone.
    if (performance.now() > giveUpAt) throw new Error('Another backup of this registry is under way.');
    await delay(100);
  }
}

async function readMoment(db: Db): Promise<Omit<Moment, 'settled'> & { only: boolean }> {
  return onlyRow(
    await rowsOf<{ snapshotAt: string; postgres: string; only: boolean }>(
      db,
      sql`select ${jsonInstant(sql`clock_timestamp()`)} as "snapshotAt", current_setting('server_version') as postgres,
        pg_try_advisory_xact_lock(${backupLock}) as only`,
    ),
  );
}

/** Which rows of the log a file holds. */
interface Range {
  from: number;
  /** Null for all that follow. */
  to: number | null;
}

/** The rows of a table as COPY writes them, the names of their columns first; of the log those of a range, in order. */
export function copyOut(
  { client }: Connection,
  { name, columns }: Table,
  secret: Readonly<Record<string, string | null>>,
  range?: Range,
): CopyToStreamQuery {
  const selected = columns.map((column) => {
    const written = secret[column];
    return written === undefined ? sql.identifier(column) : sql`${literal(written)} as ${sql.identifier(column)}`;
  });
  const rows = range === undefined ? sql.empty() : sql`where ${inRange(range)} order by sequence`;
  const query = sql`copy (select ${sql.join(selected, sql`, `)} from ${sql.identifier(name)} ${rows}) to stdout (header true)`;
  return client.query(copyTo(dialect.sqlToQuery(query.inlineParams()).sql));
}

/** The first and the last change of a range, by which it is known again; null where it has none. */
export async function readMarks(
  db: Db,
  columns: readonly string[],
  range: Range,
): Promise<{ first: Mark | null; last: Mark | null }> {
  const read = async (order: SQL) => {
    const [mark] = await rowsOf<{ position: string; sha256: string }>(
      db,
      sql`select sequence::text as position, ${shaOfRow(columns)} as sha256 from changes where ${inRange(range)}
        order by sequence ${order} limit 1`,
    );
    return mark === undefined ? null : { ...mark, position: Number(mark.position) };
  };
  return { first: await read(sql`asc`), last: await read(sql`desc`) };
}

/** The SHA-256 of the change at a position; null when there is none. */
export async function findMark(db: Db, columns: readonly string[], position: number): Promise<string | null> {
  const rows = await rowsOf<{ sha256: string }>(
    db,
    sql`select ${shaOfRow(columns)} as sha256 from changes where sequence = ${position}`,
  );
  return rows[0]?.sha256 ?? null;
}

/** The position at which a file ends that takes so many changes of a range; null when the range has fewer. */
export async function findEnd(
  db: Db,
  { from, to }: { from: number; to: number },
  changes: number,
): Promise<number | null> {
  const [end] = await rowsOf<{ position: string }>(
    db,
    sql`select sequence::text as position from changes where ${inRange({ from, to })} order by sequence offset ${changes - 1} limit 1`,
  );
  return end === undefined ? null : Number(end.position);
}

/** How many changes there are in a range. */
export async function countChanges(db: Db, range: Range): Promise<number> {
  const query = sql`select count(*)::int as count from changes where ${inRange(range)}`;
  return onlyRow(await rowsOf<{ count: number }>(db, query)).count;
}

function inRange({ from, to }: Range): SQL {
  return to === null ? sql`sequence >= ${from}` : sql`sequence between ${from} and ${to}`;
}

/** Of the columns that a backup holds; the number of the transaction is another one in the restored registry. */
function shaOfRow(columns: readonly string[]): SQL {
  const names = sql.join(
    columns.map((column) => sql.identifier(column)),
    sql`, `,
  );
  return sql`encode(sha256(convert_to(row(${names})::text, 'UTF8')), 'hex')`;
}

/** What stands for a secret is digits, and no text from outside. */
function literal(text: string | null): SQL {
  if (text === null) return sql.raw('null::text');
  if (!/^\w*$/.test(text)) throw new Error(`${text} cannot stand for a secret.`);
  return sql.raw(`'${text}'::text`);
}
