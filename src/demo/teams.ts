import type { DemoTeam } from './data.js';
import { personNames } from './names.js';
import { simulatedMark } from './published.js';

/** The six provincial check teams ("doctors"), one member of each organization: 18 people with made-up names. */
export function reconstructTeams(): DemoTeam[] {
  return personNames.map(([cdd, network, gsb], index) => ({
    key: `team-${index + 1}`,
    name: `ทีมตรวจสุขภาพทางการเงิน จังหวัดขอนแก่น ทีมที่ ${index + 1} ${simulatedMark}`,
    tier: 'province',
    areaCode: '40',
    members: [
      { name: pseudonym(cdd), organization: 'cdd' },
      { name: pseudonym(network), organization: 'network' },
      { name: pseudonym(gsb), organization: 'gsb' },
    ],
  }));
}

/** Marked the way Thai newspapers mark a name that is not a person's own. */
export function pseudonym(name: string): string {
  return `${name} (นามสมมติ)`;
}
