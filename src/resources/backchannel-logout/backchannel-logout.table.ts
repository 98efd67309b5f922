import { sql } from 'drizzle-orm';
import { index, pgTable, uuid } from 'drizzle-orm/pg-core';
import { instant } from '../../platform/db/columns.js';

/** The sessions and people whose sign-ins an identity provider has ended, under opaque ids. No records: they leave no changes. */
export const endedSessions = pgTable(
  'ended_sessions',
  {
    endedId: uuid('ended_id').primaryKey(),
    endedAt: instant('ended_at').notNull().default(sql`now()`),
  },
  (table) => [index('ended_sessions_by_age').on(table.endedAt)],
);

/** The logout tokens that were taken, so that none counts twice. */
export const logoutTokens = pgTable(
  'logout_tokens',
  {
    tokenId: uuid('token_id').primaryKey(),
    takenAt: instant('taken_at').notNull().default(sql`now()`),
  },
  (table) => [index('logout_tokens_by_age').on(table.takenAt)],
);
