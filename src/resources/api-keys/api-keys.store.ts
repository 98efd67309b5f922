import { and, asc, count, eq, getTableColumns, gt, isNull, or, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import { problems } from '../../domain/problem.js';
import { epochMs } from '../../platform/db/clock.js';
import { type Db, onlyRow, type Tx } from '../../platform/db/database.js';
import type { PageRequest } from '../../platform/http/page.js';
import { viewOf } from '../../platform/record/views.js';
import { apiKeyFields } from './api-keys.record.js';
import { apiKeys, apiKeysEverywhere } from './api-keys.table.js';

export type ApiKeyRow = typeof apiKeysEverywhere.$inferSelect;

/** A key that is valid, and for how many milliseconds more; null is for ever. */
export type ValidKey = ApiKeyRow & { validForMs: number | null };

/** The keys whose secret hash begins with these digits, valid now: almost always none or one. */
export function listValidKeys(db: Db, secretLookup: string): Promise<ValidKey[]> {
  const validFor = epochMs(sql`${apiKeysEverywhere.expiresAt} - now()`);
  return db
    .select({ ...getTableColumns(apiKeysEverywhere), validForMs: sql<number | null>`${validFor}`.mapWith(Number) })
    .from(apiKeysEverywhere)
    .where(
      and(
        eq(apiKeysEverywhere.secretLookup, secretLookup),
        isNull(apiKeysEverywhere.revokedAt),
        or(isNull(apiKeysEverywhere.expiresAt), gt(apiKeysEverywhere.expiresAt, sql`now()`)),
      ),
    );
}

/** Whether any key was ever made. */
export async function hasKeys(db: Db): Promise<boolean> {
  const rows = await db.select({ apiKeyId: apiKeysEverywhere.apiKeyId }).from(apiKeysEverywhere).limit(1);
  return rows.length > 0;
}

export async function insertKey(tx: Tx, key: typeof apiKeysEverywhere.$inferInsert): Promise<ApiKeyRow> {
  return onlyRow(await tx.insert(apiKeysEverywhere).values(key).returning());
}

export function listKeys(db: Db, principal: Principal, page: PageRequest): Promise<ApiKeyRow[]> {
  const visible = apiKeys.visibleTo(principal);
  return db
    .select()
    .from(visible)
    .where(page.after === null ? undefined : gt(visible.apiKeyId, String(page.after[0])))
    .orderBy(asc(visible.apiKeyId))
    .limit(page.fetch);
}

export async function countKeys(db: Db, principal: Principal): Promise<number> {
  return onlyRow(await db.select({ total: count() }).from(apiKeys.visibleTo(principal))).total;
}

/** @throws problems.apiKeyNotFound (404) */
export async function getKey(db: Db, principal: Principal, apiKeyId: string): Promise<ApiKeyRow> {
  const visible = apiKeys.visibleTo(principal);
  const [key] = await db.select().from(visible).where(eq(visible.apiKeyId, apiKeyId));
  if (key === undefined) throw problems.apiKeyNotFound(apiKeyId);
  return key;
}

/** @throws problems.apiKeyNotFound (404) */
export async function lockKey(tx: Tx, apiKeyId: string): Promise<ApiKeyRow> {
  const [key] = await tx.select().from(apiKeysEverywhere).where(eq(apiKeysEverywhere.apiKeyId, apiKeyId)).for('update');
  if (key === undefined) throw problems.apiKeyNotFound(apiKeyId);
  return key;
}

export async function revokeKey(tx: Tx, apiKeyId: string): Promise<ApiKeyRow> {
  const rows = await tx
    .update(apiKeysEverywhere)
    .set({ revokedAt: sql`now()`, version: sql`${apiKeysEverywhere.version} + 1` })
    .where(eq(apiKeysEverywhere.apiKeyId, apiKeyId))
    .returning();
  return onlyRow(rows);
}

/** A key as clients see it: everything but the hash of its secret. */
export function keyView(key: ApiKeyRow) {
  return viewOf(apiKeyFields, key, {});
}
