import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;
const prefix = 'sealed:';

/** Encrypts bytes with a key of 32 bytes (AES-256-GCM), for one `purpose`: for another they cannot be opened. */
export function sealBytes(key: Buffer, purpose: string, bytes: Buffer): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(purpose));
  return Buffer.concat([iv, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Opens what `sealBytes` made.
 * @throws Error when it was sealed with another key or for another purpose, or touched
 */
export function openBytes(key: Buffer, purpose: string, sealed: Buffer): Buffer {
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(purpose))
    .setAuthTag(sealed.subarray(-tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(ivBytes, -tagBytes)), decipher.final()]);
}

/** As `sealBytes`, of a text. Without a key it stays as it is. */
export function sealText(key: Buffer | null, purpose: string, text: string): string {
  if (key === null) return text;
  return `${prefix}${sealBytes(key, purpose, Buffer.from(text)).toString('base64')}`;
}

/**
 * Opens what `sealText` made, with a key or without.
 * @throws Error when it was sealed with another key or for another purpose, or touched
 */
export function openText(key: Buffer | null, purpose: string, text: string): string {
  if (!text.startsWith(prefix)) return text;
  if (key === null) throw new Error('A text is encrypted, and there is no key to open it.');
  return openBytes(key, purpose, Buffer.from(text.slice(prefix.length), 'base64')).toString('utf8');
}
