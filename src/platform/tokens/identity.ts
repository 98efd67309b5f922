/** Who signed in, as the claims of a token say it and the operator has mapped it. */
import { validate as isUuid, v5 as uuidv5 } from 'uuid';
import { beyondTeam, type Permission } from '../../domain/access.js';
import { areaKindOf } from '../../domain/area.js';
import { holdsCitizenId } from '../../domain/citizen-id.js';
import { problems } from '../../domain/problem.js';
import { faultOfLine, trimmedLine } from '../../domain/text.js';
import { asRecord } from '../record-value.js';
import type { ClaimPath, IdentityProvider } from './settings.js';
import type { VerifiedLogout, VerifiedToken } from './verifier.js';

/** Somebody, or a system, that signed in. */
export interface Identity {
  kind: 'person' | 'client';
  /** The same for ever for one subject of one issuer; anybody who knows both can work it out. */
  id: string;
  name: string;
  /** The session at the issuer, as an opaque id; null when the token names none. */
  sessionId: string | null;
  permissions: Permission[];
  /** Null when nothing says where; within it, null is the whole country. */
  area: { areaCode: string | null } | null;
  teamId: string | null;
  actsOnBehalf: boolean;
  /** Seconds since 1970. */
  issuedAt: number;
  expiresAt: number;
}

const longestName = 200;

/**
 * The stable id of a subject: UUID v5 of the subject, in the namespace that is the UUID v5 of the issuer among URLs.
 */
function identityId(issuer: string, subject: string): string {
  return uuidv5(subject, uuidv5(issuer, uuidv5.URL));
}

/**
 * Reads the claims of a verified token by the mapping of its issuer.
 * @throws problems.unauthenticated (401), problems.accessNotMapped (403)
 */
export function identityOf({ provider, claims }: VerifiedToken): Identity {
  const subject = claimAt(claims, provider.subjectClaim);
  if (typeof subject !== 'string' || subject === '') throw problems.unauthenticated('claimMissing');
  if (holdsCitizenId(subject)) throw problems.unauthenticated('subjectCitizenId');
  const id = identityId(provider.issuer, subject);
  const teamId = teamOf(claims, provider);
  const granted = provider.roles.flatMap((rule) => mapped(claims, rule).flat());
  const permissions = [...new Set(granted)];
  return {
    kind: isClient(claims, provider) ? 'client' : 'person',
    id,
    name: nameOf(claims, provider, id),
    sessionId: typeof claims.sid === 'string' ? identityId(provider.issuer, `sid ${claims.sid}`) : null,
    permissions: teamId === null ? permissions : permissions.filter((one) => beyondTeam([one]).length === 0),
    area: areaOf(claims, provider),
    teamId,
    actsOnBehalf: provider.actsOnBehalf.some(({ claim, values }) =>
      textsAt(claims, claim).some((one) => values.includes(one)),
    ),
    issuedAt: claims.iat,
    expiresAt: claims.exp,
  };
}

/**
 * Whose sign-ins a logout token ends: the ids of a session and of a person. Where both are named both end; who goes on in another
 * session gets a new token there.
 */
export function logoutOf({ provider, claims }: VerifiedLogout): { tokenId: string; ended: string[] } {
  const idOf = (text: string) => identityId(provider.issuer, text);
  const subject = claimAt(claims, provider.subjectClaim);
  return {
    tokenId: idOf(`jti ${claims.jti}`),
    ended: [
      ...(typeof claims.sid === 'string' ? [idOf(`sid ${claims.sid}`)] : []),
      // One that is a citizen id has no access token, and nothing is kept of it.
      ...(typeof subject === 'string' && !holdsCitizenId(subject) ? [idOf(subject)] : []),
    ],
  };
}

function claimAt(claims: object, path: ClaimPath): unknown {
  return path.reduce<unknown>((value, name) => {
    const within = asRecord(value);
    return Object.hasOwn(within, name) ? within[name] : undefined;
  }, claims);
}

/** The texts of a claim: a list as it is, and a text parted at its spaces, as `scope` is. */
function textsAt(claims: object, path: ClaimPath): string[] {
  const value = claimAt(claims, path);
  if (typeof value === 'string') return value.split(' ').filter((text) => text !== '');
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}

function mapped<T>(claims: object, { claim, values }: { claim: ClaimPath; values: Readonly<Record<string, T>> }): T[] {
  return textsAt(claims, claim).flatMap((text) => {
    const value = Object.hasOwn(values, text) ? values[text] : undefined;
    return value === undefined ? [] : [value];
  });
}

/** The first rule that names an area decides. @throws problems.accessNotMapped (403) when it names several */
function areaOf(claims: object, { area }: IdentityProvider): Identity['area'] {
  for (const { claim, prefix = '', values, fixed } of area) {
    if (claim === undefined) return { areaCode: fixed ?? null };
    const codes = new Set(
      textsAt(claims, claim).flatMap((text) => {
        if (Object.hasOwn(values, text)) return [values[text] ?? null];
        const code = text.startsWith(prefix) ? text.slice(prefix.length) : '';
        return /^\d+$/.test(code) && areaKindOf(code) !== null ? [code] : [];
      }),
    );
    if (codes.size > 1) throw problems.accessNotMapped('severalAreas');
    for (const areaCode of codes) return { areaCode };
  }
  return null;
}

/** @throws problems.accessNotMapped (403) when what is named is no team, or several are */
function teamOf(claims: object, { team }: IdentityProvider): string | null {
  if (team === undefined) return null;
  const { values } = team;
  const given = claimAt(claims, team.claim) ?? [];
  if (typeof given !== 'string' && !Array.isArray(given)) throw problems.accessNotMapped('teamUnknown');
  const named = textsAt(claims, team.claim).map((text) =>
    Object.hasOwn(values, text) ? values[text] : text.toLowerCase(),
  );
  const [teamId, ...others] = new Set(named);
  if (teamId === undefined) return null;
  if (others.length > 0 || !isUuid(teamId)) throw problems.accessNotMapped('teamUnknown');
  return teamId;
}

function isClient(claims: object, { clients }: IdentityProvider): boolean {
  return clients.some(({ claim, equals, startsWith, equalsClaim }) => {
    const value = claimAt(claims, claim);
    if (equals !== undefined) return value === equals;
    if (startsWith !== undefined) return typeof value === 'string' && value.startsWith(startsWith);
    if (equalsClaim !== undefined) return value !== undefined && value === claimAt(claims, equalsClaim);
    return value === undefined;
  });
}

/** A name that the history may keep for good; where the token has none, the beginning of the id stands for it. */
function nameOf(claims: object, { nameClaims }: IdentityProvider, id: string): string {
  for (const path of nameClaims) {
    const value = claimAt(claims, path);
    if (typeof value !== 'string' || holdsCitizenId(value)) continue;
    const name = trimmedLine(
      trimmedLine(value)
        .slice(0, longestName)
        .toWellFormed()
        .replace(/\ufffd$/, ''),
    );
    if (faultOfLine(name) === null) return name;
  }
  return id.slice(0, 8);
}
