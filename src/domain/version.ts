import { problems } from './problem.js';

/**
 * What a caller demands of a record before it may change: nothing said (null), any version (`*`), or one of these; and
 * whether it must not exist yet. Read from `If-Match` and `If-None-Match` (RFC 9110).
 */
export interface Precondition {
  ifMatch: '*' | readonly number[] | null;
  mustNotExist: boolean;
}

/**
 * Lets a change to an existing record through when the caller names its current version.
 * @throws problems.versionRequired (428) when no version is named, problems.versionStale (412) when it is another
 */
export function requireVersion(precondition: Precondition, currentVersion: number): void {
  if (precondition.ifMatch === null && !precondition.mustNotExist) throw problems.versionRequired(currentVersion);
  refuseStale(precondition, currentVersion);
}

/**
 * The same where naming a version is optional: refuses only what contradicts it.
 * @throws problems.versionStale (412)
 */
export function refuseStale({ ifMatch, mustNotExist }: Precondition, currentVersion: number): void {
  const matches = ifMatch === null || ifMatch === '*' || ifMatch.includes(currentVersion);
  if (mustNotExist || !matches) throw problems.versionStale(currentVersion);
}

/**
 * Whether a replacement of an existing record changes it. One that asks for what is there already, such as a request
 * that is sent again, needs no version but must not name another.
 * @throws problems.versionRequired (428), problems.versionStale (412)
 */
export function asksForChange(precondition: Precondition, currentVersion: number, isSame: boolean): boolean {
  if (isSame) refuseStale(precondition, currentVersion);
  else requireVersion(precondition, currentVersion);
  return !isSame;
}

/**
 * Lets a record be made when the caller does not expect one to be there.
 * @throws problems.versionStale (412) when `If-Match` names a version of a record that does not exist
 */
export function requireAbsence({ ifMatch }: Precondition): void {
  if (ifMatch !== null) throw problems.versionStale(null);
}
