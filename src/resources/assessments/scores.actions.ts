import { isDeepStrictEqual } from 'node:util';
import type { Principal } from '../../domain/access.js';
import {
  emptySheet,
  faultsOfScores,
  isWritten,
  type Score,
  type Sheet,
  scoreAt,
  withScore,
} from '../../domain/assessment.js';
import { dayInBangkok, notInFuture } from '../../domain/calendar.js';
import { criterionIndex, type Level } from '../../domain/instrument.js';
import { problems } from '../../domain/problem.js';
import { visitOutsideRound } from '../../domain/round.js';
import { refuseBroken, rules, violationsOfSheet } from '../../domain/rule.js';
import { type Precondition, refuseStale, requireAbsence } from '../../domain/version.js';
import type { Db, Tx } from '../../platform/db/database.js';
import { type Note, write } from '../changes/changes.actions.js';
import { advance, makeSheet } from './assessments.actions.js';
import {
  type AssessmentRow,
  insertAssessment,
  type ScoredSheet,
  type SheetContent,
  updateSheetContent,
} from './assessments.store.js';
import { assessmentKind } from './assessments.table.js';
import { readAllowedVersions, tryAtOnce } from './at-once.actions.js';
import { scoreAtOnce } from './at-once.store.js';
import { requireDraft, requireSheet, type Scoring, type SheetIds, startScoring } from './scoring-context.actions.js';

/** What becomes of one criterion. `assessedOn` is the day of the visit; undefined is today, or the day the sheet has. */
export interface ScoreEdit {
  criterionNo: number;
  assessedOn?: string | undefined;
  /** Level and reason as they are to be, null for none; what is left out stays. */
  level?: Level | null | undefined;
  reason?: string | null | undefined;
}

/**
 * Writes one score of a draft; the first one begins the sheet, and `created` says so. Naming a version is optional, so
 * that a team can save score by score.
 * @throws problems.roundNotFound, problems.groupNotFound (404), 403, problems.roundNotOpen,
 *   problems.assessmentSubmitted (409), 412, problems.rulesBroken (422)
 */
export async function saveScore(
  db: Db,
  principal: Principal,
  ids: SheetIds,
  change: ScoreEdit,
  precondition: Precondition,
): Promise<ScoredSheet & { created: boolean }> {
  const saved = await tryScore(db, principal, ids, change, precondition);
  if (saved !== null) return { ...saved, created: false };
  const { criterionNo, assessedOn } = change;
  return write(db, principal, async (tx, note) => {
    const scoring = await startScoring(tx, principal, ids);
    const { instrument } = scoring;
    const score = { criterionNo, level: null, reason: null };
    refuseBroken(violationsOfSheet(faultsOfScores([score], instrument), instrument, '/path/criterionNo'));
    if (scoring.sheet === null) {
      requireAbsence(precondition);
      const first = edited(score, change);
      if (!isWritten(first)) throw problems.assessmentNotFound(ids.groupId);
      const written = withScore(emptySheet(instrument), first, instrument);
      const sheet = makeSheet(ids, { ...beginning(scoring, assessedOn), ...written }, scoring);
      if (await insertAssessment(tx, sheet)) {
        note(assessmentKind, 'assessment.created', null, sheet);
        return { sheet, instrument, created: true };
      }
    }
    // Of two first scores at once one begins the sheet, and the other is written on it.
    const { sheet: found, now } = scoring.sheet === null ? await startScoring(tx, principal, ids) : scoring;
    const before = requireSheet({ sheet: found }, ids);
    refuseBroken([
      assessedOn !== undefined &&
        assessedOn !== before.assessedOn &&
        rules.visitOfAnotherDay('/assessedOn', before.assessedOn),
    ]);
    const sheet = await rewrite({ tx, note, scoring: { instrument, now }, before, precondition }, change);
    return { sheet, instrument, created: false };
  });
}

/**
 * Takes level and reason of one criterion off a draft.
 * @throws problems.assessmentNotFound, problems.scoreNotFound (404), and as `saveScore`
 */
export async function clearScore(
  db: Db,
  principal: Principal,
  ids: SheetIds,
  criterionNo: number,
  precondition: Precondition,
): Promise<ScoredSheet> {
  const nothing = { criterionNo, level: null, reason: null };
  const cleared = await tryScore(db, principal, ids, nothing, precondition);
  if (cleared !== null) return cleared;
  return write(db, principal, async (tx, note) => {
    const scoring = await startScoring(tx, principal, ids);
    const { instrument } = scoring;
    const before = requireSheet(scoring, ids);
    const isThere = criterionIndex(criterionNo, instrument) !== null;
    if (!isThere || !isWritten(scoreAt(before, criterionNo, instrument))) {
      throw problems.scoreNotFound(String(criterionNo));
    }
    return { sheet: await rewrite({ tx, note, scoring, before, precondition }, nothing), instrument };
  });
}

function tryScore(db: Db, principal: Principal, ids: SheetIds, change: ScoreEdit, precondition: Precondition) {
  return tryAtOnce(db, principal, ids, readAllowedVersions(precondition), (tx, actor, guard) =>
    criterionIndex(change.criterionNo, guard.instrument) === null ? null : scoreAtOnce(tx, actor, guard, change),
  );
}

/** A score with what is given of it. */
function edited(score: Score, { level = score.level, reason = score.reason }: ScoreEdit): Score {
  return { ...score, level, reason };
}

interface Rewriting {
  tx: Tx;
  note: Note;
  scoring: Pick<Scoring, 'instrument' | 'now'>;
  before: AssessmentRow;
  precondition: Precondition;
}

/** The draft with one score edited, as it was when that changes nothing. */
async function rewrite(
  { tx, note, scoring: { instrument, now }, before, precondition }: Rewriting,
  change: ScoreEdit,
): Promise<AssessmentRow> {
  requireDraft(before);
  refuseStale(precondition, before.version);
  const written = withScore(before, edited(scoreAt(before, change.criterionNo, instrument), change), instrument);
  if (isDeepStrictEqual(written, { levels: before.levels, reasons: before.reasons })) {
    note.unchanged();
    return before;
  }
  const sheet = advance(before, now, written);
  await updateSheetContent(tx, sheet);
  note(assessmentKind, 'assessment.scored', before, sheet);
  return sheet;
}

/** What is on a sheet that a first score begins: the target's team, and the day of the visit, today if none is named. */
function beginning({ round, target, now }: Scoring, given: string | undefined): Omit<SheetContent, keyof Sheet> {
  const today = dayInBangkok(new Date(now));
  const assessedOn = given ?? today;
  const outside = visitOutsideRound('/assessedOn', assessedOn, round);
  refuseBroken([
    outside !== null && given === undefined
      ? rules.visitDayNeeded('/assessedOn', today, round.startsOn, round.endsOn)
      : outside,
    notInFuture('/assessedOn', assessedOn, new Date(now)),
  ]);
  return { teamId: target.teamId, assessedOn, summary: null };
}
