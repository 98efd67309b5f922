import type { Format } from './formats.js';

const newline = 0x0a;
const quote = 0x22;

/** Counts the rows of a file as its bytes pass by: the lines, and in CSV those that end outside quotes, less the header. */
export class RowCounter {
  readonly #isCsv: boolean;
  #ends = 0;
  #quoted = false;

  constructor(format: Format) {
    this.#isCsv = format === 'csv';
  }

  get rows(): number {
    return this.#isCsv ? Math.max(this.#ends - 1, 0) : this.#ends;
  }

  add(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (byte === quote) this.#quoted = this.#isCsv && !this.#quoted;
      else if (byte === newline && !this.#quoted) this.#ends += 1;
    }
  }
}
