import { isDeepStrictEqual } from 'node:util';
import { type Principal, requireOwnTeam } from '../../domain/access.js';
import { faultsAtSubmission, faultsOfScores, sheetOf } from '../../domain/assessment.js';
import { notInFuture } from '../../domain/calendar.js';
import { requireOtherPerson } from '../../domain/four-eyes.js';
import { givenReason, shownActor } from '../../domain/history.js';
import { problems } from '../../domain/problem.js';
import { visitOutsideRound } from '../../domain/round.js';
import { refuseBroken, violationsOfSheet } from '../../domain/rule.js';
import { asksForChange, type Precondition, requireAbsence, requireVersion } from '../../domain/version.js';
import type { Db, Tx } from '../../platform/db/database.js';
import type { AcceptedOf } from '../../platform/record/fields.js';
import { findLastWith } from '../changes/acts.store.js';
import { write } from '../changes/changes.actions.js';
import { findTeamViolation } from '../targets/targets.actions.js';
import type { assessmentFields } from './assessments.record.js';
import {
  type AssessmentRow,
  findAndLockAssessment,
  insertAssessment,
  removeAssessment,
  type ScoredSheet,
  type SheetContent,
  updateSheetContent,
  updateSheetStatus,
} from './assessments.store.js';
import { assessmentKind } from './assessments.table.js';
import { readNamedVersions, tryAtOnce } from './at-once.actions.js';
import { replaceAtOnce, submitAtOnce } from './at-once.store.js';
import {
  requireDraft,
  requireSheet,
  type Scoring,
  type SheetIds,
  startConfirming,
  startScoring,
  startTakingBack,
} from './scoring-context.actions.js';

/** A sheet as a team sends it. `teamId` undefined takes the team of the target. */
export type SheetInput = AcceptedOf<typeof assessmentFields>;

/**
 * Makes the score sheet of a target, or replaces its draft; `created` says which.
 * @throws problems.roundNotFound, problems.groupNotFound (404), 403, problems.roundNotOpen,
 *   problems.assessmentSubmitted (409), 412/428, problems.rulesBroken (422)
 */
export async function saveSheet(
  db: Db,
  principal: Principal,
  ids: SheetIds,
  input: SheetInput,
  precondition: Precondition,
): Promise<ScoredSheet & { created: boolean }> {
  const saved = await tryAtOnce(db, principal, ids, readNamedVersions(precondition), (tx, actor, guard) => {
    const { scores, teamId, ...content } = input;
    if (faultsOfScores(scores, guard.instrument).length > 0) return null;
    return replaceAtOnce(tx, actor, guard, { ...content, teamId, ...sheetOf(scores, guard.instrument) });
  });
  if (saved !== null) return { ...saved, created: false };
  return write(db, principal, async (tx, note) => {
    const scoring = await startScoring(tx, principal, ids);
    const { instrument, sheet: before, now } = scoring;
    if (before !== null) requireDraft(before);
    const content = await contentOf(tx, principal, input, scoring);
    if (before === null) {
      const sheet = await createSheet(tx, ids, content, scoring, precondition);
      note(assessmentKind, 'assessment.created', null, sheet);
      return { sheet, instrument, created: true };
    }
    if (!asksForChange(precondition, before.version, isSame(before, content))) {
      note.unchanged();
      return { sheet: before, instrument, created: false };
    }
    const sheet = advance(before, now, content);
    await updateSheetContent(tx, sheet);
    note(assessmentKind, 'assessment.changed', before, sheet);
    return { sheet, instrument, created: false };
  });
}

/**
 * Submits a draft: it is frozen and counts from now on.
 * @throws problems.assessmentNotFound (404), 403, problems.roundNotOpen, problems.assessmentSubmitted (409), 412/428,
 *   problems.sheetIncomplete (422) naming every criterion without a level or a required reason
 */
export async function submitAssessment(
  db: Db,
  principal: Principal,
  ids: SheetIds,
  precondition: Precondition,
): Promise<ScoredSheet> {
  const submitted = await tryAtOnce(db, principal, ids, readNamedVersions(precondition), submitAtOnce);
  if (submitted !== null) return submitted;
  return write(db, principal, async (tx, note) => {
    const { instrument, now, ...context } = await startScoring(tx, principal, ids);
    const before = requireSheet(context, ids);
    requireDraft(before);
    requireVersion(precondition, before.version);
    const missing = violationsOfSheet(faultsAtSubmission(before, instrument), instrument, '');
    if (missing.length > 0) throw problems.sheetIncomplete(missing);
    const sheet = advance(before, now, { status: 'submitted', submittedAt: now });
    await updateSheetStatus(tx, sheet);
    note(assessmentKind, 'assessment.submitted', before, sheet);
    return { sheet, instrument };
  });
}

/**
 * Returns a submitted sheet to its team: it is a draft again and does not count.
 * @throws problems.assessmentNotFound (404), 403, problems.roundNotOpen, problems.assessmentNotSubmitted,
 *   problems.samePerson (409), 412/428
 */
