import { sql } from 'drizzle-orm';
import { type Db, onlyRow, rowsOf } from '../../platform/db/database.js';
import { signOutsEverywhere } from '../sign-outs/sign-outs.table.js';

/** Whether the sign-ins of a person or system were ended after a token was issued to it; seconds since 1970. */
export async function isSignInEnded(db: Db, { id, issuedAt }: { id: string; issuedAt: number }): Promise<boolean> {
  const { personId, createdAt } = signOutsEverywhere;
  const rows = rowsOf<{ ended: boolean }>(
    db,
    sql`select exists (select from ${signOutsEverywhere} where ${personId} = ${id} and ${createdAt} > to_timestamp(${issuedAt})) as ended`,
  );
  return onlyRow(await rows).ended;
}
