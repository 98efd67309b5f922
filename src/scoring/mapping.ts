/** Reading the sheets of one instrument version with the eyes of another. */
import { criterionIndex, type Instrument } from '../domain/instrument.js';
import { levelIn, requireSheets } from './level-codes.js';

/**
 * Level codes of one instrument version as if they had been given with another: `mapping` leads from criterion numbers
 * of `from` to those of `to`, and a criterion of `to` that nothing leads to is missing ('0') on every sheet.
 * RangeError when the codes do not fit `from`, a number is unknown, or two criteria lead to the same.
 */
export function mapLevels(
  levelCodes: string,
  from: Instrument,
  to: Instrument,
  mapping: ReadonlyMap<number, number>,
): string {
  requireSheets(levelCodes, from);
  const sources = sourcesOf(from, to, mapping);
  const [width, sheets] = [sources.length, levelCodes.length / from.criteria.length];
  const mapped = new Uint8Array(sheets * width).fill(48);
  for (let sheet = 0; sheet < sheets; sheet++) {
    for (let i = 0; i < width; i++) {
      const source = sources[i] ?? null;
      if (source !== null) mapped[sheet * width + i] = 48 + levelIn(levelCodes, sheet * from.criteria.length + source);
    }
  }
  return new TextDecoder().decode(mapped);
}

/** For each criterion of `to` the position on a sheet of `from` that it comes from, or null. */
function sourcesOf(from: Instrument, to: Instrument, mapping: ReadonlyMap<number, number>): (number | null)[] {
  const sources: (number | null)[] = to.criteria.map(() => null);
  for (const [fromNo, toNo] of mapping) {
    const [source, target] = [criterionIndex(fromNo, from), criterionIndex(toNo, to)];
    if (source === null || target === null) throw new RangeError(`no criterion ${fromNo} leads to a criterion ${toNo}`);
    if (sources[target] !== null) throw new RangeError(`two criteria lead to criterion ${toNo}`);
    sources[target] = source;
  }
  return sources;
}
