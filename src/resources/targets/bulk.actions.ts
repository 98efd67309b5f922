import type { Principal } from '../../domain/access.js';
import { brokenHistory } from '../../domain/history.js';
import { requireRoundStatus } from '../../domain/round.js';
import type { ImportReport } from '../../platform/bulk/report.js';
import type { Upload } from '../../platform/bulk/upload.js';
import type { Db } from '../../platform/db/database.js';
import { findUnnamedGroup, stageReference } from '../groups/group-reference.actions.js';
import { type ImportOptions, importRows } from '../imports/import.actions.js';
import { stageHistory } from '../imports/restore.actions.js';
import { lockRoundAround } from '../rounds/rounds.actions.js';
import { getRoundRow, type RoundRow } from '../rounds/rounds.store.js';
import { restoredTargetRows, type TargetRowContent, targetRows } from './bulk.contract.js';
import { changedTargets, classifyTargets, createdTargets, targetColumns, valuesOfTarget } from './bulk.store.js';

/**
 * Makes the groups of a file targets of a round, with their teams; targets that are not in the file stay. Whose area lies in
 * that of the round changes the teams of its targets, and sets none.
 * @throws problems.roundNotFound (404), problems.roundStateForbids (409),
 *   problems.importRefused (422) with the report when rows have errors and none may be skipped
 */
export async function importTargetsFile(
  db: Db,
  principal: Principal,
  roundId: string,
  upload: Upload,
  options: ImportOptions,
): Promise<ImportReport> {
  // Before the file is read, so that nobody sends a gigabyte to a round that cannot take it.
  let round: RoundRow = await getRoundRow(db, principal, roundId);
  requireRoundStatus(round, ['draft', 'open']);
  return importRows(db, principal, upload, options, {
    form: options.restore ? restoredTargetRows : targetRows,
    tables: { staged: targetColumns },
    stagedOf: (content, now) => stagedTarget(content as TargetRowContent, now),
    begin: async (tx) => {
      round = await lockRoundAround(tx, principal, roundId);
      requireRoundStatus(round, ['draft', 'open']);
    },
    classify: (tx) => classifyTargets(tx, principal, round, options.restore),
    merge: async (_tx, note, { created, updated }) => {
      if (created > 0) await note.many(createdTargets(round, options.restore));
      if (updated > 0) await note.many(changedTargets(round));
    },
  });
}

function stagedTarget(row: TargetRowContent, now: Date) {
  const broken = [findUnnamedGroup(row), ...brokenHistory(row, now)].filter((violation) => violation !== null);
  if (broken.length > 0) return { broken };
  return {
    ...stageReference(row),
    ...valuesOfTarget({ ...row, teamId: row.teamId ?? null }),
    team_given: row.teamId !== undefined,
    area_then: row.areaCode ?? null,
    ...stageHistory(row),
  };
}
