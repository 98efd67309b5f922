import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;
const prefix = 'sealed:';

/** Encrypts a text with a key of 32 bytes, for one `purpose`: for another it cannot be opened. Without a key it stays as it is. */
export function sealText(key: Buffer | null, purpose: string, text: string): string {
  if (key === null) return text;
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(purpose));
  const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${prefix}${sealed.toString('base64')}`;
}

/**
 * Opens what `sealText` made, with a key or without.
 * @throws Error when it was sealed with another key or for another purpose, or touched
 */
export function openText(key: Buffer | null, purpose: string, text: string): string {
  if (!text.startsWith(prefix)) return text;
  if (key === null) throw new Error('A text is encrypted, and there is no key to open it.');
  const sealed = Buffer.from(text.slice(prefix.length), 'base64');
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(purpose))
    .setAuthTag(sealed.subarray(-tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(ivBytes, -tagBytes)), decipher.final()]).toString('utf8');
}
