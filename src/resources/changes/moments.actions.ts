import { setTimeout as delay } from 'node:timers/promises';
import { problems } from '../../domain/problem.js';
import type { Db } from '../../platform/db/database.js';
import { oldestWriter, readClock } from './moments.store.js';

/** How long a request waits for writes that began by its moment, and how often it looks, in milliseconds. */
const patienceMs = 3_000;
const pauseMs = 10;
/** A transaction is seen a little later than it began, so a moment is looked at no sooner than this, in milliseconds. */
const graceMs = 250;

/** For each open database the moments of which all is known to have been recorded: from its first record on. */
const settled = new WeakMap<Db, { first: string; last: string }>();

/**
 * Refuses a moment of which the past cannot be told, and waits until every write that began by then has ended: whatever
 * happens later, the past of that moment is the same.
 * @throws problems.asOfInFuture, problems.asOfBeforeRecords (400), problems.asOfNotSettled (409)
 */
export async function requireMoment(db: Db, moment: string): Promise<void> {
  if (isSettled(db, moment)) return;
  const { now, first } = await readClock(db);
  if (moment > now) throw problems.asOfInFuture(moment, now);
  if (first === null || moment < first) throw problems.asOfBeforeRecords(moment, first);
  await delay(Math.max(0, Date.parse(moment) + graceMs - Date.parse(now)));
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const since = await oldestWriter(db, moment);
    if (since === null) break;
    if (performance.now() > giveUpAt) throw problems.asOfNotSettled(since);
    await delay(pauseMs);
  }
  if (!isSettled(db, moment)) settled.set(db, { first, last: moment });
}

function isSettled(db: Db, moment: string): boolean {
  const known = settled.get(db);
  return known !== undefined && moment >= known.first && moment <= known.last;
}
