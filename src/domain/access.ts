import { liesIn } from './area.js';
import { type Problem, problems } from './problem.js';

/** What a caller may do, by the duties of the field. `admin` is all of it. */
export const permissions = [
  'read',
  'read:drafts',
  'groups:write',
  'teams:write',
  'rounds:write',
  'rounds:publish',
  'targets:write',
  'assessments:write',
  'assessments:review',
  'plans:write',
  'plans:approve',
  'instruments:write',
  'keys:write',
  'audit:read',
  'metrics:read',
  'records:restore',
  'admin',
] as const;

export type Permission = (typeof permissions)[number];

/** What somebody who is bound to a check team may do at most: it reads, and writes the sheets of its own targets. */
const permissionsOfTeam = ['read', 'read:drafts', 'assessments:write'] as const satisfies readonly Permission[];

/**
 * The roles of the field, as sets of permissions. A system that takes part in the work does not sign off: return, confirmation,
 * approval and publication stay with people.
 */
export const roles = {
  province: [
    'read',
    'read:drafts',
    'groups:write',
    'teams:write',
    'rounds:write',
    'rounds:publish',
    'targets:write',
    'assessments:write',
    'assessments:review',
    'plans:write',
    'plans:approve',
    'keys:write',
    'audit:read',
  ],
  district: [
    'read',
    'read:drafts',
    'groups:write',
    'teams:write',
    'targets:write',
    'assessments:write',
    'assessments:review',
    'plans:write',
    'plans:approve',
  ],
  team: permissionsOfTeam,
  analyst: ['read'],
  integration: [
    'read',
    'read:drafts',
    'groups:write',
    'teams:write',
    'rounds:write',
    'targets:write',
    'assessments:write',
    'plans:write',
  ],
} as const satisfies Record<string, readonly Permission[]>;

export type Role = keyof typeof roles;

/** Whether a text is the name of a role. */
export function isRole(text: string): text is Role {
  return Object.hasOwn(roles, text);
}

/**
 * Who acts: an API key, somebody who signed in at an identity provider (`person`), a system that did (`client`), or the service
 * itself.
 */
export const actorKinds = ['api-key', 'person', 'client', 'service'] as const;

/** Who did something, as it is kept. */
export interface Actor {
  kind: (typeof actorKinds)[number];
  /** Of somebody who signed in: issuer and subject as one opaque id, the same for ever. */
  id: string;
  name: string;
  /** The officer for whom a trusted system acts, as that system names them. */
  onBehalfOf?: string | undefined;
  /** The person who holds the key, under the id that the person has when they sign in. */
  personId?: string | undefined;
}

/** Whoever acts, and what they may do. Area null is the whole country; a team binds its caller to its own targets. */
export interface Principal extends Actor {
  permissions: readonly Permission[];
  areaCode: string | null;
  teamId: string | null;
  /** Whether it may name the officer for whom it acts. */
  actsOnBehalf: boolean;
  /** When the key or token ends, RFC 3339; null is never. */
  expiresAt: string | null;
}

/** Whom a change names beside its actor: the officer for whom a system acts, and the person who holds its key. Null is nobody. */
export function peopleBehind({ onBehalfOf, personId }: Actor): Pick<Actor, 'onBehalfOf' | 'personId'> | null {
  if (onBehalfOf === undefined && personId === undefined) return null;
  return { ...(onBehalfOf !== undefined && { onBehalfOf }), ...(personId !== undefined && { personId }) };
}

/** Whether a caller has a permission, by itself or because it has them all. */
export function isPermitted({ permissions }: Pick<Principal, 'permissions'>, permission: Permission): boolean {
  return permissions.includes(permission) || permissions.includes('admin');
}

/**
 * Refuses a caller without the permission that an operation declares.
 * @throws problems.permissionMissing (403)
 */
export function requirePermission(principal: Principal, permission: Permission): void {
  if (!isPermitted(principal, permission)) throw problems.permissionMissing(permission);
}

/** Whether a caller may read what was done with keys and other means of access. */
export function readsAudit(principal: Pick<Principal, 'permissions'>): boolean {
  return isPermitted(principal, 'audit:read');
}

/** Whether a caller may read what is a draft: a sheet not submitted, a round not opened, a plan not approved. */
export function readsDrafts(principal: Pick<Principal, 'permissions'>): boolean {
  return isPermitted(principal, 'read:drafts');
}

/** What a maker of keys lacks of the permissions that it wants to pass on. */
export function missingToPassOn(maker: Principal, wanted: readonly Permission[]): Permission[] {
  return wanted.filter((permission) => !isPermitted(maker, permission));
}

/** What nobody may do who is bound to a team. */
export function beyondTeam(wanted: readonly Permission[]): Permission[] {
  const ofTeam: readonly Permission[] = permissionsOfTeam;
  return wanted.filter((permission) => !ofTeam.includes(permission));
}

/**
 * Refuses the work of a caller that is bound to a team on what is not that team's.
 * @throws problems.teamNotYours (403)
 */
export function requireOwnTeam(principal: Principal, teamId: string | null): void {
  if (principal.teamId !== null && principal.teamId !== teamId) throw problems.teamNotYours();
}

/**
 * Refuses a change to a record that lies outside the caller's area. One that the caller cannot even read is not there for
 * it: a refusal that named the area would tell where a hidden group lies. Rounds and teams of the areas around the
 * caller's are read by it (`readable`: 'inside-and-around'), so that one of them is refused as what it is.
 * @throws what `notThere` makes (404), problems.areaOutsideYours (403)
 */
export function requireChangeable(
  principal: Principal,
  areaCode: string | null,
  notThere: () => Problem,
  readable: 'inside' | 'inside-and-around' = 'inside',
): void {
  if (liesIn(areaCode, principal.areaCode)) return;
  if (readable === 'inside' || !liesIn(principal.areaCode, areaCode)) throw notThere();
  throw problems.areaOutsideYours(areaCode, principal.areaCode);
}

/**
 * Refuses to put anything outside the caller's area, which the caller named itself. What contains the caller's area
 * counts as outside too: a district makes no round of its province.
 * @throws problems.areaOutsideYours (403)
 */
export function requireArea(principal: Principal, areaCode: string | null): void {
  if (!liesIn(areaCode, principal.areaCode)) throw problems.areaOutsideYours(areaCode, principal.areaCode);
}
