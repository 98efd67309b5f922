import { and, eq } from 'drizzle-orm';
import { failedOf, type Sheet } from '../../domain/assessment.js';
import type { Instrument } from '../../domain/instrument.js';
import { type Db, onlyRow } from '../../platform/db/database.js';
import { instruments } from '../instruments/instruments.table.js';
import { roundsEverywhere } from '../rounds/rounds.table.js';
import { findSubmittedSheet, listFailedGroups } from './findings.store.js';
import type { PlanPlace } from './plans.store.js';

/** What the actions of a plan stand on: the instrument of its round, and the sheet of its group (null for an area). */
export interface PlanContext {
  instrument: Instrument;
  sheet: Sheet | null;
}

/** The context of a plan that the caller was found to see. */
export async function fetchPlanContext(db: Db, { roundId, groupId }: PlanPlace): Promise<PlanContext> {
  const rows = await db
    .select({ instrument: instruments.content })
    .from(roundsEverywhere)
    .innerJoin(
      instruments,
      and(
        eq(instruments.code, roundsEverywhere.instrumentCode),
        eq(instruments.instrumentVersion, roundsEverywhere.instrumentVersion),
      ),
    )
    .where(eq(roundsEverywhere.roundId, roundId));
  const sheet = groupId === null ? null : await findSubmittedSheet(db, roundId, groupId);
  return { ...onlyRow(rows), sheet };
}

/** The criteria that the group of a plan failed, or that at least one group of its area failed. */
export async function fetchFailedCriteria(
  db: Db,
  place: PlanPlace,
  { instrument, sheet }: PlanContext,
): Promise<Set<number>> {
  if (place.groupId === null) return new Set((await listFailedGroups(db, place, instrument)).keys());
  if (sheet === null) return new Set();
  return new Set(failedOf(sheet.levels, instrument).map(({ criterionNo }) => criterionNo));
}
