/** The history of a record: what a restore brings with it and every other write leaves to the service. */
import type { Actor } from './access.js';
import type { Violation } from './refusal.js';
import { rules } from './rule.js';

/** How often a record was written, when first and when last. Instants are RFC 3339 in UTC with milliseconds. */
export interface History {
  version: number;
  createdAt: string;
  updatedAt: string;
}

/** Why something that was finished was taken up again, when and by whom. */
export interface GivenReason {
  reason: string;
  at: string;
  by: Actor;
}

/** That somebody signed a record off, when and who. */
export interface Confirmation {
  at: string;
  by: Actor;
}

/** Who did something, in the order in which it is kept and shown. */
export function shownActor({ kind, id, name, onBehalfOf }: Actor): Actor {
  return { kind, id, name, ...(onBehalfOf !== undefined && { onBehalfOf }) };
}

/** Gives the reason of an act in the order in which it is kept and shown. */
export function givenReason(reason: string, at: string, actor: Actor): GivenReason {
  return { reason, at, by: shownActor(actor) };
}

/** What is wrong with a history: an instant that has not come yet, or a last writing before the first. None is right. */
export function brokenHistory({ createdAt, updatedAt }: Partial<History>, now: Date): Violation[] {
  if (createdAt === undefined || updatedAt === undefined) return [];
  return [
    instantInFuture('/createdAt', createdAt, now),
    instantInFuture('/updatedAt', updatedAt, now),
    instantsInOrder('/updatedAt', createdAt, updatedAt),
  ].filter((violation) => violation !== null);
}

/** What is wrong with the instant of a submission: a draft has none, a submitted sheet one within its history. */
export function brokenSubmission(
  sheet: Partial<History> & { status: string; submittedAt?: string | null },
): Violation[] {
  const { createdAt, updatedAt, status, submittedAt } = sheet;
  if (createdAt === undefined || updatedAt === undefined || submittedAt === undefined) return [];
  if (submittedAt === null) return status === 'submitted' ? [rules.submissionUndated('/submittedAt')] : [];
  if (status !== 'submitted') return [rules.draftSubmitted('/submittedAt')];
  return [
    instantsInOrder('/submittedAt', createdAt, submittedAt),
    instantsInOrder('/submittedAt', submittedAt, updatedAt),
  ].filter((violation) => violation !== null);
}

/** What is wrong with the instant of a return: it lies within the history of its sheet. */
export function brokenReturn({
  createdAt,
  updatedAt,
  lastReturn,
}: Partial<History> & { lastReturn?: GivenReason | null }): Violation[] {
  if (createdAt === undefined || updatedAt === undefined || !lastReturn) return [];
  return [
    instantsInOrder('/lastReturn/at', createdAt, lastReturn.at),
    instantsInOrder('/lastReturn/at', lastReturn.at, updatedAt),
  ].filter((violation) => violation !== null);
}

/** What is wrong with a confirmation: a draft has none, that of a submitted sheet lies between submission and last writing. */
export function brokenConfirmation({
  updatedAt,
  status,
  submittedAt,
  confirmation,
}: Partial<History> & {
  status: string;
  submittedAt?: string | null;
  confirmation?: Confirmation | null;
}): Violation[] {
  if (updatedAt === undefined || !confirmation) return [];
  if (status !== 'submitted') return [rules.draftConfirmed('/confirmation')];
  return [
    submittedAt ? instantsInOrder('/confirmation/at', submittedAt, confirmation.at) : null,
    instantsInOrder('/confirmation/at', confirmation.at, updatedAt),
  ].filter((violation) => violation !== null);
}

/** Written alike, instants compare as strings. */
function instantsInOrder(pointer: string, first: string, last: string): Violation | null {
  return last < first ? rules.datesOutOfOrder(pointer, first, last) : null;
}

function instantInFuture(pointer: string, instant: string, now: Date): Violation | null {
  const at = now.toISOString();
  return instant > at ? rules.instantInFuture(pointer, instant, at) : null;
}
