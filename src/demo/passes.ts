import { itemAt, sum } from './lists.js';
import { passedByCriterion, published } from './published.js';
import { type Random, randomFor } from './random.js';

/** Row = target, column = criterion number minus 1, true = passed. */
type PassMatrix = boolean[][];

/**
 * Who passed what: as many groups per criterion as `passedByCriterion` says, and per group between 1 and 18 of the 19,
 * both reached.
 *
 * Each criterion ranks the groups by the group's quality, which all criteria share, plus luck of its own, and passes
 * the first so many: the columns are right by construction and the rows come out as a bell. Then single passes move
 * between rows, inside their column, until the extremes are right too. The districts (one per row) differ a little, as
 * districts do.
 */
export function reconstructPasses(districtCodes: readonly string[]): PassMatrix {
  const random = randomFor('passes');
  const qualities = drawQualities(districtCodes, random);
  const passes: PassMatrix = districtCodes.map(() => passedByCriterion.map(() => false));
  const luckByTheme = themes.map(() => districtCodes.map(() => random.bell(90)));
  passedByCriterion.forEach((count, criterion) => {
    const shared = luckByTheme[themes.findIndex((theme) => theme.includes(criterion + 1))] ?? [];
    const merits = qualities.map((quality, row) => quality + (shared[row] ?? 0) + random.bell(160));
    for (const row of bestRows(merits, count)) itemAt(passes, row)[criterion] = true;
  });
  repairExtremes(passes);
  return passes;
}

/** Criteria that tend to fail together. Only of those whose names we know: books and audit, members' payments, giving. */
const themes: readonly (readonly number[])[] = [
  [2, 4],
  [10, 11],
  [18, 19],
];

function drawQualities(districtCodes: readonly string[], random: Random): number[] {
  const shifts = new Map([...new Set(districtCodes)].map((code) => [code, random.bell(30)]));
  return districtCodes.map((code) => random.bell(100) + (shifts.get(code) ?? 0));
}

function bestRows(merits: readonly number[], count: number): number[] {
  const rows = merits.map((merit, row) => ({ merit, row }));
  return rows
    .sort((a, b) => b.merit - a.merit || a.row - b.row)
    .slice(0, count)
    .map(({ row }) => row);
}

/** Brings every row into 1..18 first, then stretches the best row to 18 and the weakest to 1 when nobody is there. */
function repairExtremes(passes: PassMatrix): void {
  const { mostPassed, fewestPassed } = published;
  for (const row of passes) {
    while (passedCount(row) > mostPassed) takeHardest(row, passes);
    while (passedCount(row) < fewestPassed) giveEasiest(row, passes);
  }
  const byCount = passes.toSorted((a, b) => passedCount(a) - passedCount(b));
  const weakest = itemAt(byCount, 0);
  const best = itemAt(byCount, byCount.length - 1);
  while (passedCount(best) < mostPassed) giveEasiest(best, passes);
  while (passedCount(weakest) > fewestPassed) takeHardest(weakest, passes);
}

function giveEasiest(row: boolean[], passes: PassMatrix): void {
  const criterion = itemAt(
    easiestFirst.filter((candidate) => !row[candidate]),
    0,
  );
  movePass(
    criterion,
    mostOrdinary(passes, (other) => other[criterion] === true),
    row,
  );
}

function takeHardest(row: boolean[], passes: PassMatrix): void {
  const criterion = itemAt(
    hardestFirst.filter((candidate) => row[candidate]),
    0,
  );
  movePass(
    criterion,
    row,
    mostOrdinary(passes, (other) => other[criterion] === false),
  );
}

/** Gives and takes in one, so that the column keeps its sum. */
function movePass(criterion: number, from: boolean[], to: boolean[]): void {
  from[criterion] = false;
  to[criterion] = true;
}

/** The row nearest to the middle: it can give or take one without becoming an extreme itself. */
function mostOrdinary(passes: PassMatrix, fits: (row: boolean[]) => boolean): boolean[] {
  const middle = Math.round(sum(passedByCriterion) / published.targetCount);
  const distance = (row: boolean[]) => Math.abs(passedCount(row) - middle);
  return itemAt(
    passes.filter(fits).sort((a, b) => distance(a) - distance(b)),
    0,
  );
}

const easiestFirst = passedByCriterion
  .map((count, criterion) => ({ count, criterion }))
  .sort((a, b) => b.count - a.count)
  .map(({ criterion }) => criterion);

const hardestFirst = easiestFirst.toReversed();

function passedCount(row: readonly boolean[]): number {
  return row.filter(Boolean).length;
}
