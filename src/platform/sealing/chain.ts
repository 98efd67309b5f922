/** The hash that seals a stretch of a log, and the short ones by which a document of it that was altered can be named. */
import { createHash, hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** What stands for the hash before the first one. */
export const noHash = '0'.repeat(64);

/** How many bytes of the hash of a document are kept. */
export const leafBytes = 8;

const firstSize = 1_024;

/**
 * A document in the one form that everybody writes alike, RFC 8785. What has none, such as half a character, gets a form
 * of its own, so that it differs from all that have one.
 */
export function canonicalForm(document: unknown): string {
  try {
    return canonicalize(document) ?? '';
  } catch {
    return `no canonical form: ${JSON.stringify(document)}`;
  }
}

/** SHA-256 of a document in its canonical form, in hexadecimal digits. */
export function canonicalHash(document: unknown): string {
  return hash('sha256', canonicalForm(document), 'hex');
}

/** Hashes documents in their order, after the hash before them: each is a line, as the first line that hash is. */
export class ChainedHash {
  readonly #hash = createHash('sha256');
  #leaves = Buffer.allocUnsafe(firstSize * leafBytes);
  #count = 0;

  constructor(previousHash: string) {
    this.#hash.update(`${previousHash}\n`);
  }

  get count(): number {
    return this.#count;
  }

  add(document: unknown): void {
    const form = canonicalForm(document);
    this.#hash.update(`${form}\n`);
    if ((this.#count + 1) * leafBytes > this.#leaves.length) this.#leaves = Buffer.concat([this.#leaves, this.#leaves]);
    this.#leaves.set(leafOf(form), this.#count * leafBytes);
    this.#count += 1;
  }

  /** The hash in hexadecimal digits, and the first bytes of the hash of each document. Nothing can be added afterwards. */
  end(): { hash: string; leaves: Buffer } {
    return { hash: this.#hash.digest('hex'), leaves: this.#leaves.subarray(0, this.#count * leafBytes) };
  }
}

function leafOf(form: string): Buffer {
  return hash('sha256', form, 'buffer').subarray(0, leafBytes);
}
