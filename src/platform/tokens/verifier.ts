/** Access tokens as JWT: RFC 9068, and the plain ones of OpenID providers, by the rules of RFC 8725. */
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { Logger } from 'pino';
import { problems } from '../../domain/problem.js';
import type { TokenFault } from '../../domain/token-fault.js';
import { IssuerAway, IssuerKeys } from './issuer-keys.js';
import type { IdentityProvider } from './settings.js';

export type { IdentityProvider } from './settings.js';

/** A token whose signature, issuer, audience and time were found right. */
export interface VerifiedToken {
  provider: IdentityProvider;
  claims: JWTPayload & { iss: string; sub: string; exp: number; iat: number };
  /** For how many milliseconds more it is valid, by the clock of the node. */
  validForMs: number;
}

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

  /** `onKeysChanged` is called when an issuer has other keys than before: what they signed is to be looked at again. */
  constructor(providers: readonly IdentityProvider[], onKeysChanged: () => void, log: Logger) {
    this.#issuers = new Map(
      providers.map((provider) => [provider.issuer, { provider, keys: new IssuerKeys(provider, onKeysChanged, log) }]),
    );
  }

  /**
   * Verifies an access token.
   * @throws problems.unauthenticated (401) with what is wrong, problems.identityProviderAway (503)
   */
  async verify(token: string): Promise<VerifiedToken> {
    const { typ, alg, iss } = unverified(token);
    const issuer = this.#issuers.get(String(iss));
    if (issuer === undefined) throw problems.unauthenticated('issuerUnknown');
    const { provider, keys } = issuer;
    if (!provider.algorithms.some((one) => one === alg)) throw problems.unauthenticated('algorithm');
    if (!provider.types.some((one) => mediaType(one) === mediaType(typ))) throw problems.unauthenticated('type');
    const claims = await verified(token, keys, {
      issuer: provider.issuer,
      audience: provider.audience,
      algorithms: provider.algorithms,
      clockTolerance: provider.clockToleranceSeconds,
      requiredClaims: ['exp', 'iat', 'sub', ...provider.requiredClaims],
    });
    const sound = soundClaims(claims, provider.clockToleranceSeconds);
    const validForMs = (sound.exp + provider.clockToleranceSeconds) * 1_000 - Date.now();
    return { provider, claims: sound, validForMs };
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
