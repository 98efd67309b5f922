import { levelAt } from '../../domain/assessment.js';
import type { Instrument } from '../../domain/instrument.js';
import { resultOf } from '../../scoring/verdict.js';

/** What lines of `sheetLines` become: the JSON of the score sheets, or of a line the values of its columns in CSV. */
export interface SheetWriter {
  lines(lines: Buffer): Buffer;
  cells(line: string): Record<string, unknown>;
}

const levelsKey = ',"levels":"';
const reasonsKey = '","reasons":{';

/**
 * Writes score sheets, the same as `assessmentView` gives. The JSON is cut and joined as bytes, because to take apart
 * and write again what the database wrote takes several times as long.
 */
export function sheetWriter(instrument: Instrument): SheetWriter {
  const numbers = instrument.criteria.map(({ criterionNo }) => criterionNo);
  const keys = numbers.map((no) => `"${no}": `);
  const openings = numbers.map((no) =>
    [null, 1, 2, 3].map((level) => `{"criterionNo":${no},"level":${level},"reason":`),
  );

  /** A line of bytes, one character each: what it is cut at is ASCII, and the rest is handed on as it is. */
  const write = (line: string): string => {
    // Inside a JSON text quotes are escaped, so the first `"levels":` is the key and not part of somebody's summary.
    const end = line.indexOf(levelsKey);
    const from = end + levelsKey.length;
    const levels = line.slice(from, from + numbers.length);
    let at = from + numbers.length + reasonsKey.length;
    let scores = '';
    for (const [index, key] of keys.entries()) {
      let reason = 'null';
      // The database writes the keys in the order of their numbers, which is that of the criteria.
      if (line.startsWith(key, at)) {
        const closing = endOfText(line, at + key.length);
        reason = line.slice(at + key.length, closing);
        at = closing + ', '.length;
      }
      const level = levelAt(levels, index);
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
