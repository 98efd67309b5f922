/**
 * When two registration numbers are one. What is the same writing is the same number: capital and small letters, Thai
 * and Arabic digits, full width, composed and decomposed letters, what does not show. What only may be the same, 0101
 * and 101, stays two numbers and is pointed out: some registries count with zeros, and spreadsheets drop them.
 */
import { type Folding, fold, invisible, sameWriting } from './folding.js';

/** What identifies a number, unique among all groups. It is compared and never shown. */
export const numberFolding: Folding = [
  ...sameWriting,
  // A tone mark and the vowel above the same letter, typed in either order; decomposed, am (ำ) has one of those.
  { match: '([\\u0e48-\\u0e4b])([\\u0e31\\u0e34-\\u0e37\\u0e4d])', by: '\\2\\1' },
];

/** What two numbers that differ only by zeros have in common, of what identifies them. */
export const zerosFolding: Folding = [{ match: '(^|[^0-9])0+([0-9])', by: '\\1\\2' }];

/** A number as it is compared. */
export function numberKey(registrationNo: string): string {
  return fold(numberFolding, registrationNo);
}

/** What a number has in common with those that differ from it only by zeros. */
export function butForZeros(registrationNo: string): string {
  return fold(zerosFolding, numberKey(registrationNo));
}

/** A number as it is kept: as it was written, but composed, in normal width and without what does not show. */
export function plainNumber(registrationNo: string): string {
  const seen = fold(unseen, registrationNo).normalize('NFC');
  return seen.replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
}

const unseen: Folding = [{ remove: invisible }];
