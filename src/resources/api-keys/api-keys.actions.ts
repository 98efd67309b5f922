import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { v7 as uuidv7 } from 'uuid';
import {
  missingToPassOn,
  type Permission,
  type Principal,
  permissions,
  requireArea,
  requireChangeable,
} from '../../domain/access.js';
import { problems } from '../../domain/problem.js';
import { refuseBroken, rules } from '../../domain/rule.js';
import { type Precondition, requireVersion } from '../../domain/version.js';
import { databaseNow } from '../../platform/db/clock.js';
import type { Db } from '../../platform/db/database.js';
import { findArea } from '../areas/areas.store.js';
import { write } from '../changes/changes.actions.js';
import {
  type ApiKeyRow,
  hasKeys,
  insertKey,
  listValidKeys,
  lockKey,
  revokeKey,
  type ValidKey,
} from './api-keys.store.js';
import { apiKeyKind } from './api-keys.table.js';

/** What a new key is to be. Null area is the whole country, null expiry is never. */
export interface NewKey {
  name: string;
  permissions: readonly Permission[];
  areaCode: string | null;
  expiresAt: string | null;
}

/** The service itself, for what no caller asked for: the first key, or a key made on the server's own command line. */
export const theService: Principal = { kind: 'service', id: 'prot', name: 'Prot', permissions, areaCode: null };

const cacheForMs = 5_000;

/**
 * Makes the function that finds who a key belongs to. A key that was found valid is remembered for five seconds, so
 * that a request costs no question to the database and a revoked key is refused on every node soon after.
 */
export function makeAuthenticate(db: Db): (token: string) => Promise<Principal | null> {
  const known = new LRUCache<string, Principal>({ max: 10_000, ttl: cacheForMs });
  return async (token) => {
    const secretHash = hashOf(token);
    const remembered = known.get(secretHash);
    if (remembered !== undefined) return remembered;
    const key = await findKey(db, secretHash);
    if (key === undefined) return null;
    const principal = principalOf(key);
    // The database says how long it is valid for, and this process only measures that: its own clock may be wrong.
    const validForMs = Math.min(cacheForMs, key.validForMs ?? cacheForMs);
    if (validForMs >= 1) known.set(secretHash, principal, { ttl: validForMs });
    return principal;
  };
}

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
  ]);
  requireArea(principal, areaCode);
  const missing = missingToPassOn(principal, wanted.permissions);
  if (missing.length > 0) throw problems.permissionNotYours(missing);
  return storeKey(db, principal, wanted, newSecret());
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
    note(apiKeyKind, 'api-key.revoked', before, after);
    return after;
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
    const secretHash = hashOf(secret);
    const key = await insertKey(tx, {
      ...wanted,
      permissions: [...new Set(wanted.permissions)],
      apiKeyId: uuidv7(),
      secretLookup: lookupOf(secretHash),
      secretHash,
    });
    note(apiKeyKind, 'api-key.created', null, key);
    return { key, secret };
  });
}

/** The lookup finds candidates by a part of the hash; the whole hash is compared in constant time. */
async function findKey(db: Db, hash: string): Promise<ValidKey | undefined> {
  const candidates = await listValidKeys(db, lookupOf(hash));
  return candidates.find((key) => timingSafeEqual(Buffer.from(key.secretHash, 'hex'), Buffer.from(hash, 'hex')));
}

function principalOf(key: ApiKeyRow): Principal {
  return { kind: 'api-key', id: key.apiKeyId, name: key.name, permissions: key.permissions, areaCode: key.areaCode };
}

/** 256 random bits need no slow hash: there is no list of likely secrets to try. */
function hashOf(secret: string): string {
  return hash('sha256', secret, 'hex');
}

function lookupOf(hash: string): string {
  return hash.slice(0, 16);
}

function newSecret(): string {
  return `prot_${randomBytes(32).toString('base64url')}`;
}
