import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import {
  beyondTeam,
  isPermitted,
  missingToPassOn,
  type Permission,
  type Principal,
  permissions,
  requireArea,
  requireChangeable,
} from '../../domain/access.js';
import { areasMeet } from '../../domain/area.js';
import { shownActor } from '../../domain/history.js';
import { problems } from '../../domain/problem.js';
import type { Violation } from '../../domain/refusal.js';
import { refuseBroken, rules } from '../../domain/rule.js';
import { type Precondition, requireVersion } from '../../domain/version.js';
import { databaseNow } from '../../platform/db/clock.js';
import type { Db } from '../../platform/db/database.js';
import { lookupOf, secretHashOf } from '../../platform/digest.js';
import { raiseAccessRevision } from '../access/revisions.store.js';
import { findArea } from '../areas/areas.store.js';
import { write } from '../changes/changes.actions.js';
import { findTeam } from '../teams/teams.store.js';
import { type ApiKeyRow, changeSecret, hasKeys, insertKey, lockKey, revokeKey } from './api-keys.store.js';
import { apiKeyKind } from './api-keys.table.js';

/** What a new key is to be. Null area is the whole country, null expiry is never; a person left out is the maker. */
export interface NewKey {
  name: string;
  permissions: readonly Permission[];
  areaCode: string | null;
  teamId?: string | null;
  personId?: string | null | undefined;
  actsOnBehalf?: boolean;
  expiresAt: string | null;
}

/** The service itself, for what no caller asked for: the first key, or a key made on the server's own command line. */
export const theService: Principal = {
  kind: 'service',
  id: 'prot',
  name: 'Prot',
  permissions,
  areaCode: null,
  teamId: null,
  actsOnBehalf: false,
  expiresAt: null,
};

/** How many characters of a secret are shown ever after: what stands before the random part, and 42 bits of 256. */
const prefixLength = 12;

/**
 * Makes a key within the maker's own permissions and area.
 * @throws problems.areaOutsideYours, problems.permissionNotYours (403), problems.rulesBroken (422)
 */
export async function createKey(
  db: Db,
  principal: Principal,
  wanted: NewKey,
): Promise<{ key: ApiKeyRow; secret: string }> {
  const { areaCode, expiresAt } = wanted;
  const now = await databaseNow(db);
  refuseBroken([
    areaCode !== null && (await findArea(db, areaCode)) === null && rules.areaUnknown('/areaCode', areaCode),
    expiresAt !== null && Date.parse(expiresAt) <= now.getTime() && rules.expiryInPast('/expiresAt', expiresAt),
    ...(await faultsOfTeam(db, principal, wanted)),
  ]);
  requireArea(principal, areaCode);
  requirePassOn(principal, { ...wanted, personId: wanted.personId ?? null });
  return storeKey(db, principal, wanted, newSecret());
}

/** A key bound to a team reaches the area of the team, and does no more than a team does. */
async function faultsOfTeam(db: Db, principal: Principal, wanted: NewKey): Promise<(Violation | false)[]> {
  const { teamId = null, areaCode } = wanted;
  if (teamId === null) return [];
  const team = await findTeam(db, principal, teamId);
  if (team === null) return [rules.teamUnknown('/teamId', teamId)];
  const beyond = beyondTeam(wanted.permissions);
  return [
    !areasMeet(areaCode, team.areaCode) && rules.teamElsewhere('/teamId', team.areaCode),
    beyond.length > 0 && rules.permissionBeyondTeam('/permissions', beyond),
  ];
}

/**
 * Refuses to hand on what the maker does not have: a permission, the trust to name others, or the name of another person.
 * Whoever is bound to a team makes no keys, since it has no permission for it.
 * @throws problems.permissionNotYours (403)
 */
