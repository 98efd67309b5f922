/**
 * How a text is compared when part of it is searched for. People leave out tone marks or type them in another order,
 * and one word is written with different signs, so these count for nothing: the case of A to Z, the marks above a letter
 * that are no vowel, signs that do not print, Thai or Arabic digits, and the two ways to write am (ำ) and ae (แ).
 */
export interface Folding {
  /** Signs that are left out. */
  silent: string;
  /** Thai digits, from 0 to 9. */
  digits: string;
  /** Two signs that stand for one, in the order in which they are replaced. */
  pairs: readonly (readonly [pair: string, sign: string])[];
}

export const folding: Folding = {
  // The short-vowel mark, the four tone marks, the silencer and the yamakkan; then zero-width signs, which come with copied text.
  silent: '\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e4e\u200b\u200c\u200d\ufeff',
  digits: '\u0e50\u0e51\u0e52\u0e53\u0e54\u0e55\u0e56\u0e57\u0e58\u0e59',
  pairs: [
    ['\u0e4d\u0e32', '\u0e33'],
    ['\u0e40\u0e40', '\u0e41'],
  ],
};

const silent = new RegExp(`[${folding.silent}]`, 'g');
const digit = new RegExp(`[${folding.digits}]`, 'g');

/** A text as it is compared in a search; `groups.table.ts` says the same in SQL. */
export function searchable(text: string): string {
  const bare = text
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(silent, '')
    .replace(digit, (sign) => String(folding.digits.indexOf(sign)));
  return folding.pairs.reduce((folded, [pair, sign]) => folded.replaceAll(pair, sign), bare);
}
