import t from 'tap';
import { failedOf } from '../../src/domain/assessment.js';
import { type Instrument, type Level, passes } from '../../src/domain/instrument.js';
import { figuresOf, type RankedCriterion } from '../../src/scoring/figures.js';
import { meanOf, medianOf, percentOf } from '../../src/scoring/percent.js';
import { samplingOf, type TargetSelection, wilsonInterval } from '../../src/scoring/sampling.js';
import { emptyTally, mergeTallies, tallyOf } from '../../src/scoring/tally.js';
import { explainResult, failBit, passBit, resultOf } from '../../src/scoring/verdict.js';

function instrumentOf(criteria: number, change: Partial<Instrument> = {}): Instrument {
  const numbers = Array.from({ length: criteria }, (_, i) => i + 1);
  return {
    code: 'test',
    instrumentVersion: 1,
    name: { th: 'ทดสอบ', en: 'Test' },
    passLevel: 3,
    healthLevelRule: 'weakest-criterion',
    healthLevelThresholds: null,
    reasonRequired: 'every',
    virtues: [],
    criteria: numbers.map((criterionNo) => ({ criterionNo, name: null, virtueCode: null, levels: [] })),
    ...change,
  };
}

const share = (level2Percent: number, level3Percent: number): Partial<Instrument> => {
  return { healthLevelRule: 'passed-share', healthLevelThresholds: { level2Percent, level3Percent } };
};
const thermometer = instrumentOf(19);
const designated = samplingOf('designated', 786, 160);
const brief = (ranked: RankedCriterion[]) => {
  return ranked.map((r) => `${r.rank}. no ${r.criterionNo}: ${r.groups}/${r.total} = ${r.percent}`);
};

/** Passed of 160 in criterion order: the ten counts of the report, and nine invented ones between 71 and 116. */
const passedOf160 = [71, 60, 75, 64, 80, 70, 85, 90, 95, 123, 127, 100, 117, 110, 116, 142, 130, 29, 34];

/**
 * 160 sheets with those counts. The first fails only criterion 18 (18 passed) and the second passes only criterion 16
 * (1 passed); the other passes are dealt in turn to the remaining 158, so 119 of them pass 11 and 39 pass 10.
 */
function khonKaenSheets(): string {
  const sheets = Array.from({ length: 158 }, () => Array.from({ length: 19 }, () => '2'));
  let turn = 0;
  passedOf160.forEach((passed, index) => {
    const given = (index === 17 ? 0 : 1) + (index === 15 ? 1 : 0);
    for (let n = passed - given; n > 0; n--) sheets[turn++ % 158]?.splice(index, 1, '3');
  });
  const first = `${'3'.repeat(17)}23`;
  const second = `${'1'.repeat(15)}3111`;
  return [first, second, ...sheets.map((sheet) => sheet.join(''))].join('');
}

t.test('percentOf: gives the figures the report prints, cut and not rounded', async (t) => {
  const passed = [142, 130, 127, 123, 117].map((count) => percentOf(count, 160));
  const failed = [131, 126, 100, 96, 90].map((count) => percentOf(count, 160));
  t.strictSame(passed, [88.75, 81.25, 79.37, 76.87, 73.12]);
  t.strictSame(failed, [81.87, 78.75, 62.5, 60, 56.25]);
  t.equal(percentOf(160, 786), 20.35);
});

t.test('percentOf: gives null of nothing, stays exact for huge counts, and refuses what is no share', async (t) => {
  t.equal(percentOf(0, 0), null);
  t.equal(percentOf(2, 3), 66.66);
  t.equal(percentOf(Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER), 99.99);
  for (const count of [-1, 0.5, 3, Number.NaN]) t.throws(() => percentOf(count, 2), RangeError, `${count} of 2`);
  for (const total of [-1, 0, 1.5]) t.throws(() => percentOf(1, total), RangeError, `1 of ${total}`);
});

t.test(
  'meanOf, medianOf: a mean is cut at two decimals, a median may end in .5, of nothing there is none',
  async (t) => {
    t.equal(meanOf(1718, 160), 10.73);
    t.equal(meanOf(0, 0), null);
    t.throws(() => meanOf(-1, 2), RangeError);
    t.equal(medianOf(Uint32Array.of(0, 2, 1, 0)), 1);
    t.equal(medianOf(Uint32Array.of(0, 1, 0, 0, 1)), 2.5);
    t.equal(medianOf(new Uint32Array(4)), null);
  },
);

