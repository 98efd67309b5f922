import { and, asc, count, eq, getTableColumns, gt, isNull, or, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import { problems } from '../../domain/problem.js';
import { epochMs, todayInBangkok } from '../../platform/db/clock.js';
import { type Db, onlyRow, type Tx } from '../../platform/db/database.js';
import type { PageRequest } from '../../platform/http/page.js';
import { storedIn, viewOf } from '../../platform/record/views.js';
import { apiKeyFields } from './api-keys.record.js';
import { apiKeys, apiKeysEverywhere, apiKeyUses } from './api-keys.table.js';

export type ApiKeyRow = typeof apiKeysEverywhere.$inferSelect;

/** A key as it is listed: its row, and the day on which it was last used. */
export type UsedKey = ApiKeyRow & { lastUsedOn: string | null };

/** A key that is valid, and for how many milliseconds more; null is for ever. */
export type ValidKey = ApiKeyRow & { validForMs: number | null; usedToday: boolean };

/** The keys of which the hash of a secret begins with these digits, valid now: almost always none or one. */
export function listValidKeys(db: Db, secretLookup: string): Promise<ValidKey[]> {
  const { previousLookup, previousSecretExpiresAt, apiKeyId } = apiKeysEverywhere;
  // A key that is asked for by its secret of before is valid for as long as that one.
  const ends = sql`least(${apiKeysEverywhere.expiresAt}, case when ${previousLookup} = ${secretLookup} then ${previousSecretExpiresAt} end)`;
  return db
    .select({
      ...getTableColumns(apiKeysEverywhere),
      validForMs: sql<number | null>`${epochMs(sql`${ends} - now()`)}`.mapWith(Number),
      usedToday: sql<boolean>`${apiKeyUses.lastUsedOn} is not distinct from ${todayInBangkok}`,
    })
    .from(apiKeysEverywhere)
    .leftJoin(apiKeyUses, eq(apiKeyUses.apiKeyId, apiKeyId))
    .where(
      and(
        or(
          eq(apiKeysEverywhere.secretLookup, secretLookup),
          and(eq(previousLookup, secretLookup), gt(previousSecretExpiresAt, sql`now()`)),
        ),
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

/** Says that a key was used today. It must keep nobody out: on a database that can only be read it stays unsaid. */
export async function noteUse(db: Db, apiKeyId: string): Promise<void> {
  const noted = sql`insert into ${apiKeyUses} as u (api_key_id, last_used_on) values (${apiKeyId}, ${todayInBangkok})
    on conflict (api_key_id) do update set last_used_on = excluded.last_used_on where u.last_used_on <> excluded.last_used_on`;
  await Promise.resolve(db.execute(noted)).catch(() => {});
}

export function listKeys(db: Db, principal: Principal, page: PageRequest): Promise<UsedKey[]> {
  const visible = apiKeys.visibleTo(principal);
  return selectUsed(db, visible)
    .where(page.after === null ? undefined : gt(visible.apiKeyId, String(page.after[0])))
    .orderBy(asc(visible.apiKeyId))
    .limit(page.fetch);
}

export async function countKeys(db: Db, principal: Principal): Promise<number> {
  return onlyRow(await db.select({ total: count() }).from(apiKeys.visibleTo(principal))).total;
}

/** @throws problems.apiKeyNotFound (404) */
export async function getKey(db: Db, principal: Principal, apiKeyId: string): Promise<UsedKey> {
  const visible = apiKeys.visibleTo(principal);
  const [key] = await selectUsed(db, visible).where(eq(visible.apiKeyId, apiKeyId));
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

/** Gives a key another secret; the one before works for some hours more, and never longer than the key. */
export async function changeSecret(
  tx: Tx,
  { apiKeyId }: ApiKeyRow,
  kept: { prefix: string; secretHash: string; secretLookup: string },
  overlapHours: number,
): Promise<ApiKeyRow> {
  const { secretHash, secretLookup, expiresAt, version } = apiKeysEverywhere;
  const before =
    overlapHours === 0
      ? { previousHash: null, previousLookup: null, previousSecretExpiresAt: null }
      : {
          previousHash: sql`${secretHash}`,
          previousLookup: sql`${secretLookup}`,
          previousSecretExpiresAt: sql`least(${expiresAt}, now() + make_interval(hours => ${overlapHours}))`,
        };
  const rows = await tx
    .update(apiKeysEverywhere)
    .set({ ...kept, ...before, version: sql`${version} + 1` })
    .where(eq(apiKeysEverywhere.apiKeyId, apiKeyId))
    .returning();
  return onlyRow(rows);
}

/** The day of the last use of one key, or null. */
export async function findLastUse(db: Db, apiKeyId: string): Promise<string | null> {
  const rows = await db.select().from(apiKeyUses).where(eq(apiKeyUses.apiKeyId, apiKeyId));
  return rows[0]?.lastUsedOn ?? null;
}

/** A key as clients see it: everything but the hashes of its secrets. */
export function keyView(key: UsedKey) {
  return viewOf(apiKeyFields, key, { lastUsedOn: key.lastUsedOn });
}

/** Keys with the day of their last use. */
function selectUsed(db: Db, visible: typeof apiKeysEverywhere) {
  return db
    .select({ ...storedIn(apiKeyFields, visible), lastUsedOn: apiKeyUses.lastUsedOn })
    .from(visible)
    .leftJoin(apiKeyUses, eq(apiKeyUses.apiKeyId, visible.apiKeyId));
}
