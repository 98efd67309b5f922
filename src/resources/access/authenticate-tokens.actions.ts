import type { Principal } from '../../domain/access.js';
import { areasMeet } from '../../domain/area.js';
import { problems } from '../../domain/problem.js';
import type { Db } from '../../platform/db/database.js';
import { type Identity, identityOf } from '../../platform/tokens/identity.js';
import { looksLikeJwt, type TokenVerifier } from '../../platform/tokens/verifier.js';
import { findArea } from '../areas/areas.store.js';
import { findTeam } from '../teams/teams.store.js';
import { isSignInEnded } from './ended.store.js';
import { KnownCallers } from './known-callers.actions.js';
import type { AccessRevisions } from './revisions.actions.js';

type Authenticate = (credential: string) => Promise<Principal | null>;

/**
 * Makes the function that finds who calls, by an access token or else by a key. A token that was found valid is remembered
 * for a minute and never longer than it lasts; `revisions` makes the node forget it within a second after sign-ins were ended,
 * and so do other keys of an issuer.
 */
export function makeAuthenticateTokens(
  { db, revisions, verifier }: { db: Db; revisions: AccessRevisions; verifier: TokenVerifier },
  authenticateKey: Authenticate,
): Authenticate {
  if (!verifier.takesTokens) return authenticateKey;
  const known = new KnownCallers(revisions);
  verifier.onKeysChanged(() => known.forget());
  return async (credential) => {
    if (!looksLikeJwt(credential)) return authenticateKey(credential);
    return known.find(credential, async () => {
      const verified = await verifier.verify(credential);
      const identity = identityOf(verified);
      const principal = await principalOf(db, identity);
      if (await isSignInEnded(db, identity)) throw problems.unauthenticated('signedOut');
      return { principal, validForMs: verified.validForMs };
    });
  };
}

/** @throws problems.accessNotMapped (403) */
async function principalOf(db: Db, identity: Identity): Promise<Principal> {
  const { kind, id, name, permissions, teamId, actsOnBehalf, expiresAt } = identity;
  const principal: Omit<Principal, 'areaCode'> = {
    kind,
    id,
    name,
    ...(kind === 'person' && { personId: id }),
    permissions,
    teamId,
    actsOnBehalf,
    expiresAt: new Date(expiresAt * 1_000).toISOString(),
  };
  return { ...principal, areaCode: await areaOf(db, principal, identity) };
}

/** The area that is mapped, or that of the team; who has neither has none, and not the whole country. */
async function areaOf(db: Db, caller: Omit<Principal, 'areaCode'>, { area, teamId }: Identity): Promise<string | null> {
  const team = teamId === null ? null : await findTeam(db, { ...caller, areaCode: null }, teamId);
  if (teamId !== null && team === null) throw problems.accessNotMapped('teamUnknown');
  const place = area ?? team;
  if (place === null) throw problems.accessNotMapped('noArea');
  const { areaCode } = place;
  if (areaCode !== null && (await findArea(db, areaCode)) === null) throw problems.accessNotMapped('areaUnknown');
  // As with keys: somebody may read more than the area of the team, and writes its targets only.
  if (team !== null && !areasMeet(areaCode, team.areaCode)) throw problems.accessNotMapped('areaOutsideTeam');
  return areaCode;
}
