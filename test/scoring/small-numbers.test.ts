/**
 * Small numbers are held back so that nobody can compute them. The attacker here knows everything that is published and the
 * arithmetic of it, and goes through every round that would have been published so: a count that is the same in all of
 * them is known.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { Instrument, Level } from '../../src/domain/instrument.js';
import { areaOfParts, type OpenArea, openFiguresOf, type TalliedArea } from '../../src/scoring/open-figures.js';
import { tallyOf } from '../../src/scoring/tally.js';

const instrumentOf = (criteria: number, passLevel: Level): Instrument => ({
  code: 'any',
  instrumentVersion: 1,
  name: { th: 'ทดสอบ', en: 'Test' },
  passLevel,
  healthLevelRule: 'weakest-criterion',
  healthLevelThresholds: null,
  reasonRequired: 'none',
  virtues: [],
  criteria: Array.from({ length: criteria }, (_, i) => ({
    criterionNo: i + 1,
    name: null,
    virtueCode: null,
    levels: [],
  })),
});

/** A round as its sheets: those of each district, of each province, in the country. */
type Country = string[][][];

function talliedOf(country: Country, instrument: Instrument): TalliedArea {
  const provinces = country.map((districts, p) => {
    const parts = districts.map((sheets, d) => ({
      areaCode: `${10 + p}${10 + d}`,
      tally: tallyOf(sheets.join(''), instrument),
      parts: [],
    }));
    return areaOfParts(`${10 + p}`, parts, instrument);
  });
  return areaOfParts(null, provinces, instrument);
}

/**
 * What an area may count, as one number: groups at each level of each criterion, as digits. To add areas is to add their
 * numbers.
 */
const base = 32;
type Counts = Set<number>;

interface Node {
  published: OpenArea;
  parts: Node[];
  /** What it may count by itself and the areas in it, then by everything that is published. */
  possible: Counts;
}

function countsIn(code: number, criterion: number): [number, number, number] {
  const digit = (place: number) => Math.floor(code / base ** place) % base;
  return [digit(criterion * 3), digit(criterion * 3 + 1), digit(criterion * 3 + 2)];
}

/** Whether an area that counts this would have been published so. */
function fits(code: number, { assessed, criteria }: OpenArea, passLevel: Level): boolean {
  return criteria.every((published, criterion) => {
    const counts = countsIn(code, criterion);
    const [passed, failed] = sidesOf(counts, passLevel);
    const says = (shown: number | null, count: number) => shown === null || shown === count;
    return (
      says(assessed, passed + failed) &&
      says(published.assessed, passed + failed) &&
      says(published.passed, passed) &&
      says(published.failed, failed) &&
      [published.level1, published.level2, published.level3].every((shown, i) => says(shown, counts[i] ?? 0))
    );
  });
}

function sidesOf(counts: readonly number[], passLevel: Level): [number, number] {
  const sum = (from: number, to: number) => counts.slice(from, to).reduce((a, b) => a + b, 0);
  return [sum(passLevel - 1, 3), sum(0, passLevel - 1)];
}

/** Everything that a district of at most so many groups may count. */
function districtsOf(criteria: number, most: number): number[] {
  const splits = (groups: number) =>
    Array.from({ length: groups + 1 }, (_, one) =>
      Array.from({ length: groups - one + 1 }, (_, two) => one + two * base + (groups - one - two) * base ** 2),
    ).flat();
  const all = (groups: number, rest: number): number[] =>
    rest === 0 ? [0] : all(groups, rest - 1).flatMap((others) => splits(groups).map((own) => own + others * base ** 3));
  return Array.from({ length: most + 1 }, (_, groups) => all(groups, criteria)).flat();
}

function sumsOf(sets: readonly Counts[]): Counts {
  return sets.reduce(
    (sums, set) => {
      const next: Counts = new Set();
      for (const a of sums) for (const b of set) next.add(a + b);
      return next;
    },
    new Set([0]),
  );
}

/** From the districts up: what every area may count. From the whole down: with what its neighbours may count. */
function attack(area: TalliedArea, published: Map<string | null, OpenArea>, passLevel: Level, any: number[]): Node {
  const own = published.get(area.areaCode);
  assert(own !== undefined, 'every area is published, if only as held back');
  const parts = area.parts.map((part) => attack(part, published, passLevel, any));
  const counted = parts.length === 0 ? any : [...sumsOf(parts.map(({ possible }) => possible))];
  return { published: own, parts, possible: new Set(counted.filter((code) => fits(code, own, passLevel))) };
}

