import { v7 as uuidv7 } from 'uuid';
import type { Principal } from '../../domain/access.js';
import { isNameOf, type NamedArea } from '../../domain/area-name.js';
import { notInFuture } from '../../domain/calendar.js';
import { brokenHistory } from '../../domain/history.js';
import { butForZeros, numberKey } from '../../domain/registration-no.js';
import { rules } from '../../domain/rule.js';
import type { ImportReport } from '../../platform/bulk/report.js';
import type { Upload } from '../../platform/bulk/upload.js';
import type { Db } from '../../platform/db/database.js';
import { everyArea } from '../areas/areas.store.js';
import { suggestAreaCodes } from '../areas/suggestions.actions.js';
import { type ImportOptions, importRows } from '../imports/import.actions.js';
import { stageHistory } from '../imports/restore.actions.js';
import { type GroupRowContent, groupRows } from './bulk.contract.js';
import {
  changedGroups,
  classifyGroups,
  createdGroups,
  freeNumbers,
  keepRenumbered,
  openRenumbered,
  stagedGroups,
  valuesOfGroup,
} from './bulk.store.js';
import { restoredGroupRows } from './restored-rows.actions.js';

/**
 * Takes a file of groups over, by registration number: new ones are registered, the others replaced.
 * @throws problems.importRefused (422) with the report when rows have errors and none may be skipped
 */
export async function importGroups(
  db: Db,
  principal: Principal,
  upload: Upload,
  options: ImportOptions,
): Promise<ImportReport> {
  const areas = await everyArea(db);
  return importRows(db, principal, upload, options, {
    form: options.restore ? restoredGroupRows : groupRows,
    tables: { staged: stagedGroups },
    stagedOf: (content, now) => stagedGroup(content as GroupRowContent, now, areas),
    begin: openRenumbered,
    classify: (tx) => classifyGroups(tx, principal),
    merge: async (tx, note, { created, updated }) => {
      if (created > 0) await note.many(createdGroups(options.restore));
      if (updated === 0) return;
      await note.many(changedGroups());
      await keepRenumbered(tx);
    },
    finish: freeNumbers,
    suggest: (known, faults) => suggestAreaCodes(known, faults, principal.areaCode),
  });
}

function stagedGroup(group: GroupRowContent, now: Date, areas: ReadonlyMap<string, NamedArea>) {
  const { figures = null, groupId = null } = group;
  const broken = [
    notInFuture('/foundedOn', group.foundedOn, now),
    notInFuture('/figures/asOf', figures?.asOf ?? null, now),
    ...brokenHistory(group, now),
    nameFits(group, areas),
  ].filter((violation) => violation !== null);
  if (broken.length > 0) return { broken };
  return {
    ...valuesOfGroup(group, figures),
    number_key: numberKey(group.registrationNo),
    without_zeros: butForZeros(group.registrationNo),
    group_id: groupId,
    new_id: groupId ?? uuidv7(),
    ...stageHistory(group),
  };
}

/** A wrong digit makes another place of a code and no sound of it; the name beside it shows it. An unknown code has no name. */
function nameFits({ areaCode, areaName }: GroupRowContent, areas: ReadonlyMap<string, NamedArea>) {
  const area = areas.get(areaCode);
  if (!areaName || area === undefined) return null;
  const containers = [4, 2]
    .filter((length) => length < areaCode.length)
    .map((length) => areas.get(areaCode.slice(0, length)));
  const around = containers.filter((one) => one !== undefined);
  if (isNameOf(areaName, area, around)) return null;
  return rules.areaNameDiffers('/areaName', areaCode, area.nameTh, area.nameEn, areaName);
}
