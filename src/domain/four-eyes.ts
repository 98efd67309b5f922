/** Four eyes: what one person submitted or wrote, another one signs off. */
import type { Actor } from './access.js';
import { problems } from './problem.js';
import type { EarlierAct } from './problem-facts.js';

/** One such act: by whom, and when, RFC 3339. */
export interface Act {
  actor: Actor;
  at: string;
}

/**
 * The person behind an act: the officer whom a system named, else the person who holds the key, else whoever acted. So an
 * officer who is named by the id of the person, a key that this person holds and the person who signed in are one. A system
 * that names no officer and a key that nobody is said to hold are persons of their own. Two systems that name an officer alike mean
 * the same one: of two who share a name one is kept out, and nobody is let in by mistake. UUIDs are compared without capitals.
 */
function personBehind({ id, onBehalfOf, personId }: Actor): string {
  const person = onBehalfOf ?? personId ?? id;
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(person) ? person.toLowerCase() : person;
}

/**
 * Whether two acts are, or may be, of one person. Of one key or system they are, unless each names another officer: who acts
 * without naming anybody may be any of its officers, and a key is still the same when the person who holds it is entered later.
 */
function isSamePerson(one: Actor, other: Actor): boolean {
  if (personBehind(one) === personBehind(other)) return true;
  const named = one.onBehalfOf !== undefined && other.onBehalfOf !== undefined;
  return !named && one.kind === other.kind && one.id === other.id;
}

/**
 * Refuses to let a person sign off what the same person did; where four eyes are not required, gives what its change says of
 * it. The service itself is no person: what it did keeps nobody out, and it never signs off.
 * @param acts what is to be signed off, the latest act first
 * @throws problems.samePerson (409)
 */
export function requireOtherPerson(
  actor: Actor,
  earlier: EarlierAct,
  acts: readonly Act[],
  required: boolean,
): { samePerson?: EarlierAct } {
  const own = acts.find((act) => act.actor.kind !== 'service' && isSamePerson(act.actor, actor));
  if (own === undefined) return {};
  if (required) throw problems.samePerson(earlier, own.at);
  return { samePerson: earlier };
}
