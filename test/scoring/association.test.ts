import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { lift, mcNemarExact, newcombeDifference, phi, wilsonScore } from '../../src/scoring/association.js';
import { wilsonInterval } from '../../src/scoring/sampling.js';

const near = (actual: number, expected: number, relative: number) => {
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `${actual} is not ${expected}`);
};

t.test('mcNemarExact: gives the p of published worked examples', async (t) => {
  // Fagerland, Lydersen and Laake, BMC Medical Research Methodology 13:91 (2013), table 1: airway hyper-responsiveness
  // of 21 children before and after transplantation (Bentur et al., 2009).
  near(mcNemarExact(1, 7), 0.0703125, 1e-14);
  // Armitage and Berry, Statistical Methods in Medical Research (1994), p. 127: two media for tubercle bacilli, as
  // worked in the handbook of StatsDirect, "P (two sided) = 0.0129".
  t.equal(mcNemarExact(12, 2).toFixed(4), '0.0129');
  // The table of the vignette "Exact McNemar's Test and Matching Confidence Intervals" of exact2x2 (Fay), 134 / 2048.
  near(mcNemarExact(9, 2), 134 / 2048, 1e-14);
  // 200 pairs of Stata's example of case and control, tested in the R package inferr: exact p = 1.0000.
  t.equal(mcNemarExact(7, 6), 1);
});

t.test('mcNemarExact: agrees with sums in whole numbers for changed approval ratings and large rounds', async () => {
  // Agresti, Categorical Data Analysis (1990), p. 350: 794 150 86 570. The p are sums of binomial coefficients made with
  // fractions in Python, from two million pairs on with loggamma in 30 digits (mpmath) and scipy 1.17 (Boost).
  near(mcNemarExact(86, 150), 3.715936139571442e-5, 1e-14);
  near(mcNemarExact(470, 530), 0.06202319509836318, 1e-14);
  near(mcNemarExact(14_800, 15_200), 0.021242010259197877, 1e-13);
  near(mcNemarExact(998_000, 1_002_000), 0.00468806674329027, 1e-12);
  near(mcNemarExact(4_990_000, 5_010_000), 2.544800491155173e-10, 1e-11);
});

t.test('mcNemarExact: is 1 without a difference, does not count the direction, and ends at zero', async (t) => {
  t.strictSame([mcNemarExact(0, 0), mcNemarExact(1, 0), mcNemarExact(5, 5), mcNemarExact(6, 5)], [1, 1, 1, 1]);
  near(mcNemarExact(0, 10), 2 / 1024, 1e-14);
  near(mcNemarExact(0, 900), 2 ** -899, 1e-12);
  t.equal(mcNemarExact(0, 5000), 0);
  for (const count of [-1, 0.5, Number.NaN]) t.throws(() => mcNemarExact(count, 1), RangeError);
});

t.test('mcNemarExact: agrees with adding binomial coefficients in whole numbers', async () => {
  const property = fc.property(fc.nat(400), fc.nat(400), (gained, lost) => {
    const changed = gained + lost;
    let [coefficient, tail] = [1n, 0n];
    for (let count = 0; count <= Math.min(gained, lost); count++) {
      tail += coefficient;
      coefficient = (coefficient * BigInt(changed - count)) / BigInt(count + 1);
    }
    const share = Number((tail * 2n * 10n ** 300n) / 2n ** BigInt(changed)) / 1e300;
    near(mcNemarExact(gained, lost), Math.min(1, share), 1e-12);
    assert.equal(mcNemarExact(gained, lost), mcNemarExact(lost, gained));
  });
  fc.assert(property);
});

t.test(
  'wilsonScore: gives the intervals of Newcombe, Statistics in Medicine 17 (1998), 857-872, table I',
  async (t) => {
    const interval = (count: number, total: number) => {
      const { low, high } = wilsonScore(count, total);
      return `${low.toFixed(4)} ${high.toFixed(4)}`;
    };
    t.equal(interval(81, 263), '0.2553 0.3662');
    t.equal(interval(15, 148), '0.0624 0.1605');
    t.equal(interval(0, 20), '0.0000 0.1611');
    t.equal(interval(1, 29), '0.0061 0.1718');
    t.strictSame([wilsonScore(0, 7).low, wilsonScore(7, 7).high], [0, 1]);
    t.throws(() => wilsonScore(0, 0), RangeError);
    t.throws(() => wilsonScore(3, 2), RangeError);
  },
);

