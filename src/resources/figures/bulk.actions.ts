import type { Principal } from '../../domain/access.js';
import { notInFuture } from '../../domain/calendar.js';
import { brokenHistory } from '../../domain/history.js';
import type { ImportReport } from '../../platform/bulk/report.js';
import type { Upload } from '../../platform/bulk/upload.js';
import type { Db } from '../../platform/db/database.js';
import { findUnnamedGroup, stageReference } from '../groups/group-reference.actions.js';
import { type ImportOptions, importRows } from '../imports/import.actions.js';
import { stageHistory } from '../imports/restore.actions.js';
import { type FiguresRowContent, figuresRows, restoredFiguresRows } from './bulk.contract.js';
import {
  changedFigures,
  classifyFigures,
  countTouchedGroups,
  createdFigures,
  keepTouchedGroups,
  openTouchedGroups,
  refreshedGroups,
  stagedFigures,
  valuesOfFigures,
} from './bulk.store.js';

/**
 * Takes a file of figures over; the groups whose latest day is in it show the new ones.
 * @throws problems.importRefused (422) with the report when rows have errors and none may be skipped
 */
export function importFiguresFile(
  db: Db,
  principal: Principal,
  upload: Upload,
  options: ImportOptions,
): Promise<ImportReport> {
  return importRows(db, principal, upload, options, {
    form: options.restore ? restoredFiguresRows : figuresRows,
    tables: { staged: stagedFigures },
    stagedOf: (content, now) => stagedRow(content as FiguresRowContent, now),
    begin: openTouchedGroups,
    classify: (tx) => classifyFigures(tx, principal),
    merge: async (tx, note, { created, updated }) => {
      if (created > 0) await note.many(createdFigures(options.restore));
      if (updated > 0) await note.many(changedFigures());
      await keepTouchedGroups(tx);
    },
    finish: async (tx, note) => {
      await countTouchedGroups(tx);
      await note.many(refreshedGroups());
    },
  });
}

function stagedRow(row: FiguresRowContent, now: Date) {
  const broken = [findUnnamedGroup(row), notInFuture('/asOf', row.asOf, now), ...brokenHistory(row, now)].filter(
    (violation) => violation !== null,
  );
  if (broken.length > 0) return { broken };
  return {
    ...stageReference(row),
    ...valuesOfFigures(row),
    ...stageHistory(row),
  };
}
