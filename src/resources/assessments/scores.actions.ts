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
import { criterionIndex } from '../../domain/instrument.js';
import { problems } from '../../domain/problem.js';
import { visitOutsideRound } from '../../domain/round.js';
import { refuseBroken, rules, violationsOfSheet } from '../../domain/rule.js';
import { type Precondition, refuseStale, requireAbsence } from '../../domain/version.js';
import type { Db, Tx } from '../../platform/db/database.js';
import { type Note, write } from '../changes/changes.actions.js';
import { newSheet, next, type ScoredSheet } from './assessments.actions.js';
import { type AssessmentRow, insertAssessment, type SheetContent, updateSheetContent } from './assessments.store.js';
import { assessmentKind } from './assessments.table.js';
import { requireDraft, requireSheet, type Scoring, type SheetIds, startScoring } from './scoring-frame.actions.js';

/** What becomes of one criterion. `assessedOn` is the day of the visit; undefined is today, or the day the sheet has. */
export interface ScoreEdit {
  criterionNo: number;
  assessedOn?: string | undefined;
  /** The score as it is to be, made of what the sheet holds; level and reason are null where there is none. */
  edit: (score: Score) => Score;
}

/**
 * Writes one score of a draft; the first one begins the sheet, and `created` says so. Naming a version is optional, so
 * that a team can save score by score.
 * @throws problems.roundNotFound, problems.groupNotFound (404), 403, problems.roundNotOpen,
 *   problems.assessmentSubmitted (409), 412, problems.rulesBroken (422)
 */
export function saveScore(
  db: Db,
  principal: Principal,
  ids: SheetIds,
  { criterionNo, assessedOn, edit }: ScoreEdit,
  precondition: Precondition,
): Promise<ScoredSheet & { created: boolean }> {
  return write(db, principal, async (tx, note) => {
    const scoring = await startScoring(tx, principal, ids);
    const { instrument } = scoring;
    const score = { criterionNo, level: null, reason: null };
    refuseBroken(violationsOfSheet(faultsOfScores([score], instrument), instrument, '/path/criterionNo'));
    if (scoring.sheet === null) {
      requireAbsence(precondition);
      const first = edit(score);
      if (!isWritten(first)) throw problems.assessmentNotFound(ids.groupId);
      const written = withScore(emptySheet(instrument), first, instrument);
      const sheet = newSheet(ids, { ...beginning(scoring, assessedOn), ...written }, scoring);
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
    const sheet = await rewrite({ tx, note, scoring: { instrument, now }, before, precondition }, criterionNo, edit);
    return { sheet, instrument, created: false };
  });
}

/**
 * Takes level and reason of one criterion off a draft.
 * @throws problems.assessmentNotFound, problems.scoreNotFound (404), and as `saveScore`
 */
export function clearScore(
  db: Db,
  principal: Principal,
  ids: SheetIds,
  criterionNo: number,
  precondition: Precondition,
): Promise<ScoredSheet> {
  return write(db, principal, async (tx, note) => {
    const scoring = await startScoring(tx, principal, ids);
    const { instrument } = scoring;
    const before = requireSheet(scoring, ids);
    const isThere = criterionIndex(criterionNo, instrument) !== null;
    if (!isThere || !isWritten(scoreAt(before, criterionNo, instrument))) {
      throw problems.scoreNotFound(String(criterionNo));
    }
    const nothing = () => ({ criterionNo, level: null, reason: null });
    return { sheet: await rewrite({ tx, note, scoring, before, precondition }, criterionNo, nothing), instrument };
  });
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
  criterionNo: number,
  edit: ScoreEdit['edit'],
): Promise<AssessmentRow> {
  requireDraft(before);
  refuseStale(precondition, before.version);
  const written = withScore(before, edit(scoreAt(before, criterionNo, instrument)), instrument);
  if (isDeepStrictEqual(written, { levels: before.levels, reasons: before.reasons })) {
    note.unchanged();
    return before;
  }
  const sheet = next(before, now, written);
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
