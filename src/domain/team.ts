import { areaKindOf } from './area.js';
import type { Violation } from './refusal.js';
import { rules } from './rule.js';

/** A province has a few teams; each district has a network. */
export const teamTiers = ['province', 'district'] as const;
export type TeamTier = (typeof teamTiers)[number];

/** Who sends a member: the Department (cdd), the savings groups' network, the Government Savings Bank (gsb), others. */
export const memberOrganizations = ['cdd', 'network', 'gsb', 'other'] as const;
export type MemberOrganization = (typeof memberOrganizations)[number];

export interface TeamMember {
  name: string;
  organization: MemberOrganization;
}

/** A provincial team's area is a province, a district team's a district: a violation when it is another, else null. */
export function tierMismatch(tier: TeamTier, areaCode: string): Violation | null {
  return areaKindOf(areaCode) === tier ? null : rules.areaOfTier('/areaCode', areaCode, tier);
}
