import { bigint, pgTable, text } from 'drizzle-orm/pg-core';

/**
 * How often access was taken back: one row, which whoever revokes a key or ends a sign-in raises in the same transaction. A node
 * that sees another number forgets whom it knows. It is no record and leaves no change.
 */
export const accessRevisions = pgTable('access_revisions', {
  name: text('name').primaryKey(),
  revision: bigint('revision', { mode: 'number' }).notNull(),
});
