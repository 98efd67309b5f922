/**
 * The share of a count in a total as a percent with two decimals, cut and not rounded: 127 of 160 is 79.37.
 * Null when the total is 0. RangeError when a number is not a whole one from 0 up, or the count exceeds the total.
 * Source: the printed figures of the Khon Kaen report, FY2555 round 1.
 */
export function percentOf(count: number, total: number): number | null {
  if (count > total) throw new RangeError(`${count} of ${total} is more than the whole`);
  return hundredthsOf(count, total, 10_000);
}

/**
 * The mean of n numbers that add up to `sum`, with two decimals, cut as percents are; null when n is 0.
 * RangeError when a number is not a whole one from 0 up.
 */
export function meanOf(sum: number, n: number): number | null {
  return hundredthsOf(sum, n, 100);
}

/**
 * The median of numbers from 0 up given as a histogram, `counts[number]` = how many there are; null when there are none.
 * With an even number of them it is half way between the two in the middle, so it may end in .5.
 */
export function medianOf(counts: Uint32Array): number | null {
  const n = counts.reduce((sum, count) => sum + count, 0);
  return n === 0 ? null : (numberAt(counts, Math.floor((n - 1) / 2)) + numberAt(counts, Math.floor(n / 2))) / 2;
}

function numberAt(counts: Uint32Array, place: number): number {
  let upToHere = 0;
  return counts.findIndex((count) => {
    upToHere += count;
    return upToHere > place;
  });
}

function hundredthsOf(count: number, total: number, scale: number): number | null {
  for (const number of [count, total]) {
    if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`${number} is not a count`);
  }
  if (total === 0) return null;
  const product = count * scale;
  if (!Number.isSafeInteger(product)) return Number((BigInt(count) * BigInt(scale)) / BigInt(total)) / 100;
  // The remainder is taken off first because a quotient just below a whole number may round up to it.
  return (product - (product % total)) / total / 100;
}
