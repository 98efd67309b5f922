/**
 * How a text is compared when part of it is searched for. People leave out tone marks or type them in another order,
 * and one word is written with different signs, so these count for nothing: what does not show, the case of A to Z, the
 * marks above a letter that are no vowel, Thai or Arabic digits, the two ways to write am (ำ) and ae (แ), forms of
 * presentation such as full width, and how many spaces of which kind stand between two words.
 */
import { type Folding, fold, sameWriting } from './folding.js';

export const searchFolding: Folding = [
  ...sameWriting,
  // The short-vowel mark, the four tone marks, the silencer and the yamakkan.
  { translate: '\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e4e', to: '' },
  { replace: '\u0e4d\u0e32', by: '\u0e33' },
  { match: '  +', by: ' ' },
];

/** A text as it is compared in a search. */
export function searchable(text: string): string {
  return fold(searchFolding, text);
}
