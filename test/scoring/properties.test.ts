import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { type Score, scoresOf, sheetOf, withScore } from '../../src/domain/assessment.js';
import type { Instrument, Level } from '../../src/domain/instrument.js';
import { figuresOf } from '../../src/scoring/figures.js';
import { percentOf } from '../../src/scoring/percent.js';
import { samplingOf, wilsonInterval } from '../../src/scoring/sampling.js';
import { mergeTallies, tallyOf } from '../../src/scoring/tally.js';
import { resultOf } from '../../src/scoring/verdict.js';

const level = fc.constantFrom<Level>(1, 2, 3);

const instruments: fc.Arbitrary<Instrument> = fc
  .record({ criteria: fc.integer({ min: 1, max: 19 }), passLevel: level, byShare: fc.boolean() })
  .map(({ criteria, passLevel, byShare }) => ({
    code: 'any',
    instrumentVersion: 1,
    name: { th: 'ทดสอบ', en: 'Test' },
    passLevel,
    healthLevelRule: byShare ? 'passed-share' : 'weakest-criterion',
    healthLevelThresholds: byShare ? { level2Percent: 40, level3Percent: 80.5 } : null,
    reasonRequired: 'every',
    virtues: [{ code: 'trust', name: { th: 'ไว้วางใจ', en: 'Trust' } }],
    criteria: Array.from({ length: criteria }, (_, i) => {
      return { criterionNo: i + 1, name: null, virtueCode: 'trust', levels: [] };
    }),
  }));

/** An instrument and sheets of it, some with missing scores. */
const filled = instruments.chain((instrument) => {
  const digits = { minLength: instrument.criteria.length, maxLength: instrument.criteria.length };
  const sheet = fc.string({ unit: fc.constantFrom('0', '1', '2', '3', '3'), ...digits });
  return fc.record({ instrument: fc.constant(instrument), sheets: fc.array(sheet, { maxLength: 40 }) });
});

const options = { top: 5, sampling: samplingOf('random', 1000, 40) };

t.test('passed, failed and missing add up to the criteria of any sheet', async () => {
  const property = fc.property(filled, ({ instrument, sheets }) => {
    for (const sheet of sheets) {
      const { passedCount, failedCount, missingCount, failedCriteria } = resultOf(sheet, instrument);
      assert.equal(passedCount + failedCount + missingCount, instrument.criteria.length);
      assert.equal(failedCriteria.length, failedCount);
    }
  });
  fc.assert(property);
});

t.test('the tally agrees with counting the results of the sheets one by one', async () => {
  const property = fc.property(filled, ({ instrument, sheets }) => {
    const tally = tallyOf(sheets.join(''), instrument);
    const results = sheets.map((sheet) => resultOf(sheet, instrument));
    assert.equal(tally.sheets, sheets.length);
    tally.passedCounts.forEach((groups, passed) => {
      assert.equal(groups, results.filter((result) => result.passedCount === passed).length);
    });
    tally.healthLevels.forEach((groups, health) => {
      assert.equal(groups, results.filter((result) => (result.healthLevel ?? 0) === health).length);
    });
    for (const figures of figuresOf(tally, instrument, options).criteria) {
      const { criterionNo, failed, assessed } = figures;
      assert.equal(failed, results.filter((result) => result.failedCriteria.includes(criterionNo)).length);
      assert.equal(assessed, sheets.filter((sheet) => sheet[criterionNo - 1] !== '0').length);
    }
  });
  fc.assert(property);
});

t.test('the order of sheets never matters', async () => {
  const shuffled = filled.chain(({ instrument, sheets }) => {
    const order = fc.shuffledSubarray(sheets, { minLength: sheets.length });
    return fc.record({ instrument: fc.constant(instrument), sheets: fc.constant(sheets), order });
  });
  const property = fc.property(shuffled, ({ instrument, sheets, order }) => {
    assert.deepEqual(tallyOf(order.join(''), instrument), tallyOf(sheets.join(''), instrument));
  });
  fc.assert(property);
});

t.test('merging the tallies of two areas gives the tally of both, in figures too', async () => {
  const property = fc.property(filled, fc.nat(40), ({ instrument, sheets }, cut) => {
    const part = (some: string[]) => tallyOf(some.join(''), instrument);
    const merged = mergeTallies(part(sheets.slice(0, cut)), part(sheets.slice(cut)));
    assert.deepEqual(merged, part(sheets));
    assert.deepEqual(figuresOf(merged, instrument, options), figuresOf(part(sheets), instrument, options));
  });
  fc.assert(property);
});

t.test('scores come back from a sheet as they went in, whatever their order and however they were set', async () => {
  const reason = fc.option(fc.string({ unit: 'grapheme' }));
  const scored = instruments.chain((instrument) => {
    const criterionNo = fc.integer({ min: 1, max: instrument.criteria.length });
    const score: fc.Arbitrary<Score> = fc.record({ criterionNo, level, reason }, { noNullPrototype: true });
    const scores = fc.uniqueArray(score, { selector: (one) => one.criterionNo });
    return fc.record({ instrument: fc.constant(instrument), scores });
  });
  const property = fc.property(scored, ({ instrument, scores }) => {
    const sheet = sheetOf(scores, instrument);
    const inOrder = [...scores].sort((a, b) => a.criterionNo - b.criterionNo);
    assert.deepEqual(scoresOf(sheet, instrument), inOrder);
    const oneByOne = scores.reduce((before, score) => withScore(before, score, instrument), sheetOf([], instrument));
    assert.deepEqual(oneByOne, sheet);
  });
  fc.assert(property);
});

t.test('a percent is the first two decimals of the true one, and never above 100', async () => {
  const share = fc.maxSafeNat().chain((total) =>
    fc.tuple(
      fc.maxSafeNat().map((n) => n % (total + 1)),
      fc.constant(total),
    ),
  );
  const small = fc.nat(2000).chain((total) => fc.tuple(fc.nat(total), fc.constant(total)));
  const property = fc.property(fc.oneof(share, small), ([count, total]) => {
    const percent = percentOf(count, total);
    if (total === 0 || percent === null) {
      assert.deepEqual([total, percent], [0, null]);
      return;
    }
    assert.ok(percent >= 0 && percent <= 100);
    const digits = ((BigInt(count) * 1_000_000n) / BigInt(total)).toString().padStart(7, '0');
    assert.equal(percent.toFixed(2), `${Number(digits.slice(0, -4))}.${digits.slice(-4, -2)}`);
  });
  fc.assert(property, { numRuns: 1000 });
});

t.test('an interval holds the share and stays within 0 and 100', async () => {
  const draw = fc
    .integer({ min: 1, max: 100_000 })
    .chain((population) =>
      fc.record({ population: fc.constant(population), n: fc.integer({ min: 1, max: population }) }),
    )
    .chain(({ population, n }) => fc.tuple(fc.nat(n), fc.constant(n), fc.constant(population)));
  const property = fc.property(draw, ([passed, n, population]) => {
    const { low, high } = wilsonInterval(passed, n, population);
    const percent = percentOf(passed, n) ?? Number.NaN;
    assert.ok(0 <= low && low <= percent && percent <= high && high <= 100, `${low} ${percent} ${high}`);
  });
  fc.assert(property, { numRuns: 500 });
});
