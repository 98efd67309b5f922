import { v7 as uuidv7 } from 'uuid';
import { type Principal, requireArea, requireChangeable } from '../../domain/access.js';
import { problems } from '../../domain/problem.js';
import { brokenDays, choosesAnew, type RoundMove, requireRoundStatus, roundMoves } from '../../domain/round.js';
import { refuseBroken, rules } from '../../domain/rule.js';
import { asksForChange, type Precondition, requireVersion } from '../../domain/version.js';
import type { Db, Tx } from '../../platform/db/database.js';
import { sameAs } from '../../platform/record/views.js';
import { findArea } from '../areas/areas.store.js';
import { write } from '../changes/changes.actions.js';
import { findInstrumentRow } from '../instruments/instruments.store.js';
import { keepAsPublished } from './published.store.js';
import { countTargetsOfRound, hadSubmission } from './round-targets.store.js';
import { roundFields } from './rounds.record.js';
import {
  findAndLockRound,
  insertRound,
  type RoundContent,
  type RoundRow,
  removeRound,
  roundView,
  seesRound,
  updateRound,
  updateRoundStatus,
} from './rounds.store.js';
import { roundKind } from './rounds.table.js';

/**
 * Prepares a round as a draft, under the id that the caller chose for it or a new one.
 * @throws 403, problems.idTaken, problems.roundExists (409), problems.rulesBroken (422)
 */
export async function prepareRound(
  db: Db,
  principal: Principal,
  { roundId = uuidv7(), ...content }: RoundContent & { roundId?: string | undefined },
): Promise<RoundRow> {
  await requireSensible(db, principal, content);
  return write(db, principal, async (tx, note) => {
    const round = await insertRound(tx, roundId, content);
    note(roundKind, 'round.prepared', null, round);
    return round;
  });
}

/** Changes a round that is a draft or open. @throws 403, 404, 409, 412/428, 422 as the contract lists */
export function changeRound(
  db: Db,
  principal: Principal,
  roundId: string,
  content: RoundContent,
  precondition: Precondition,
): Promise<RoundRow> {
  return write(db, principal, async (tx, note) => {
    const before = await lockRound(tx, principal, roundId);
    if (!asksForChange(precondition, before.version, sameAs(roundFields, roundView(before), content))) {
      note.unchanged();
      return before;
    }
    requireRoundStatus(before, ['draft', 'open']);
    await requireSensible(tx, principal, content);
    await requireSameContext(tx, before, content);
    await requireSameSample(tx, before, content);
    const after = await updateRound(tx, roundId, content);
    note(roundKind, 'round.changed', before, after);
    return after;
  });
}

/** Deletes a draft without targets. @throws 403, 404, problems.roundStateForbids, problems.roundInUse (409), 412/428 */
export function dropRound(db: Db, principal: Principal, roundId: string, precondition: Precondition): Promise<void> {
  return write(db, principal, async (tx, note) => {
    const before = await lockRound(tx, principal, roundId);
    requireVersion(precondition, before.version);
    requireRoundStatus(before, ['draft']);
    if ((await countTargetsOfRound(tx, roundId)) > 0) throw problems.roundInUse();
    await removeRound(tx, roundId);
    note(roundKind, 'round.deleted', before, null);
  });
}

/**
 * Opens, closes, reopens or publishes a round.
 * @throws 403, 404, problems.roundStateForbids (409), 412/428, and 422 when the population is smaller than the targets
 */
export function moveRound(
  db: Db,
  principal: Principal,
  roundId: string,
  { move, reason }: { move: RoundMove; reason: string | null },
  precondition: Precondition,
): Promise<RoundRow> {
  return write(db, principal, async (tx, note) => {
    const before = await lockRound(tx, principal, roundId);
    requireVersion(precondition, before.version);
    requireRoundStatus(before, roundMoves[move].from);
    if (move === 'opening' || move === 'publication') await requirePopulation(tx, before);
    const reopening = move === 'reopening' && reason !== null ? { reason, by: principal } : null;
    const after = await updateRoundStatus(tx, before, roundMoves[move].to, reopening);
    if (move === 'publication') await keepAsPublished(tx, roundId);
    note(roundKind, `round.${move}`, before, after, { reason });
    return after;
  });
}

/**
 * Holds a round of which the caller is to change what lies in its area: a round of its own, or one of an area around it.
 * @throws problems.roundNotFound (404)
 */
export async function lockRoundAround(tx: Tx, principal: Principal, roundId: string): Promise<RoundRow> {
  const round = await findAndLockRound(tx, roundId, 'update');
  if (round === null || !seesRound(principal, round)) throw problems.roundNotFound(roundId);
  return round;
}

/** Holds a round that is to be changed. @throws problems.roundNotFound (404), problems.areaOutsideYours (403) */
export async function lockRound(tx: Tx, principal: Principal, roundId: string): Promise<RoundRow> {
  const round = await findAndLockRound(tx, roundId, 'update');
  const notThere = () => problems.roundNotFound(roundId);
  if (round === null) throw notThere();
  requireChangeable(principal, round.areaCode, notThere, 'inside-and-around');
  return round;
}

async function requireSensible(db: Db, principal: Principal, content: RoundContent): Promise<void> {
  const { areaCode, instrument } = content;
  refuseBroken([
    ...brokenDays(content),
    areaCode !== null && (await findArea(db, areaCode)) === null && rules.areaUnknown('/areaCode', areaCode),
    (await findInstrumentRow(db, instrument)) === null && rules.instrumentUnknown('/instrument', instrument),
  ]);
  requireArea(principal, areaCode);
}

/** The targets were chosen in the round's area and scored by its instrument, so those two stay once there are any. */
async function requireSameContext(tx: Tx, round: RoundRow, content: RoundContent): Promise<void> {
  const same = round.areaCode === content.areaCode && roundView(round).instrument === content.instrument;
  if (!same && (await countTargetsOfRound(tx, round.roundId)) > 0) throw problems.roundInUse();
}

/** A sample that is declared to be random once its results are known is none. */
async function requireSameSample(tx: Tx, round: RoundRow, content: RoundContent): Promise<void> {
  const targets = await countTargetsOfRound(tx, round.roundId);
  if (choosesAnew(round, content, targets) && (await hadSubmission(tx, round.roundId))) throw problems.roundSampled();
}

async function requirePopulation(tx: Tx, round: RoundRow): Promise<void> {
  const { roundId, targetPopulation } = round;
  const targets = await countTargetsOfRound(tx, roundId);
  refuseBroken([
    targetPopulation !== null &&
      targetPopulation < targets &&
      rules.populationTooSmall('/targetPopulation', targetPopulation, targets),
  ]);
}
