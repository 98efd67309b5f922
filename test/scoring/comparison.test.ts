import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { Instrument, Level } from '../../src/domain/instrument.js';
import { type PlanState, planStates } from '../../src/domain/plan.js';
import {
  type CriterionMovement,
  changeOf,
  emptyMovement,
  mergeMovements,
  movementFigures,
  movementOf,
} from '../../src/scoring/comparison.js';
import { coverageOf } from '../../src/scoring/coverage.js';
import { effectFigures, effectOf, emptyEffect, mergeEffects, planCodesOf } from '../../src/scoring/effect.js';
import { mapLevels } from '../../src/scoring/mapping.js';

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

/** The same groups in two rounds, with plan states, some scores missing. */
const pairs = fc
  .record({ criteria: fc.integer({ min: 1, max: 19 }), passLevel: fc.constantFrom<Level>(1, 2, 3) })
  .chain(({ criteria, passLevel }) => {
    const sheet = fc.string({
      unit: fc.constantFrom('0', '1', '2', '3', '3'),
      minLength: criteria,
      maxLength: criteria,
    });
    const groups = fc.array(fc.record({ before: sheet, after: sheet, plans: sheet }), { maxLength: 30 });
    return fc.record({ instrument: fc.constant(instrumentOf(criteria, passLevel)), groups });
  });

type Group = { before: string; after: string; plans: string };
const textOf = (groups: readonly Group[], field: keyof Group) => groups.map((group) => group[field]).join('');
const movementAmong = (groups: readonly Group[], instrument: Instrument) =>
  movementOf(textOf(groups, 'before'), textOf(groups, 'after'), instrument);
const effectAmong = (groups: readonly Group[], instrument: Instrument) =>
  effectOf(textOf(groups, 'before'), textOf(groups, 'after'), textOf(groups, 'plans'), instrument);
const transposed = (matrix: number[][]) => [0, 1, 2].map((row) => matrix.map((cells) => cells[row]));

t.test('movementFigures: is the count made by hand of four groups', async (t) => {
  // Criterion 1: 2 to 3, 3 to 3, 3 to 1, 1 to 3. Criterion 2: 3 to 3, 1 to 2, 3 to 3, missing to 3.
  const figures = movementFigures(movementOf('23313310', '33321333', instrumentOf(2)), instrumentOf(2));
  t.strictSame(figures.criteria[0], {
    criterionNo: 1,
    name: null,
    compared: 4,
    missing: 0,
    matrix: [
      [0, 0, 1],
      [0, 0, 1],
      [1, 0, 1],
    ],
    gainedPasses: 2,
    lostPasses: 1,
    net: 1,
    passedBefore: 2,
    passedBeforePercent: 50,
    passedAfter: 3,
    passedAfterPercent: 75,
    mcnemarP: 1,
  });
  const { compared, missing, passedBeforePercent, mcnemarP } = figures.criteria[1] as CriterionMovement;
  t.strictSame(
    { compared, missing, passedBeforePercent, mcnemarP },
    {
      compared: 3,
      missing: 1,
      passedBeforePercent: 66.66,
      mcnemarP: 1,
    },
  );
  t.strictSame(figures.groups, {
    compared: 4,
    missing: 0,
    complete: 3,
    improved: 2,
    unchanged: 1,
    declined: 1,
    becameWellManaged: 1,
    stoppedBeingWellManaged: 1,
    meanPassedBefore: 1,
    meanPassedAfter: 1.25,
  });
});

t.test('movementFigures: a group without a criterion scored in both rounds is missing, not unchanged', async (t) => {
  const { groups, criteria } = movementFigures(movementOf('03', '30', instrumentOf(2)), instrumentOf(2));
  t.strictSame([groups.compared, groups.missing, groups.unchanged, groups.meanPassedBefore], [0, 1, 0, null]);
  t.strictSame([criteria[0]?.compared, criteria[0]?.passedAfterPercent, criteria[0]?.mcnemarP], [0, null, 1]);
});

t.test('movementFigures: gives p with four significant digits', async (t) => {
  const { criteria } = movementFigures(movementOf('33222222222', '22333333333', instrumentOf(1)), instrumentOf(1));
  t.equal(criteria[0]?.mcnemarP, 0.06543);
});

t.test('changeOf: counts only criteria scored in both rounds', async (t) => {
  t.strictSame(changeOf('3120', '3333', instrumentOf(4)), { compared: 3, passedBefore: 1, passedAfter: 3, change: 2 });
  t.throws(() => changeOf('33', '33', instrumentOf(1)), RangeError);
});

