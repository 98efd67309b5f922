import { closest, distance } from 'fastest-levenshtein';
import { plainAreaName } from '../../domain/area-name.js';
import { rules } from '../../domain/rule.js';
import { Breath } from '../../platform/breath.js';
import type { RowFault } from '../../platform/bulk/row.js';
import type { Db } from '../../platform/db/database.js';
import { type AreaName, listAreaNames } from './areas.store.js';

/** Looking a name up among 8,441 costs some milliseconds when it is misspelt, so only so many different ones are. */
const mostLookedUp = 50;
const mostSuggested = 5;

/**
 * Where a row gives the name of an area and not its code, or beside a code that it does not fit, says which codes may be
 * meant. A district and a subdistrict may share a name, and many subdistricts do, so there may be several.
 */
export async function suggestAreaCodes(db: Db, faults: RowFault[], areaCode: string | null): Promise<void> {
  const named = faults.filter(
    ({ column, code, value }) =>
      value !== null &&
      code !== 'not-a-value' &&
      (code === rules.areaNameDiffers.code || (column === 'areaCode' && /\p{L}/u.test(value))),
  );
  if (named.length === 0) return;
  const byName = namesToCodes(await listAreaNames(db, areaCode));
  const names = [...byName.keys()];
  const found = new Map<string, string[]>();
  const breath = new Breath();
  for (const fault of named) {
    if (breath.isDue) await breath.take();
    const name = plainAreaName(fault.value ?? '');
    if (!found.has(name) && found.size < mostLookedUp) found.set(name, codesOf(name, byName, names));
    const { en, th } = fault.detail;
    // The code that the row has is the first word of what is said of a name that does not fit it.
    const codes = (found.get(name) ?? []).filter((code) => !en.startsWith(`${code} `));
    if (codes.length === 0) continue;
    const listed = codes.map((code) => `"${code}"`).join(', ');
    if (fault.code === rules.areaNameDiffers.code) {
      fault.detail = { en: `${en} Did you mean the code ${listed}?`, th: `${th} หมายถึงรหัส ${listed} หรือไม่` };
      continue;
    }
    fault.allowed = codes;
    fault.detail = { en: `${en} Did you mean ${listed}?`, th: `${th} รหัสที่อาจตรงกัน: ${listed}` };
  }
}

function codesOf(name: string, byName: ReadonlyMap<string, string[]>, names: readonly string[]): string[] {
  const exact = byName.get(name);
  if (exact !== undefined) return exact.slice(0, mostSuggested);
  if (name.length < 3) return [];
  // A name of quite another length is none that is near; a text of two hundred letters need not be held to all 8,441.
  const alike = names.filter(({ length }) => Math.abs(length - name.length) <= mostWrong(length));
  if (alike.length === 0) return [];
  const near = closest(name, alike);
  return distance(name, near) <= mostWrong(near.length) ? (byName.get(near) ?? []).slice(0, mostSuggested) : [];
}

/** How many letters may be wrong in a name of this length. */
function mostWrong(length: number): number {
  return Math.max(1, length / 4);
}

/** Short codes first: who names an area without saying which kind more often means the larger one. */
function namesToCodes(areas: readonly AreaName[]): Map<string, string[]> {
  const byName = new Map<string, string[]>();
  for (const { areaCode, nameTh, nameEn } of areas) {
    for (const name of new Set([plainAreaName(nameTh), plainAreaName(nameEn)])) {
      byName.set(name, [...(byName.get(name) ?? []), areaCode]);
    }
  }
  return byName;
}
