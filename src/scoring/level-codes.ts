/** Level codes: one digit 0-3 a criterion in instrument order, sheet after sheet; 0 = no score. */
import type { Instrument } from '../domain/instrument.js';

/** The digit at a position. RangeError when it is not one of 0 to 3. */
export function levelIn(levelCodes: string, at: number): number {
  const level = levelCodes.charCodeAt(at) ^ 48;
  if (level > 3) throw new RangeError(`a level is a digit from 0 to 3, not "${levelCodes[at]}"`);
  return level;
}

/** RangeError when the codes do not cut into whole sheets of the instrument. */
export function requireSheets(levelCodes: string, { criteria }: Instrument): void {
  if (criteria.length === 0 || levelCodes.length % criteria.length !== 0) {
    throw new RangeError(`${levelCodes.length} digits are no whole number of sheets of ${criteria.length} criteria`);
  }
}
