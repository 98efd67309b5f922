import { levelAt } from '../../domain/assessment.js';
import type { Instrument } from '../../domain/instrument.js';
import { resultsOf } from '../../scoring/verdict.js';

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
  const resultFor = resultsOf(instrument);
  const openings = numbers.map((no) => [1, 2, 3].map((level) => `{"criterionNo":${no},"level":${level},"reason":`));

  /** A line of bytes, one character each: what it is cut at is ASCII, and the rest is handed on as it is. */
  const write = (line: string): string => {
    // Inside a JSON text quotes are escaped, so the first `"levels":` is the key and not part of somebody's summary.
    const end = line.indexOf(levelsKey);
    const from = end + levelsKey.length;
    const levels = line.slice(from, from + numbers.length);
    const reasons = reasonsFrom(line, from + numbers.length + reasonsKey.length);
    let scores = '';
    for (const [index, no] of numbers.entries()) {
      const level = levelAt(levels, index);
      if (level === null) continue;
      if (scores !== '') scores += ',';
      scores += `${openings[index]?.[level - 1]}${reasons.get(String(no)) ?? 'null'}}`;
    }
    return `${line.slice(0, end)},"scores":[${scores}],"result":${resultFor(levels).text}}\n`;
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
        cells[`r${no}`] = cells[`c${no}`] === null ? null : (reasons[no] ?? null);
      }
      return Object.assign(cells, resultFor(levels).result);
    },
  };
}

/** The texts of `"1": "...", "2": "..."}` as they stand there with their quotes, by their keys. */
function reasonsFrom(line: string, start: number): Map<string, string> {
  const reasons = new Map<string, string>();
  for (let at = start; line[at] === '"'; ) {
    const keyEnd = line.indexOf('"', at + 1);
    const from = keyEnd + '": '.length;
    const end = endOfText(line, from);
    reasons.set(line.slice(at + 1, keyEnd), line.slice(from, end));
    at = end + ', '.length;
  }
  return reasons;
}

/** Where the JSON text ends that begins at `start`: behind the first quote that no backslash escapes. */
function endOfText(line: string, start: number): number {
  for (let end = line.indexOf('"', start + 1); ; end = line.indexOf('"', end + 1)) {
    let escapes = 0;
    while (line[end - 1 - escapes] === '\\') escapes += 1;
    if (escapes % 2 === 0) return end + 1;
  }
}
