import prettyBytes from 'pretty-bytes';
import type { Format } from './formats.js';
import { countText, durationText, rowsText } from './numbers.js';
import { type Status, timeLeft } from './progress.js';
import { RowCounter } from './rows.js';

/** How far one receiving of a list is. */
export class Receiving {
  readonly #startedAt = Date.now();
  readonly #total: number | null;
  readonly #counter: RowCounter;
  #bytes = 0;

  /** @param total rows that are expected, null when nobody knows */
  constructor(format: Format, total: number | null) {
    this.#counter = new RowCounter(format);
    this.#total = total;
  }

  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#counter.add(chunk);
  }

  /** What has come, in words. */
  get text(): string {
    const elapsed = durationText(Date.now() - this.#startedAt);
    return `${rowsText(this.#counter.rows)}, ${prettyBytes(this.#bytes)} in ${elapsed}`;
  }

  status(): Status {
    const { rows } = this.#counter;
    const elapsedMs = Date.now() - this.#startedAt;
    const part = this.#total === null ? null : rows / Math.max(this.#total, 1);
    const left = part === null ? null : timeLeft(part, elapsedMs);
    const words = [
      this.#total === null ? rowsText(rows) : `${countText(rows)} of ${rowsText(this.#total)}`,
      `${countText(Math.round((rows / Math.max(elapsedMs, 1)) * 1000))} rows/s`,
      prettyBytes(this.#bytes),
      ...(left === null ? [] : [`${durationText(left)} left`]),
    ];
    return { part, text: words.join('  ') };
  }
}
