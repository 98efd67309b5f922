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
    const last = findLastPosition(db, settled);
    const query = sql`select last_value::text as drawn from changes_sequence_seq`;
    const { drawn } = onlyRow(await rowsOf<{ drawn: string }>(db, query));
    return writePosition({ after: await last, seen: { snapshot, drawn: Number(drawn) } });
  };
}

/** The last change up to a number, or 0. A number that was drawn and not used can be drawn again after a crash of the database. */
export async function findLastPosition(db: Db, upTo: number): Promise<number> {
  const query = sql`select coalesce(max(sequence), 0)::text as last from ${changesEverywhere} where sequence <= ${upTo}`;
  return Number(onlyRow(await rowsOf<{ last: string }>(db, query)).last);
}

/** Whether the change after a position is older than so many days. */
export async function isExpired(db: Db, after: number, days: number): Promise<boolean> {
  const query = sql`select happened_at < now() - make_interval(days => ${days}) as expired
    from ${changesEverywhere} where sequence > ${after} order by sequence limit 1`;
  const [next] = await rowsOf<{ expired: boolean }>(db, query);
  return next?.expired ?? false;
}
