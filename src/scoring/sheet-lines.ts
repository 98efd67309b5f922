import { levelAt } from '../domain/assessment.js';
import type { Instrument } from '../domain/instrument.js';
import { resultOf } from './verdict.js';

/** What lines of `sheetLines` become: the JSON of the score sheets, or of a line the values of its columns in CSV. */
export interface SheetWriter {
  lines(lines: Buffer): Buffer;
  cells(line: string): Record<string, unknown>;
}

const levelsKey = ',"levels":"';
const reasonsKey = '","reasons":{';
/** What PostgreSQL writes behind a key of jsonb, and between two members. */
const keyEnd = '": ';
const between = ', ';

/**
 * Writes score sheets, the same as `assessmentView` gives. The JSON is cut and joined as bytes, because to take apart
 * and write again what the database wrote takes several times as long.
 */
export function sheetWriter(instrument: Instrument): SheetWriter {
  const numbers = instrument.criteria.map(({ criterionNo }) => criterionNo);
  const places = new Map(numbers.map((no, index) => [String(no), index]));
  const openings = numbers.map((no) =>
    [null, 1, 2, 3].map((level) => `{"criterionNo":${no},"level":${level},"reason":`),
  );

  /** The JSON text of each reason at the place of its criterion, in whatever order they stand from `at` on. */
  const reasonsIn = (line: string, at: number): string[] => {
    const reasons: string[] = [];
    let start = at;
    while (line[start] === '"') {
      const keyStart = start + 1;
      const keyStop = line.indexOf('"', keyStart);
      const opening = keyStop + keyEnd.length;
      const closing = endOfText(line, opening);
      const index = places.get(line.slice(keyStart, keyStop));
      if (index !== undefined) reasons[index] = line.slice(opening, closing);
      start = closing + between.length;
    }
    return reasons;
  };

  /** A line of bytes, one character each: what it is cut at is ASCII, and the rest is handed on as it is. */
  const write = (line: string): string => {
    // Inside a JSON text quotes are escaped, so the first `"levels":` is the key and not part of somebody's summary.
    const end = line.indexOf(levelsKey);
    const from = end + levelsKey.length;
    const levels = line.slice(from, from + numbers.length);
    const afterLevels = from + numbers.length;
    if (end < 0 || !line.startsWith(reasonsKey, afterLevels)) throw new Error('a line ends in levels and reasons');
    const reasons = reasonsIn(line, afterLevels + reasonsKey.length);
    let scores = '';
    for (let index = 0; index < openings.length; index++) {
      const level = levelAt(levels, index);
      const reason = reasons[index] ?? 'null';
      if (level === null && reason === 'null') continue;
      scores += `${scores === '' ? '' : ','}${openings[index]?.[level ?? 0]}${reason}}`;
    }
    const result = JSON.stringify(resultOf(levels, instrument));
    return `${line.slice(0, end)},"scores":[${scores}],"result":${result}}\n`;
  };

  return {
    lines: (lines) => {
      let text = '';
      let start = 0;
      for (let end = lines.indexOf(0x0a); end >= 0; end = lines.indexOf(0x0a, start)) {
        text += write(lines.toString('latin1', start, end));
        start = end + 1;
      }
      return Buffer.from(text, 'latin1');
    },
    cells: (line) => {
      const { levels, reasons, ...cells } = JSON.parse(line);
      for (const [index, no] of numbers.entries()) {
        cells[`c${no}`] = levelAt(levels, index);
        cells[`r${no}`] = reasons[no] ?? null;
      }
      return Object.assign(cells, resultOf(levels, instrument));
    },
  };
}

/** Where the JSON text ends that begins at `start`: behind the first quote that no backslash escapes. */
function endOfText(line: string, start: number): number {
  for (let end = line.indexOf('"', start + 1); ; end = line.indexOf('"', end + 1)) {
    let escapes = 0;
    while (line[end - 1 - escapes] === '\\') escapes += 1;
    if (escapes % 2 === 0) return end + 1;
  }
}
