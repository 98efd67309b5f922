/**
 * The statistics of two counts: a test, an interval of a difference, and how strongly two failures go together.
 * Written here and not imported: no library on npm has these, and their binomial sums are less exact than this one.
 */

export interface Share {
  count: number;
  total: number;
}

/** The 97.5 % point of the standard normal distribution: intervals are 95 %. */
const z = 1.959963984540054;

/** A share of the whole too small to be told from none. */
const faded = 1e-300;

/**
 * McNemar's exact two-sided p: how likely the passes gained and lost would differ so much if each of the groups that
 * changed were as likely to gain as to lose. Exactly min(1, 2 P(X <= the smaller)) for X ~ Bin(gained + lost, 1/2), so
 * 1 when nothing changed. About ten digits hold for tens of millions of changes; 0 stands for less than 1e-300.
 * RangeError when a number is not a count. Source: Fay, R Journal 2(1), 2010, 53-58 ("central" two-sided test).
 */
export function mcNemarExact(gained: number, lost: number): number {
  requireCounts(gained, lost);
  const changed = gained + lost;
  const fewer = Math.min(gained, lost);
  // Weights relative to the middle one need no factorials. They fade within 38 standard deviations of it; below the
  // normal range of a number they would stop shrinking, so there the sum ends.
  let weight = 1;
  let half = 0;
  let tail = 0;
  for (let count = Math.floor(changed / 2); weight > faded; count--) {
    half += 2 * count === changed ? weight / 2 : weight;
    if (count <= fewer) tail += weight;
    weight *= count / (changed - count + 1);
  }
  return Math.min(1, tail / half);
}

/**
 * The 95 % Wilson score interval of a share, as shares from 0 to 1, not cut. `effective` is the size of the sample for
 * a draw without replacement (see sampling.ts), else the total. RangeError unless 0 <= count <= total and total >= 1.
 * Source: Wilson (1927); method 3 of Newcombe, Statistics in Medicine 17 (1998), 857-872.
 */
export function wilsonScore(count: number, total: number, effective = total): { low: number; high: number } {
  requireShare({ count, total });
  if (total === 0) throw new RangeError('an empty sample has no interval');
  const share = count / total;
  const weight = 1 + (z * z) / effective;
  const centre = (share + (z * z) / (2 * effective)) / weight;
  const half = (z * Math.sqrt((share * (1 - share)) / effective + (z * z) / (4 * effective * effective))) / weight;
  // At the ends one bound is exactly 0 or 1; binary fractions would miss it by a hair.
  return { low: count === 0 ? 0 : centre - half, high: count === total ? 1 : centre + half };
}

/**
 * How much larger the share of `a` is than that of `b`, with its 95 % interval, in percent points with two decimals.
 * All three are cut toward zero: then b against a is exactly the mirror image, and an interval never looks clear of
 * zero when it is not. Null when a total is 0; RangeError when one is not a share.
 * Source: hybrid score, method 10 without continuity correction, of Newcombe, Statistics in Medicine 17 (1998), 873-890.
 */
export function newcombeDifference(a: Share, b: Share): { difference: number; low: number; high: number } | null {
  requireShare(a);
  requireShare(b);
  if (a.total === 0 || b.total === 0) return null;
  const [shareA, shareB] = [a.count / a.total, b.count / b.total];
  const [scoreA, scoreB] = [wilsonScore(a.count, a.total), wilsonScore(b.count, b.total)];
  const below = Math.hypot(shareA - scoreA.low, scoreB.high - shareB);
  const above = Math.hypot(scoreA.high - shareA, shareB - scoreB.low);
  const difference = shareA - shareB;
  return {
    difference: pointsBetween(a, b),
    low: Math.trunc((difference - below) * 10_000) / 100 + 0,
    high: Math.trunc((difference + above) * 10_000) / 100 + 0,
  };
}

/**
 * The phi coefficient of a 2x2 table of groups, from -1 (never together) over 0 (unrelated) to 1 (always together).
 * Null when one of the two happens in every group or in none: then nothing can go together with it.
 * Rounded to four decimals, where percents are cut: a cut square root would show a true 0.5 as 0.4999.
 */
export function phi(both: number, onlyA: number, onlyB: number, neither: number): number | null {
  requireCounts(both, onlyA, onlyB, neither);
  const [a, b] = [both + onlyA, both + onlyB];
  const [notA, notB] = [onlyB + neither, onlyA + neither];
  const spread = Math.sqrt(a * notA) * Math.sqrt(b * notB);
  return spread === 0 ? null : rounded((both * neither - onlyA * onlyB) / spread);
}

/**
 * How many times as often both happen as they would if unrelated: both x total / (a x b), where `a` and `b` count all
 * groups with the one and with the other. 1 = unrelated. Rounded to four decimals; null when a or b is 0.
 */
export function lift(both: number, a: number, b: number, total: number): number | null {
  requireCounts(both, a, b, total);
  if (both > Math.min(a, b) || Math.max(a, b) > total) throw new RangeError('a part is larger than its whole');
  return a === 0 || b === 0 ? null : rounded((both * total) / (a * b));
}

/** The difference of two shares in percent points, in whole numbers throughout, cut toward zero at two decimals. */
function pointsBetween(a: Share, b: Share): number {
  const [totalA, totalB] = [BigInt(a.total), BigInt(b.total)];
  const numerator = BigInt(a.count) * totalB - BigInt(b.count) * totalA;
  return Number((numerator * 10_000n) / (totalA * totalB)) / 100;
}

// Math.round takes halves up, which would break the mirror of a negative number; adding 0 makes of -0 a 0.
function rounded(value: number): number {
  return (Math.sign(value) * Math.round(Math.abs(value) * 10_000)) / 10_000 + 0;
}

function requireShare({ count, total }: Share): void {
  requireCounts(count, total);
  if (count > total) throw new RangeError(`${count} of ${total} is more than the whole`);
}

function requireCounts(...numbers: number[]): void {
  for (const number of numbers) {
    if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`${number} is not a count`);
  }
}
