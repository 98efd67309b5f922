import { sum } from './lists.js';

/**
 * Shares a whole number out in proportion to weights so that the shares add up to it exactly (largest remainder;
 * among equal remainders the earlier comes first). Weights are integers of at least 0, and not all 0.
 *
 * Throws a RangeError when `total * weight` leaves the exact integers, because the shares would then be off unseen.
 */
export function apportion(total: number, weights: readonly number[]): number[] {
  const weightSum = sum(weights);
  const quotas = weights.map((weight, index) => {
    const product = total * weight;
    if (!Number.isSafeInteger(product) || weightSum === 0) throw new RangeError('cannot be shared out exactly');
    const remainder = product % weightSum;
    return { index, share: (product - remainder) / weightSum, remainder };
  });
  const left = total - sum(quotas.map((quota) => quota.share));
  const lucky = quotas.toSorted((a, b) => b.remainder - a.remainder || a.index - b.index).slice(0, left);
  for (const quota of lucky) quota.share += 1;
  return quotas.map((quota) => quota.share);
}