t.test('wilsonScore: is the interval of a round when the sample counts for more (finite population)', async (t) => {
  const { low, high } = wilsonScore(142, 160, (160 * 785) / (786 - 160));
  const { low: lowPercent, high: highPercent } = wilsonInterval(142, 160, 786);
  t.strictSame([Math.floor(low * 10_000) / 100, Math.floor(high * 10_000) / 100], [lowPercent, highPercent]);
});

t.test(
  'newcombeDifference: gives the intervals of Newcombe, Statistics in Medicine 17 (1998), 873-890, table II',
  async (t) => {
    // Method 10, printed rounded to four decimals of a share: ours are percent points cut at two, so one lower at most.
    const table: [number, number, number, number, number, number][] = [
      [56, 70, 48, 80, 0.0524, 0.3339],
      [9, 10, 3, 10, 0.1705, 0.809],
      [6, 7, 2, 7, 0.0582, 0.8062],
      [5, 56, 0, 29, -0.0381, 0.1926],
      [0, 10, 0, 20, -0.1611, 0.2775],
      [0, 10, 0, 10, -0.2775, 0.2775],
      [10, 10, 0, 20, 0.6791, 1],
      [10, 10, 0, 10, 0.6075, 1],
    ];
    for (const [countA, totalA, countB, totalB, low, high] of table) {
      const found = newcombeDifference({ count: countA, total: totalA }, { count: countB, total: totalB });
      const name = `${countA}/${totalA} - ${countB}/${totalB}`;
      t.ok(found !== null && Math.abs(found.low / 100 - low) <= 1.00001e-4, `${name}: low ${found?.low}`);
      t.ok(found !== null && Math.abs(found.high / 100 - high) <= 1.00001e-4, `${name}: high ${found?.high}`);
    }
    t.strictSame(newcombeDifference({ count: 56, total: 70 }, { count: 48, total: 80 }), {
      difference: 20,
      low: 5.24,
      high: 33.38,
    });
    t.equal(newcombeDifference({ count: 0, total: 0 }, { count: 1, total: 2 }), null);
    t.throws(() => newcombeDifference({ count: 3, total: 2 }, { count: 1, total: 2 }), RangeError);
  },
);

t.test('newcombeDifference: holds the difference, stays within 100 points and is mirrored when swapped', async () => {
  const share = fc.nat(3000).chain((total) => fc.record({ count: fc.nat(total), total: fc.constant(total) }));
  const property = fc.property(share, share, (a, b) => {
    const [found, swapped] = [newcombeDifference(a, b), newcombeDifference(b, a)];
    if (found === null || swapped === null) return assert.equal(a.total * b.total, 0);
    const { low, difference, high } = found;
    assert.ok(-100 <= low && low <= difference && difference <= high && high <= 100, `${low} ${difference} ${high}`);
    assert.deepEqual([swapped.low, swapped.difference, swapped.high], [0 - high, 0 - difference, 0 - low]);
  });
  fc.assert(property, { numRuns: 500 });
});

t.test('phi: is that of hand-computed tables', async (t) => {
  t.equal(phi(10, 0, 0, 10), 1);
  t.equal(phi(0, 10, 10, 0), -1);
  t.equal(phi(9, 3, 3, 9), 0.5);
  t.equal(phi(4, 4, 4, 4), 0);
  // (20 x 16 - 12 x 2) / sqrt(32 x 18 x 22 x 28) = 296 / 595.66, Armitage and Berry's table as above.
  t.equal(phi(20, 12, 2, 16), 0.4969);
  t.equal(phi(5, 0, 3, 0), null);
  t.throws(() => phi(-1, 0, 0, 0), RangeError);
});

t.test('phi: does not care which comes first and stays within -1 and 1', async () => {
  const count = fc.nat(1_000_000);
  const property = fc.property(count, count, count, count, (both, onlyA, onlyB, neither) => {
    const found = phi(both, onlyA, onlyB, neither);
    assert.equal(found, phi(both, onlyB, onlyA, neither));
    assert.ok(found === null || (found >= -1 && found <= 1), `${found}`);
  });
  fc.assert(property, { numRuns: 500 });
});

t.test('lift: is how many times as often both happen as they would if unrelated', async (t) => {
  t.equal(lift(20, 40, 50, 100), 1);
  t.equal(lift(30, 40, 50, 100), 1.5);
  t.equal(lift(100, 131, 126, 160), 0.9693);
  t.equal(lift(0, 0, 5, 10), null);
  t.throws(() => lift(5, 4, 5, 10), RangeError);
  t.throws(() => lift(1, 2, 11, 10), RangeError);
});
