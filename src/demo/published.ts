/** What the Khon Kaen report on round 1 of FY2555 printed, and how data made from it says that it was made. */

/** Totals of the registry and of the round. Savings are whole baht. */
export const published = {
  districtCount: 26,
  groupCount: 1061,
  memberCount: 74_803,
  savingsBaht: 388_961_490,
  groupsAtLevel1: 35,
  groupsAtLevel2: 240,
  targetCount: 160,
  mostPassed: 18,
  fewestPassed: 1,
} as const;

/**
 * Groups out of 160 that passed each criterion; criterion 1 comes first. Criteria 2, 4, 6, 10, 11, 13, 16, 17, 18 and
 * 19 are the report's. The nine others were not printed: theirs are ours, all different and between 71 and 116, because
 * a criterion passed more often or less often than that would have stood in one of the printed top fives.
 */
export const passedByCriterion = [
  104, 60, 97, 64, 88, 70, 92, 109, 81, 123, 127, 113, 117, 76, 85, 142, 130, 29, 34,
] as const;

/** The sentence that keeps a reconstructed record from ever being taken for a real one. */
export const reconstructedLabel = {
  th: 'ข้อมูลจำลองขึ้นใหม่จากยอดรวมในรายงาน',
  en: 'Reconstructed from published totals',
} as const;

/** Both languages at once, for texts that have no language of their own. */
export const reconstructedMark = `${reconstructedLabel.th} / ${reconstructedLabel.en}`;

/** The short mark for names. */
export const simulatedMark = '(ข้อมูลจำลอง)';

/** The sentence on everything after round 1, which the report does not give at all: not even totals stand behind it. */
export const inventedLabel = {
  th: 'ข้อมูลสมมติ',
  en: 'invented for demonstration',
} as const;

export const inventedMark = `${inventedLabel.th} / ${inventedLabel.en}`;
