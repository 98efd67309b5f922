import { v7 as uuidv7 } from 'uuid';
import type { Principal } from '../../domain/access.js';
import { notInFuture } from '../../domain/calendar.js';
import type { ImportReport } from '../../platform/bulk/report.js';
import type { Upload } from '../../platform/bulk/upload.js';
import type { Db } from '../../platform/db/database.js';
import { suggestAreaCodes } from '../areas/suggestions.actions.js';
import { type ImportOptions, importRows } from '../changes/import.actions.js';
import { type GroupRowContent, groupRows } from './bulk.contract.js';
import { changedGroups, createdGroups, groupColumns, judgeGroups } from './bulk.store.js';

/**
 * Takes a file of groups over, by registration number: new ones are registered, the others replaced.
 * @throws problems.importRefused (422) with the report when rows have errors and none may be skipped
 */
export function importGroups(
  db: Db,
  principal: Principal,
  upload: Upload,
  options: ImportOptions,
): Promise<ImportReport> {
  const now = new Date();
  return importRows(db, principal, upload, options, {
    form: groupRows,
    tables: { staged: groupColumns },
    stagedOf: (content) => stagedGroup(content as GroupRowContent, now),
    judge: (tx) => judgeGroups(tx, principal),
    merge: async (_tx, note, { created, updated }) => {
      if (created > 0) await note.many(createdGroups());
      if (updated > 0) await note.many(changedGroups());
    },
    suggest: (known, faults) => suggestAreaCodes(known, faults, principal.areaCode),
  });
}

function stagedGroup(group: GroupRowContent, now: Date) {
  const future = notInFuture('/foundedOn', group.foundedOn, now);
  if (future !== null) return { broken: [future] };
  return {
    registration_no: group.registrationNo,
    name: group.name,
    area_code: group.areaCode,
    village_name: group.villageName,
    founded_on: group.foundedOn,
    status: group.status,
    group_id: group.groupId ?? null,
    new_id: group.groupId ?? uuidv7(),
  };
}
