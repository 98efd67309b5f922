/** Which criteria there are is the instrument's to say; the contract shows those of the built-in one. */
const builtIn = Array.from({ length: 19 }, (_, index) => index + 1);

/**
 * The columns of score sheets in CSV: for each criterion `c` and its number is the level, `r` and its number the reason.
 */
export function sheetColumns(criterionNos: readonly number[] = builtIn): string[] {
  return [
    'roundId',
    'groupId',
    'registrationNo',
    'groupName',
    'areaCode',
    'teamId',
    'assessedOn',
    'status',
    'summary',
    ...criterionNos.map((no) => `c${no}`),
    ...criterionNos.map((no) => `r${no}`),
    'passedCount',
    'failedCount',
    'missingCount',
    'healthLevel',
    'wellManaged',
    'rule',
    'submittedAt',
    'version',
    'createdAt',
    'updatedAt',
  ];
}
