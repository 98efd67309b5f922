/**
 * Round against round: what moved in the groups assessed in both. Two texts of level codes, the same groups in the
 * same order, are walked digit by digit; two movements add up to the movement of both, as tallies do.
 */
import type { Bilingual } from '../domain/bilingual.js';
import { type Instrument, type Level, passes } from '../domain/instrument.js';
import { mcNemarExact } from './association.js';
import { levelIn, requireSheets } from './level-codes.js';
import { meanOf, percentOf } from './percent.js';
import { passBit } from './verdict.js';

export interface Movement {
  groups: number;
  criteria: number;
  /** At `(criterionIndex * 4 + level before) * 4 + level after`: groups; level 0 = the score is missing. */
  levelPairs: Uint32Array;
  /** At `passed before * (criteria + 1) + passed after`: groups, both counted over criteria scored in both rounds. */
  passedPairs: Uint32Array;
  /** Groups with every criterion scored in both rounds: only of them it is known whether they are well managed. */
  complete: number;
}

export interface GroupChange {
  /** Criteria scored in both rounds; the passed counts are of these. */
  compared: number;
  passedBefore: number;
  passedAfter: number;
  change: number;
}

export interface CriterionMovement {
  criterionNo: number;
  name: Bilingual | null;
  compared: number;
  /** Groups with the score missing in one of the rounds or in both. */
  missing: number;
  /** Row = level 1-3 before, column = level 1-3 after: groups. */
  matrix: number[][];
  gainedPasses: number;
  lostPasses: number;
  net: number;
  passedBefore: number;
  passedBeforePercent: number | null;
  passedAfter: number;
  passedAfterPercent: number | null;
  mcnemarP: number;
}

const levels = [1, 2, 3] as const;

/** The movement of no group. */
export function emptyMovement(instrument: Instrument): Movement {
  const criteria = instrument.criteria.length;
  const passedPairs = new Uint32Array((criteria + 1) ** 2);
  return { groups: 0, criteria, levelPairs: new Uint32Array(criteria * 16), passedPairs, complete: 0 };
}

/**
 * The movement between two texts of level codes (one digit 0-3 a criterion, instrument order, sheet after sheet) that
 * hold the same groups in the same order. Both are judged by the pass level of this instrument.
 * RangeError when the texts differ in length, do not cut into sheets, or have another character.
 */
export function movementOf(before: string, after: string, instrument: Instrument): Movement {
  requireSheets(before, instrument);
  if (before.length !== after.length) throw new RangeError('the rounds must hold the same groups');
  const movement = emptyMovement(instrument);
  for (let start = 0; start < before.length; start += movement.criteria) {
    const group = { before, after, start };
    const { compared, passedBefore, passedAfter } = addGroup(movement.levelPairs, group, instrument);
    if (compared > 0) increment(movement.passedPairs, passedBefore * (movement.criteria + 1) + passedAfter);
    if (compared === movement.criteria) movement.complete++;
    movement.groups++;
  }
  return movement;
}

/** The movement of the groups of both; neither is changed. RangeError when they have different numbers of criteria. */
export function mergeMovements(a: Movement, b: Movement): Movement {
  if (a.criteria !== b.criteria) throw new RangeError(`${a.criteria} and ${b.criteria} criteria do not add up`);
  return {
    groups: a.groups + b.groups,
    criteria: a.criteria,
    levelPairs: a.levelPairs.map((groups, at) => groups + (b.levelPairs[at] ?? 0)),
    passedPairs: a.passedPairs.map((groups, at) => groups + (b.passedPairs[at] ?? 0)),
    complete: a.complete + b.complete,
  };
}

/** What moved in one group, for a list of groups; takes two sheets, errors as `movementOf`. */
export function changeOf(before: string, after: string, instrument: Instrument): GroupChange {
  const criteria = instrument.criteria.length;
  if (before.length !== criteria || after.length !== criteria) throw new RangeError('one sheet of each round');
  const counts = addGroup(new Uint32Array(criteria * 16), { before, after, start: 0 }, instrument);
  return { ...counts, change: counts.passedAfter - counts.passedBefore };
}

