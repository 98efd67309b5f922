import { once } from 'node:events';
import { from as copyFrom } from 'pg-copy-streams';
import type { Tx } from './database.js';
import { Held } from './held.js';

/** A value as COPY takes it; what the column makes of the text is the database's to say. */
export type CopyValue = string | number | boolean | null;

/** Control characters that no text of ours has, so that COPY needs no escapes and takes JSON as it is. */
const [quote, delimiter] = ['\x01', '\x02'];
export const csvOptions = `(format csv, quote E'\\x01', delimiter E'\\x02')`;

/**
 * Rows as lines for `copyInto`, kept as bytes: thousands of long strings that wait to be sent would cost more to clean up
 * than to make.
 */
export class CopyLines {
  #bytes = Buffer.allocUnsafe(65_536);
  #length = 0;

  add(values: readonly CopyValue[]): void {
    const line = `${values.map(cell).join(delimiter)}\n`;
    this.#makeRoom(line.length * 3);
    this.#length += this.#bytes.write(line, this.#length);
  }

  /** In bytes. */
  get size(): number {
    return this.#length;
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #makeRoom(most: number): void {
    if (this.#length + most <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#length + most));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** Nothing at all is null; a text that is empty has its quotes. */
function cell(value: CopyValue): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  return value.includes(quote)
    ? `${quote}${value.replaceAll(quote, quote + quote)}${quote}`
    : `${quote}${value}${quote}`;
}

/** Adds lines to a table, in the transaction: several times as fast as inserting them. */
export async function copyInto(tx: Tx, table: string, columns: readonly string[], lines: CopyLines): Promise<void> {
  const held = heldBy(tx);
  const stream = held.client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin ${csvOptions}`));
  stream.end(lines.bytes());
  await held.during(once(stream, 'finish'));
}

/** COPY is no query, so Drizzle does not have it: the driver's own connection of the transaction. */
function heldBy(tx: Tx): Held {
  const client = 'client' in tx._.session ? tx._.session.client : undefined;
  if (!(client instanceof Held)) throw new Error('COPY needs a transaction on a connection of the pool.');
  return client;
}
