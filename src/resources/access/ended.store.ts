import { sql } from 'drizzle-orm';
import { type Db, onlyRow, rowsOf } from '../../platform/db/database.js';
import { endedSessions } from '../backchannel-logout/backchannel-logout.table.js';
import { signOutsEverywhere } from '../sign-outs/sign-outs.table.js';

/**
 * Whether the sign-ins of a person or system were ended after a token was issued to it, or its session was ended at any time;
 * seconds since 1970.
 */
export async function isSignInEnded(
  db: Db,
  { id, sessionId, issuedAt }: { id: string; sessionId: string | null; issuedAt: number },
): Promise<boolean> {
  const { personId, createdAt } = signOutsEverywhere;
  const { endedId, endedAt } = endedSessions;
  const rows = rowsOf<{ ended: boolean }>(
    db,
    sql`select exists (select from ${signOutsEverywhere} where ${personId} = ${id} and ${createdAt} > to_timestamp(${issuedAt}))
      or exists (select from ${endedSessions} where ${endedId} = ${sessionId})
      or exists (select from ${endedSessions} where ${endedId} = ${id} and ${endedAt} > to_timestamp(${issuedAt})) as ended`,
  );
  return onlyRow(await rows).ended;
}
