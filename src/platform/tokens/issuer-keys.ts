/** The public keys of an issuer: fetched by jose, which keeps them, and here how often, how much, and what when it is away. */
import { createRemoteJWKSet, customFetch, type FlattenedJWSInput, type JWSHeaderParameters } from 'jose';
import type { Logger } from 'pino';
import { memberOf } from '../record-value.js';
import { type IdentityProvider, isPlainUrl } from './settings.js';

/** Longest time that a fetch takes, and longest time that keys are used whose issuer does not answer; milliseconds. */
const timeoutMs = 5_000;
const longestKeptMs = 86_400_000;
/** Most bytes of a document of the issuer. */
const mostBytes = 262_144;

/** The issuer did not give its keys, and none of before can be used. */
export class IssuerAway extends Error {
  override readonly name = 'IssuerAway';
}

/**
 * What jose's key set leaves open: after a fetch that failed it asks again at every token, and when its keys are old it
 * refuses everything while the issuer is away. Here a failure keeps the next fetch waiting as a success does, and old
 * keys go on being used for a day, while they are fetched anew beside the requests.
 */
export class IssuerKeys {
  readonly #provider: IdentityProvider;
  readonly #onChange: () => void;
  readonly #log: Logger;
  readonly #set: ReturnType<typeof createRemoteJWKSet>;
  #keys = '';
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #failedAt = Number.NEGATIVE_INFINITY;

  /** `onChange` is called when the issuer has other keys than before. */
  constructor(provider: IdentityProvider, onChange: () => void, log: Logger) {
    this.#provider = provider;
    this.#onChange = onChange;
    this.#log = log;
    this.#set = createRemoteJWKSet(new URL(provider.issuer), {
      timeoutDuration: timeoutMs,
      cooldownDuration: provider.keys.cooldownSeconds * 1_000,
      cacheMaxAge: longestKeptMs,
      [customFetch]: (_url, { signal }) => this.#fetch(signal),
    });
  }

  /**
   * The key that a token was signed with, by what its header says of it.
   * @throws IssuerAway, and errors of jose when the issuer has no such key
   */
  async find(header: JWSHeaderParameters, token: FlattenedJWSInput) {
    await this.#renew();
    return this.#set(header, token);
  }

  /** Fetches old keys anew. Only who comes after a long silence waits for it, so that a key that was taken back is noticed. */
  async #renew(): Promise<void> {
    const age = performance.now() - this.#fetchedAt;
    const maxAgeMs = this.#provider.keys.maxAgeSeconds * 1_000;
    if (age < maxAgeMs || this.#keys === '') return;
    const renewed = this.#set.reload().catch(() => {});
    if (age >= 2 * maxAgeMs && this.#failedAt < this.#fetchedAt) await renewed;
  }

  async #fetch(signal: AbortSignal): Promise<Response> {
    if (performance.now() - this.#failedAt < this.#provider.keys.cooldownSeconds * 1_000) throw new IssuerAway();
    try {
      const set = await readDocument(await this.#jwksUri(signal), signal);
      if (!Array.isArray(memberOf(set, 'keys'))) throw new Error('It is no set of keys.');
      if (this.#failedAt > this.#fetchedAt) this.#log.info('an identity provider gives its keys again');
      this.#fetchedAt = performance.now();
      const keys = JSON.stringify(set);
      if (this.#keys !== '' && this.#keys !== keys) this.#onChange();
      this.#keys = keys;
      return new Response(keys);
    } catch (error) {
      if (this.#failedAt <= this.#fetchedAt)
        this.#log.warn(
          { err: error },
          'the keys of an identity provider could not be fetched; those of before are used',
        );
      this.#failedAt = performance.now();
      throw new IssuerAway('', { cause: error });
    }
  }

  /** By OpenID Connect Discovery, else by RFC 8414, which puts the path of the issuer behind. */
  async #jwksUri(signal: AbortSignal): Promise<string> {
    const { issuer, jwksUri, allowHttp } = this.#provider;
    if (jwksUri !== undefined) return jwksUri;
    const { origin, pathname } = new URL(issuer);
    const path = pathname.replace(/\/$/, '');
    const found = await readDocument(`${origin}${path}/.well-known/openid-configuration`, signal).catch((error) =>
      readDocument(`${origin}/.well-known/oauth-authorization-server${path}`, signal).catch(() => {
        throw error;
      }),
    );
    if (memberOf(found, 'issuer') !== issuer) throw new Error('The configuration there is of another issuer.');
    const uri = memberOf(found, 'jwks_uri');
    if (typeof uri !== 'string' || !isPlainUrl(uri, allowHttp)) throw new Error('The configuration names no keys.');
    return uri;
  }
}

/** A JSON document of the issuer, which is read no further than it may be long. Redirections are not followed. */
async function readDocument(url: string, signal: AbortSignal): Promise<unknown> {
  const { status, body } = await fetch(url, { redirect: 'manual', signal, headers: { accept: 'application/json' } });
  if (status !== 200 || body === null) {
    await body?.cancel();
    throw new Error(`It was answered with ${status}.`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error('The answer is too long.');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
