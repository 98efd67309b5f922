import type { DemoData, DemoDistrict, DemoRound } from './data.js';
import { reconstructGroups } from './groups.js';
import { published, reconstructedLabel, reconstructedMark } from './published.js';
import { reconstructSheets } from './sheets.js';
import { designateTargets } from './targets.js';
import { reconstructTeams } from './teams.js';

/**
 * Makes a data set for Khon Kaen, round 1 of FY2555, from which every figure the province published comes out exactly:
 * the registry's totals, the development levels, most and fewest criteria passed, and the groups that passed each of the
 * ten criteria the report names. The registry and the 160 score sheets themselves were never published, so everything
 * below the totals is made up, and every record says so.
 *
 * Takes the 26 districts (four digits) with their subdistricts (six digits), in any order, and always gives the same
 * data for the same areas. Pure: no I/O, no clock. Money is whole baht, days are ISO `YYYY-MM-DD`.
 *
 * Throws a RangeError when there are not 26 districts of province 40, when a district has no subdistrict, or when a
 * subdistrict does not lie in its district.
 */
export function reconstructKhonKaen(subdistrictsByDistrict: ReadonlyMap<string, readonly string[]>): DemoData {
  const districts = checkedDistricts(subdistrictsByDistrict);
  const teams = reconstructTeams();
  const groups = reconstructGroups(districts);
  const targets = designateTargets(groups, districts, teams);
  return { label: { ...reconstructedLabel }, teams, groups, round: round(), sheets: reconstructSheets(targets) };
}

function checkedDistricts(subdistrictsByDistrict: ReadonlyMap<string, readonly string[]>): DemoDistrict[] {
  if (subdistrictsByDistrict.size !== published.districtCount) {
    throw new RangeError(
      `the report counts ${published.districtCount} districts of Khon Kaen, given are ${subdistrictsByDistrict.size}`,
    );
  }
  // Sorted, so that the data do not depend on the order in which the caller met the areas.
  const codes = [...subdistrictsByDistrict.keys()].sort();
  return codes.map((areaCode) => checkedDistrict(areaCode, subdistrictsByDistrict.get(areaCode) ?? []));
}

function checkedDistrict(areaCode: string, subdistricts: readonly string[]): DemoDistrict {
  if (!/^40\d{2}$/.test(areaCode)) throw new RangeError(`${areaCode} is not a district of Khon Kaen (40)`);
  if (subdistricts.length === 0) throw new RangeError(`district ${areaCode} has no subdistrict`);
  const stranger = subdistricts.find((code) => code.length !== 6 || !code.startsWith(areaCode));
  if (stranger !== undefined) throw new RangeError(`${stranger} is not a subdistrict of district ${areaCode}`);
  return { areaCode, subdistricts: subdistricts.toSorted() };
}

function round(): DemoRound {
  return {
    fiscalYearBe: 2555,
    roundNo: 1,
    areaCode: '40',
    title: `ตรวจสุขภาพทางการเงินกลุ่มออมทรัพย์เพื่อการผลิต จังหวัดขอนแก่น ปีงบประมาณ 2555 รอบที่ 1 (${reconstructedMark})`,
    instrument: 'fhc@1',
    startsOn: '2012-04-01',
    endsOn: '2012-04-30',
    targetSelection: 'designated',
    targetPopulation: 786,
  };
}
