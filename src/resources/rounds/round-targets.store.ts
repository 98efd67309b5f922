import { eq, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import { type Db, rowsOf, type Tx } from '../../platform/db/database.js';
import { changesEverywhere } from '../changes/changes.table.js';
import { targets } from '../targets/targets.table.js';

/** How many targets of the round the caller sees. */
export function countTargetsOfRound(db: Db, principal: Principal, roundId: string): Promise<number> {
  const visible = targets.visibleTo(principal);
  return db.$count(visible, eq(visible.roundId, roundId));
}

/**
 * Whether a sheet of the round was ever submitted, also one that was returned since or whose target was taken off: the
 * record of changes knows. The range is what the index is read by; it is wide enough for every collation, of which some
 * pass over `/` and `-`.
 */
export async function hadSubmission(tx: Tx, roundId: string): Promise<boolean> {
  const { resource, resourceId, after } = changesEverywhere;
  const rows = await rowsOf(
    tx,
    sql`select from ${changesEverywhere} where ${resource} = 'assessment'
      and ${resourceId} > ${roundId} and ${resourceId} < ${`${roundId}g`} and starts_with(${resourceId}, ${`${roundId}/`})
      and ${after} ->> 'status' = 'submitted' limit 1`,
  );
  return rows.length > 0;
}
