import { sql } from 'drizzle-orm';
import { writePosition } from '../../domain/feed-position.js';
import { type Db, onlyRow, rowsOf } from '../../platform/db/database.js';
import { changesEverywhere } from './changes.table.js';
import { findSettled } from './settled.store.js';

/**
 * Where the feed goes on from a snapshot that is taken after this was called. Up to where the log was settled before, the
 * snapshot saw everything; of the numbers drawn since it saw some, and none that was not drawn when it is asked about here.
 */
export async function findFeedPosition(db: Db): Promise<(snapshot: string) => Promise<string>> {
  const { settled } = await findSettled(db, 0);
  return async (snapshot) => {
    const last = sql`select max(sequence) from ${changesEverywhere} where sequence <= ${settled}`;
    const query = sql`select coalesce((${last}), 0)::text as after, last_value::text as drawn from changes_sequence_seq`;
    const { after, drawn } = onlyRow(await rowsOf<{ after: string; drawn: string }>(db, query));
    return writePosition({ after: Number(after), seen: { snapshot, drawn: Number(drawn) } });
  };
}
