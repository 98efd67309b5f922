/** Where a group stands in the registry. Only an active group is checked. */
export const groupStatuses = ['active', 'inactive', 'merged', 'dissolved'] as const;

export type GroupStatus = (typeof groupStatuses)[number];

/** Sums of one area and one development level (null: not known). Parts add up: no group is in two of them. */
export interface SummaryPart {
  areaCode: string;
  developmentLevel: 1 | 2 | 3 | null;
  groups: number;
  groupsWithoutFigures: number;
  memberCount: number;
  savingsSatang: bigint;
}

/**
 * Adds parts of the registry up: groups, members, savings in baht (added in whole satang, so exactly) and groups per
 * development level, each level listed even when no group has it.
 */
export function summaryOf(parts: readonly SummaryPart[]) {
  const sum = (some: readonly SummaryPart[], field: 'groups' | 'groupsWithoutFigures' | 'memberCount') =>
    some.reduce((total, part) => total + part[field], 0);
  const satang = parts.reduce((total, part) => total + part.savingsSatang, 0n);
  return {
    groups: sum(parts, 'groups'),
    groupsWithoutFigures: sum(parts, 'groupsWithoutFigures'),
    memberCount: sum(parts, 'memberCount'),
    savingsBaht: Number(satang) / 100,
    byDevelopmentLevel: ([1, 2, 3, null] as const).map((developmentLevel) => ({
      developmentLevel,
      groups: sum(
        parts.filter((part) => part.developmentLevel === developmentLevel),
        'groups',
      ),
    })),
  };
}
