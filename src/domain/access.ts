import { liesIn } from './area.js';
import { type Problem, problems } from './problem.js';

/** What a caller may do. `admin` manages keys and reads what was done with them; it does not imply the others. */
export const permissions = [
  'read',
  'groups:write',
  'rounds:write',
  'assessments:write',
  'plans:write',
  'audit:read',
  'admin',
] as const;

export type Permission = (typeof permissions)[number];

/** Who acts: an API key, or the service itself at its first start. */
export const actorKinds = ['api-key', 'service'] as const;

/** Who did something, as it is kept. */
export interface Actor {
  kind: (typeof actorKinds)[number];
  id: string;
  name: string;
}

/** Whoever acts, and what it may do. Area null is the whole country. */
export interface Principal extends Actor {
  permissions: readonly Permission[];
  areaCode: string | null;
}

/**
 * Refuses a caller without the permission that an operation declares.
 * @throws problems.permissionMissing (403)
 */
export function requirePermission(principal: Principal, permission: Permission): void {
  if (!principal.permissions.includes(permission)) throw problems.permissionMissing(permission);
}

/** Whether a caller may read what was done with keys and other means of access. */
export function readsAudit({ permissions }: Pick<Principal, 'permissions'>): boolean {
  return permissions.includes('audit:read') || permissions.includes('admin');
}

/** What a maker of keys lacks of the permissions that it wants to pass on. */
export function missingToPassOn(maker: Principal, wanted: readonly Permission[]): Permission[] {
  const isHad = (permission: Permission) =>
    permission === 'audit:read' ? readsAudit(maker) : maker.permissions.includes(permission);
  return wanted.filter((permission) => !isHad(permission));
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