function narrow(node: Node): void {
  for (const part of node.parts) {
    const others = sumsOf(node.parts.filter((other) => other !== part).map(({ possible }) => possible));
    part.possible = new Set(
      [...part.possible].filter((own) => [...others].some((other) => node.possible.has(own + other))),
    );
  }
  for (const part of node.parts) narrow(part);
}

const heldCounts: Record<'assessed' | 'passed' | 'failed' | 'level1' | 'level2' | 'level3', CountOf> = {
  assessed: (counts) => counts[0] + counts[1] + counts[2],
  passed: (counts, passLevel) => sidesOf(counts, passLevel)[0],
  failed: (counts, passLevel) => sidesOf(counts, passLevel)[1],
  level1: ([count]) => count,
  level2: ([, count]) => count,
  level3: ([, , count]) => count,
};
type CountOf = (counts: [number, number, number], passLevel: Level) => number;

/** The held-back counts that can be nothing else than what they are. */
function known({ published, parts, possible }: Node, passLevel: Level): string[] {
  const single = (count: (code: number) => number) => new Set([...possible].map(count)).size < 2;
  const ofCriteria = published.criteria.flatMap((criterion, index) =>
    Object.entries(heldCounts)
      .filter(([name]) => criterion[name as keyof typeof heldCounts] === null)
      .filter(([, count]) => single((code) => count(countsIn(code, index), passLevel)))
      .map(([name]) => `${published.areaCode} ${criterion.criterionNo} ${name}`),
  );
  const groups = (code: number) => heldCounts.assessed(countsIn(code, 0), passLevel);
  const ofArea = published.assessed === null && single(groups) ? [`${published.areaCode} assessed`] : [];
  return [...ofArea, ...ofCriteria, ...parts.flatMap((part) => known(part, passLevel))];
}

const rounds = (criteria: number, most: number) => {
  const sheet = fc.string({ unit: fc.constantFrom('1', '2', '2', '3'), minLength: criteria, maxLength: criteria });
  const district = fc.array(sheet, { maxLength: most });
  return fc.record({
    country: fc.array(fc.array(district, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 }),
    passLevel: fc.constantFrom<Level>(2, 3),
    smallest: fc.integer({ min: 1, max: 3 }),
  });
};

t.test('nothing is held back where the threshold is none, and everything where there is too little', (t) => {
  const instrument = instrumentOf(2, 3);
  const figures = (country: Country, smallest: number) =>
    openFiguresOf(talliedOf(country, instrument), instrument, smallest);
  const few = [[['11', '31'], []], [['33']]];
  t.notMatch(JSON.stringify(figures(few, 0)), /"(assessed|passed|failed|level\d)":null|"heldBack":true/);
  t.notMatch(JSON.stringify(figures(few, 4)), /"(assessed|passed|failed|level\d)":\d/);
  // A level that is missing on one sheet would be the rest of all groups less those with one.
  const missing = [[Array.from({ length: 10 }, (_, i) => (i < 5 ? '33' : i < 9 ? '11' : '10'))]];
  const [whole] = figures(missing, 1);
  t.hasStrict(whole?.criteria[0], { assessed: 10, passed: 5, failed: 5 });
  t.hasStrict(whole?.criteria[1], { assessed: 9, passed: 5, failed: 4 }, 'one is no less than the threshold');
  t.hasStrict(figures(missing, 2)[0]?.criteria[1], { assessed: null, passed: null, failed: null, level3: null });
  t.end();
});

for (const [criteria, most, numRuns] of [
  [1, 5, 1_000],
  [2, 2, 60],
] as const) {
  t.test(`no count that is held back can be computed, of ${criteria} criteria`, async (t) => {
    const seen = { shown: 0, heldBack: 0, both: 0 };
    // The attacker may think of a group more in a district than there is.
    const any = districtsOf(criteria, most + 1);
    const property = fc.property(rounds(criteria, most), ({ country, passLevel, smallest }) => {
      const instrument = instrumentOf(criteria, passLevel);
      const whole = talliedOf(country, instrument);
      const figures = openFiguresOf(whole, instrument, smallest);
      const root = attack(whole, new Map(figures.map((area) => [area.areaCode, area])), passLevel, any);
      narrow(root);
      assert.deepEqual(known(root, passLevel), []);
      const cells = figures.slice(1).flatMap((area) => area.criteria.map(({ passed }) => passed !== null));
      seen.shown += cells.filter(Boolean).length;
      seen.heldBack += cells.filter((shown) => !shown).length;
      seen.both += Number(cells.includes(true) && cells.includes(false));
    });
    fc.assert(property, { numRuns });
    t.ok(
      Object.values(seen).every((times) => times > 0),
      `the rule was at work: ${JSON.stringify(seen)}`,
    );
  });
}
