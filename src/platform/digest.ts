import { hash } from 'node:crypto';

/** A short text that differs when the text does: 96 bits of SHA-256. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 16);
}

/** What is kept of a secret of 256 random bits: SHA-256 in hexadecimal digits. It needs no slow hash, for there is no list of likely ones to try. */
export function secretHashOf(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/** The part of such a hash by which its row is found; the whole is then compared in constant time. */
export function lookupOf(secretHash: string): string {
  return secretHash.slice(0, 16);
}
