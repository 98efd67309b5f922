import { sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { problems } from '../../domain/problem.js';
import { type Db, onlyRow, rowsOf } from './database.js';
import { instantText, type ReadWhole, type WholeList, type WholeReading, type WholeRow } from './whole.js';

const batchRows = 1_000;
/** Larger than any table: the query of a page serves the whole list as well, and the planner knows that all is wanted. */
const everything = Number.MAX_SAFE_INTEGER;
/** How long a reader may stand still before its transaction, which keeps dead rows from being cleaned up, is ended. */
const stalledReaderMs = 60_000;

const dialect = new PgDialect();

/**
 * Reads whole lists from one snapshot, through a cursor. Each holds a connection for as long as its reader takes, so
 * they may hold half of the pool and no more: short requests always find one.
 */
export function wholeFromPostgres(pool: pg.Pool, poolSize: number): ReadWhole {
  const most = Math.max(1, Math.floor(poolSize / 2));
  let reading = 0;
  return async (list) => {
    if (reading >= most) throw tooManyReaders();
    reading += 1;
    let client: pg.PoolClient | undefined;
    const release = (error?: Error) => {
      reading -= 1;
      client?.release(error);
    };
    try {
      client = await pool.connect();
      const snapshotAt = await openCursor(client, list);
      return { snapshotAt, batches: cursorBatches(client, release) };
    } catch (error) {
      // A transaction that failed half-way is not handed to the next request.
      release(error as Error);
      throw error;
    }
  };
}

/** The first statement after `begin` takes the snapshot; what it tells of the clock is the moment of the snapshot. */
async function openCursor(client: pg.PoolClient, list: WholeList): Promise<string> {
  await client.query('begin isolation level repeatable read read only');
  const { rows } = await client.query(
    `select ${instantText('clock_timestamp()')} as at,
      set_config('idle_in_transaction_session_timeout', '${stalledReaderMs}', true)`,
  );
  const { sql: text, params } = dialect.sqlToQuery(list.query({ fetch: everything, after: list.after }));
  await client.query(`declare whole no scroll cursor without hold for ${text}`, params);
  return rows[0].at;
}

async function* cursorBatches(client: pg.PoolClient, release: (error?: Error) => void): WholeReading['batches'] {
  let broken: Error | undefined;
  const fetch = async () => (await client.query<WholeRow>(`fetch ${batchRows} from whole`)).rows;
  // A connection that breaks between two fetches reports here; the fetch after it fails.
  const remember = (error: Error) => {
    broken = error;
  };
  client.on('error', remember);
  try {
    let next = fetch();
    for (;;) {
      const rows = await next;
      if (rows.length === 0) break;
      // The database works on the next batch while this one is sent. What goes wrong is seen when it is awaited.
      next = fetch();
      next.catch(() => {});
      yield rows;
    }
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    if (broken === undefined) await client.query('rollback').catch(remember);
    client.off('error', remember);
    release(broken);
  }
}

/**
 * Reads whole lists by keyset batches, each a query of its own: the embedded database has one connection, and a
 * transaction on it would keep everybody else waiting. Rows written while it reads may show.
 */
export function wholeFromEmbedded(db: Db): ReadWhole {
  return async (list) => {
    const instant = sql.raw(instantText('clock_timestamp()'));
    const { at } = onlyRow(await rowsOf<{ at: string }>(db, sql`select ${instant} as at`));
    return { snapshotAt: at, batches: keysetBatches(db, list) };
  };
}

async function* keysetBatches(db: Db, list: WholeList): WholeReading['batches'] {
  let after = list.after;
  for (;;) {
    const rows = await rowsOf<WholeRow>(db, list.query({ fetch: batchRows, after }));
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    if (rows.length < batchRows) return;
    after = list.keyOf(last);
  }
}

function tooManyReaders() {
  return problems.unavailable({
    en: 'Too many whole lists are being read at once; try again when one of them has ended.',
    th: 'มีการอ่านข้อมูลทั้งชุดพร้อมกันมากเกินไป โปรดลองใหม่เมื่อรายการอื่นเสร็จแล้ว',
  });
}
