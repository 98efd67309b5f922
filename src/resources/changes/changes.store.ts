import type { Db } from '../../platform/db/database.js';
import { changesEverywhere } from './changes.table.js';

export type ChangeRow = typeof changesEverywhere.$inferInsert;

/** Appends changes in the transaction that made them. */
export async function insertChanges(tx: Db, rows: ChangeRow[]): Promise<void> {
  await tx.insert(changesEverywhere).values(rows);
}
