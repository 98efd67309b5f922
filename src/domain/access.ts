import { liesIn } from './area.js';
import { problems } from './problem.js';

/** What a caller may do. `admin` manages keys; it does not imply the others. */
export const permissions = [
  'read',
  'groups:write',
  'rounds:write',
  'assessments:write',
  'plans:write',
  'admin',
] as const;

export type Permission = (typeof permissions)[number];

/** Whoever acts: an API key, or the service itself at its first start. Area null is the whole country. */
export interface Principal {
  kind: 'api-key' | 'service';
  id: string;
  name: string;
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

/**
 * Refuses a change to what lies outside the caller's area. What contains the caller's area counts as outside too:
 * a district may read its province's round and may not change it.
 * @throws problems.areaOutsideYours (403)
 */
export function requireArea(principal: Principal, areaCode: string | null): void {
  if (!liesIn(areaCode, principal.areaCode)) throw problems.areaOutsideYours(areaCode, principal.areaCode);
}
