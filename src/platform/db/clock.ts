import { type SQL, sql } from 'drizzle-orm';
import { type Db, onlyRow, rowsOf } from './database.js';

/**
 * What the database calls now; inside a transaction, when that began. Whatever is classified by the time is classified by this
 * one: the clocks of the nodes differ, and two of them would disagree about the same record.
 */
export async function databaseNow(db: Db): Promise<Date> {
  const { ms } = onlyRow(await rowsOf<{ ms: string }>(db, sql`select ${epochMs(sql`now()`)} as ms`));
  return new Date(Number(ms));
}

/** The day it is in Bangkok by the same clock, within a query. */
export const todayInBangkok: SQL = sql`(now() at time zone 'Asia/Bangkok')::date`;

/** An instant, or the time between two, as milliseconds. */
export function epochMs(value: SQL): SQL {
  return sql`floor(extract(epoch from ${value}) * 1000)::text`;
}
