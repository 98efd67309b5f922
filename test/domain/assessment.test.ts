import t from 'tap';
import {
  emptySheet,
  faultsAtSubmission,
  faultsOfScores,
  type Score,
  scoresOf,
  sheetOf,
  withScore,
} from '../../src/domain/assessment.js';
import {
  criterionIndex,
  type Instrument,
  instrumentFaults,
  instrumentRef,
  knowsItsVirtues,
  parseInstrumentRef,
} from '../../src/domain/instrument.js';

const name = { th: 'ทดสอบ', en: 'Test' };
const levels = ([1, 2, 3] as const).map((level) => ({ level, descriptor: null, guidance: null }));
const criterion = (criterionNo: number) => ({ criterionNo, name: null, virtueCode: null, levels });
const three: Instrument = {
  code: 'fhc',
  instrumentVersion: 1,
  name,
  passLevel: 3,
  healthLevelRule: 'weakest-criterion',
  healthLevelThresholds: null,
  reasonRequired: 'every',
  virtues: [],
  criteria: [criterion(1), criterion(2), criterion(3)],
};
const score = (criterionNo: number, level: 1 | 2 | 3, reason: string | null = null): Score => {
  return { criterionNo, level, reason };
};

t.test('sheetOf: holds one digit a criterion in instrument order, 0 where nothing is scored', async (t) => {
  t.strictSame(sheetOf([score(3, 1, 'no plan'), score(1, 3)], three), { levels: '301', reasons: { 3: 'no plan' } });
  t.strictSame(sheetOf([], three), emptySheet(three));
  t.strictSame(emptySheet(three), { levels: '000', reasons: {} });
});

t.test('sheetOf: refuses a criterion that is unknown or scored twice', async (t) => {
  t.throws(() => sheetOf([score(4, 1)], three), RangeError);
  t.throws(() => sheetOf([score(2, 1), score(2, 1)], three), RangeError);
});

t.test('scoresOf: leaves out what is not scored and keeps instrument order', async (t) => {
  const sheet = { levels: '201', reasons: { 3: 'no plan' } };
  t.strictSame(scoresOf(sheet, three), [score(1, 2), score(3, 1, 'no plan')]);
  t.throws(() => scoresOf({ levels: '204', reasons: {} }, three), RangeError);
});

t.test('withScore: replaces level and reason of one criterion and leaves the sheet it was given', async (t) => {
  const before = { levels: '201', reasons: { 1: 'late', 3: 'no plan' } };
  t.strictSame(withScore(before, score(3, 3), three), { levels: '203', reasons: { 1: 'late' } });
  t.strictSame(withScore(before, score(2, 2, 'new'), three).reasons, { 1: 'late', 2: 'new', 3: 'no plan' });
  t.strictSame(before, { levels: '201', reasons: { 1: 'late', 3: 'no plan' } });
  t.throws(() => withScore(before, score(0, 1), three), RangeError);
});

t.test('faultsOfScores: names every unknown and repeated criterion with its position', async (t) => {
  t.strictSame(faultsOfScores([score(0, 1), score(2, 1), score(4, 1), score(2, 3), score(1.5, 1)], three), [
    { criterionNo: 0, index: 0, code: 'criterion-unknown' },
    { criterionNo: 4, index: 2, code: 'criterion-unknown' },
    { criterionNo: 2, index: 3, code: 'criterion-repeated' },
    { criterionNo: 1.5, index: 4, code: 'criterion-unknown' },
  ]);
  t.strictSame(faultsOfScores([score(3, 1), score(1, 1)], three), []);
});

t.test('faultsAtSubmission: names every criterion without a level and every required reason left blank', async (t) => {
  t.strictSame(faultsAtSubmission({ levels: '032', reasons: { 3: 'ไม่มีแผน' } }, three), [
    { criterionNo: 1, index: null, code: 'level-missing' },
    { criterionNo: 2, index: null, code: 'reason-missing' },
  ]);
  t.strictSame(faultsAtSubmission({ levels: '332', reasons: { 1: 'a', 2: 'b', 3: 'c' } }, three), []);
});