export function returnAssessment(
  db: Db,
  principal: Principal,
  ids: SheetIds,
  { reason, fourEyes }: { reason: string; fourEyes: boolean },
  precondition: Precondition,
): Promise<ScoredSheet> {
  return write(db, principal, async (tx, note) => {
    const { instrument, now, ...context } = await startTakingBack(tx, principal, ids);
    const before = requireSheet(context, ids);
    requireVersion(precondition, before.version);
    requireSubmitted(before);
    const details = await requireOtherThanSubmitter(tx, principal, before, fourEyes);
    const lastReturn = givenReason(reason, now, principal);
    const sheet = advance(before, now, { status: 'draft', submittedAt: null, lastReturn, confirmation: null });
    await updateSheetStatus(tx, sheet);
    note(assessmentKind, 'assessment.returned', before, sheet, { reason, details });
    return { sheet, instrument };
  });
}

/**
 * Confirms a submitted sheet, once, until its round is published. It counts as before.
 * @throws problems.assessmentNotFound (404), 403, problems.roundStateForbids, problems.assessmentNotSubmitted,
 *   problems.assessmentConfirmed, problems.samePerson (409), 412/428
 */
export function confirmAssessment(
  db: Db,
  principal: Principal,
  ids: SheetIds,
  fourEyes: boolean,
  precondition: Precondition,
): Promise<ScoredSheet> {
  return write(db, principal, async (tx, note) => {
    const { instrument, now, ...context } = await startConfirming(tx, principal, ids);
    const before = requireSheet(context, ids);
    requireVersion(precondition, before.version);
    requireSubmitted(before);
    if (before.confirmation !== null) throw problems.assessmentConfirmed();
    const details = await requireOtherThanSubmitter(tx, principal, before, fourEyes);
    const sheet = advance(before, now, { confirmation: { at: now, by: shownActor(principal) } });
    await updateSheetStatus(tx, sheet);
    note(assessmentKind, 'assessment.confirmed', before, sheet, { details });
    return { sheet, instrument };
  });
}

/** Deletes a draft. @throws problems.assessmentNotFound (404), 403, 409 as when saving, 412/428 */
export function dropSheet(db: Db, principal: Principal, ids: SheetIds, precondition: Precondition): Promise<void> {
  return write(db, principal, async (tx, note) => {
    const { instrument, ...context } = await startTakingBack(tx, principal, ids);
    const before = requireSheet(context, ids);
    requireDraft(before);
    requireVersion(precondition, before.version);
    await removeAssessment(tx, ids);
    note(assessmentKind, 'assessment.deleted', before, null);
  });
}

/** @throws problems.samePerson (409) */
async function requireOtherThanSubmitter(tx: Tx, principal: Principal, sheet: AssessmentRow, fourEyes: boolean) {
  const submission = await findLastWith(tx, assessmentKind, sheet, { status: sheet.status });
  return requireOtherPerson(principal, 'submitted', submission === null ? [] : [submission], fourEyes);
}

function requireSubmitted({ status }: AssessmentRow): void {
  if (status !== 'submitted') throw problems.assessmentNotSubmitted();
}

async function createSheet(
  tx: Tx,
  ids: SheetIds,
  content: SheetContent,
  scoring: Scoring,
  precondition: Precondition,
): Promise<AssessmentRow> {
  requireAbsence(precondition);
  const sheet = makeSheet(ids, content, scoring);
  // Another writer made it between our look and our insert: as if it had been there when we looked.
  if (!(await insertAssessment(tx, sheet))) throw problems.versionRequired((await lockSheet(tx, ids)).version);
  return sheet;
}

async function contentOf(
  tx: Tx,
  principal: Principal,
  input: SheetInput,
  { round, target, instrument, now }: Scoring,
): Promise<SheetContent> {
  const { scores, teamId = target.teamId, ...content } = input;
  requireOwnTeam(principal, teamId);
  refuseBroken([
    visitOutsideRound('/assessedOn', content.assessedOn, round),
    notInFuture('/assessedOn', content.assessedOn, new Date(now)),
    await findTeamViolation(tx, principal, teamId, target.areaCode),
    ...violationsOfSheet(faultsOfScores(scores, instrument), instrument, { scores }),
  ]);
  return { ...content, teamId, ...sheetOf(scores, instrument) };
}

async function lockSheet(tx: Tx, ids: SheetIds): Promise<AssessmentRow> {
  const sheet = await findAndLockAssessment(tx, ids);
  if (sheet === null) throw problems.assessmentNotFound(ids.groupId);
  return sheet;
}

function isSame(sheet: AssessmentRow, content: SheetContent): boolean {
  return isDeepStrictEqual({ ...sheet, ...content }, sheet);
}

/** The draft that a team begins with this content: it lies where its target does. */
export function makeSheet(ids: SheetIds, content: SheetContent, { target, now }: Scoring): AssessmentRow {
  const { registrationNo, groupName, areaCode } = target;
  const made = { status: 'draft', submittedAt: null, lastReturn: null, confirmation: null, version: 1 } as const;
  return { ...ids, areaCode, registrationNo, groupName, ...content, ...made, createdAt: now, updatedAt: now };
}

/** The sheet as a change makes it. */
export function advance(before: AssessmentRow, now: string, changes: Partial<AssessmentRow>): AssessmentRow {
  return { ...before, ...changes, version: before.version + 1, updatedAt: now };
}
