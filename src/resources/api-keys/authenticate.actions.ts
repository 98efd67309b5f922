import { timingSafeEqual } from 'node:crypto';
import type { Principal } from '../../domain/access.js';
import type { Db } from '../../platform/db/database.js';
import { lookupOf } from '../../platform/digest.js';
import { KnownCallers } from '../access/known-callers.actions.js';
import type { AccessRevisions } from '../access/revisions.actions.js';
import { type ApiKeyRow, listValidKeys, noteUse, type ValidKey } from './api-keys.store.js';

/**
 * Makes the function that finds who a key belongs to. A key that was found valid is remembered until access is taken back
 * anywhere, and never longer than it is valid.
 */
export function makeAuthenticate(db: Db, revisions: AccessRevisions): (token: string) => Promise<Principal | null> {
  const known = new KnownCallers(revisions);
  return (token) =>
    known.find(token, async (secretHash) => {
      const key = await findKey(db, secretHash);
      if (key === undefined) return null;
      // Of several nodes and requests one writes the day, and none waits for another.
      if (!key.usedToday) await noteUse(db, key.apiKeyId);
      // The database says how long it is valid for, and this process only measures that: its own clock may be wrong.
      return { principal: principalOf(key, secretHash), validForMs: key.validForMs };
    });
}

/** The lookup finds candidates by a part of the hash; the whole hash is compared in constant time. */
async function findKey(db: Db, hash: string): Promise<ValidKey | undefined> {
  const candidates = await listValidKeys(db, lookupOf(hash));
  return candidates.find((key) => isSame(key.secretHash, hash) || isSame(key.previousHash, hash));
}

function isSame(kept: string | null, hash: string): boolean {
  return kept !== null && timingSafeEqual(Buffer.from(kept, 'hex'), Buffer.from(hash, 'hex'));
}

/** Whoever comes with the secret of before is told when that one ends. */
function principalOf(key: ApiKeyRow, hash: string): Principal {
  const { apiKeyId, name, permissions, areaCode, teamId, personId, actsOnBehalf } = key;
  const ends = [key.expiresAt, isSame(key.secretHash, hash) ? null : key.previousSecretExpiresAt];
  return {
    kind: 'api-key',
    id: apiKeyId,
    name,
    ...(personId !== null && { personId }),
    permissions,
    areaCode,
    teamId,
    actsOnBehalf,
    expiresAt: ends.filter((end) => end !== null).toSorted()[0] ?? null,
  };
}
