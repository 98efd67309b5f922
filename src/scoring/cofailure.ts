/**
 * What fails together: for each pair of criteria the groups that failed both, one, or neither. One walk over the same
 * level codes as the tally; two counts add up to the count of both.
 */
import type { Instrument } from '../domain/instrument.js';
import { lift, phi } from './association.js';
import { failBit } from './verdict.js';

/** Pairs of criteria stand at `first * criteria + second`, first and second being positions from 0, first < second. */
export interface CoFailure {
  sheets: number;
  criteria: number;
  /** Sheets with both criteria scored. */
  scored: Uint32Array;
  /** Of those, sheets that fail both. */
  both: Uint32Array;
  /** At `one * criteria + other`, in either order: sheets with both scored that fail the one, whatever of the other. */
  failed: Uint32Array;
}

/** Groups with both criteria scored, `a` and `b` being criterion numbers with a < b. */
export interface CriterionPair {
  a: number;
  b: number;
  total: number;
  both: number;
  onlyA: number;
  onlyB: number;
  neither: number;
  /** Fail at least one of the two. */
  either: number;
  phi: number | null;
  lift: number | null;
  /** Fewer groups fail both, or would if unrelated, than the smallest number worth reading. */
  small: boolean;
}

/** The count of no sheet. */
export function emptyCoFailure(instrument: Instrument): CoFailure {
  const criteria = instrument.criteria.length;
  const pairs = () => new Uint32Array(criteria * criteria);
  return { sheets: 0, criteria, scored: pairs(), both: pairs(), failed: pairs() };
}

/**
 * The count over sheets whose level codes (one digit 0-3 a criterion, instrument order) stand one after the other.
 * A missing score leaves the sheet out of the pairs of that criterion and of no other. RangeError when the text does
 * not cut into sheets or has another character.
 */
export function coFailureOf(levelCodes: string, instrument: Instrument): CoFailure {
  const counts = emptyCoFailure(instrument);
  const { criteria } = counts;
  if (criteria === 0 || levelCodes.length % criteria !== 0) {
    throw new RangeError(`${levelCodes.length} digits are no whole number of sheets of ${criteria} criteria`);
  }
  const sheet = { failing: new Uint16Array(criteria + 1), scored: new Uint16Array(criteria + 1) };
  const ofComplete = { sheets: 0, failed: new Uint32Array(criteria) };
  for (let start = 0; start < levelCodes.length; start += criteria) {
    const { fails, scores } = readSheet(sheet, levelCodes, start, instrument);
    addPairs(counts.both, criteria, sheet.failing, fails);
    if (scores === criteria) addComplete(ofComplete, sheet.failing, fails);
    else addIncomplete(counts, sheet, fails, scores);
    counts.sheets++;
  }
  return withComplete(counts, ofComplete);
}

/** The count over the sheets of both; neither is changed. RangeError when they have different numbers of criteria. */
export function mergeCoFailures(a: CoFailure, b: CoFailure): CoFailure {
  if (a.criteria !== b.criteria) throw new RangeError(`${a.criteria} and ${b.criteria} criteria do not add up`);
  const sumOf = (one: Uint32Array, other: Uint32Array) => one.map((count, at) => count + (other[at] ?? 0));
  const scored = sumOf(a.scored, b.scored);
  const both = sumOf(a.both, b.both);
  return { sheets: a.sheets + b.sheets, criteria: a.criteria, scored, both, failed: sumOf(a.failed, b.failed) };
}

/**
 * Every pair of criteria in instrument order, from a count made with the same instrument. `small` marks a pair of which
 * fewer than `minimum` groups fail both, or would if the two were unrelated: its phi and lift say little.
 * RangeError when the numbers of criteria differ.
 */
export function coFailureFigures(
  { criteria, scored, both, failed }: CoFailure,
  instrument: Instrument,
  { minimum }: { minimum: number },
): CriterionPair[] {
  if (criteria !== instrument.criteria.length) throw new RangeError('the count is not of this instrument');
  return instrument.criteria.flatMap(({ criterionNo: a }, first) =>
    instrument.criteria.slice(first + 1).map(({ criterionNo: b }, offset) => {
      const [at, mirrored] = [first * criteria + first + 1 + offset, (first + 1 + offset) * criteria + first];
      const failA = failed[at] ?? 0;
      const failB = failed[mirrored] ?? 0;
      return { a, b, ...pairFigures(scored[at] ?? 0, both[at] ?? 0, failA, failB, minimum) };
    }),
  );
}

function pairFigures(total: number, both: number, failA: number, failB: number, minimum: number) {
  const [onlyA, onlyB] = [failA - both, failB - both];
  const either = failA + onlyB;
  const neither = total - either;
  const expected = total === 0 ? 0 : (failA * failB) / total;
  return {
    total,
    both,
    onlyA,
    onlyB,
    neither,
    either,
    phi: phi(both, onlyA, onlyB, neither),
    lift: lift(both, failA, failB, total),
    small: both < minimum || expected < minimum,
  };
}

/** Positions of the criteria a sheet fails and of those it scores, ascending; the numbers say how many are valid. */
interface Positions {
  failing: Uint16Array;
  scored: Uint16Array;
}

function readSheet(sheet: Positions, levelCodes: string, start: number, { criteria, passLevel }: Instrument) {
  let fails = 0;
  let scores = 0;
  for (let i = 0; i < criteria.length; i++) {
    const level = levelCodes.charCodeAt(start + i) ^ 48;
    if (level > 3) throw new RangeError(`a level is a digit from 0 to 3, not "${levelCodes[start + i]}"`);
    // Written always and kept or overwritten next: cheaper than a branch that cannot be predicted (see verdict.ts).
    sheet.scored[scores] = i;
    sheet.failing[fails] = i;
    scores += (0 - level) >>> 31;
    fails += failBit(level, passLevel);
  }
  return { fails, scores };
}

function addPairs(pairs: Uint32Array, criteria: number, positions: Uint16Array, length: number): void {
  for (let i = 0; i < length; i++) {
    const row = (positions[i] ?? 0) * criteria;
    for (let j = i + 1; j < length; j++) increment(pairs, row + (positions[j] ?? 0));
  }
}

/** A complete sheet counts alike in every pair of a criterion it fails, so the criterion is counted once. */
function addComplete(ofComplete: { sheets: number; failed: Uint32Array }, failing: Uint16Array, fails: number): void {
  ofComplete.sheets++;
  for (let i = 0; i < fails; i++) increment(ofComplete.failed, failing[i] ?? 0);
}

function addIncomplete({ criteria, scored, failed }: CoFailure, sheet: Positions, fails: number, scores: number): void {
  addPairs(scored, criteria, sheet.scored, scores);
  for (let i = 0; i < fails; i++) {
    const row = (sheet.failing[i] ?? 0) * criteria;
    for (let j = 0; j < scores; j++) increment(failed, row + (sheet.scored[j] ?? 0));
  }
}

function withComplete(counts: CoFailure, complete: { sheets: number; failed: Uint32Array }): CoFailure {
  const { criteria } = counts;
  const isPair = (at: number) => Math.floor(at / criteria) < at % criteria;
  return {
    ...counts,
    scored: counts.scored.map((sheets, at) => (isPair(at) ? sheets + complete.sheets : sheets)),
    failed: counts.failed.map((sheets, at) => sheets + (complete.failed[Math.floor(at / criteria)] ?? 0)),
  };
}

function increment(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}
