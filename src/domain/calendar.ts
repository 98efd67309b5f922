/**
 * Days and fiscal years of the field. A day is `YYYY-MM-DD`, Gregorian, in Asia/Bangkok; days compare as strings.
 * Fiscal year Y of the Buddhist era runs from 1 October (Y-1) to 30 September Y and is named by its ending year.
 */

import type { Violation } from './refusal.js';
import { rules } from './rule.js';

/** The days that are taken: with a year of four digits, which the database, ISO 8601 and every client can write. */
export const dayBounds = { first: '0001-01-01', last: '9999-12-31' };

/** The instants that are taken, in UTC. They say when a computer did something, and none did before its clock began. */
export const instantBounds = { first: '1970-01-01T00:00:00.000Z', last: '9999-12-31T23:59:59.999Z' };

/** The first savings groups are of the year 2517 (1974); what is dated before is most likely a mistake. */
export const firstGroupsOn = '1974-01-01';

export const beMinusCe = 543;
const bangkokOffsetMs = 7 * 60 * 60 * 1000;

/** The first and last day of a fiscal year: 2555 gives 2011-10-01 and 2012-09-30. */
export function fiscalYearDays(fiscalYearBe: number): { first: string; last: string } {
  const endingYear = fiscalYearBe - beMinusCe;
  return { first: `${endingYear - 1}-10-01`, last: `${endingYear}-09-30` };
}

/** The day it is in Bangkok at an instant. Thailand has had one offset, UTC+7, since 1920 and no summer time. */
export function dayInBangkok(instant: Date): string {
  return new Date(instant.getTime() + bangkokOffsetMs).toISOString().slice(0, 10);
}

/** The last millisecond of a day in Bangkok, RFC 3339 in UTC: `2012-05-31` gives `2012-05-31T16:59:59.999Z`. */
export function endOfDayInBangkok(day: string): string {
  return new Date(Date.parse(`${day}T23:59:59.999Z`) - bangkokOffsetMs).toISOString();
}

/** A day that has happened: a violation at `pointer` when it lies after today, else null. Null days pass. */
export function notInFuture(pointer: string, day: string | null, now: Date): Violation | null {
  const today = dayInBangkok(now);
  return day !== null && day > today ? rules.dayInFuture(pointer, day, today) : null;
}
