import { LRUCache } from 'lru-cache';
import { type Principal, requireArea, requireOwnTeam } from '../../domain/access.js';
import { liesIn } from '../../domain/area.js';
import type { AssessmentStatus } from '../../domain/assessment.js';
import type { GroupStatus } from '../../domain/group.js';
import type { Instrument } from '../../domain/instrument.js';
import { problems } from '../../domain/problem.js';
import { type RoundStatus, requireOpen, requireRoundStatus } from '../../domain/round.js';
import { refuseBroken, rules } from '../../domain/rule.js';
import type { Db, Tx } from '../../platform/db/database.js';
import { getInstrumentRow } from '../instruments/instruments.store.js';
import { getRoundRow, type RoundRow, roundView, seesRound } from '../rounds/rounds.store.js';
import type { AssessmentRow } from './assessments.store.js';
import { findAndLockContext, type ScoringContext } from './scoring-context.store.js';

export interface SheetIds {
  roundId: string;
  groupId: string;
}

/** What every change to a score sheet stands on: an open round and its instrument, the target, and the sheet if any. */
export interface Scoring extends Pick<ScoringContext, 'round' | 'sheet' | 'now'> {
  target: NonNullable<ScoringContext['target']>;
  instrument: Instrument;
}

/**
 * Refuses unless scores may be written for this group in this round now, and keeps the round from being closed and the
 * sheet from other writes until the transaction ends. Many teams may hold the round so at once.
 * @throws problems.roundNotFound, problems.groupNotFound (404), problems.areaOutsideYours (403), problems.roundNotOpen
 *   (409), problems.teamNotYours (403), problems.rulesBroken (422) when the group is no target, or merged or closed since it became one
 */
export async function startScoring(tx: Tx, principal: Principal, ids: SheetIds): Promise<Scoring> {
  const { groupStatus, ...scoring } = await findScoring(tx, principal, ids);
  refuseBroken([groupStatus !== 'active' && rules.groupNotActive('/path/groupId', groupStatus)]);
  return scoring;
}

/**
 * The same for what takes a sheet back: that a group has closed is no reason to keep what is wrong.
 * @throws as `startScoring`, but for a group that is not active
 */
export function startTakingBack(tx: Tx, principal: Principal, ids: SheetIds): Promise<Scoring> {
  return findScoring(tx, principal, ids);
}

/**
 * The same for what confirms a sheet, which goes on after the round was closed, until it is published.
 * @throws as `startTakingBack`, but problems.roundStateForbids for problems.roundNotOpen (409)
 */
export function startConfirming(tx: Tx, principal: Principal, ids: SheetIds): Promise<Scoring> {
  return findScoring(tx, principal, ids, (round) => requireRoundStatus(round, ['open', 'closed']));
}

/** @throws problems.assessmentNotFound (404) */
export function requireSheet({ sheet }: Pick<Scoring, 'sheet'>, { groupId }: SheetIds): AssessmentRow {
  if (sheet === null) throw problems.assessmentNotFound(groupId);
  return sheet;
}

/** @throws problems.assessmentSubmitted (409) */
export function requireDraft(sheet: { status: AssessmentStatus }): void {
  if (sheet.status === 'submitted') throw problems.assessmentSubmitted();
}

/** The instrument of a round that the caller may see. @throws problems.roundNotFound (404) */
export async function getInstrumentOfRound(db: Db, principal: Principal, roundId: string): Promise<Instrument> {
  return (await getRoundWithInstrument(db, principal, roundId)).instrument;
}

/** A round that the caller may see, and its instrument. @throws problems.roundNotFound (404) */
export async function getRoundWithInstrument(
  db: Db,
  principal: Principal,
  roundId: string,
): Promise<{ round: RoundRow; instrument: Instrument }> {
  const round = await getRoundRow(db, principal, roundId);
  return { round, instrument: (await getInstrumentRow(db, roundView(round).instrument)).content };
}

/** The instruments of rounds in which something was written; whoever uses one must see to it that it still is the round's. */
const instrumentsOfRounds = new LRUCache<string, Instrument>({ max: 1_000 });

/** The instrument that a round had when something was last written in it here, or null. */
export function recallInstrument(roundId: string): Instrument | null {
  return instrumentsOfRounds.get(roundId) ?? null;
}

async function findScoring(
  tx: Tx,
  principal: Principal,
  ids: SheetIds,
  requireState: (round: { status: RoundStatus }) => void = requireOpen,
): Promise<Scoring & { groupStatus: GroupStatus }> {
  const context = await findAndLockContext(tx, ids);
  if (context === null || !seesRound(principal, context.round)) throw problems.roundNotFound(ids.roundId);
  const { round, group, target, sheet, now } = context;
  // Who may see a group or its target may know that the other is there; who sees neither is told of none.
  const seen = [group, target].some((place) => place !== null && liesIn(place.areaCode, principal.areaCode));
  if (group === null || !seen) throw problems.groupNotFound(ids.groupId);
  requireArea(principal, (target ?? group).areaCode);
  requireState(round);
  if (target === null) throw problems.rulesBroken([rules.groupNotTargeted('/path/groupId')]);
  requireOwnTeam(principal, target.teamId);
  const { content: instrument } = await getInstrumentRow(tx, round.instrument);
  instrumentsOfRounds.set(ids.roundId, instrument);
  return { round, target, instrument, sheet, now, groupStatus: group.status };
}
