import { problems } from './problem.js';

/**
 * What a caller demands of a record before it may change, read from `If-Match` and `If-None-Match` (RFC 9110). Each says
 * nothing (null), any version (`*`), or these: the record must be at one of `ifMatch` and at none of `ifNoneMatch`.
 */
export interface Precondition {
  ifMatch: '*' | readonly number[] | null;
  ifNoneMatch: '*' | readonly number[] | null;
}

/**
 * Lets a change to an existing record through when the caller names its current version.
 * @throws problems.versionRequired (428) when no version is named, problems.versionStale (412) when it is another
 */
export function requireVersion(precondition: Precondition, currentVersion: number): void {
  refuseStale(precondition, currentVersion);
  if (precondition.ifMatch === null) throw problems.versionRequired(currentVersion);
}

/**
 * The same where naming a version is optional: refuses only what contradicts it.
 * @throws problems.versionStale (412)
 */
export function refuseStale({ ifMatch, ifNoneMatch }: Precondition, currentVersion: number): void {
  if (ifMatch !== null && !covers(ifMatch, currentVersion)) throw problems.versionStale(currentVersion);
  if (ifNoneMatch !== null && covers(ifNoneMatch, currentVersion))
    throw problems.versionStale(currentVersion, 'unwanted');
}

function covers(versions: '*' | readonly number[], version: number): boolean {
  return versions === '*' || versions.includes(version);
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