t.test('movementOf: refuses rounds of different groups, cut sheets and anything but a level', async (t) => {
  t.throws(() => movementOf('33', '3333', instrumentOf(2)), RangeError);
  t.throws(() => movementOf('333', '333', instrumentOf(2)), RangeError);
  t.throws(() => movementOf('34', '33', instrumentOf(2)), RangeError);
  t.throws(() => movementOf('33', '3x', instrumentOf(2)), RangeError);
  t.throws(() => mergeMovements(emptyMovement(instrumentOf(1)), emptyMovement(instrumentOf(2))), RangeError);
  t.throws(() => movementFigures(emptyMovement(instrumentOf(1)), instrumentOf(2)), RangeError);
});

t.test('a round compared with itself shows no movement', async () => {
  const property = fc.property(pairs, ({ instrument, groups }) => {
    const round = textOf(groups, 'before');
    const figures = movementFigures(movementOf(round, round, instrument), instrument);
    assert.deepEqual([figures.groups.improved, figures.groups.declined], [0, 0]);
    for (const { gainedPasses, lostPasses, mcnemarP, matrix } of figures.criteria) {
      assert.deepEqual([gainedPasses, lostPasses, mcnemarP], [0, 0, 1]);
      assert.deepEqual(
        matrix,
        matrix.map((row, i) => row.map((groups, j) => (i === j ? groups : 0))),
      );
    }
  });
  fc.assert(property);
});

t.test('swapping the rounds transposes every matrix and swaps gained and lost', async () => {
  const property = fc.property(pairs, ({ instrument, groups }) => {
    const there = movementFigures(movementAmong(groups, instrument), instrument);
    const swapped = groups.map(({ before, after, plans }) => ({ before: after, after: before, plans }));
    const back = movementFigures(movementAmong(swapped, instrument), instrument);
    assert.deepEqual(
      [there.groups.improved, there.groups.becameWellManaged],
      [back.groups.declined, back.groups.stoppedBeingWellManaged],
    );
    there.criteria.forEach((criterion, index) => {
      const mirror = back.criteria[index] as CriterionMovement;
      assert.deepEqual(criterion.matrix, transposed(mirror.matrix));
      assert.deepEqual([criterion.gainedPasses, criterion.lostPasses], [mirror.lostPasses, mirror.gainedPasses]);
      assert.deepEqual([criterion.mcnemarP, criterion.missing], [mirror.mcnemarP, mirror.missing]);
    });
  });
  fc.assert(property);
});

t.test('merging the parts of a country gives the whole, in any order of groups', async () => {
  const property = fc.property(pairs, fc.nat(30), ({ instrument, groups }, cut) => {
    const [first, second] = [groups.slice(0, cut), groups.slice(cut)];
    const parts = mergeMovements(movementAmong(second, instrument), movementAmong(first, instrument));
    assert.deepEqual(parts, movementAmong(groups, instrument));
    assert.deepEqual(movementAmong([...groups].reverse(), instrument), parts);
    const effects = mergeEffects(effectAmong(second, instrument), effectAmong(first, instrument));
    assert.deepEqual(effects, effectAmong(groups, instrument));
  });
  fc.assert(property);
});

t.test('comparison and effect agree with a recount group by group', async () => {
  const property = fc.property(pairs, ({ instrument, groups }) => {
    const movement = movementFigures(movementAmong(groups, instrument), instrument);
    const effect = effectFigures(effectAmong(groups, instrument), instrument);
    const changes = groups.map(({ before, after }) => changeOf(before, after, instrument));
    const counted = changes.filter(({ compared }) => compared > 0);
    assert.equal(movement.groups.improved, counted.filter(({ change }) => change > 0).length);
    assert.equal(movement.groups.unchanged, counted.filter(({ change }) => change === 0).length);
    const wellManaged = (sheet: string) => [...sheet].every((level) => Number(level) >= instrument.passLevel);
    const became = groups.filter(
      ({ before, after }) => !before.includes('0') && !wellManaged(before) && wellManaged(after),
    );
    assert.equal(movement.groups.becameWellManaged, became.length);
    instrument.criteria.forEach((_, index) => {
      const levels = groups.map(({ before, after, plans }) => {
        return { before: Number(before[index]), after: Number(after[index]), state: planStates[Number(plans[index])] };
      });
      const failed = (level: number) => level > 0 && level < instrument.passLevel;
      const passed = (level: number) => level >= instrument.passLevel;
      const gained = levels.filter(({ before, after }) => failed(before) && passed(after));
      assert.equal(movement.criteria[index]?.gainedPasses, gained.length);
      for (const { state, failedBefore, passedAfter, missingAfter } of effect.criteria[index]?.byState ?? []) {
        const own = levels.filter((level) => level.state === state && failed(level.before));
        assert.equal(failedBefore, own.filter(({ after }) => after > 0).length);
        assert.equal(passedAfter, own.filter(({ after }) => passed(after)).length);
        assert.equal(missingAfter, own.filter(({ after }) => after === 0).length);
      }
    });
  });
  fc.assert(property);
});

