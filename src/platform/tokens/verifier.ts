/** Access tokens as JWT: RFC 9068, and the plain ones of OpenID providers, by the rules of RFC 8725. */
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { Logger } from 'pino';
import { Problem, problems } from '../../domain/problem.js';
import type { TokenFault } from '../../domain/token-fault.js';
import { asRecord } from '../record-value.js';
import { IssuerAway, IssuerKeys } from './issuer-keys.js';
import type { IdentityProvider } from './settings.js';

/** A token whose signature, issuer, audience and time were found right. */
export interface VerifiedToken {
  provider: IdentityProvider;
  claims: JWTPayload & { iss: string; sub: string; exp: number; iat: number };
  /** For how many milliseconds more it is valid, by the clock of the node. */
  validForMs: number;
}

/** A logout token (OpenID Connect Back-Channel Logout 1.0) that was found right. */
export interface VerifiedLogout {
  provider: IdentityProvider;
  claims: JWTPayload & { jti: string };
}

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';
/** How old a logout token may be, in seconds. */
const oldestLogout = 300;

/** What only ID tokens, logout tokens and the like have. */
const ofOtherTokens = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'];

/** The year 3000: no token lasts so long. */
const latest = 32_503_680_000;

/** Whether a credential looks like a JWT, signed or encrypted. */
export function looksLikeJwt(credential: string): boolean {
  return /^[\w-]+\.[\w-]*\.[\w-]*(?:\.[\w-]*){0,2}$/.test(credential);
}

/** Verifies the tokens of some issuers. The clock is that of the node, within the tolerance that each issuer has. */
export class TokenVerifier {
  readonly #issuers: ReadonlyMap<string, { provider: IdentityProvider; keys: IssuerKeys }>;

  readonly #forgetting: (() => void)[] = [];

  constructor(providers: readonly IdentityProvider[], log: Logger) {
    const forget = () => {
      for (const one of this.#forgetting) one();
    };
    this.#issuers = new Map(
      providers.map((provider) => [provider.issuer, { provider, keys: new IssuerKeys(provider, forget, log) }]),
    );
  }

  /** Whether there is any issuer whose tokens are taken. */
  get takesTokens(): boolean {
    return this.#issuers.size > 0;
  }

  /** What is to be done when an issuer has other keys than before: what they signed is to be looked at again. */
  onKeysChanged(forget: () => void): void {
    this.#forgetting.push(forget);
  }

  /**
   * Verifies an access token.
   * @throws problems.unauthenticated (401) with what is wrong, problems.identityProviderAway (503)
   */
  async verify(token: string): Promise<VerifiedToken> {
    const { provider, claims } = await this.#verified(token, ({ audience, types, requiredClaims }) => ({
      audience,
      types,
      requiredClaims,
    }));
    const sound = soundClaims(claims, provider.clockToleranceSeconds);
    const validForMs = (sound.exp + provider.clockToleranceSeconds) * 1_000 - Date.now();
    return { provider, claims: sound, validForMs };
  }

  /**
   * Verifies a logout token.
   * @throws problems.logoutTokenRefused (400) with what is wrong, problems.identityProviderAway (503)
   */
  async verifyLogout(token: string): Promise<VerifiedLogout> {
    try {
      const { provider, claims } = await this.#verified(
        token,
        ({ logout }) => logout && { ...logout, requiredClaims: [] },
        [...['exp', 'iat']],
      );
      return { provider, claims: logoutClaims(claims, provider.clockToleranceSeconds) };
    } catch (error) {
      const fault = error instanceof Problem ? error.content.tokenFault : undefined;
      throw fault === undefined ? error : problems.logoutTokenRefused(fault);
    }
  }

  /** `expect` says what is asked of tokens of a kind; undefined when the issuer sends none that are taken. */
  async #verified(
    token: string,
    expect: (
      provider: IdentityProvider,
    ) => { audience: string[]; types: readonly string[]; requiredClaims: string[] } | undefined,
    always: string[] = ['exp', 'iat', 'sub'],
  ): Promise<{ provider: IdentityProvider; claims: JWTPayload }> {
    const { typ, alg, iss } = unverified(token);
    const issuer = this.#issuers.get(String(iss));
    const expected = issuer && expect(issuer.provider);
    if (issuer === undefined || expected === undefined) throw problems.unauthenticated('issuerUnknown');
    const { provider, keys } = issuer;
    if (!provider.algorithms.some((one) => one === alg)) throw problems.unauthenticated('algorithm');
    if (!expected.types.some((one) => mediaType(one) === mediaType(typ))) throw problems.unauthenticated('type');
    const claims = await verified(token, keys, {
      issuer: provider.issuer,
      audience: expected.audience,
      algorithms: provider.algorithms,
      clockTolerance: provider.clockToleranceSeconds,
      requiredClaims: [...always, ...expected.requiredClaims],
    });
    return { provider, claims };
  }
}

