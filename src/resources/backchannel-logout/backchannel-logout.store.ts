import { lt, sql } from 'drizzle-orm';
import type { Tx } from '../../platform/db/database.js';
import { endedSessions, logoutTokens } from './backchannel-logout.table.js';

/** Takes a logout token; false when it was taken before. */
export async function takeLogoutToken(tx: Tx, tokenId: string): Promise<boolean> {
  const taken = await tx.insert(logoutTokens).values({ tokenId }).onConflictDoNothing().returning();
  return taken.length > 0;
}

/** Ends sessions and sign-ins as of now. */
export async function insertEnded(tx: Tx, ended: readonly string[]): Promise<void> {
  if (ended.length === 0) return;
  await tx
    .insert(endedSessions)
    .values([...ended].sort().map((endedId) => ({ endedId })))
    .onConflictDoUpdate({ target: endedSessions.endedId, set: { endedAt: sql`now()` } });
}

/** Removes what is older than so many days: no token lasts so long, and no logout token is taken after minutes. */
export async function removeOldLogouts(tx: Tx, days: { ended: number; tokens: number }): Promise<void> {
  await tx.delete(endedSessions).where(lt(endedSessions.endedAt, sql`now() - make_interval(days => ${days.ended})`));
  await tx.delete(logoutTokens).where(lt(logoutTokens.takenAt, sql`now() - make_interval(days => ${days.tokens})`));
}
