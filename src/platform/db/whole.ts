/** What it is to read a list to its end; how is in read-whole.ts. */
import type { SQL } from 'drizzle-orm';

/** A query that gives the rows of a list as JSON documents of one line, in the column `line`. */
export type WholeQuery = SQL;

/** Where a list is read from: at most `fetch` rows, after a sort key. */
export interface WholePart {
  fetch: number;
  after: readonly (string | number)[] | null;
}

/** A list to be read to its end, from its beginning or after a sort key. */
export interface WholeList {
  query(part: WholePart): WholeQuery;
  after: WholePart['after'];
}

/** A list on its way. Whoever opens one closes it, whether it has come to its end or not. */
export interface WholeReading {
  /** Instant that the rows are of, RFC 3339 in UTC. */
  snapshotAt: string;
  /** What of the database they are of, as PostgreSQL writes a snapshot; null when they are of an earlier moment. */
  snapshot: string | null;
  /** Lines in order, as UTF-8; each piece ends with a line end. */
  lines: AsyncGenerator<Buffer, void>;
  /** Lets go at once of what holds the rows; nothing more comes then. */
  close(): void;
}

export type ReadWhole = (list: WholeList) => Promise<WholeReading>;
