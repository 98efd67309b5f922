import { and, eq, gt, lt, sql } from 'drizzle-orm';
import { type Db, onlyRow, type Tx } from '../../platform/db/database.js';
import { statement } from '../../platform/db/statement.js';
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
  return onlyRow(await tryLock(tx, { name: `${principalId}/${key}` })).held;
}

const tryLock = statement<{ held: boolean }>(
  'hold_key',
  () => sql`select pg_try_advisory_xact_lock(hashtextextended(${sql.placeholder('name')}, 9110)) as held`,
);

/** Keeps an answer, in place of one that is too old to be given again; false when there is one that is not. */
export async function insertKeptAnswer(tx: Tx, of: AnswerKey, answer: KeptAnswerRow, hours: number): Promise<boolean> {
  const rows = await keep(tx, { ...of, ...answer, headers: JSON.stringify(answer.headers), hours });
  return rows.length === 1;
}

const keep = statement('keep_answer', () => {
  const value = sql.placeholder;
  return sql`
    insert into ${keptAnswers} as kept (principal_id, key, fingerprint, status, headers, body)
    values (${value('principalId')}, ${value('key')}, ${value('fingerprint')}, ${value('status')}, ${value('headers')}, ${value('body')})
    on conflict (principal_id, key) do update set fingerprint = excluded.fingerprint, status = excluded.status,
      headers = excluded.headers, body = excluded.body, created_at = now()
      where kept.created_at <= now() - make_interval(hours => ${value('hours')}::int)
    returning 1`;
});

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
