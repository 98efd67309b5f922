import { and, count, desc, eq, lt, sql } from 'drizzle-orm';
import { problems } from '../../domain/problem.js';
import { type Db, onlyRow } from '../../platform/db/database.js';
import type { PageRequest } from '../../platform/http/page.js';
import { figures } from './groups.table.js';

export type FiguresRow = typeof figures.$inferSelect;

/** Members, savings in baht, development level and source of one day. */
export interface FiguresContent {
  memberCount: number;
  savingsBaht: number;
  developmentLevel: 1 | 2 | 3 | null;
  source: string | null;
}

export function listFiguresRows(db: Db, groupId: string, page: PageRequest): Promise<FiguresRow[]> {
  return db
    .select()
    .from(figures)
    .where(and(eq(figures.groupId, groupId), page.after === null ? undefined : lt(figures.asOf, String(page.after[0]))))
    .orderBy(desc(figures.asOf))
    .limit(page.fetch);
}

export async function countFigures(db: Db, groupId: string): Promise<number> {
  return onlyRow(await db.select({ total: count() }).from(figures).where(eq(figures.groupId, groupId))).total;
}

export async function findFigures(db: Db, groupId: string, asOf: string): Promise<FiguresRow | null> {
  const [row] = await db.select().from(figures).where(ofDay(groupId, asOf));
  return row ?? null;
}

/** @throws problems.figuresNotFound (404) */
export async function getFiguresRow(db: Db, groupId: string, asOf: string): Promise<FiguresRow> {
  const row = await findFigures(db, groupId, asOf);
  if (row === null) throw problems.figuresNotFound(asOf);
  return row;
}

/** The figures with the latest date, or null. */
export async function findLatestFigures(db: Db, groupId: string): Promise<FiguresRow | null> {
  const [row] = await listFiguresRows(db, groupId, { fetch: 1, after: null });
  return row ?? null;
}

export async function insertFigures(
  tx: Db,
  groupId: string,
  asOf: string,
  content: FiguresContent,
): Promise<FiguresRow> {
  return onlyRow(
    await tx
      .insert(figures)
      .values({ groupId, asOf, ...content })
      .returning(),
  );
}

export async function updateFigures(
  tx: Db,
  groupId: string,
  asOf: string,
  content: FiguresContent,
): Promise<FiguresRow> {
  const rows = await tx
    .update(figures)
    .set({ ...content, version: sql`${figures.version} + 1`, updatedAt: sql`now()` })
    .where(ofDay(groupId, asOf))
    .returning();
  return onlyRow(rows);
}

export async function removeFigures(tx: Db, groupId: string, asOf: string): Promise<void> {
  await tx.delete(figures).where(ofDay(groupId, asOf));
}

function ofDay(groupId: string, asOf: string) {
  return and(eq(figures.groupId, groupId), eq(figures.asOf, asOf));
}