t.test('mapLevels: puts each criterion where its number leads and leaves the others missing', async (t) => {
  const mapping = new Map([
    [1, 3],
    [3, 1],
  ]);
  t.equal(mapLevels('123321', instrumentOf(3), instrumentOf(4), mapping), '30101030');
  const same = new Map([1, 2, 3].map((no) => [no, no]));
  t.equal(mapLevels('123321', instrumentOf(3), instrumentOf(3), same), '123321');
  t.throws(() => mapLevels('1233', instrumentOf(3), instrumentOf(4), mapping), RangeError);
  t.throws(() => mapLevels('124', instrumentOf(3), instrumentOf(3), same), RangeError);
  t.throws(() => mapLevels('123', instrumentOf(3), instrumentOf(3), new Map([[4, 1]])), RangeError);
  t.throws(() => mapLevels('123', instrumentOf(3), instrumentOf(3), new Map([[1, 4]])), RangeError);
  const doubled = new Map([
    [1, 1],
    [2, 1],
  ]);
  t.throws(() => mapLevels('123', instrumentOf(3), instrumentOf(3), doubled), RangeError);
});

t.test(
  'effectFigures: sets groups with an action done against groups with none, and says it proves nothing',
  async (t) => {
    // Newcombe's first example (1998, table II): 56 of 70 against 48 of 80.
    const part = (groups: number, after: string, state: PlanState): [string, string, string] => {
      const code = planCodesOf(new Map([[1, state]]), instrumentOf(1));
      return ['1'.repeat(groups), after.repeat(groups), code.repeat(groups)];
    };
    const parts = [
      part(56, '3', 'done'),
      part(14, '2', 'done'),
      part(48, '3', 'none'),
      part(32, '1', 'none'),
      part(3, '0', 'done'),
      part(1, '3', 'in-progress'),
    ];
    const text = (at: 0 | 1 | 2) => `${parts.map((texts) => texts[at]).join('')}3`;
    const figures = effectFigures(effectOf(text(0), text(1), text(2), instrumentOf(1)), instrumentOf(1));
    const [none, planned, inProgress, done] = figures.criteria[0]?.byState ?? [];
    t.strictSame(done, { state: 'done', failedBefore: 70, passedAfter: 56, passedAfterPercent: 80, missingAfter: 3 });
    t.strictSame([none?.failedBefore, none?.passedAfter, none?.passedAfterPercent], [80, 48, 60]);
    t.strictSame([planned?.passedAfterPercent, inProgress?.passedAfterPercent], [null, 100]);
    t.strictSame(figures.criteria[0]?.doneAgainstNone, { difference: 20, low: 5.24, high: 33.38 });
    t.strictSame(figures.allCriteria, figures.criteria[0]?.byState);
    t.match(figures.statement.en, /association, not proof.*regression to the mean/);
    t.match(figures.statement.th, /ไม่ใช่ข้อพิสูจน์.*ถดถอยสู่ค่าเฉลี่ย/);
  },
);

t.test('effectOf: refuses texts that are not of the same groups', async (t) => {
  t.throws(() => effectOf('11', '1111', '0000', instrumentOf(2)), RangeError);
  t.throws(() => effectOf('11', '11', '00', instrumentOf(3)), RangeError);
  t.throws(() => effectOf('11', '11', '04', instrumentOf(2)), RangeError);
  t.throws(() => mergeEffects(emptyEffect(instrumentOf(1)), emptyEffect(instrumentOf(2))), RangeError);
  t.throws(() => effectFigures(emptyEffect(instrumentOf(1)), instrumentOf(2)), RangeError);
});

t.test('coverageOf: adds the parts up, with percents of the failing groups', async (t) => {
  const part = { criterionNo: 2, failing: 5, withPlan: 2, inProgress: 1, done: 1, overdue: 0 };
  const other = { criterionNo: 2, failing: 1, withPlan: 1, inProgress: 1, done: 1, overdue: 1 };
  const passedEverywhere = { criterionNo: 1, failing: 0, withPlan: 0, inProgress: 0, done: 0, overdue: 0 };
  t.strictSame(coverageOf([part, other, passedEverywhere], instrumentOf(3)), [
    {
      criterionNo: 2,
      name: null,
      failing: 6,
      withPlan: { groups: 3, percent: 50 },
      inProgress: { groups: 2, percent: 33.33 },
      done: { groups: 2, percent: 33.33 },
      overdue: { groups: 1, percent: 16.66 },
    },
  ]);
  t.throws(() => coverageOf([{ ...part, criterionNo: 4 }], instrumentOf(3)), RangeError);
});
