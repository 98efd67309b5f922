import { type SQL, sql } from 'drizzle-orm';

/** The history of a staged row; null where the file is no restore. */
export const historyColumns = { version: 'int', created_at: 'timestamptz(3)', updated_at: 'timestamptz(3)' };

/** The history of a new record of `classified`: version, created_at and updated_at, restored or from now on. */
export function historyOfNew(): SQL {
  return sql`coalesce(version, 1), coalesce(created_at, now()), coalesce(updated_at, now())`;
}
