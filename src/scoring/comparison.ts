/**
 * Round against round: what moved in the groups assessed in both. Two texts of level codes, the same groups in the
 * same order, are walked digit by digit; two movements add up to the movement of both, as tallies do.
 */
import type { Bilingual } from '../domain/bilingual.js';
import { criterionIndex, type Instrument, type Level } from '../domain/instrument.js';
import { mcNemarExact } from './association.js';
import { meanOf, percentOf } from './percent.js';
import { passes } from './verdict.js';

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
    const { compared, passedBefore, passedAfter } = addGroup(movement, before, after, start, instrument.passLevel);
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
  if (before.length !== instrument.criteria.length) throw new RangeError('one sheet at a time');
  const passedPairs = movementOf(before, after, instrument);
  const { compared, passedBefore, passedAfter } = addGroup(passedPairs, before, after, 0, instrument.passLevel);
  return { compared, passedBefore, passedAfter, change: passedAfter - passedBefore };
}

/**
 * The published figures of a movement made with the same instrument; RangeError when the numbers of criteria differ.
 * A criterion's figures are of the groups scored on it in both rounds, percents cut at two decimals; McNemar's exact
 * two-sided p has four significant digits. Among 19 criteria one is below 0.05 by chance alone in most rounds.
 */
export function movementFigures(movement: Movement, instrument: Instrument) {
  if (movement.criteria !== instrument.criteria.length) {
    throw new RangeError(`a movement of ${movement.criteria} criteria is not of this instrument`);
  }
  const criteria = instrument.criteria.map((_, index) => criterionMovement(movement, index, instrument));
  return { groups: groupMovement(movement), criteria };
}

/**
 * Level codes of one instrument version as if they had been given with another: `mapping` leads from criterion numbers
 * of `from` to those of `to`, and a criterion of `to` that nothing leads to is missing ('0') on every sheet.
 * RangeError when the codes do not fit `from`, a number is unknown, or two criteria lead to the same.
 */
export function mapLevels(
  levelCodes: string,
  from: Instrument,
  to: Instrument,
  mapping: ReadonlyMap<number, number>,
): string {
  requireSheets(levelCodes, from);
  const sources = sourcesOf(from, to, mapping);
  const [width, sheets] = [sources.length, levelCodes.length / from.criteria.length];
  const mapped = new Uint8Array(sheets * width).fill(48);
  for (let sheet = 0; sheet < sheets; sheet++) {
    for (let i = 0; i < width; i++) {
      const source = sources[i] ?? null;
      if (source !== null) mapped[sheet * width + i] = 48 + levelIn(levelCodes, sheet * from.criteria.length + source);
    }
  }
  return new TextDecoder().decode(mapped);
}

/** For each criterion of `to` the position on a sheet of `from` that it comes from, or null. */
function sourcesOf(from: Instrument, to: Instrument, mapping: ReadonlyMap<number, number>): (number | null)[] {
  const sources: (number | null)[] = to.criteria.map(() => null);
  for (const [fromNo, toNo] of mapping) {
    const [source, target] = [criterionIndex(fromNo, from), criterionIndex(toNo, to)];
    if (source === null || target === null) throw new RangeError(`no criterion ${fromNo} leads to a criterion ${toNo}`);
    if (sources[target] !== null) throw new RangeError(`two criteria lead to criterion ${toNo}`);
    sources[target] = source;
  }
  return sources;
}
