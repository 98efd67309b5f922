import { and, count, desc, eq, lt, sql } from 'drizzle-orm';
import type { PgSelect } from 'drizzle-orm/pg-core';
import { problems } from '../../domain/problem.js';
import { type Db, onlyRow, type Tx } from '../../platform/db/database.js';
import { jsonFields, jsonLines } from '../../platform/db/json-lines.js';
import type { WholeQuery } from '../../platform/db/whole.js';
import type { PageRequest } from '../../platform/http/page.js';
import type { AcceptedOf } from '../../platform/record/fields.js';
import { viewOf } from '../../platform/record/views.js';
import { figuresFields } from '../groups/figures.record.js';
import { figures } from './figures.table.js';

export type FiguresRow = typeof figures.$inferSelect;

/** Members, savings in baht, development level and source of one day. */
export type FiguresContent = AcceptedOf<typeof figuresFields>;

export function listFiguresRows(db: Db, groupId: string, page: PageRequest): Promise<FiguresRow[]> {
  return inOrder(db.select().from(figures).$dynamic(), groupId, page);
}

/** The same list as JSON lines. */
export function figuresLines(db: Db, groupId: string, page: PageRequest): WholeQuery {
  const item = jsonFields(viewOf(figuresFields, figures, {}));
  return jsonLines(inOrder(db.select(item).from(figures).$dynamic(), groupId, page));
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
  tx: Tx,
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
  tx: Tx,
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

export async function removeFigures(tx: Tx, groupId: string, asOf: string): Promise<void> {
  await tx.delete(figures).where(ofDay(groupId, asOf));
}

function ofDay(groupId: string, asOf: string) {
  return and(eq(figures.groupId, groupId), eq(figures.asOf, asOf));
}

function inOrder<Query extends PgSelect>(query: Query, groupId: string, { after, fetch }: PageRequest) {
  return query
    .where(and(eq(figures.groupId, groupId), after === null ? undefined : lt(figures.asOf, String(after[0]))))
    .orderBy(desc(figures.asOf))
    .limit(fetch);
}