t.test('faultsAtSubmission: asks a reason of failed criteria only, or of none, as the instrument says', async (t) => {
  const sheet = { levels: '321', reasons: {} };
  const failed: Instrument = { ...three, reasonRequired: 'failed' };
  const missing = (criterionNo: number) => ({ criterionNo, index: null, code: 'reason-missing' });
  t.strictSame(faultsAtSubmission(sheet, failed), [missing(2), missing(3)]);
  t.strictSame(faultsAtSubmission(sheet, { ...failed, passLevel: 2 }), [missing(3)]);
  t.strictSame(faultsAtSubmission(sheet, { ...three, reasonRequired: 'none' }), []);
});

t.test('faultsAtSubmission: a reason nobody can see is no reason', async (t) => {
  const one = { ...three, criteria: [criterion(1)] };
  const faults = (reason: string) => faultsAtSubmission({ levels: '3', reasons: { 1: reason } }, one).length;
  for (const blank of ['', ' \t\r\n', '\u00a0\u3000\u2003', '\u200b\ufeff', '\u2060\u00ad\u3164']) {
    t.equal(faults(blank), 1, JSON.stringify(blank));
  }
  t.equal(faults('\u200bดี\u200b'), 0);
});

t.test('instrument references read back as they were written, and nothing else is read', async (t) => {
  t.equal(instrumentRef(three), 'fhc@1');
  t.strictSame(parseInstrumentRef('fhc@12'), { code: 'fhc', instrumentVersion: 12 });
  for (const wrong of [
    'fhc',
    'fhc@',
    '@1',
    'fhc@0',
    'fhc@01',
    'fhc@1.0',
    'fhc@-1',
    'a@b@1',
    'fhc@1\n',
    'fhc@9999999999',
  ]) {
    t.equal(parseInstrumentRef(wrong), null, wrong);
  }
});

t.test('knowsItsVirtues: only when every criterion names one', async (t) => {
  const known = three.criteria.map((one) => ({ ...one, virtueCode: 'trust' }));
  t.equal(knowsItsVirtues({ ...three, criteria: known }), true);
  t.equal(knowsItsVirtues({ ...three, criteria: [...known.slice(0, 2), criterion(3)] }), false);
  t.equal(criterionIndex(3, three), 2);
  t.equal(criterionIndex(4, three), null);
});

t.test('instrumentFaults: a sound version has none', async (t) => {
  const thresholds = { level2Percent: 33.33, level3Percent: 100 };
  t.strictSame(instrumentFaults(three), []);
  t.strictSame(instrumentFaults({ ...three, healthLevelRule: 'passed-share', healthLevelThresholds: thresholds }), []);
});

t.test('instrumentFaults: points at every rule that is broken', async (t) => {
  const found = (change: Partial<Instrument>) => {
    return instrumentFaults({ ...three, ...change }).map(({ pointer, code }) => `${pointer} ${code}`);
  };
  const share = (level2Percent: number, level3Percent: number) => {
    return found({ healthLevelRule: 'passed-share', healthLevelThresholds: { level2Percent, level3Percent } });
  };
  t.strictSame(found({ criteria: [] }), ['/criteria criteria-missing']);
  t.strictSame(found({ criteria: [criterion(1), criterion(1), criterion(4)] }), [
    '/criteria/1/criterionNo criterion-repeated',
    '/criteria/2/criterionNo criterion-order',
  ]);
  t.strictSame(found({ criteria: [{ ...criterion(1), virtueCode: 'trust' }] }), [
    '/criteria/0/virtueCode virtue-unknown',
  ]);
  t.strictSame(found({ criteria: [{ ...criterion(1), levels: levels.slice(1) }] }), [
    '/criteria/0/levels levels-incomplete',
  ]);
  t.strictSame(
    found({
      virtues: [
        { code: 'a', name },
        { code: 'a', name },
      ],
    }),
    ['/virtues/1/code virtue-repeated'],
  );
  t.strictSame(found({ healthLevelRule: 'passed-share' }), ['/healthLevelThresholds thresholds-missing']);
  t.strictSame(found({ healthLevelThresholds: { level2Percent: 1, level3Percent: 2 } }), [
    '/healthLevelThresholds thresholds-not-used',
  ]);
  for (const [low, high] of [
    [0, 50],
    [50, 50],
    [60, 50],
    [50, 101],
    [Number.NaN, 50],
  ] as const) {
    t.strictSame(share(low, high), ['/healthLevelThresholds thresholds-order']);
  }
  t.equal(found({ criteria: [{ ...criterion(1), levels: [...levels, ...levels] }] }).length, 1);
  t.strictSame(share(33.333, 50), ['/healthLevelThresholds thresholds-decimals']);
});
