/** The figures a province publishes, from the tally of its sheets. Every percent has its count and total beside it. */
import type { Bilingual } from '../domain/bilingual.js';
import { type Instrument, knowsItsVirtues, type Level, passes } from '../domain/instrument.js';
import { meanOf, medianOf, percentOf } from './percent.js';
import { type Sampling, wilsonInterval } from './sampling.js';
import type { Tally } from './tally.js';

export interface GroupFigures {
  wellManaged: number;
  mostPassed: number | null;
  fewestPassed: number | null;
  meanPassed: number | null;
  medianPassed: number | null;
  byPassedCount: { passedCount: number; groups: number }[];
  byHealthLevel: { healthLevel: Level; groups: number }[];
}

/** Percents of those assessed, cut at two decimals; null when nobody is. */
interface PassedAndFailed {
  assessed: number;
  passed: number;
  passedPercent: number | null;
  failed: number;
  failedPercent: number | null;
}

export interface CriterionFigures extends PassedAndFailed {
  criterionNo: number;
  name: Bilingual | null;
  level1: number;
  level2: number;
  level3: number;
  passedInterval: { low: number; high: number } | null;
}

export interface RankedCriterion {
  rank: number;
  criterionNo: number;
  name: Bilingual | null;
  groups: number;
  total: number;
  percent: number | null;
}

/** Counts scores given on the criteria of the virtue, not groups. */
export interface VirtueFigures extends PassedAndFailed {
  code: string;
  name: Bilingual;
  criteria: number[];
}

export interface Figures {
  groups: GroupFigures;
  criteria: CriterionFigures[];
  mostPassed: RankedCriterion[];
  mostFailed: RankedCriterion[];
  virtues: VirtueFigures[] | null;
}

/**
 * The published figures of a tally made with the same instrument; RangeError when the numbers of criteria differ.
 * A criterion's percents are of the sheets that score it, cut at two decimals: missing is shown, never failed.
 * The two ranked lists hold `top` criteria by count; ties share a rank (1, 2, 2, 4) and then stand in instrument
 * order, a tie at the cut keeps all criteria of that rank, and a criterion no group passed (failed) is not listed.
 * `sampling` must be of the same sheets: the population of a province says nothing of one district.
 * `virtues` is null unless the instrument knows the virtue of every criterion.
 */
export function figuresOf(
  tally: Tally,
  instrument: Instrument,
  { top, sampling }: { top: number; sampling: Sampling },
): Figures {
  if (tally.criteria !== instrument.criteria.length) {
    throw new RangeError(`a tally of ${tally.criteria} criteria is not of this instrument`);
  }
  const criteria = criteriaFigures(tally, instrument, sampling);
  return {
    groups: groupFigures(tally),
    criteria,
    mostPassed: ranked(criteria, 'passed', top),
    mostFailed: ranked(criteria, 'failed', top),
    virtues: knowsItsVirtues(instrument) ? virtueFigures(criteria, instrument) : null,
  };
}

function criteriaFigures({ levelCounts }: Tally, instrument: Instrument, sampling: Sampling): CriterionFigures[] {
  return instrument.criteria.map(({ criterionNo, name }, index) => {
    const countAt = (level: Level) => levelCounts[index * 4 + level] ?? 0;
    const countOf = (counted: readonly Level[]) => counted.reduce((sum, level) => sum + countAt(level), 0);
    const assessed = countOf(levels);
    const passed = countOf(levels.filter((level) => passes(level, instrument)));
    const counts = { level1: countAt(1), level2: countAt(2), level3: countAt(3), ...passedAndFailed(passed, assessed) };
    return { criterionNo, name, ...counts, passedInterval: intervalOf(passed, assessed, sampling) };
  });
}

const levels = [1, 2, 3] as const;

function passedAndFailed(passed: number, assessed: number): PassedAndFailed {
  const failed = assessed - passed;
  const [passedPercent, failedPercent] = [percentOf(passed, assessed), percentOf(failed, assessed)];
  return { assessed, passed, passedPercent, failed, failedPercent };
}

function intervalOf(passed: number, assessed: number, { intervals, population }: Sampling) {
  if (!intervals || population === null || assessed === 0) return null;
  return wilsonInterval(passed, assessed, population);
}

function groupFigures({ sheets, criteria, passedCounts, healthLevels }: Tally): GroupFigures {
  const byPassedCount = Array.from(passedCounts, (groups, passedCount) => ({ passedCount, groups }));
  const reached = byPassedCount.filter(({ groups }) => groups > 0);
  const passed = reached.reduce((sum, { passedCount, groups }) => sum + passedCount * groups, 0);
  return {
    wellManaged: passedCounts[criteria] ?? 0,
    mostPassed: reached.at(-1)?.passedCount ?? null,
    fewestPassed: reached[0]?.passedCount ?? null,
    meanPassed: meanOf(passed, sheets),
    medianPassed: medianOf(passedCounts),
    byPassedCount,
    byHealthLevel: levels.map((healthLevel) => ({ healthLevel, groups: healthLevels[healthLevel] ?? 0 })),
  };
}

function ranked(criteria: readonly CriterionFigures[], side: 'passed' | 'failed', top: number): RankedCriterion[] {
  const listed = criteria.filter((figures) => figures[side] > 0).sort((a, b) => b[side] - a[side]);
  return listed
    .map((figures) => ({
      rank: listed.findIndex((other) => other[side] === figures[side]) + 1,
      criterionNo: figures.criterionNo,
      name: figures.name,
      groups: figures[side],
      total: figures.assessed,
      percent: figures[`${side}Percent`],
    }))
    .filter(({ rank }) => rank <= top);
}

function virtueFigures(criteria: readonly CriterionFigures[], instrument: Instrument): VirtueFigures[] {
  return instrument.virtues.map(({ code, name }) => {
    const own = criteria.filter((_, index) => instrument.criteria[index]?.virtueCode === code);
    const passed = own.reduce((sum, figures) => sum + figures.passed, 0);
    const assessed = own.reduce((sum, figures) => sum + figures.assessed, 0);
    return { code, name, criteria: own.map(({ criterionNo }) => criterionNo), ...passedAndFailed(passed, assessed) };
  });
}
