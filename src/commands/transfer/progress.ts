import type { WriteStream } from 'node:tty';

/** What is shown of the work at one moment: how much of it is done, from 0 to 1, null when nobody knows, and in words. */
export interface Status {
  part: number | null;
  text: string;
}

const drawEveryMs = 150;
const sayEveryMs = 5_000;
const barWidth = 24;

/**
 * Shows on standard error how work goes on: a bar that is drawn again and again on a terminal, elsewhere a line every
 * few seconds, so that a log stays a log.
 */
export class Progress {
  readonly #out: WriteStream;
  readonly #quiet: boolean;
  #status: (() => Status) | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(out: WriteStream, quiet: boolean) {
    this.#out = out;
    this.#quiet = quiet;
  }

  /** Begins to show what `status` says. */
  show(status: () => Status): void {
    this.clear();
    this.#status = status;
    if (this.#quiet) return;
    this.#timer = setInterval(() => this.#draw(), this.#out.isTTY ? drawEveryMs : sayEveryMs);
    this.#timer.unref();
    if (this.#out.isTTY) this.#draw();
  }

  /** Ends what is shown and takes the bar away. */
  clear(): void {
    clearInterval(this.#timer);
    this.#status = null;
    this.#wipe();
  }

  /** A line of its own, in place of the bar; it is said even when no progress is wanted. */
  say(line: string): void {
    this.#wipe();
    this.#out.write(`${line}\n`);
  }

  #draw(): void {
    if (this.#status === null) return;
    const { part, text } = this.#status();
    if (!this.#out.isTTY) return void this.#out.write(`${part === null ? '' : `${percent(part)}  `}${text}\n`);
    const line = part === null ? text : `[${bar(part)}] ${percent(part)}  ${text}`;
    this.#wipe();
    this.#out.write(line.slice(0, (this.#out.columns || 80) - 1));
  }

  #wipe(): void {
    if (!this.#out.isTTY || this.#quiet) return;
    this.#out.cursorTo(0);
    this.#out.clearLine(1);
  }
}

function bar(part: number): string {
  const filled = Math.round(Math.min(part, 1) * barWidth);
  return '='.repeat(filled).padEnd(barWidth, '-');
}

function percent(part: number): string {
  return `${Math.floor(Math.min(part, 1) * 100)} %`.padStart(5);
}
