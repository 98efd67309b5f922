import { levelAt } from '../../domain/assessment.js';
import type { Instrument } from '../../domain/instrument.js';
import { resultsOf } from '../../scoring/verdict.js';

/** What a line of `sheetLines` becomes: the JSON of the score sheet, or the values of its columns in CSV. */
export interface SheetWriter {
  line(line: string): string;
  cells(line: string): Record<string, unknown>;
}

const levelsKey = ',"levels":"';
const reasonsKey = '","reasons":';
/**
 * Writes score sheets, the same as `assessmentView` gives. The JSON is cut and joined as text, because to parse and
 * write again what the database wrote takes several times as long. Inside a JSON text quotes are escaped, so the first
 * `"levels":` is the key and not part of somebody's summary.
 */
export function sheetWriter(instrument: Instrument): SheetWriter {
  const numbers = instrument.criteria.map(({ criterionNo }) => criterionNo);
  const resultFor = resultsOf(instrument);
  return {
    line: (line) => {
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
      return `${line.slice(0, end)},"scores":[${scores}],"result":${resultFor(levels).text}}`;
    },
    cells: (line) => {
      const { levels, reasons, ...cells } = JSON.parse(line);
      for (const [index, no] of numbers.entries()) {
        cells[`c${no}`] = levelAt(levels, index);
        cells[`r${no}`] = cells[`c${no}`] === null ? null : (reasons[no] ?? null);
      }
      return Object.assign(cells, resultFor(levels).result);
    },
  };
}
