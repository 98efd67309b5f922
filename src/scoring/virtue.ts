/** One virtue of an instrument as if it were an instrument of its own, so that it gives the same figures. */
import type { Instrument } from '../domain/instrument.js';

/** The instrument reduced to the criteria of one virtue, in instrument order; criterion numbers stay. */
export function instrumentOfVirtue(instrument: Instrument, virtueCode: string): Instrument {
  return { ...instrument, criteria: instrument.criteria.filter((criterion) => criterion.virtueCode === virtueCode) };
}

/**
 * Level codes reduced to the criteria of one virtue. Takes and gives concatenated sheets, one digit a criterion.
 * @throws RangeError when the codes are not whole sheets of the instrument
 */
export function levelCodesOfVirtue(levelCodes: string, instrument: Instrument, virtueCode: string): string {
  const width = instrument.criteria.length;
  if (levelCodes.length % width !== 0) throw new RangeError('the level codes are not whole sheets of the instrument');
  const kept = instrument.criteria.flatMap((criterion, index) => (criterion.virtueCode === virtueCode ? [index] : []));
  let reduced = '';
  for (let start = 0; start < levelCodes.length; start += width) {
    for (const index of kept) reduced += levelCodes[start + index];
  }
  return reduced;
}
