import type { Readable } from 'node:stream';
import { countedBytes, type UploadLimits } from './bytes.js';
import { csvRows, requireColumns } from './csv.js';
import { ndjsonRows } from './ndjson.js';
import type { RawRow, RowForm } from './row.js';
import { type Spool, spoolOf } from './spool.js';

/** The media types in which rows are taken. */
export const uploadMediaTypes = ['application/x-ndjson', 'text/csv'] as const;

/** What an upload is taken with: the longest SQL statement, and `tell`, which is told how many rows are done. */
export interface UploadSettings extends UploadLimits {
  statementTimeoutMs: number;
  tell: (rows: number) => void;
}

/** A file on its way to us. */
export class Upload {
  readonly format: 'ndjson' | 'csv';
  readonly statementTimeoutMs: number;
  readonly tell: UploadSettings['tell'];
  readonly #stream: Readable;
  readonly #limits: UploadLimits;

  constructor(format: 'ndjson' | 'csv', stream: Readable, settings: UploadSettings) {
    this.format = format;
    this.statementTimeoutMs = settings.statementTimeoutMs;
    this.tell = settings.tell;
    this.#stream = stream;
    this.#limits = settings;
  }

  /**
   * Waits until the whole file has come.
   * @throws problems.bodyTooLarge (413), problems.malformedRequest (400) when it ends before its end,
   *   problems.invalidInput (400) for columns of other names
   */
  receive(form: RowForm): Promise<Spool> {
    return spoolOf(this.#checked(form));
  }

  async *#checked(form: RowForm): AsyncGenerator<Buffer> {
    let first = this.format === 'csv';
    // Not destroyed when the reading ends early: the connection would neither be read on nor closed.
    const stream = this.#stream.iterator({ destroyOnReturn: false });
    for await (const chunk of countedBytes(stream, this.#limits)) {
      if (first) requireColumns(chunk, form);
      first = false;
      yield chunk;
    }
  }

  /** The rows of what was received in batches, in the order of the file. */
  rows(received: Spool, form: RowForm): AsyncGenerator<RawRow[]> {
    const chunks = received.chunks();
    return this.format === 'csv' ? csvRows(chunks, form, this.#limits) : ndjsonRows(chunks, this.#limits);
  }
}
