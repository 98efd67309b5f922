import { isDeepStrictEqual } from 'node:util';
import type { Principal } from '../../domain/access.js';
import { faultsOfScores, type Score, withScore } from '../../domain/assessment.js';
import { refuseBroken, violationsOfSheet } from '../../domain/rule.js';
import { type Precondition, refuseStale } from '../../domain/version.js';
import type { Db } from '../../platform/db/database.js';
import { write } from '../changes/changes.actions.js';
import { changeOf, next, type ScoredSheet } from './assessments.actions.js';
import { updateSheetContent } from './assessments.store.js';
import { requireDraft, requireSheet, type SheetIds, startScoring } from './scoring-frame.actions.js';

/**
 * Gives one criterion of a draft its level. Naming a version is optional, so that a team can save score by score.
 * @throws problems.assessmentNotFound (404), 403, problems.roundNotOpen, problems.assessmentSubmitted (409), 412, 422
 */
export function saveScore(
  db: Db,
  principal: Principal,
  ids: SheetIds,
  score: Score,
  precondition: Precondition,
): Promise<ScoredSheet> {
  return write(db, principal, async (tx, note) => {
    const { instrument, now, ...frame } = await startScoring(tx, principal, ids);
    const before = requireSheet(frame, ids);
    requireDraft(before);
    refuseStale(precondition, before.version);
    refuseBroken(violationsOfSheet(faultsOfScores([score], instrument), instrument, '/path/criterionNo'));
    const written = withScore({ levels: before.levels, reasons: before.reasons }, score, instrument);
    if (isDeepStrictEqual(written, { levels: before.levels, reasons: before.reasons })) {
      note.unchanged();
      return { sheet: before, instrument };
    }
    const sheet = next(before, now, written);
    const change = changeOf('assessment.scored', instrument, before, sheet);
    await note.with(change, (noted) => updateSheetContent(tx, sheet, noted));
    return { sheet, instrument };
  });
}
