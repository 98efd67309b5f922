import prettyBytes from 'pretty-bytes';
import type { Format } from './formats.js';
import { durationText, rowsText } from './numbers.js';
import { type Status, timeLeft } from './progress.js';
import { RowCounter } from './rows.js';

/** How far one sending of a file is. */
export class Sending {
  readonly #startedAt = Date.now();
  readonly #size: number | null;
  readonly #counter: RowCounter;
  #bytes = 0;
  #sentAt: number | null = null;

  /** @param size of the file in bytes, null when nobody knows */
  constructor(format: Format, size: number | null) {
    this.#counter = new RowCounter(format);
    this.#size = size;
  }

  /** Hands the bytes on and counts them. */
  async *pass(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      yield chunk;
      this.#bytes += chunk.length;
      this.#counter.add(chunk);
    }
    this.#sentAt = Date.now();
  }

  status(): Status {
    if (this.#sentAt !== null) {
      const waited = durationText(Date.now() - this.#sentAt);
      return { part: null, text: `${prettyBytes(this.#bytes)} sent; the service is checking and merging, ${waited}` };
    }
    const elapsedMs = Date.now() - this.#startedAt;
    const part = this.#size === null ? null : this.#bytes / Math.max(this.#size, 1);
    const left = part === null ? null : timeLeft(part, elapsedMs);
    const words = [
      rowsText(this.#counter.rows),
      this.#size === null ? prettyBytes(this.#bytes) : `${prettyBytes(this.#bytes)} of ${prettyBytes(this.#size)}`,
      `${prettyBytes((this.#bytes / Math.max(elapsedMs, 1)) * 1000)}/s`,
      ...(left === null ? [] : [`${durationText(left)} left`]),
    ];
    return { part, text: words.join('  ') };
  }
}