/**
 * The published figures of a movement made with the same instrument; RangeError when the numbers of criteria differ.
 * A criterion's figures are of the groups scored on it in both rounds, percents cut at two decimals; McNemar's exact
 * two-sided p has four significant digits. Of 19 criteria, one may well be below 0.05 by chance alone.
 */
export function movementFigures(movement: Movement, instrument: Instrument) {
  if (movement.criteria !== instrument.criteria.length) {
    throw new RangeError(`a movement of ${movement.criteria} criteria is not of this instrument`);
  }
  const criteria = instrument.criteria.map((_, index) => criterionMovement(movement, index, instrument));
  return { groups: groupMovement(movement), criteria };
}

/** Adds one group to the level pairs; the counts are of criteria scored in both rounds. */
function addGroup(
  levelPairs: Uint32Array,
  { before, after, start }: { before: string; after: string; start: number },
  { criteria, passLevel }: Instrument,
): Omit<GroupChange, 'change'> {
  let compared = 0;
  let passedBefore = 0;
  let passedAfter = 0;
  for (let i = 0; i < criteria.length; i++) {
    const levelBefore = levelIn(before, start + i);
    const levelAfter = levelIn(after, start + i);
    increment(levelPairs, (i * 4 + levelBefore) * 4 + levelAfter);
    // The sign bit of a difference stands for a comparison, as in verdict.ts: levels cannot be predicted, branches cost.
    const both = ((0 - levelBefore) >>> 31) & ((0 - levelAfter) >>> 31);
    compared += both;
    passedBefore += both & passBit(levelBefore, passLevel);
    passedAfter += both & passBit(levelAfter, passLevel);
  }
  return { compared, passedBefore, passedAfter };
}

function groupMovement({ groups, criteria, passedPairs, complete }: Movement) {
  const sums = { improved: 0, unchanged: 0, declined: 0, becameWellManaged: 0, stoppedBeingWellManaged: 0 };
  let [before, after] = [0, 0];
  passedPairs.forEach((count, at) => {
    const passedBefore = Math.floor(at / (criteria + 1));
    const passedAfter = at % (criteria + 1);
    const change = Math.sign(passedAfter - passedBefore);
    sums[change > 0 ? 'improved' : change < 0 ? 'declined' : 'unchanged'] += count;
    if (change > 0 && passedAfter === criteria) sums.becameWellManaged += count;
    if (change < 0 && passedBefore === criteria) sums.stoppedBeingWellManaged += count;
    before += passedBefore * count;
    after += passedAfter * count;
  });
  const compared = sums.improved + sums.unchanged + sums.declined;
  const means = { meanPassedBefore: meanOf(before, compared), meanPassedAfter: meanOf(after, compared) };
  return { compared, missing: groups - compared, complete, ...sums, ...means };
}

function criterionMovement({ groups, levelPairs }: Movement, index: number, instrument: Instrument): CriterionMovement {
  const { criterionNo, name } = instrument.criteria[index] ?? { criterionNo: index + 1, name: null };
  const cells = levels.flatMap((before) =>
    levels.map((after) => ({ before, after, groups: levelPairs[(index * 4 + before) * 4 + after] ?? 0 })),
  );
  const countWhere = (counted: (before: Level, after: Level) => boolean) =>
    cells.reduce((sum, cell) => sum + (counted(cell.before, cell.after) ? cell.groups : 0), 0);
  const passed = (level: Level) => passes(level, instrument);
  const compared = countWhere(() => true);
  const gainedPasses = countWhere((before, after) => !passed(before) && passed(after));
  const lostPasses = countWhere((before, after) => passed(before) && !passed(after));
  const passedBefore = countWhere((before) => passed(before));
  const passedAfter = countWhere((_, after) => passed(after));
  return {
    criterionNo,
    name,
    compared,
    missing: groups - compared,
    matrix: levels.map((level) => cells.filter(({ before }) => before === level).map((cell) => cell.groups)),
    gainedPasses,
    lostPasses,
    net: gainedPasses - lostPasses,
    passedBefore,
    passedBeforePercent: percentOf(passedBefore, compared),
    passedAfter,
    passedAfterPercent: percentOf(passedAfter, compared),
    mcnemarP: Number(mcNemarExact(gainedPasses, lostPasses).toPrecision(4)),
  };
}

function increment(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}
