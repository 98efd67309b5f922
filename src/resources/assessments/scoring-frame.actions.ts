import { type Principal, requireArea } from '../../domain/access.js';
import type { AssessmentStatus } from '../../domain/assessment.js';
import type { Instrument } from '../../domain/instrument.js';
import { problems } from '../../domain/problem.js';
import { requireOpen } from '../../domain/round.js';
import { rules } from '../../domain/rule.js';
import type { Db } from '../../platform/db/database.js';
import { findGroup } from '../groups/groups.store.js';
import { getInstrumentRow } from '../instruments/instruments.store.js';
import { findAndLockRound, type RoundRow, roundView } from '../rounds/rounds.store.js';
import { findTarget, type TargetRow } from '../rounds/targets.store.js';

export interface SheetIds {
  roundId: string;
  groupId: string;
}

/** What every change to a score sheet stands on: an open round, its instrument, and the target the sheet is for. */
export interface Scoring {
  round: RoundRow;
  target: TargetRow;
  instrument: Instrument;
}

/**
 * Refuses unless scores may be written for this group in this round now, and keeps the round from being closed until
 * the transaction ends. Many teams may hold it so at once.
 * @throws problems.roundNotFound, problems.groupNotFound (404), problems.areaOutsideYours (403),
 *   problems.rulesBroken (422) when the group is no target, problems.roundNotOpen (409)
 */
export async function startScoring(tx: Db, principal: Principal, ids: SheetIds): Promise<Scoring> {
  const round = await findAndLockRound(tx, ids.roundId, 'share');
  if (round === null) throw problems.roundNotFound(ids.roundId);
  const target = await findTarget(tx, ids.roundId, ids.groupId);
  const place = target ?? (await findGroup(tx, ids.groupId));
  if (place === null) throw problems.groupNotFound(ids.groupId);
  requireArea(principal, place.areaCode);
  requireOpen(round);
  if (target === null) throw problems.rulesBroken([rules.groupNotTargeted('/path/groupId')]);
  const { content: instrument } = await getInstrumentRow(tx, roundView(round).instrument);
  return { round, target, instrument };
}

/** @throws problems.assessmentSubmitted (409) */
export function requireDraft(sheet: { status: AssessmentStatus }): void {
  if (sheet.status === 'submitted') throw problems.assessmentSubmitted();
}
