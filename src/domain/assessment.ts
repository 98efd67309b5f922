/**
 * A score sheet as it is stored, and the scores the API speaks of. `levels` has one digit for each criterion in
 * instrument order, '0' while the criterion is not scored; `reasons` is keyed by criterion number.
 */
import { criterionIndex, type Instrument, type Level, passes } from './instrument.js';

/** A sheet is written as a draft and frozen when it is submitted; only submitted sheets count. */
export const assessmentStatuses = ['draft', 'submitted'] as const;
export type AssessmentStatus = (typeof assessmentStatuses)[number];

export interface Score {
  criterionNo: number;
  /** Null while the team has only written why: such a criterion still counts as missing. */
  level: Level | null;
  reason: string | null;
}

export interface Sheet {
  levels: string;
  reasons: Record<string, string>;
}

/** `index` is the position in the scores that were given; null when the fault is about something not given. */
export type SheetFault = {
  criterionNo: number;
  index: number | null;
  code: 'criterion-unknown' | 'criterion-repeated' | 'level-missing' | 'reason-missing';
};

/**
 * The sheet that holds these scores, in whatever order they come; a reason is kept as it was written.
 * RangeError for an unknown or repeated criterion: ask `faultsOfScores` first.
 */
export function sheetOf(scores: readonly Score[], instrument: Instrument): Sheet {
  const levels = instrument.criteria.map(() => '0');
  const reasons: Record<string, string> = {};
  const seen = new Set<number>();
  for (const { criterionNo, level, reason } of scores) {
    const index = indexOrThrow(criterionNo, instrument);
    if (seen.has(criterionNo)) throw new RangeError(`criterion ${criterionNo} is scored twice`);
    seen.add(criterionNo);
    levels[index] = digitOf(level);
    if (reason !== null) reasons[criterionNo] = reason;
  }
  return { levels: levels.join(''), reasons };
}

/** The scores a sheet holds, in instrument order; a criterion with neither level nor reason is left out. */
export function scoresOf(sheet: Sheet, instrument: Instrument): Score[] {
  return instrument.criteria.map(({ criterionNo }) => scoreAt(sheet, criterionNo, instrument)).filter(isWritten);
}

/** What a sheet holds of one criterion, level and reason null where there is none; RangeError for an unknown criterion. */
export function scoreAt(sheet: Sheet, criterionNo: number, instrument: Instrument): Score {
  const level = levelAt(sheet.levels, indexOrThrow(criterionNo, instrument));
  return { criterionNo, level, reason: sheet.reasons[criterionNo] ?? null };
}

/** The criteria that a sheet fails, in instrument order, each at its place in the instrument. */
export function failedOf(
  levels: string,
  instrument: Instrument,
): { index: number; criterionNo: number; level: Level }[] {
  return instrument.criteria.flatMap(({ criterionNo }, index) => {
    const level = levelAt(levels, index);
    return level === null || passes(level, instrument) ? [] : [{ index, criterionNo, level }];
  });
}

/** Whether there is anything of a score to keep. */
export function isWritten({ level, reason }: Score): boolean {
  return level !== null || reason !== null;
}

/** The level a sheet's digits hold at a criterion's position, null while not scored; RangeError for anything but 0-3. */
export function levelAt(levels: string, index: number): Level | null {
  const level = levels.charCodeAt(index) - 48;
  if (level === 1 || level === 2 || level === 3) return level;
  if (level === 0) return null;
  throw new RangeError(`a sheet holds a digit from 0 to 3 for each criterion, not "${levels}"`);
}

/** The sheet of a group nobody has scored yet. */
export function emptySheet(instrument: Instrument): Sheet {
  return { levels: '0'.repeat(instrument.criteria.length), reasons: {} };
}

/** The sheet with one score set or replaced, its reason too; RangeError for a criterion the instrument lacks. */
export function withScore(sheet: Sheet, score: Score, instrument: Instrument): Sheet {
  const index = indexOrThrow(score.criterionNo, instrument);
  const { [score.criterionNo]: _replaced, ...reasons } = sheet.reasons;
  if (score.reason !== null) reasons[score.criterionNo] = score.reason;
  return { levels: `${sheet.levels.slice(0, index)}${digitOf(score.level)}${sheet.levels.slice(index + 1)}`, reasons };
}

/** The scores that name an unknown criterion, or one that an earlier score has named; in the order given. */
export function faultsOfScores(scores: readonly Score[], instrument: Instrument): SheetFault[] {
  const seen = new Set<number>();
  return scores.flatMap(({ criterionNo }, index): SheetFault[] => {
    if (criterionIndex(criterionNo, instrument) === null) return [{ criterionNo, index, code: 'criterion-unknown' }];
    if (seen.has(criterionNo)) return [{ criterionNo, index, code: 'criterion-repeated' }];
    seen.add(criterionNo);
    return [];
  });
}

/**
 * Everything that keeps a sheet from being submitted, in instrument order: a criterion without a level, and a
 * blank reason where the instrument requires one (for `failed`: below the pass level).
 * A criterion without a level is named once: there is no level yet that a reason could explain.
 */
export function faultsAtSubmission(sheet: Sheet, instrument: Instrument): SheetFault[] {
  const { reasonRequired } = instrument;
  return instrument.criteria.flatMap(({ criterionNo }, index): SheetFault[] => {
    const level = levelAt(sheet.levels, index);
    if (level === null) return [{ criterionNo, index: null, code: 'level-missing' }];
    const required = reasonRequired === 'every' || (reasonRequired === 'failed' && !passes(level, instrument));
    if (!required || !isBlank(sheet.reasons[criterionNo] ?? '')) return [];
    return [{ criterionNo, index: null, code: 'reason-missing' }];
  });
}

/** A level as a sheet stores it. */
function digitOf(level: Level | null): string {
  return String(level ?? 0);
}

function indexOrThrow(criterionNo: number, instrument: Instrument): number {
  const index = criterionIndex(criterionNo, instrument);
  if (index === null) throw new RangeError(`the instrument has no criterion ${criterionNo}`);
  return index;
}

/**
 * Whether a text explains nothing. Thai is often typed with zero-width spaces between words, which \s does not cover;
 * alone they are blank too.
 */
export function isBlank(text: string | null): boolean {
  return text === null || /^[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u.test(text);
}
