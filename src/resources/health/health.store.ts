import { and, asc, eq } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import { failedOf, levelAt } from '../../domain/assessment.js';
import { type Instrument, instrumentRef, nextLevelOf } from '../../domain/instrument.js';
import type { Db } from '../../platform/db/database.js';
import { resultOf } from '../../scoring/verdict.js';
import { assessments } from '../assessments/assessments.table.js';
import { instruments } from '../instruments/instruments.table.js';
import { roundsEverywhere } from '../rounds/rounds.table.js';

/** The sheets of a group over all rounds, oldest first, with levels and result by each round's own instrument. */
export async function listHealth(db: Db, principal: Principal, groupId: string) {
  const visible = assessments.visibleTo(principal);
  const rows = await db
    .select({
      roundId: roundsEverywhere.roundId,
      fiscalYearBe: roundsEverywhere.fiscalYearBe,
      roundNo: roundsEverywhere.roundNo,
      title: roundsEverywhere.title,
      roundStatus: roundsEverywhere.status,
      assessmentStatus: visible.status,
      assessedOn: visible.assessedOn,
      levels: visible.levels,
      instrument: instruments.content,
    })
    .from(visible)
    .innerJoin(roundsEverywhere, eq(roundsEverywhere.roundId, visible.roundId))
    .innerJoin(
      instruments,
      and(
        eq(instruments.code, roundsEverywhere.instrumentCode),
        eq(instruments.instrumentVersion, roundsEverywhere.instrumentVersion),
      ),
    )
    .where(eq(visible.groupId, groupId))
    .orderBy(asc(roundsEverywhere.fiscalYearBe), asc(roundsEverywhere.roundNo), asc(roundsEverywhere.roundId));
  return rows.map(({ levels, instrument, ...row }) => ({
    ...row,
    instrument: instrumentRef(instrument),
    levels: instrument.criteria.map(({ criterionNo }, index) => ({ criterionNo, level: levelAt(levels, index) })),
    result: resultOf(levels, instrument),
    nextSteps: nextSteps(levels, instrument),
  }));
}

function nextSteps(levels: string, instrument: Instrument) {
  return failedOf(levels, instrument).map(({ criterionNo, level }) => ({
    criterionNo,
    level,
    nextLevel: nextLevelOf(criterionNo, level, instrument),
  }));
}
