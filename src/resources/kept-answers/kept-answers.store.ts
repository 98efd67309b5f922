import { and, eq, gt, lt, sql } from 'drizzle-orm';
import { type Db, onlyRow, rowsOf, type Tx } from '../../platform/db/database.js';
import { keptAnswers } from './kept-answers.table.js';

export type KeptAnswerRow = Pick<typeof keptAnswers.$inferSelect, 'fingerprint' | 'status' | 'headers' | 'body'>;

/** Whose request it was, and its key. */
export interface AnswerKey {
  principalId: string;
  key: string;
}

/** The answer that was kept no longer ago than `hours`, or null. */
export async function findKeptAnswer(db: Db, of: AnswerKey, hours: number): Promise<KeptAnswerRow | null> {
  const { principalId, key, fingerprint, status, headers, body, createdAt } = keptAnswers;
  const [row] = await db
    .select({ fingerprint, status, headers, body })
    .from(keptAnswers)
    .where(and(eq(principalId, of.principalId), eq(key, of.key), gt(createdAt, since(hours))));
  return row ?? null;
}

/** Holds a key until the transaction ends; false when another transaction does. */
export async function holdKey(tx: Tx, { principalId, key }: AnswerKey): Promise<boolean> {
  const name = `${principalId}/${key}`;
  const rows = await rowsOf<{ held: boolean }>(
    tx,
    sql`select pg_try_advisory_xact_lock(hashtextextended(${name}, 9110)) as held`,
  );
  return onlyRow(rows).held;
}

/** Keeps an answer, in place of one that is too old to be given again. */
export async function insertKeptAnswer(tx: Tx, of: AnswerKey, answer: KeptAnswerRow): Promise<void> {
  await tx
    .insert(keptAnswers)
    .values({ ...of, ...answer })
    .onConflictDoUpdate({
      target: [keptAnswers.principalId, keptAnswers.key],
      set: { ...answer, createdAt: sql`now()` },
    });
}

/** Removes some answers that are too old; says how many. */
export async function removeOldAnswers(tx: Tx, hours: number, most: number): Promise<number> {
  const { principalId, key, createdAt } = keptAnswers;
  const old = tx
    .select({ principalId, key })
    .from(keptAnswers)
    .where(lt(createdAt, since(hours)))
    .limit(most)
    .for('update', { skipLocked: true });
  const removed = await tx.execute(sql`delete from ${keptAnswers} where (${principalId}, ${key}) in ${old}`);
  return (removed as unknown as { rowCount: number | null }).rowCount ?? 0;
}

function since(hours: number) {
  return sql`now() - make_interval(hours => ${hours})`;
}
