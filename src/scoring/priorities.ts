/** Where to start: the failed criteria by what stands behind them, as three counts side by side and no score. */

export interface Weight {
  criterionNo: number;
  /** Groups that failed the criterion, and the members and savings of those groups. */
  groups: number;
  members: number;
  savingsSatang: bigint;
}

export interface Ranks {
  groupsRank: number;
  membersRank: number;
  savingsRank: number;
}

/**
 * The criteria that a group failed, most groups first, then most members, then most savings, then instrument order.
 * Each count has its own rank, 1 = most; ties share a rank (1, 2, 2, 4). A criterion that nobody failed is left out, and
 * whatever else a row carries (a name, groups without figures) stays on it.
 */
export function prioritiesOf<Row extends Weight>(criteria: readonly Row[]): (Row & Ranks)[] {
  const failed = criteria.filter(({ groups }) => groups > 0).sort(byWeight);
  return failed.map((row) => ({
    ...row,
    groupsRank: 1 + failed.filter((other) => other.groups > row.groups).length,
    membersRank: 1 + failed.filter((other) => other.members > row.members).length,
    savingsRank: 1 + failed.filter((other) => other.savingsSatang > row.savingsSatang).length,
  }));
}

function byWeight(a: Weight, b: Weight): number {
  return (
    b.groups - a.groups ||
    b.members - a.members ||
    // Satang of a province do not fit a number exactly, so they are compared and not subtracted.
    Number(b.savingsSatang > a.savingsSatang) - Number(b.savingsSatang < a.savingsSatang) ||
    a.criterionNo - b.criterionNo
  );
}