/** What a token says of itself before anything is known of it. */
function unverified(token: string): { typ: unknown; alg: unknown; iss: unknown } {
  try {
    const { typ, alg } = decodeProtectedHeader(token);
    return { typ, alg, iss: decodeJwt(token).iss };
  } catch {
    throw problems.unauthenticated('malformed');
  }
}

function mediaType(typ: unknown): string {
  return String(typ)
    .toLowerCase()
    .replace(/^application\//, '');
}

async function verified(token: string, keys: IssuerKeys, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, (header, input) => keys.find(header, input), options)).payload;
  } catch (error) {
    if (error instanceof IssuerAway) throw problems.identityProviderAway();
    const fault = faultOf(error);
    if (fault === null) throw error;
    throw problems.unauthenticated(fault);
  }
}

function faultOf(error: unknown): TokenFault | null {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') return 'claimMissing';
    return error.claim === 'aud' ? 'audience' : error.claim === 'nbf' ? 'notYetValid' : 'malformed';
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) return 'key';
  if (error instanceof errors.JOSEError) return 'malformed';
  // A key that is too short for its algorithm, or cannot be imported.
  return error instanceof TypeError || error instanceof DOMException ? 'key' : null;
}

/** What the libraries leave to whoever knows that it is an access token. */
function soundClaims(claims: JWTPayload, toleranceSeconds: number): VerifiedToken['claims'] {
  const { iss, sub, exp, iat, typ } = claims;
  if (typeof iss !== 'string' || typeof sub !== 'string' || sub === '') throw problems.unauthenticated('claimMissing');
  if (typeof exp !== 'number' || typeof iat !== 'number' || exp > latest) throw problems.unauthenticated('malformed');
  if (iat > Date.now() / 1_000 + toleranceSeconds) throw problems.unauthenticated('notYetValid');
  // Keycloak says in the payload what a token is.
  const isOther = typ !== undefined && String(typ).toLowerCase() !== 'bearer';
  if (isOther || ofOtherTokens.some((name) => name in claims)) throw problems.unauthenticated('notForApis');
  if ('cnf' in claims) throw problems.unauthenticated('senderConstrained');
  return { ...claims, iss, sub, exp, iat };
}

/** Section 2.6 of the standard, without what `jwtVerify` looks at. */
function logoutClaims(claims: JWTPayload, toleranceSeconds: number): VerifiedLogout['claims'] {
  const { iat, jti, sub, sid, events } = claims;
  const age = Date.now() / 1_000 - Number(iat);
  if (typeof iat !== 'number' || age < -toleranceSeconds) throw problems.unauthenticated('notYetValid');
  if (age > oldestLogout + toleranceSeconds) throw problems.unauthenticated('expired');
  const names = [sub, sid].filter((one) => one !== undefined);
  const isLogout = typeof asRecord(events)[logoutEvent] === 'object' && asRecord(events)[logoutEvent] !== null;
  const isWhole = names.length > 0 && names.every((one) => typeof one === 'string' && one !== '');
  if (!isLogout || !isWhole || 'nonce' in claims || typeof jti !== 'string' || jti === '')
    throw problems.unauthenticated('notLogout');
  return { ...claims, jti };
}
