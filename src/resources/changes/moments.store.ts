import { sql } from 'drizzle-orm';
import { readerName } from '../../platform/db/as-of.js';
import { type Db, onlyRow, rowsOf } from '../../platform/db/database.js';
import { jsonInstant } from '../../platform/db/json.js';
import { changesEverywhere } from './changes.table.js';

/** What time it is by the clock of the database, and when its first record was made; null while there is none. */
export async function readClock(db: Db): Promise<{ now: string; first: string | null }> {
  const first = sql`(select happened_at from ${changesEverywhere} order by ${changesEverywhere.sequence} limit 1)`;
  const query = sql`select ${jsonInstant(sql`clock_timestamp()`)} as now, ${jsonInstant(first)} as first`;
  return onlyRow(await rowsOf<{ now: string; first: string | null }>(db, query));
}

/**
 * Since when the oldest transaction is under way that began by a moment and may still write; null when there is none. A
 * change is of the instant at which its transaction began. Sessions of the service have one name among themselves, and
 * those that only read another.
 */
export async function oldestWriter(db: Db, moment: string): Promise<string | null> {
  const { since } = onlyRow(
    await rowsOf<{ since: string | null }>(
      db,
      sql`
        select ${jsonInstant(sql`min(xact_start)`)} as since from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and xact_start <= ${moment}::timestamptz
          and usename = current_user and application_name not in (${readerName}, 'pg_dump')`,
    ),
  );
  return since;
}
