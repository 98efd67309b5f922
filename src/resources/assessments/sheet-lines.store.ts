import { levelAt, type Score } from '../../domain/assessment.js';
import type { Instrument } from '../../domain/instrument.js';
import { type Result, resultOf } from '../../scoring/verdict.js';

const levelsKey = ',"levels":"';
const reasonsKey = '","reasons":';
/** Sheets that look alike share their result; few do not when most groups pass most criteria. */
const mostResults = 10_000;

/**
 * Makes the function that turns a line of `sheetLines` into the JSON of a score sheet, the same as `assessmentView`
 * gives. It cuts and joins text, because to parse and write again what the database wrote takes five times as long.
 * Inside a JSON text quotes are escaped, so the first `"levels":` is the key and not part of somebody's summary.
 */
export function sheetLine(instrument: Instrument): (line: string) => string {
  const results = new Map<string, string>();
  const numbers = instrument.criteria.map(({ criterionNo }) => criterionNo);
  const resultText = (levels: string) => {
    const known = results.get(levels);
    if (known !== undefined) return known;
    if (results.size === mostResults) results.clear();
    const text = JSON.stringify(resultOf(levels, instrument));
    results.set(levels, text);
    return text;
  };
  return (line) => {
    const end = line.indexOf(levelsKey);
    const from = end + levelsKey.length;
    const levels = line.slice(from, from + numbers.length);
    const reasons = JSON.parse(line.slice(from + numbers.length + reasonsKey.length, -1)) as Record<string, string>;
    let scores = '';
    for (const [index, no] of numbers.entries()) {
      const level = levelAt(levels, index);
      if (level === null) continue;
      const reason = reasons[no];
      const written = reason === undefined ? 'null' : JSON.stringify(reason);
      scores += `${scores === '' ? '' : ','}{"criterionNo":${no},"level":${level},"reason":${written}}`;
    }
    return `${line.slice(0, end)},"scores":[${scores}],"result":${resultText(levels)}}`;
  };
}

/** A score sheet in the form that its columns in CSV speak of: a level and a reason for each criterion, and the result. */
export function flatSheet({ scores, result, ...sheet }: { scores: readonly Score[]; result: Result }) {
  const cells: Record<string, unknown> = { ...sheet, ...result };
  for (const { criterionNo, level, reason } of scores) {
    cells[`c${criterionNo}`] = level;
    cells[`r${criterionNo}`] = reason;
  }
  return cells;
}
