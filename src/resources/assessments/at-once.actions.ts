import type { Principal } from '../../domain/access.js';
import type { Precondition } from '../../domain/version.js';
import type { Db, Tx } from '../../platform/db/database.js';
import { writeAtOnce } from '../changes/changes.actions.js';
import type { ActorParameters } from '../changes/changes.store.js';
import type { AssessmentRow, ScoredSheet } from './assessments.store.js';
import type { Guard } from './at-once.store.js';
import { recallInstrument, type SheetIds } from './scoring-context.actions.js';

/** The versions that a write must name and does, or undefined when it names none or too many. */
export function readNamedVersions({ ifMatch, ifNoneMatch }: Precondition): readonly number[] | undefined {
  return ifMatch === null || ifMatch === '*' || ifNoneMatch !== null ? undefined : ifMatch;
}

/** The same where naming a version is optional; null takes any. */
export function readAllowedVersions(precondition: Precondition): readonly number[] | null | undefined {
  const { ifMatch, ifNoneMatch } = precondition;
  return ifNoneMatch === null && (ifMatch === null || ifMatch === '*') ? null : readNamedVersions(precondition);
}

/**
 * Tries to write a sheet by one statement. Null when it did not, for whatever reason: then the longer way tells why, or
 * does it. The first write in a round goes that way, which learns the round's instrument.
 */
export async function tryAtOnce(
  db: Db,
  principal: Principal,
  { roundId, groupId }: SheetIds,
  versions: readonly number[] | null | undefined,
  write: (tx: Tx, actor: ActorParameters, guard: Guard) => Promise<{ shown: AssessmentRow }[]> | null,
): Promise<ScoredSheet | null> {
  const instrument = recallInstrument(roundId);
  if (instrument === null || versions === undefined) return null;
  const guard = { principal, roundId, groupId, versions, instrument };
  const sheet = await writeAtOnce(db, principal, async (tx, actor) => (await write(tx, actor, guard)) ?? []);
  return sheet && { sheet, instrument };
}
