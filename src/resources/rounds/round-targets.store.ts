import { eq, sql } from 'drizzle-orm';
import { type Db, rowsOf, type Tx } from '../../platform/db/database.js';
import { changesEverywhere } from '../changes/changes.table.js';
import { targetsEverywhere } from '../targets/targets.table.js';

/** How many targets a round has, which the caller may change: with those that it may not read while the round is a draft. */
export function countTargetsOfRound(db: Db, roundId: string): Promise<number> {
  return db.$count(targetsEverywhere, eq(targetsEverywhere.roundId, roundId));
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
