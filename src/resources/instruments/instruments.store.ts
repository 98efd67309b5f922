import { and, asc, count, eq, sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import { type Instrument, instrumentRef, parseInstrumentRef } from '../../domain/instrument.js';
import { problems } from '../../domain/problem.js';
import { momentRead } from '../../platform/db/as-of.js';
import { type Db, onlyRow, type Tx } from '../../platform/db/database.js';
import { refusing } from '../../platform/db/driver-error.js';
import type { PageRequest } from '../../platform/http/page.js';
import { instruments } from './instruments.table.js';

export type InstrumentRow = typeof instruments.$inferSelect;

export function listInstrumentRows(db: Db, page: PageRequest): Promise<InstrumentRow[]> {
  const [code, instrumentVersion] = page.after ?? [];
  return db
    .select()
    .from(instruments)
    .where(
      page.after === null
        ? undefined
        : sql`(${instruments.code}, ${instruments.instrumentVersion}) > (${code}, ${instrumentVersion}::int)`,
    )
    .orderBy(asc(instruments.code), asc(instruments.instrumentVersion))
    .limit(page.fetch);
}

export async function countInstruments(db: Db): Promise<number> {
  return onlyRow(await db.select({ total: count() }).from(instruments)).total;
}

/** Instruments that were found: a version never changes and is never removed. */
const known = new LRUCache<string, InstrumentRow>({ max: 200 });

/** The row of `code@version`, or null. */
export async function findInstrumentRow(db: Db, reference: string): Promise<InstrumentRow | null> {
  const remembered = momentRead() === null ? known.get(reference) : undefined;
  if (remembered !== undefined) return remembered;
  const parsed = parseInstrumentRef(reference);
  if (parsed === null) return null;
  const [row] = await db
    .select()
    .from(instruments)
    .where(and(eq(instruments.code, parsed.code), eq(instruments.instrumentVersion, parsed.instrumentVersion)));
  if (row !== undefined) known.set(reference, row);
  return row ?? null;
}

/**
 * The instrument of a round or of a caller's choice.
 * @throws problems.instrumentNotFound (404)
 */
export async function getInstrumentRow(db: Db, reference: string): Promise<InstrumentRow> {
  const row = await findInstrumentRow(db, reference);
  if (row === null) throw problems.instrumentNotFound(reference);
  return row;
}

/** @throws problems.instrumentExists (409) */
export async function insertInstrument(tx: Tx, instrumentId: string, content: Instrument): Promise<InstrumentRow> {
  const { code, instrumentVersion } = content;
  const inserted = tx.insert(instruments).values({ code, instrumentVersion, instrumentId, content }).returning();
  const rows = await refusing(inserted.execute(), {
    instruments_code_instrument_version_pk: () => problems.instrumentExists(instrumentRef(content)),
  });
  return onlyRow(rows);
}

/** An instrument version as clients see it; it never changes, so its record version stays 1. */
export function instrumentView({ content, createdAt }: InstrumentRow) {
  return { instrument: instrumentRef(content), ...content, version: 1, createdAt };
}