t.test('resultOf: counts passed, failed and missing, and names the failed', async (t) => {
  const result = resultOf('3120', instrumentOf(4));
  t.strictSame(result, {
    passedCount: 1,
    failedCount: 2,
    missingCount: 1,
    failedCriteria: [2, 3],
    healthLevel: null,
    wellManaged: false,
    rule: 'weakest-criterion',
  });
  t.throws(() => resultOf('312', instrumentOf(4)), RangeError);
  t.throws(() => resultOf('31203', instrumentOf(4)), RangeError);
  t.throws(() => resultOf('3124', instrumentOf(4)), RangeError);
});

t.test('resultOf: by weakest-criterion health is the lowest level, 3 exactly when well managed', async (t) => {
  const verdict = (levels: string) => {
    const { healthLevel, wellManaged } = resultOf(levels, instrumentOf(3));
    return [healthLevel, wellManaged];
  };
  t.strictSame(verdict('333'), [3, true]);
  t.strictSame(verdict('323'), [2, false]);
  t.strictSame(verdict('231'), [1, false]);
});

t.test('resultOf: by passed-share a threshold is reached at its very percent', async (t) => {
  const health = (levels: string, [low, high]: [number, number]) => {
    return resultOf(levels, instrumentOf(3, share(low, high))).healthLevel;
  };
  t.strictSame(
    ['111', '311', '331', '333'].map((levels) => health(levels, [33.33, 66.66])),
    [1, 2, 3, 3],
  );
  t.strictSame(
    ['111', '311', '331', '333'].map((levels) => health(levels, [33.34, 66.67])),
    [1, 1, 2, 3],
  );
  t.equal(health('330', [50, 60]), null);
  t.throws(() => resultOf('333', instrumentOf(3, { healthLevelRule: 'passed-share' })));
});

t.test('passes: from the pass level of the instrument version', async (t) => {
  const at = (passLevel: Level) => [1, 2, 3].filter((level) => passes(level as Level, instrumentOf(1, { passLevel })));
  t.strictSame([at(1), at(2), at(3)], [[1, 2, 3], [2, 3], [3]]);
});

t.test('passBit and failBit: 1 from the pass level and 1 below it, and both 0 for what has no level', async (t) => {
  const bits = (passLevel: number) =>
    [0, 1, 2, 3].map((digit) => [passBit(digit, passLevel), failBit(digit, passLevel)]);
  const [neither, passed, failed] = [
    [0, 0],
    [1, 0],
    [0, 1],
  ];
  t.strictSame(bits(2), [neither, failed, passed, passed]);
  t.strictSame(bits(3), [neither, failed, failed, passed]);
});

t.test('failedOf: below the pass level, in instrument order; what has no level is not failed', async (t) => {
  const instrument = instrumentOf(4, { passLevel: 2 });
  t.strictSame(failedOf('1021', instrument), [
    { index: 0, criterionNo: 1, level: 1 },
    { index: 3, criterionNo: 4, level: 1 },
  ]);
});

t.test('explainResult: says of each criterion and of the whole how it was judged, in both languages', async (t) => {
  const { result, steps, explanation } = explainResult('3121', instrumentOf(4));
  t.strictSame(result, resultOf('3121', instrumentOf(4)));
  t.strictSame(steps[1], {
    criterionNo: 2,
    level: 1,
    passed: false,
    explanation: {
      th: 'เกณฑ์ข้อ 2 อยู่ในระดับ 1 (ผ่านตั้งแต่ระดับ 3) ผล: ไม่ผ่าน',
      en: 'Criterion 2 is at level 1; it passes from level 3: failed.',
    },
  });
  t.equal(
    explanation.en,
    '1 of 4 criteria passed. Rule weakest-criterion: the health level is the lowest criterion level, 1 (criteria 2, 4).',
  );
  t.match(explanation.th, /ผ่าน 1 จาก 4 ข้อ .*คือระดับ 1 \(ข้อ 2, 4\)/);
  const shared = explainResult('331', instrumentOf(3, share(50, 80))).explanation;
  t.match(shared.en, /2 of 3 criteria passed \(66\.66 %\).* level 2 from 50 %, level 3 from 80 %, .* is 2\./);
  t.match(shared.th, /ร้อยละ 66\.66/);
  const missing = explainResult('301', instrumentOf(3));
  t.match(missing.explanation.en, /2 of 3 criteria have a level; missing: 2\./);
  t.strictSame([missing.steps[0]?.passed, missing.steps[1]?.passed], [true, null]);
});

