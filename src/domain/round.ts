import { fiscalYearDays } from './calendar.js';
import { problems } from './problem.js';
import type { Violation } from './refusal.js';
import { rules } from './rule.js';

/** How the groups to be checked were chosen. Only a random sample says something about the groups not checked. */
export const targetSelections = ['designated', 'random', 'census'] as const;

/** A round is prepared, takes scores, is closed, and is published; a closed one can be reopened, a published one not. */
export const roundStatuses = ['draft', 'open', 'closed', 'published'] as const;
export type RoundStatus = (typeof roundStatuses)[number];

/** What changes a round's state, from which states, and into which. */
export const roundMoves = {
  opening: { from: ['draft'], to: 'open' },
  closing: { from: ['open'], to: 'closed' },
  reopening: { from: ['closed'], to: 'open' },
  publication: { from: ['closed'], to: 'published' },
} as const satisfies Record<string, { from: readonly RoundStatus[]; to: RoundStatus }>;

export type RoundMove = keyof typeof roundMoves;

/** What people call a round by, in a form that the name of a file takes: fiscal year, number and area, `2556-1-41`. */
export function roundLabel(round: { fiscalYearBe: number; roundNo: number; areaCode: string | null }): string {
  return [round.fiscalYearBe, round.roundNo, round.areaCode ?? 'th'].join('-');
}

/**
 * Refuses unless the round is in one of the states.
 * @throws problems.roundStateForbids (409)
 */
export function requireRoundStatus(round: { status: RoundStatus }, needed: readonly RoundStatus[]): void {
  if (!needed.includes(round.status)) throw problems.roundStateForbids(round, needed);
}

/**
 * Refuses scores for a round that does not take them.
 * @throws problems.roundNotOpen (409)
 */
export function requireOpen(round: { status: RoundStatus }): void {
  if (round.status !== 'open') throw problems.roundNotOpen(round);
}

/** The days of a round: the first not after the last, both in its fiscal year. Gives what is broken. */
export function brokenDays(round: { fiscalYearBe: number; startsOn: string; endsOn: string }): Violation[] {
  const { fiscalYearBe, startsOn, endsOn } = round;
  const year = fiscalYearDays(fiscalYearBe);
  const outside = (pointer: string, day: string) =>
    day < year.first || day > year.last
      ? [rules.outsideFiscalYear(pointer, day, fiscalYearBe, year.first, year.last)]
      : [];
  const order = endsOn < startsOn ? [rules.datesOutOfOrder('/endsOn', startsOn, endsOn)] : [];
  return [...outside('/startsOn', startsOn), ...outside('/endsOn', endsOn), ...order];
}

/** A visit happens on a day of its round: a violation when not, else null. */
export function visitOutsideRound(
  pointer: string,
  day: string,
  round: { startsOn: string; endsOn: string },
): Violation | null {
  return day < round.startsOn || day > round.endsOn
    ? rules.outsideRound(pointer, day, round.startsOn, round.endsOn)
    : null;
}

/** How the targets of a round were chosen, and from how many groups. */
export interface Sample {
  targetSelection: (typeof targetSelections)[number];
  targetPopulation: number | null;
}

/**
 * Whether a change says otherwise how targets were chosen, which after the first result would be a choice of the result. A
 * population that was not known, or that proved to be smaller than the targets, may still be given.
 */
export function choosesAnew(before: Sample, after: Sample, targets: number): boolean {
  const { targetPopulation } = before;
  const standing = targetPopulation !== null && targetPopulation >= targets;
  return before.targetSelection !== after.targetSelection || (standing && targetPopulation !== after.targetPopulation);
}
