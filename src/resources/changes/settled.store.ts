import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { type Db, onlyRow, rowsOf } from '../../platform/db/database.js';
import { jsonInstant } from '../../platform/db/json.js';

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

/**
 * What is known of a database: how far it is settled, and the transactions that have to end before it is settled further. It is
 * known of one run of the database: after a crash it may draw numbers again that transactions had drawn which never committed.
 */
interface Known {
  run: string;
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
  const giveUpAt = performance.now() + patienceMs;
  const first = await lastDrawn(db);
  for (let latest = first; ; latest = await lastDrawn(db)) {
    const { run, writers } = await writersInFlight(db);
    const state = knownOf(db, run);
    const isOfOneRun = latest.run === run && first.run === run;
    if (isOfOneRun) settle(state, latest.drawn, new Set(writers.map(({ id }) => id)));
    if (isOfOneRun && state.settled >= first.drawn)
      return { settled: state.settled, drawn: first.drawn, waitingSince: null };
    if (performance.now() > giveUpAt)
      return { settled: state.settled, drawn: first.drawn, waitingSince: oldestOf(writers) };
    await delay(pauseMs);
  }
}

function knownOf(db: Db, run: string): Known {
  const state = known.get(db);
  if (state?.run === run) return state;
  const begun = { run, settled: 0, fence: null };
  known.set(db, begun);
  return begun;
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

/** Statistics begin anew when the database comes back from a crash, and not when it was stopped in order. */
const runOfDatabase = sql`(select stats_reset::text from pg_stat_bgwriter)`;

async function lastDrawn(db: Db): Promise<{ drawn: number; run: string }> {
  const query = sql`select case when is_called then last_value else 0 end::text as drawn, ${runOfDatabase} as run
    from changes_sequence_seq`;
  const { drawn, run } = onlyRow(await rowsOf<{ drawn: string; run: string }>(db, query));
  return { drawn: Number(drawn), run };
}

interface Writer {
  id: string;
  since: string | null;
}

/** Transactions that may write changes: whoever inserts holds this lock from before a number is drawn until it has ended. */
async function writersInFlight(db: Db): Promise<{ run: string; writers: Writer[] }> {
  return onlyRow(
    await rowsOf<{ run: string; writers: Writer[] }>(
      db,
      sql`
        select ${runOfDatabase} as run,
          coalesce(json_agg(json_build_object('id', l.virtualtransaction, 'since', ${jsonInstant(sql`a.xact_start`)})), '[]') as writers
        from pg_locks l left join pg_stat_activity a on a.pid = l.pid
        where l.locktype = 'relation' and l.relation = 'changes'::regclass and l.granted
          and l.database = (select oid from pg_database where datname = current_database())
          and l.mode in ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')`,
    ),
  );
}

function oldestOf(writers: readonly Writer[]): string | null {
  return writers.reduce<string | null>(
    (oldest, { since }) => (since !== null && (oldest === null || since < oldest) ? since : oldest),
    null,
  );
}