t.test('the tally counts levels, passed criteria and health levels of all sheets', async (t) => {
  const tally = tallyOf('331' + '302' + '333', instrumentOf(3));
  t.equal(tally.sheets, 3);
  t.strictSame([...tally.levelCounts], [0, 0, 0, 3, 1, 0, 0, 2, 0, 1, 1, 1]);
  t.strictSame([...tally.passedCounts], [0, 1, 1, 1]);
  t.strictSame([...tally.healthLevels], [1, 1, 0, 1]);
  t.strictSame(tallyOf('', instrumentOf(3)), emptyTally(instrumentOf(3)));
});

t.test('tallyOf: refuses a text that does not cut into sheets, or holds another character', async (t) => {
  for (const wrong of ['33', '3333', '334', '33/', '33 ', '33๓']) {
    t.throws(() => tallyOf(wrong, instrumentOf(3)), RangeError, wrong);
  }
  t.throws(() => mergeTallies(emptyTally(instrumentOf(3)), emptyTally(instrumentOf(4))), RangeError);
});

t.test('figuresOf: Khon Kaen FY2555 round 1 comes out as published', async (t) => {
  const figures = figuresOf(tallyOf(khonKaenSheets(), thermometer), thermometer, { top: 5, sampling: designated });
  t.strictSame(brief(figures.mostPassed), [
    '1. no 16: 142/160 = 88.75',
    '2. no 17: 130/160 = 81.25',
    '3. no 11: 127/160 = 79.37',
    '4. no 10: 123/160 = 76.87',
    '5. no 13: 117/160 = 73.12',
  ]);
  t.strictSame(brief(figures.mostFailed), [
    '1. no 18: 131/160 = 81.87',
    '2. no 19: 126/160 = 78.75',
    '3. no 2: 100/160 = 62.5',
    '4. no 4: 96/160 = 60',
    '5. no 6: 90/160 = 56.25',
  ]);
  const { byPassedCount, ...groups } = figures.groups;
  t.strictSame(groups, {
    wellManaged: 0,
    mostPassed: 18,
    fewestPassed: 1,
    meanPassed: 10.73,
    medianPassed: 11,
    byHealthLevel: [
      { healthLevel: 1, groups: 1 },
      { healthLevel: 2, groups: 159 },
      { healthLevel: 3, groups: 0 },
    ],
  });
  const groupsAt = byPassedCount.map(({ groups }) => groups);
  t.strictSame(groupsAt, [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 39, 119, 0, 0, 0, 0, 0, 0, 1, 0]);
  t.strictSame(byPassedCount[18], { passedCount: 18, groups: 1 });
  t.strictSame(figures.criteria[17], {
    criterionNo: 18,
    name: null,
    assessed: 160,
    level1: 1,
    level2: 130,
    level3: 29,
    passed: 29,
    passedPercent: 18.12,
    failed: 131,
    failedPercent: 81.87,
    passedInterval: null,
  });
  t.equal(figures.virtues, null);
});

t.test('figuresOf: ties share a rank, stand in instrument order, and are never cut apart', async (t) => {
  const five = instrumentOf(5);
  const tally = tallyOf('31331' + '33331' + '33311', five);
  const ranks = (top: number) => brief(figuresOf(tally, five, { top, sampling: designated }).mostPassed);
  const all = ['1. no 1: 3/3 = 100', '1. no 3: 3/3 = 100', '3. no 2: 2/3 = 66.66', '3. no 4: 2/3 = 66.66'];
  t.strictSame(ranks(1), all.slice(0, 2));
  t.strictSame(ranks(3), all);
  t.strictSame(ranks(5), all, 'criterion 5, which no group passed, is not listed');
});

