import { customType } from 'drizzle-orm/pg-core';

/** An instant: RFC 3339 in UTC with milliseconds on our side, `timestamptz(3)` in the database. */
export const instant = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamp (3) with time zone',
  fromDriver: (value) => new Date(value).toISOString(),
});

/** A code such as an area's: compared and ranged byte by byte, whatever the database's own collation is. */
export const codeText = customType<{ data: string; driverData: string }>({
  dataType: () => 'text COLLATE "C"',
});

/** A name that people read in order: sorted by Thai collation (a leading vowel after its consonant). */
export const thaiText = customType<{ data: string; driverData: string }>({
  dataType: () => 'text COLLATE "thai"',
});

/** An amount in baht with two decimals, exact in the database; a JSON number holds it exactly up to 90 trillion. */
export const baht = customType<{ data: number; driverData: string }>({
  dataType: () => 'numeric(16, 2)',
  fromDriver: Number,
  toDriver: (value) => value.toFixed(2),
});

/** An id of a transaction, which tells what had committed when a change feed was read. */
export const transactionId = customType<{ data: string; driverData: string }>({
  dataType: () => 'xid8',
});

/** Bytes as they are. */
export const bytes = customType<{ data: Buffer; driverData: Buffer }>({
  dataType: () => 'bytea',
});
