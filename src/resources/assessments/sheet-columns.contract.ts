import type { CsvColumn } from '../../platform/csv.js';
import { csvColumnsOf } from '../../platform/record/fields.js';
import { assessmentFields } from './assessments.record.js';

/** Which criteria there are is the instrument's to say; the contract shows those of the built-in one. */
const builtIn = Array.from({ length: 19 }, (_, index) => index + 1);

/**
 * The columns of score sheets in CSV: for each criterion `c` and its number is the level, `r` and its number the reason.
 */
export function sheetColumns(criterionNos: readonly number[] = builtIn): CsvColumn[] {
  const ofScores = ['c', 'r'].flatMap((letter) => criterionNos.map((no) => `${letter}${no}`));
  const columns = csvColumnsOf(assessmentFields);
  const place = columns.indexOf('passedCount');
  return [...columns.slice(0, place), ...ofScores, ...columns.slice(place)];
}