t.test('figuresOf: a missing score leaves the denominator and is never failed; no sheet gives no figure', async (t) => {
  const two = instrumentOf(2);
  const options = { top: 5, sampling: samplingOf('census', null, 3) };
  const { criteria } = figuresOf(tallyOf('30' + '13' + '10', two), two, options);
  t.strictSame([criteria[0]?.assessed, criteria[0]?.passedPercent, criteria[0]?.failed], [3, 33.33, 2]);
  t.strictSame([criteria[1]?.assessed, criteria[1]?.passedPercent, criteria[1]?.failed], [1, 100, 0]);
  const none = figuresOf(emptyTally(two), two, options);
  t.strictSame([none.groups.mostPassed, none.groups.meanPassed, none.groups.medianPassed], [null, null, null]);
  t.strictSame([none.criteria[0]?.passedPercent, none.criteria[0]?.failed, none.mostFailed], [null, 0, []]);
  t.throws(() => figuresOf(emptyTally(two), thermometer, options), RangeError);
});

t.test('figuresOf: figures by virtue count the scores of its criteria, once all virtues are known', async (t) => {
  const virtues = [
    { code: 'trust', name: { th: 'ไว้วางใจ', en: 'Trust' } },
    { code: 'empathy', name: { th: 'เห็นอกเห็นใจ', en: 'Empathy' } },
  ];
  const criteria = instrumentOf(3).criteria.map((one, i) => ({ ...one, virtueCode: i === 1 ? 'empathy' : 'trust' }));
  const known = instrumentOf(3, { virtues, criteria });
  const figures = figuresOf(tallyOf('332' + '133', known), known, { top: 5, sampling: samplingOf('census', 2, 2) });
  const trust = { passed: 2, passedPercent: 50, failed: 2, failedPercent: 50 };
  const empathy = { passed: 2, passedPercent: 100, failed: 0, failedPercent: 0 };
  t.strictSame(figures.virtues, [
    { ...virtues[0], criteria: [1, 3], assessed: 4, ...trust },
    { ...virtues[1], criteria: [2], assessed: 2, ...empathy },
  ]);
});

t.test('wilsonInterval: criterion 16 of a random 160 of 786 would be 83.63-92.41', async (t) => {
  t.strictSame(wilsonInterval(142, 160, 786), { low: 83.63, high: 92.41 });
});

t.test(
  'wilsonInterval: by hand, 1 of 2 of 3 counts as a sample of 2 * 2 / 1 = 4: 50 % with 34.99 either side',
  async (t) => {
    t.strictSame(wilsonInterval(1, 2, 3), { low: 15, high: 84.99 });
  },
);

t.test('wilsonInterval: the whole population gives the share itself, and the ends are exact', async (t) => {
  t.strictSame(wilsonInterval(127, 160, 160), { low: 79.37, high: 79.37 });
  t.equal(wilsonInterval(0, 10, 100).low, 0);
  t.equal(wilsonInterval(10, 10, 100).high, 100);
  t.throws(() => wilsonInterval(0, 0, 10), RangeError);
  t.throws(() => wilsonInterval(1, 11, 10), RangeError);
  t.throws(() => wilsonInterval(3, 2, 10), RangeError);
});

t.test('samplingOf: intervals only for a random sample of a known population, and it says why', async (t) => {
  const cases: [TargetSelection, number | null, number, boolean, number | null, RegExp][] = [
    ['designated', 786, 160, false, 20.35, /designated, not drawn.*160 of .* 786 \(20\.35 %\).*no interval/],
    ['census', 160, 160, false, 100, /all groups.*no interval/],
    ['random', null, 160, false, null, /population is not known, so no interval/],
    ['random', 100, 160, false, null, /More groups were assessed/],
    ['random', 786, 0, false, 0, /before the first group/],
    ['random', 786, 160, true, 20.35, /95 % Wilson/],
  ];
  for (const [selection, population, sample, intervals, sampledPercent, why] of cases) {
    const sampling = samplingOf(selection, population, sample);
    t.strictSame([sampling.intervals, sampling.sampledPercent], [intervals, sampledPercent]);
    t.match(sampling.statement.en, why);
    t.match(sampling.statement.th, /ตรวจแล้ว/);
  }
});

t.test('figuresOf: gives the interval beside each criterion when the sampling allows it', async (t) => {
  const sampling = samplingOf('random', 786, 160);
  const { criteria } = figuresOf(tallyOf(khonKaenSheets(), thermometer), thermometer, { top: 5, sampling });
  t.strictSame(criteria[15]?.passedInterval, { low: 83.63, high: 92.41 });
});
