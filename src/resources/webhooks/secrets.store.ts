import { and, desc, eq, gt, isNull, or, sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { problems } from '../../domain/problem.js';
import type { Db, Tx } from '../../platform/db/database.js';
import { openText, sealText } from '../../platform/sealed-text.js';
import { webhookSecrets } from './webhooks.table.js';

/** The secrets that sign now, the newest first. @throws Error when one is encrypted with another key */
export async function listSecrets(db: Db, webhookId: string, key: Buffer | null): Promise<string[]> {
  const rows = await db
    .select({ secret: webhookSecrets.secret })
    .from(webhookSecrets)
    .where(and(eq(webhookSecrets.webhookId, webhookId), isValid()))
    .orderBy(desc(webhookSecrets.secretId));
  return rows.map(({ secret }) => openText(key, webhookId, secret));
}

/** @throws problems.webhookWithoutSecret (409): nothing is sent unsigned */
export async function requireSecret(db: Db, webhookId: string): Promise<void> {
  const rows = await db
    .select({ secretId: webhookSecrets.secretId })
    .from(webhookSecrets)
    .where(and(eq(webhookSecrets.webhookId, webhookId), isValid()))
    .limit(1);
  if (rows.length === 0) throw problems.webhookWithoutSecret();
}

/** Adds a secret; those before it sign for some hours more, unless they end sooner. */
export async function addSecret(
  tx: Tx,
  webhookId: string,
  { secret, key, overlapHours }: { secret: string; key: Buffer | null; overlapHours: number },
): Promise<void> {
  const ofThis = eq(webhookSecrets.webhookId, webhookId);
  const end = sql`now() + ${overlapHours} * interval '1 hour'`;
  await tx
    .update(webhookSecrets)
    .set({ expiresAt: sql`least(${webhookSecrets.expiresAt}, ${end})` })
    .where(ofThis);
  await tx.delete(webhookSecrets).where(and(ofThis, sql`${webhookSecrets.expiresAt} <= now()`));
  await tx.insert(webhookSecrets).values({ secretId: uuidv7(), webhookId, secret: sealText(key, webhookId, secret) });
}

function isValid() {
  return or(isNull(webhookSecrets.expiresAt), gt(webhookSecrets.expiresAt, sql`now()`));
}
