import { apportion } from './apportion.js';
import type { DemoDistrict, DemoGroup, DemoLevel } from './data.js';
import { itemAt } from './lists.js';
import { villageNames } from './names.js';
import { published, reconstructedMark, simulatedMark } from './published.js';
import { type Random, randomFor } from './random.js';

/**
 * The registry: 1,061 groups in the order of their area, with members, savings (whole baht) and development levels that
 * add up to the published totals exactly.
 */
export function reconstructGroups(districts: readonly DemoDistrict[]): DemoGroup[] {
  const random = randomFor('groups');
  const places = placeGroups(districts, random);
  const names = random.shuffled(villageNames());
  const figures = reconstructFigures(places.map((place) => place.developmentLevel));
  return places.map((place, index) => {
    const villageName = itemAt(names, index);
    const { foundedOn, memberCount, savingsBaht } = itemAt(figures, index);
    return {
      registrationNo: `DEMO-40-${String(index + 1).padStart(4, '0')}`,
      name: `กลุ่มออมทรัพย์เพื่อการผลิต${villageName} ${simulatedMark}`,
      areaCode: place.areaCode,
      villageName,
      foundedOn,
      status: 'active',
      figures: {
        asOf: '2012-03-31',
        memberCount,
        savingsBaht,
        developmentLevel: place.developmentLevel,
        source: reconstructedMark,
      },
    };
  });
}

interface Place {
  areaCode: string;
  developmentLevel: DemoLevel;
}

/** With 18 groups in a district, even one with the most groups at levels 1 and 2 has enough at level 3 for its targets. */
const fewestGroupsPerDistrict = 18;

/** Where the groups are and how far they have come. A district with more subdistricts has more of them. */
function placeGroups(districts: readonly DemoDistrict[], random: Random): Place[] {
  const spare = published.groupCount - fewestGroupsPerDistrict * districts.length;
  const shares = apportion(
    spare,
    districts.map((district) => district.subdistricts.length * random.int(7, 13)),
  );
  const counts = shares.map((share) => fewestGroupsPerDistrict + share);
  const atLevel1 = apportion(
    published.groupsAtLevel1,
    counts.map((count) => count * random.int(5, 15)),
  );
  const atLevel2 = apportion(
    published.groupsAtLevel2,
    counts.map((count) => count * random.int(8, 12)),
  );
  return districts.flatMap(({ subdistricts }, index) => {
    const areaCodes = Array.from({ length: itemAt(counts, index) }, () => random.pick(subdistricts)).sort();
    const levels = random.shuffled(levelsOf(areaCodes.length, itemAt(atLevel1, index), itemAt(atLevel2, index)));
    return areaCodes.map((areaCode, nth) => ({ areaCode, developmentLevel: itemAt(levels, nth) }));
  });
}

function levelsOf(count: number, atLevel1: number, atLevel2: number): DemoLevel[] {
  return Array.from({ length: count }, (_, nth) => (nth < atLevel1 ? 1 : nth < atLevel1 + atLevel2 ? 2 : 3));
}

/** How groups of a development level differ: further on means older, larger and richer per member. */
const traits = {
  1: { foundedAround: 1998, foundedSpread: 3, size: 6, thrift: 4 },
  2: { foundedAround: 1994, foundedSpread: 4, size: 8, thrift: 7 },
  3: { foundedAround: 1991, foundedSpread: 4, size: 11, thrift: 11 },
} as const;

const fewestMembers = 15;

/** Pledged savings come in tens of baht, as members pay them in; the published total is a whole number of tens. */
const savingsStepBaht = 10;

function reconstructFigures(levels: readonly DemoLevel[]) {
  const random = randomFor('figures');
  const years = levels.map((level) => traits[level].foundedAround + random.bell(traits[level].foundedSpread));
  const newMembers = apportion(
    published.memberCount - fewestMembers * levels.length,
    levels.map((level) => traits[level].size * drawSize(random)),
  );
  const savingsSteps = apportion(
    published.savingsBaht / savingsStepBaht,
    levels.map((level, index) => {
      const members = fewestMembers + itemAt(newMembers, index);
      const yearsOfSaving = 2012 - itemAt(years, index);
      return members * traits[level].thrift * (10 + yearsOfSaving) * random.int(40, 190);
    }),
  );
  return years.map((year, index) => ({
    foundedOn: `${year}-${twoDigits(random.int(1, 12))}-${twoDigits(random.int(1, 28))}`,
    memberCount: fewestMembers + itemAt(newMembers, index),
    savingsBaht: savingsStepBaht * itemAt(savingsSteps, index),
  }));
}

/** Members above the fewest: most groups stay small, a few take in whole subdistricts. */
function drawSize(random: Random): number {
  const percentile = random.int(1, 100);
  if (percentile <= 58) return random.int(0, 28);
  if (percentile <= 87) return random.int(28, 95);
  if (percentile <= 98) return random.int(95, 245);
  return random.int(245, 680);
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
