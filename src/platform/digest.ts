import { hash } from 'node:crypto';

/** A short text that differs when the text does: 96 bits of SHA-256. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 16);
}
