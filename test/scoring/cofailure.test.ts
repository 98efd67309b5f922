import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { Instrument, Level } from '../../src/domain/instrument.js';
import { coFailureFigures, coFailureOf, emptyCoFailure, mergeCoFailures } from '../../src/scoring/cofailure.js';
import { prioritiesOf } from '../../src/scoring/priorities.js';

function instrumentOf(criteria: number, passLevel: Level = 3): Instrument {
  return {
    code: 'test',
    instrumentVersion: 1,
    name: { th: 'ทดสอบ', en: 'Test' },
    passLevel,
    healthLevelRule: 'weakest-criterion',
    healthLevelThresholds: null,
    reasonRequired: 'every',
    virtues: [],
    criteria: Array.from({ length: criteria }, (_, i) => {
      return { criterionNo: i + 1, name: null, virtueCode: null, levels: [] };
    }),
  };
}

const minimum = 5;

const sheetsOfAny = fc
  .record({ criteria: fc.integer({ min: 1, max: 40 }), passLevel: fc.constantFrom<Level>(1, 2, 3) })
  .chain(({ criteria, passLevel }) => {
    const unit = fc.constantFrom('0', '1', '2', '3', '3', '3');
    const sheets = fc.array(fc.string({ unit, minLength: criteria, maxLength: criteria }), { maxLength: 40 });
    return fc.record({ instrument: fc.constant(instrumentOf(criteria, passLevel)), sheets });
  });

t.test('coFailureFigures: is the count made by hand of six groups and three criteria', async (t) => {
  // Fails of the groups: 1 and 2; 1 and 2; 1; none; none; 2 (and criterion 1 missing).
  const counts = coFailureOf('113223123333333013', instrumentOf(3));
  const [pair, ...others] = coFailureFigures(counts, instrumentOf(3), { minimum: 2 });
  t.strictSame(pair, {
    a: 1,
    b: 2,
    total: 5,
    both: 3,
    onlyA: 0,
    onlyB: 0,
    neither: 2,
    either: 3,
    phi: 1,
    lift: 1.6667,
    small: true,
  });
  t.strictSame(
    others.map(({ a, b, total, both, neither, phi, lift, small }) => [a, b, total, both, neither, phi, lift, small]),
    [
      [1, 3, 5, 0, 2, null, null, true],
      [2, 3, 6, 0, 2, null, null, true],
    ],
  );
});

t.test('coFailureFigures: marks a pair as small by the groups failing both and by those expected to', async (t) => {
  const marked = (both: number, onlyA: number, onlyB: number, neither: number) => {
    const sheets = `${'11'.repeat(both)}${'13'.repeat(onlyA)}${'31'.repeat(onlyB)}${'33'.repeat(neither)}`;
    return coFailureFigures(coFailureOf(sheets, instrumentOf(2)), instrumentOf(2), { minimum })[0]?.small;
  };
  t.equal(marked(5, 5, 5, 5), false);
  t.equal(marked(4, 50, 50, 5), true);
  t.equal(marked(5, 0, 0, 100), true);
});

t.test('coFailureOf: refuses cut sheets and anything but a level, and counts of another instrument', async (t) => {
  t.throws(() => coFailureOf('123', instrumentOf(2)), RangeError);
  t.throws(() => coFailureOf('14', instrumentOf(2)), RangeError);
  t.throws(() => coFailureOf('', instrumentOf(0)), RangeError);
  t.throws(() => mergeCoFailures(emptyCoFailure(instrumentOf(1)), emptyCoFailure(instrumentOf(2))), RangeError);
  t.throws(() => coFailureFigures(emptyCoFailure(instrumentOf(1)), instrumentOf(2), { minimum }), RangeError);
});

t.test('co-failure agrees with a naive double loop over the sheets', async () => {
  const property = fc.property(sheetsOfAny, ({ instrument, sheets }) => {
    const fails = (sheet: string, no: number) => Number(sheet[no - 1]) < instrument.passLevel;
    const pairs = coFailureFigures(coFailureOf(sheets.join(''), instrument), instrument, { minimum });
    const criteria = instrument.criteria.length;
    assert.equal(pairs.length, (criteria * (criteria - 1)) / 2);
    for (const { a, b, total, both, onlyA, onlyB, neither, either } of pairs) {
      const scored = sheets.filter((sheet) => sheet[a - 1] !== '0' && sheet[b - 1] !== '0');
      assert.equal(total, scored.length);
      assert.equal(both, scored.filter((sheet) => fails(sheet, a) && fails(sheet, b)).length);
      assert.equal(onlyA, scored.filter((sheet) => fails(sheet, a) && !fails(sheet, b)).length);
      assert.equal(onlyB, scored.filter((sheet) => !fails(sheet, a) && fails(sheet, b)).length);
      assert.deepEqual([both + onlyA + onlyB, either + neither], [either, total]);
    }
  });
  fc.assert(property);
});

t.test('merging the counts of two areas gives the count of both, in any order of sheets', async () => {
  const property = fc.property(sheetsOfAny, fc.nat(40), ({ instrument, sheets }, cut) => {
    const part = (some: string[]) => coFailureOf(some.join(''), instrument);
    const merged = mergeCoFailures(part(sheets.slice(cut)), part(sheets.slice(0, cut)));
    assert.deepEqual(merged, part(sheets));
    assert.deepEqual(part([...sheets].reverse()), merged);
  });
  fc.assert(property);
});

t.test('prioritiesOf: orders by groups, then members, then savings, and ranks each count on its own', async (t) => {
  const row = (criterionNo: number, groups: number, members: number, savingsSatang: bigint) => {
    return { criterionNo, name: `c${criterionNo}`, groups, members, savingsSatang };
  };
  const huge = 2n ** 60n;
  const found = prioritiesOf([
    row(1, 0, 0, 0n),
    row(2, 100, 5, huge),
    row(4, 96, 900, huge + 1n),
    row(6, 100, 5, huge + 1n),
    row(18, 131, 700, 3n),
    row(19, 100, 5, huge),
  ]);
  t.strictSame(
    found.map(({ name, groupsRank, membersRank, savingsRank }) => [name, groupsRank, membersRank, savingsRank]),
    [
      ['c18', 1, 2, 5],
      ['c6', 2, 3, 1],
      ['c2', 2, 3, 3],
      ['c19', 2, 3, 3],
      ['c4', 5, 1, 1],
    ],
  );
});
