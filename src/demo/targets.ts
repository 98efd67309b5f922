import { apportion } from './apportion.js';
import type { DemoDistrict, DemoGroup, DemoTeam } from './data.js';
import { itemAt } from './lists.js';
import { published } from './published.js';
import { randomFor } from './random.js';

export interface Target {
  registrationNo: string;
  districtCode: string;
  teamKey: string;
  assessedOn: string;
}

/** With 160 targets in 26 districts about six each: four for every district, the rest to where most groups are. */
const fewestTargetsPerDistrict = 4;

/**
 * The 160 groups to be checked, all at development level 3, in the order of the registry, each with the team that
 * visits it and the day. A team has whole districts, so that it travels one way at a time.
 */
export function designateTargets(
  groups: readonly DemoGroup[],
  districts: readonly DemoDistrict[],
  teams: readonly DemoTeam[],
): Target[] {
  const random = randomFor('targets');
  const groupsByDistrict = districts.map(({ areaCode }) =>
    groups.filter((group) => group.areaCode.startsWith(areaCode)),
  );
  const extra = apportion(
    published.targetCount - fewestTargetsPerDistrict * districts.length,
    groupsByDistrict.map((inDistrict) => inDistrict.length),
  );
  const chosenByDistrict = groupsByDistrict.map((inDistrict, index) => {
    const eligible = inDistrict.filter((group) => group.figures.developmentLevel === 3);
    const chosen = random.shuffled(eligible).slice(0, fewestTargetsPerDistrict + itemAt(extra, index));
    return chosen.map((group) => group.registrationNo).sort();
  });
  const teamKeys = shareDistricts(chosenByDistrict, teams);
  const visits = chosenByDistrict.flatMap((chosen, index) =>
    chosen.map((registrationNo) => ({
      registrationNo,
      districtCode: itemAt(districts, index).areaCode,
      teamKey: itemAt(teamKeys, index),
    })),
  );
  return visits.map((visit) => ({ ...visit, assessedOn: dayOf(visit, visits) }));
}

/** The team of each district: the districts with most targets first, each to the team with fewest so far. */
function shareDistricts(chosenByDistrict: readonly string[][], teams: readonly DemoTeam[]): string[] {
  const loads = teams.map(() => 0);
  const teamKeys = chosenByDistrict.map(() => '');
  const largestFirst = chosenByDistrict
    .map((chosen, district) => ({ district, count: chosen.length }))
    .sort((a, b) => b.count - a.count || a.district - b.district);
  for (const { district, count } of largestFirst) {
    const lightest = loads.indexOf(Math.min(...loads));
    loads[lightest] = itemAt(loads, lightest) + count;
    teamKeys[district] = itemAt(teams, lightest).key;
  }
  return teamKeys;
}

/** Working days of April 2012: no weekends, no Chakri day (6th), no Songkran (13th to 16th). */
const workingDays = [2, 3, 4, 5, 9, 10, 11, 12, 17, 18, 19, 20, 23, 24, 25, 26, 27, 30];

type Visit = Pick<Target, 'registrationNo' | 'teamKey'>;

/** A team goes through its targets in order and spreads them evenly over the month. */
function dayOf(visit: Visit, visits: readonly Visit[]): string {
  const own = visits.filter((other) => other.teamKey === visit.teamKey);
  const day = itemAt(workingDays, Math.floor((own.indexOf(visit) * workingDays.length) / own.length));
  return `2012-04-${String(day).padStart(2, '0')}`;
}
