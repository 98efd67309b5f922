import type { Readable } from 'node:stream';
import { countedBytes, type UploadLimits } from './bytes.js';
import { csvRows } from './csv.js';
import { ndjsonRows } from './ndjson.js';
import type { RawRow, RowForm } from './row.js';

/** The media types in which rows are taken. */
export const uploadMediaTypes = ['application/x-ndjson', 'text/csv'] as const;

/** A file on its way to us. It is read once, batch by batch, no faster than what is done with it. */
export class Upload {
  readonly format: 'ndjson' | 'csv';
  readonly statementTimeoutMs: number;
  readonly #stream: Readable;
  readonly #limits: UploadLimits;

  constructor(format: 'ndjson' | 'csv', stream: Readable, limits: UploadLimits & { statementTimeoutMs: number }) {
    this.statementTimeoutMs = limits.statementTimeoutMs;
    this.format = format;
    this.#stream = stream;
    this.#limits = limits;
  }

  /** The rows in batches, in the order of the file. */
  rows(form: RowForm): AsyncGenerator<RawRow[]> {
    const chunks = countedBytes(this.#stream, this.#limits);
    return this.format === 'csv' ? csvRows(chunks, form, this.#limits) : ndjsonRows(chunks, this.#limits);
  }
}
