import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { type Db, onlyRow, rowsOf } from '../../platform/db/database.js';

/**
 * How far the log of changes is settled. Sequence numbers are drawn before commit, so a transaction in flight may still
 * commit a number lower than one that can be read already. Up to `settled` none can any more: whoever reads as far as
 * that misses nothing. In the order of the numbers no change comes before what caused it, since a number is drawn by the
 * statement that writes the change, after it has seen the cause committed.
 */
export interface Settled {
  /** Every change with this sequence number or a lower one has committed, or never will. */
  settled: number;
  /** The last number drawn when this was asked; what lies between the two waits for transactions in flight. */
  drawn: number;
  /** When the oldest transaction that is waited for began, as far as the database tells; null when none is. */
  waitingSince: string | null;
}

/** What is known of a database: how far it is settled, and the transactions that have to end before it is settled further. */
interface Known {
  settled: number;
  fence: { drawn: number; writers: ReadonlySet<string> } | null;
}

const known = new WeakMap<Db, Known>();
const pauseMs = 5;

/**
 * Finds how far the log is settled, and waits up to `patienceMs` until it is as far as the numbers drawn when it was
 * asked. A number that was drawn belongs to a transaction that has ended or still holds its lock on the table of changes:
 * once all have ended that held one after the last number was read, everything up to this number is settled.
 */
export async function findSettled(db: Db, patienceMs = 100): Promise<Settled> {
  const state = known.get(db) ?? { settled: 0, fence: null };
  known.set(db, state);
  const giveUpAt = performance.now() + patienceMs;
  const drawn = await lastDrawn(db);
  for (let latest = drawn; ; latest = await lastDrawn(db)) {
    const writers = await writersInFlight(db);
    settle(state, latest, new Set(writers.map(({ id }) => id)));
    if (state.settled >= drawn) return { settled: state.settled, drawn, waitingSince: null };
    if (performance.now() > giveUpAt) return { settled: state.settled, drawn, waitingSince: oldestOf(writers) };
    await delay(pauseMs);
  }
}

/** `writers` were looked for after `drawn` was read. */
function settle(state: Known, drawn: number, writers: ReadonlySet<string>): void {
  if (state.fence !== null && ![...state.fence.writers].some((writer) => writers.has(writer))) {
    state.settled = Math.max(state.settled, state.fence.drawn);
    state.fence = null;
  }
  if (writers.size === 0) state.settled = Math.max(state.settled, drawn);
  else state.fence ??= { drawn, writers };
}

async function lastDrawn(db: Db): Promise<number> {
  const query = sql`select case when is_called then last_value else 0 end::text as drawn from changes_sequence_seq`;
  return Number(onlyRow(await rowsOf<{ drawn: string }>(db, query)).drawn);
}

interface Writer {
  id: string;
  since: string | null;
}

/** Transactions that may write changes: whoever inserts holds this lock from before a number is drawn until it has ended. */
function writersInFlight(db: Db): Promise<Writer[]> {
  return rowsOf<Writer>(
    db,
    sql`
      select l.virtualtransaction as id,
        to_char(a.xact_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as since
      from pg_locks l left join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'relation' and l.relation = 'changes'::regclass and l.granted
        and l.database = (select oid from pg_database where datname = current_database())
        and l.mode in ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')`,
  );
}

function oldestOf(writers: readonly Writer[]): string | null {
  return writers.reduce<string | null>(
    (oldest, { since }) => (since !== null && (oldest === null || since < oldest) ? since : oldest),
    null,
  );
}
