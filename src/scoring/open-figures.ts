/** The figures of a published round as anybody may read them: counts and percents, small numbers held back. */
import type { Bilingual } from '../domain/bilingual.js';
import { type Instrument, type Level, passes } from '../domain/instrument.js';
import { percentOf } from './percent.js';
import { shownAreas } from './small-numbers.js';
import { emptyTally, mergeTallies, type Tally } from './tally.js';

/** An area of a round with the tally of its sheets, and the areas in it; null is the whole country. */
export interface TalliedArea {
  areaCode: string | null;
  tally: Tally;
  parts: TalliedArea[];
}

/** Counts of groups; null is held back, and then `heldBack` is true. */
export interface OpenCriterion {
  criterionNo: number;
  name: Bilingual | null;
  assessed: number | null;
  passed: number | null;
  passedPercent: number | null;
  failed: number | null;
  failedPercent: number | null;
  level1: number | null;
  level2: number | null;
  level3: number | null;
  heldBack: boolean;
}

export interface OpenArea {
  areaCode: string | null;
  assessed: number | null;
  heldBack: boolean;
  criteria: OpenCriterion[];
}

/** The area that consists of these parts. */
export function areaOfParts(areaCode: string | null, parts: TalliedArea[], instrument: Instrument): TalliedArea {
  return { areaCode, tally: parts.map(({ tally }) => tally).reduce(mergeTallies, emptyTally(instrument)), parts };
}

/**
 * The figures of the whole and of every area in it, each before the areas inside it. A criterion that some sheets give no
 * level has a third cell beside passed and failed: those without one.
 * @param smallest cells of fewer groups are held back
 */
export function openFiguresOf(whole: TalliedArea, instrument: Instrument, smallest: number): OpenArea[] {
  const assessed = shownAreas(whole, ({ tally }) => [tally.sheets], { smallest });
  const criteria = instrument.criteria.map(({ criterionNo, name }, index) => {
    const figuresIn = criterionFigures(whole, index, instrument, { smallest, among: assessed });
    return (area: TalliedArea): OpenCriterion => ({ criterionNo, name, ...figuresIn(area) });
  });
  return eachAreaOf(whole).map((area) => ({
    areaCode: area.areaCode,
    assessed: assessed.has(area) ? area.tally.sheets : null,
    heldBack: !assessed.has(area),
    criteria: criteria.map((figuresIn) => figuresIn(area)),
  }));
}

/** How many counts of these areas are held back. */
export function heldBackIn(areas: readonly OpenArea[]): number {
  const isHeld = (value: number | null) => value === null;
  const heldOf = ({ assessed, passed, failed, level1, level2, level3 }: OpenCriterion) =>
    [assessed, passed, failed, level1, level2, level3].filter(isHeld).length;
  return areas.reduce(
    (sum, { assessed, criteria }) =>
      sum + Number(isHeld(assessed)) + criteria.reduce((held, criterion) => held + heldOf(criterion), 0),
    0,
  );
}

type Counts = Omit<OpenCriterion, 'criterionNo' | 'name'>;

/** First whether groups passed, then at which of the levels that count as passed, or as failed where these are several. */
function criterionFigures(
  whole: TalliedArea,
  index: number,
  instrument: Instrument,
  { smallest, among }: { smallest: number; among: ReadonlySet<TalliedArea> },
): (area: TalliedArea) => Counts {
  const groupsAt = ({ tally }: TalliedArea, level: Level | 0) => tally.levelCounts[index * 4 + level] ?? 0;
  const groupsIn = (area: TalliedArea, side: readonly Level[]) =>
    side.reduce((sum, level) => sum + groupsAt(area, level), 0);
  const passing = levels.filter((level) => passes(level, instrument));
  const failing = levels.filter((level) => !passes(level, instrument));
  const several = passing.length > 1 ? passing : failing;
  const isComplete = groupsAt(whole, 0) === 0;
  const withoutLevel = (area: TalliedArea) => (isComplete ? [] : [groupsAt(area, 0)]);
  const results = shownAreas(
    whole,
    (area) => [groupsIn(area, passing), groupsIn(area, failing), ...withoutLevel(area)],
    { smallest, among },
  );
  const levelsShown = shownAreas(whole, (area) => several.map((level) => groupsAt(area, level)), {
    smallest,
    among: results,
  });
  return (area) => {
    // Where every sheet has a level, those with one are those assessed, held back here or not.
    if (!results.has(area)) return { ...nothing, assessed: isComplete && among.has(area) ? area.tally.sheets : null };
    const [passed, failed] = [groupsIn(area, passing), groupsIn(area, failing)];
    const total = passed + failed;
    const shownAt = (level: Level) =>
      levelsShown.has(area) || !several.includes(level) ? groupsAt(area, level) : null;
    return {
      assessed: total,
      passed,
      passedPercent: percentOf(passed, total),
      failed,
      failedPercent: percentOf(failed, total),
      level1: shownAt(1),
      level2: shownAt(2),
      level3: shownAt(3),
      heldBack: !levelsShown.has(area),
    };
  };
}

const levels = [1, 2, 3] as const;

const nothing: Counts = {
  assessed: null,
  passed: null,
  passedPercent: null,
  failed: null,
  failedPercent: null,
  level1: null,
  level2: null,
  level3: null,
  heldBack: true,
};

function eachAreaOf(area: TalliedArea): TalliedArea[] {
  return [area, ...area.parts.flatMap(eachAreaOf)];
}
