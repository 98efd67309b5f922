/** Signatures of canonical documents by Ed25519 (RFC 8032). */
import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { canonicalForm } from './chain.js';

/** A public key as JWK has it (RFC 8037); its id is its thumbprint (RFC 7638). */
export interface PublicKey {
  kty: 'OKP';
  crv: 'Ed25519';
  x: string;
  kid: string;
  use: 'sig';
  alg: 'EdDSA';
}

/** A key that signs. */
export interface SigningKey {
  publicKey: PublicKey;
  /** Signs a document in its canonical form; gives the signature in base64url. */
  sign(document: unknown): string;
}

/**
 * Reads the key that signs, PKCS #8 in PEM; null where no file is named.
 * @throws Error when the file cannot be read or holds no Ed25519 key
 */
export function readSigningKey(path: string | undefined): SigningKey | null {
  if (path === undefined) return null;
  const key = readKey(path, createPrivateKey, 'private key (PKCS #8, PEM)');
  return {
    publicKey: asPublicKey(createPublicKey(key)),
    sign: (document) => sign(null, Buffer.from(canonicalForm(document)), key).toString('base64url'),
  };
}

/** Reads a key to check signatures by, SPKI in PEM. @throws Error when the file cannot be read or holds no Ed25519 key */
export function readPublicKey(path: string): PublicKey {
  return asPublicKey(readKey(path, createPublicKey, 'public key (SPKI, PEM)'));
}

/** Whether a key has signed a document. */
export function isSignedBy({ kty, crv, x }: PublicKey, document: unknown, signature: string): boolean {
  const key = createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
  return verify(null, Buffer.from(canonicalForm(document)), key, Buffer.from(signature, 'base64url'));
}

function readKey(path: string, make: (pem: string) => KeyObject, what: string): KeyObject {
  const pem = readFileSync(path, 'utf8');
  let key: KeyObject | null = null;
  try {
    key = make(pem);
  } catch {
    // What OpenSSL says of it may quote it.
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new Error(`${path} holds no Ed25519 ${what}.`);
  return key;
}

function asPublicKey(key: KeyObject): PublicKey {
  const { x = '' } = key.export({ format: 'jwk' });
  const kid = hash('sha256', canonicalForm({ crv: 'Ed25519', kty: 'OKP', x }), 'base64url');
  return { kty: 'OKP', crv: 'Ed25519', x, kid, use: 'sig', alg: 'EdDSA' };
}
