import { sql } from 'drizzle-orm';
import type { Database, Tx } from '../../platform/db/database.js';
import { accessRevisions } from './revisions.table.js';

/** Tells all nodes, when the transaction commits, that somebody may do less than before. */
export async function raiseAccessRevision(tx: Tx): Promise<void> {
  await tx.execute(sql`insert into ${accessRevisions} as r (name, revision) values ('access', 1)
    on conflict (name) do update set revision = r.revision + 1`);
}

/** The revision as of now; it is read beside the pool, so that a flood of requests does not make it late. */
export async function readAccessRevision(db: Pick<Database, 'readBeside'>): Promise<string> {
  const row = await db.readBeside('select revision::text from access_revisions');
  return String(row?.revision ?? '0');
}