function requirePassOn(
  maker: Principal,
  wanted: { permissions: readonly Permission[]; actsOnBehalf?: boolean; personId: string | null },
): void {
  const missing = missingToPassOn(maker, wanted.permissions);
  const isTrusting = wanted.actsOnBehalf === true && !maker.actsOnBehalf;
  const isOther = wanted.personId !== null && wanted.personId !== maker.personId;
  if ((isTrusting || isOther) && !isPermitted(maker, 'admin')) missing.push('admin');
  if (missing.length > 0) throw problems.permissionNotYours([...new Set(missing)]);
}

/**
 * Revokes a key; one that is revoked already stays as it is.
 * @throws problems.apiKeyNotFound (404), and 412/428
 */
export function revoke(db: Db, principal: Principal, apiKeyId: string, precondition: Precondition): Promise<ApiKeyRow> {
  return write(db, principal, async (tx, note) => {
    const before = await lockKey(tx, apiKeyId);
    requireChangeable(principal, before.areaCode, () => problems.apiKeyNotFound(apiKeyId));
    requireVersion(precondition, before.version);
    if (before.revokedAt !== null) {
      note.unchanged();
      return before;
    }
    const after = await revokeKey(tx, apiKeyId);
    await raiseAccessRevision(tx);
    note(apiKeyKind, 'api-key.revoked', before, after);
    return after;
  });
}

/**
 * Gives a key a new secret; the one before works too for some hours. What the key may do, whoever gets the secret must be able
 * to pass on.
 * @throws problems.apiKeyNotFound (404), problems.permissionNotYours (403), problems.apiKeyEnded (409), 412/428
 */
export function rotateKey(
  db: Db,
  principal: Principal,
  apiKeyId: string,
  { overlapHours, precondition }: { overlapHours: number; precondition: Precondition },
): Promise<{ key: ApiKeyRow; secret: string }> {
  const secret = newSecret();
  return write(db, principal, async (tx, note) => {
    const before = await lockKey(tx, apiKeyId);
    requireChangeable(principal, before.areaCode, () => problems.apiKeyNotFound(apiKeyId));
    requireVersion(precondition, before.version);
    if (principal.id !== apiKeyId) requirePassOn(principal, before);
    const now = await databaseNow(tx);
    if (before.revokedAt !== null || (before.expiresAt !== null && Date.parse(before.expiresAt) <= now.getTime()))
      throw problems.apiKeyEnded();
    const key = await changeSecret(tx, before, keptOf(secret), overlapHours);
    await raiseAccessRevision(tx);
    note(apiKeyKind, 'api-key.secret-rotated', before, key, { details: { overlapHours } });
    return { key, secret };
  });
}

/**
 * Makes the first admin key of a database that has none, from the given secret or a new one; null when it has some. A
 * new one is kept before it is stored: a key that exists and that nobody has would lock everybody out.
 */
export async function makeFirstKey(
  db: Db,
  givenSecret: string | undefined,
  keep: (secret: string) => Promise<void> = async () => {},
): Promise<string | null> {
  if (await hasKeys(db)) return null;
  const secret = givenSecret ?? newSecret();
  if (givenSecret === undefined) await keep(secret);
  await storeKey(db, theService, { name: 'First admin key', permissions, areaCode: null, expiresAt: null }, secret);
  return secret;
}

function storeKey(db: Db, principal: Principal, wanted: NewKey, secret: string) {
  return write(db, principal, async (tx, note) => {
    const key = await insertKey(tx, {
      ...wanted,
      personId: wanted.personId === undefined ? (principal.personId ?? null) : wanted.personId,
      permissions: [...new Set(wanted.permissions)],
      apiKeyId: uuidv7(),
      madeBy: shownActor(principal),
      ...keptOf(secret),
    });
    note(apiKeyKind, 'api-key.created', null, key);
    return { key, secret };
  });
}

/** What is kept of a secret. */
function keptOf(secret: string) {
  const secretHash = secretHashOf(secret);
  return { prefix: secret.slice(0, prefixLength), secretHash, secretLookup: lookupOf(secretHash) };
}

function newSecret(): string {
  return `prot_${randomBytes(32).toString('base64url')}`;
}
