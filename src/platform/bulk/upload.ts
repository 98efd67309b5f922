import { createHash, type Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { countedBytes, cutOff, type UploadLimits } from './bytes.js';
import { csvRows, requireColumns } from './csv.js';
import { ndjsonRows } from './ndjson.js';
import type { RawRow, RowForm } from './row.js';
import { type Spool, spoolOf } from './spool.js';

/** The media types in which rows are taken. */
export const uploadMediaTypes = ['application/x-ndjson', 'text/csv'] as const;

/**
 * What an upload is taken with: the longest SQL statement, `tell`, which is told how many rows are done, and `isLeft`, which
 * says whether its sender is still there.
 */
export interface UploadSettings extends UploadLimits {
  statementTimeoutMs: number;
  tell: (rows: number) => void;
  isLeft: () => boolean;
}

/** Bytes as they come; for those that were compressed, Fastify's word for how many were sent. */
export type Arriving = Readable & { receivedEncodedLength?: number };

/** A file on its way to us. */
export class Upload {
  readonly format: 'ndjson' | 'csv';
  readonly statementTimeoutMs: number;
  readonly tell: UploadSettings['tell'];
  readonly #isLeft: UploadSettings['isLeft'];
  readonly #stream: Arriving;
  readonly #limits: UploadLimits;
  #hash: Hash | undefined;
  #digest: string | null = null;

  constructor(format: 'ndjson' | 'csv', stream: Arriving, settings: UploadSettings) {
    this.format = format;
    this.statementTimeoutMs = settings.statementTimeoutMs;
    this.tell = settings.tell;
    this.#isLeft = settings.isLeft;
    this.#stream = stream;
    this.#limits = settings;
  }

  /** From here on the SHA-256 of the bytes is taken as they come. */
  takeDigest(): void {
    this.#hash = createHash('sha256');
  }

  /**
   * SHA-256 of the whole file in hexadecimal digits, null when nobody wanted it. Waits for what has not come of the file.
   * @throws problems.bodyTooLarge (413), problems.malformedRequest (400) when it ends before its end
   */
  async digest(): Promise<string | null> {
    if (this.#hash === undefined) return null;
    const rest = this.#counted();
    while (this.#digest === null && !(await rest.next()).done);
    return this.#digest;
  }

  /**
   * Waits until the whole file has come.
   * @throws problems.bodyTooLarge (413), problems.malformedRequest (400) when it ends before its end,
   *   problems.invalidInput (400) for columns of other names
   */
  receive(form: RowForm): Promise<Spool> {
    return spoolOf(this.#checked(form));
  }

  /**
   * Ends the work for a sender that does not wait for its answer any more; it has to send the file again anyhow.
   * @throws problems.malformedRequest (400), which nobody reads
   */
  requireSender(): void {
    if (this.#isLeft()) throw cutOff();
  }

  async *#checked(form: RowForm): AsyncGenerator<Buffer> {
    let first = this.format === 'csv';
    for await (const chunk of this.#counted()) {
      if (first) requireColumns(chunk, form, this.#limits);
      first = false;
      yield chunk;
    }
  }

  async *#counted(): AsyncGenerator<Buffer> {
    // Not destroyed when the reading ends early: the connection would neither be read on nor closed.
    const bytes = this.#stream.iterator({ destroyOnReturn: false });
    const sent = () => this.#stream.receivedEncodedLength ?? null;
    for await (const chunk of countedBytes(bytes, sent, this.#limits)) {
      this.#hash?.update(chunk);
      yield chunk;
    }
    this.#digest = this.#hash?.digest('hex') ?? null;
  }

  /** The rows of what was received in batches, in the order of the file. */
  rows(received: Spool, form: RowForm): AsyncGenerator<RawRow[]> {
    const chunks = received.chunks();
    return this.format === 'csv' ? csvRows(chunks, form, this.#limits) : ndjsonRows(chunks, this.#limits);
  }
}
