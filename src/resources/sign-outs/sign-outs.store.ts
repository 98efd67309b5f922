import { asc, count, eq, gt } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import { problems } from '../../domain/problem.js';
import { type Db, onlyRow, type Tx } from '../../platform/db/database.js';
import type { PageRequest } from '../../platform/http/page.js';
import { viewOf } from '../../platform/record/views.js';
import { signOutFields } from './sign-outs.record.js';
import { signOuts, signOutsEverywhere } from './sign-outs.table.js';

type SignOutRow = typeof signOutsEverywhere.$inferSelect;

export function listSignOutRows(db: Db, principal: Principal, page: PageRequest): Promise<SignOutRow[]> {
  const visible = signOuts.visibleTo(principal);
  return db
    .select()
    .from(visible)
    .where(page.after === null ? undefined : gt(visible.signOutId, String(page.after[0])))
    .orderBy(asc(visible.signOutId))
    .limit(page.fetch);
}

export async function countSignOuts(db: Db, principal: Principal): Promise<number> {
  return onlyRow(await db.select({ total: count() }).from(signOuts.visibleTo(principal))).total;
}

/** @throws problems.signOutNotFound (404) */
export async function getSignOutRow(db: Db, principal: Principal, signOutId: string): Promise<SignOutRow> {
  const visible = signOuts.visibleTo(principal);
  const [row] = await db.select().from(visible).where(eq(visible.signOutId, signOutId));
  if (row === undefined) throw problems.signOutNotFound(signOutId);
  return row;
}

export async function insertSignOut(tx: Tx, row: typeof signOutsEverywhere.$inferInsert): Promise<SignOutRow> {
  return onlyRow(await tx.insert(signOutsEverywhere).values(row).returning());
}

export function signOutView(row: SignOutRow) {
  return viewOf(signOutFields, row, {});
}
