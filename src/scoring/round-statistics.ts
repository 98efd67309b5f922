/** The statistics of a round, from what the database fetched: counts of targets and drafts, and level codes. */
import type { Bilingual, Instrument } from '../domain/instrument.js';
import { knowsItsVirtues } from '../domain/instrument.js';
import { figuresOf, type RankedCriterion } from './figures.js';
import { percentOf } from './percent.js';
import { type Sampling, samplingOf } from './sampling.js';
import { emptyTally, mergeTallies, type Tally, tallyOf } from './tally.js';
import { instrumentOfVirtue, levelCodesOfVirtue } from './virtue.js';

/** A part of a round: its targets, its drafts, and the level codes of its submitted sheets in one text. */
export interface Part {
  targets: number;
  drafts: number;
  levelCodes: string;
}

interface CountedPart {
  targets: number;
  drafts: number;
  tally: Tally;
}

/** How many criteria the ranked lists name, and how the sheets were sampled. */
interface Options {
  top: number;
  sampling: Sampling;
}

/** The figures of several parts together; the parts must not overlap. */
export function figuresOfParts(
  parts: readonly Part[],
  instrument: Instrument,
  { top, samplingOfSheets }: { top: number; samplingOfSheets: (assessed: number) => Sampling },
) {
  const counted = countedTogether(parts, instrument);
  const sampling = samplingOfSheets(counted.tally.sheets);
  return { ...figuresOfCounted(counted, instrument, { top, sampling }), sampling };
}

/** The same figures for one part of a breakdown. Its own population is not known, so it has no intervals. */
export function figuresOfPart(
  part: Part,
  instrument: Instrument,
  { top, selection }: { top: number; selection: Sampling['selection'] },
) {
  const { virtues, ...figures } = figuresOfParts([part], instrument, {
    top,
    samplingOfSheets: (assessed) => samplingOf(selection, null, assessed),
  });
  const { sampling, ...rest } = figures;
  return rest;
}

/**
 * The same figures for each virtue: what its criteria alone would show, so "well managed" means that the group passed
 * every criterion of the virtue. Null when the instrument does not know the virtue of every criterion.
 */
export function figuresByVirtue(
  parts: readonly Part[],
  instrument: Instrument,
  options: { top: number; selection: Sampling['selection'] },
) {
  if (!knowsItsVirtues(instrument)) return null;
  const targets = parts.reduce((sum, part) => sum + part.targets, 0);
  const drafts = parts.reduce((sum, part) => sum + part.drafts, 0);
  const levelCodes = parts.map((part) => part.levelCodes).join('');
  return instrument.virtues.flatMap(({ code, name }) => {
    const reduced = instrumentOfVirtue(instrument, code);
    if (reduced.criteria.length === 0) return [];
    const part = { targets, drafts, levelCodes: levelCodesOfVirtue(levelCodes, instrument, code) };
    return [{ by: 'virtue' as const, code, name, ...figuresOfPart(part, reduced, options) }];
  });
}

/** Why there are no figures by virtue; null when there are. */
export function virtuesNoteOf(instrument: Instrument): Bilingual | null {
  if (knowsItsVirtues(instrument)) return null;
  return {
    th: 'เครื่องมือรุ่นนี้ไม่ได้ระบุว่าเกณฑ์แต่ละข้ออยู่ในคุณธรรมข้อใด จึงไม่มีตัวเลขแยกตามคุณธรรม',
    en: 'This instrument version does not know which virtue each criterion belongs to, so there are no figures by virtue.',
  };
}

function countedTogether(parts: readonly Part[], instrument: Instrument): CountedPart {
  const none: CountedPart = { targets: 0, drafts: 0, tally: emptyTally(instrument) };
  return parts.reduce(
    (sum, part) => ({
      targets: sum.targets + part.targets,
      drafts: sum.drafts + part.drafts,
      tally: mergeTallies(sum.tally, tallyOf(part.levelCodes, instrument)),
    }),
    none,
  );
}

function figuresOfCounted({ targets, drafts, tally }: CountedPart, instrument: Instrument, options: Options) {
  const assessed = tally.sheets;
  const { mostPassed, mostFailed, ...figures } = figuresOf(tally, instrument, options);
  return {
    targets,
    assessed,
    drafts,
    notAssessed: targets - assessed - drafts,
    coveragePercent: percentOf(assessed, targets),
    ...figures,
    mostPassed: mostPassed.map(({ percent, ...criterion }: RankedCriterion) => ({
      ...criterion,
      passedPercent: percent,
    })),
    mostFailed: mostFailed.map(({ percent, ...criterion }: RankedCriterion) => ({
      ...criterion,
      failedPercent: percent,
    })),
  };
}
