/**
 * Foldings: what makes two texts the same although they are written differently. Each is a list of steps, so that the
 * service (`fold`) and the database (`foldedSql` in platform/db/folding.ts) do the same by construction.
 */
export type Folding = readonly FoldingStep[];

export type FoldingStep =
  /** Takes out all characters of these ranges of code points. */
  | { remove: readonly (readonly [first: number, last: number])[] }
  /** Unicode's decomposition that also undoes forms of presentation: Ａ is A, ² is 2, a no-break space is a space. */
  | { decompose: 'NFKD' }
  /** Small letters for capital ones, A to Z alone: what lies beyond follows rules that the two sides may know differently. */
  | { lower: 'A-Z' }
  /** Each sign of `from` becomes the one at its place in `to`, or nothing where `to` is shorter. */
  | { translate: string; to: string }
  /** A text for another. */
  | { replace: string; by: string }
  /** A regular expression in what JavaScript and PostgreSQL have in common, and what it becomes, with \1 for its parts. */
  | { match: string; by: string };

/**
 * What Unicode says may be left out when it cannot be shown (Default_Ignorable_Code_Point): zero-width spaces and
 * joiners, soft hyphens, marks of direction, variation selectors, fillers of Hangul.
 */
export const invisible = [
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfff8],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
] as const;

/** What is the same however it is typed: the steps that every folding of ours begins with. */
export const sameWriting: Folding = [
  { remove: invisible },
  { decompose: 'NFKD' },
  { lower: 'A-Z' },
  // Thai digits; and the long tail of ฤๅ, which most people type as an aa.
  { translate: '๐๑๒๓๔๕๖๗๘๙\u0e45', to: '0123456789\u0e32' },
  { replace: '\u0e40\u0e40', by: '\u0e41' },
];

const compiled = new WeakMap<FoldingStep, (text: string) => string>();

/** A text as it is compared. */
export function fold(folding: Folding, text: string): string {
  let folded = text;
  for (const step of folding) {
    const apply = compiled.get(step) ?? compile(step);
    compiled.set(step, apply);
    folded = apply(folded);
  }
  return folded;
}

function compile(step: FoldingStep): (text: string) => string {
  if ('remove' in step) {
    const signs = step.remove.map(([first, last]) => `\\u{${first.toString(16)}}-\\u{${last.toString(16)}}`);
    const pattern = new RegExp(`[${signs.join('')}]+`, 'gu');
    return (text) => text.replace(pattern, '');
  }
  if ('decompose' in step) return (text) => text.normalize(step.decompose);
  if ('lower' in step) return (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  if ('translate' in step) {
    const others = Array.from(step.to);
    const signs = new Map(Array.from(step.translate, (sign, place) => [sign, others[place] ?? '']));
    const pattern = new RegExp(`[${step.translate}]`, 'gu');
    return (text) => text.replace(pattern, (sign) => signs.get(sign) ?? sign);
  }
  if ('replace' in step) return (text) => text.replaceAll(step.replace, step.by);
  const pattern = new RegExp(step.match, 'gu');
  const by = step.by.replace(/\\(\d)/g, '$$$1');
  return (text) => text.replace(pattern, by);
}
