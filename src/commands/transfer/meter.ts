import prettyBytes from 'pretty-bytes';
import type { Format } from './formats.js';
import { countText, durationText, rowsText } from './numbers.js';
import type { Status } from './progress.js';
import { RowCounter } from './rows.js';

/** What a transfer is expected to be in all; null where nobody knows. */
export interface Expected {
  rows: number | null;
  bytes: number | null;
}

/** How far one transfer is. */
export class Meter {
  readonly #startedAt = Date.now();
  readonly #counter: RowCounter;
  readonly #expected: Expected;
  readonly #whatFollows: string;
  #bytes = 0;
  #endedAt: number | null = null;

  /** @param whatFollows what is waited for when all bytes have passed: `sent; the service is checking` */
  constructor(format: Format, expected: Expected, whatFollows: string) {
    this.#counter = new RowCounter(format);
    this.#expected = expected;
    this.#whatFollows = whatFollows;
  }

  /** Hands the bytes on and counts those that were taken. */
  async *pass(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      yield chunk;
      this.#bytes += chunk.length;
      this.#counter.add(chunk);
    }
    this.#endedAt = Date.now();
  }

  /** What has passed, in words. */
  get text(): string {
    return `${rowsText(this.#counter.rows)}, ${prettyBytes(this.#bytes)} in ${durationText(Date.now() - this.#startedAt)}`;
  }

  status(): Status {
    const bytes = prettyBytes(this.#bytes);
    if (this.#endedAt !== null) {
      return { part: null, text: `${bytes} ${this.#whatFollows}, ${durationText(Date.now() - this.#endedAt)}` };
    }
    const { rows } = this.#counter;
    const { rows: allRows, bytes: allBytes } = this.#expected;
    const elapsedMs = Date.now() - this.#startedAt;
    const part = partOf(rows, allRows) ?? partOf(this.#bytes, allBytes);
    const left = part === null ? null : timeLeft(part, elapsedMs);
    const words = [
      allRows === null ? rowsText(rows) : `${countText(rows)} of ${rowsText(allRows)}`,
      allBytes === null ? bytes : `${bytes} of ${prettyBytes(allBytes)}`,
      `${prettyBytes((this.#bytes / Math.max(elapsedMs, 1)) * 1000)}/s`,
      ...(left === null ? [] : [`${durationText(left)} left`]),
    ];
    return { part, text: words.join('  ') };
  }
}

function partOf(done: number, all: number | null): number | null {
  return all === null ? null : done / Math.max(all, 1);
}

/** How long the rest takes at the rate so far, in whole seconds; times in milliseconds. Null before a rate can be told. */
function timeLeft(part: number, elapsedMs: number): number | null {
  if (part <= 0 || part > 1 || elapsedMs < 1_000) return null;
  return Math.ceil(((elapsedMs / part) * (1 - part)) / 1000) * 1000;
}
