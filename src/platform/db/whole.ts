/** What it is to read a list to its end; how is in read-whole.ts. */
import type { SQL } from 'drizzle-orm';

/** A row of a whole list: the JSON of its item, or the parts from which the caller finishes it. */
export type WholeRow = { line: string } & Record<string, string>;

/** A query that gives rows of a whole list, each with its `line`. */
export type WholeQuery = SQL;

/** Where a list is read from: at most `fetch` rows, after a sort key. */
export interface WholePart {
  fetch: number;
  after: readonly (string | number)[] | null;
}

/** A list to be read to its end. `keyOf` gives the sort key of a row, to go on after it. */
export interface WholeList {
  query(part: WholePart): WholeQuery;
  after: WholePart['after'];
  keyOf(row: WholeRow): readonly (string | number)[];
}

/** The rows of a list in order, batch by batch. What holds them is let go when the generator ends or is told to return. */
export interface WholeReading {
  /** Instant that the rows are of, RFC 3339 in UTC. */
  snapshotAt: string;
  batches: AsyncGenerator<WholeRow[], void, undefined>;
}

export type ReadWhole = (list: WholeList) => Promise<WholeReading>;

/** SQL for an instant as we write it everywhere: RFC 3339 in UTC with milliseconds. */
export function instantText(expression: string): string {
  return `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
