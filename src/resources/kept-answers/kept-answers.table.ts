import { sql } from 'drizzle-orm';
import { customType, index, json, pgTable, primaryKey, smallint, text } from 'drizzle-orm/pg-core';
import { instant } from '../../platform/db/columns.js';

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/**
 * The answers to requests with an `Idempotency-Key`, kept in the transaction of what they did. Each is found by who asked and
 * by the key; the body is sealed for the caller. They are no records and leave no changes.
 */
export const keptAnswers = pgTable(
  'kept_answers',
  {
    principalId: text('principal_id').notNull(),
    key: text('key').notNull(),
    fingerprint: text('fingerprint').notNull(),
    status: smallint('status').notNull(),
    headers: json('headers').notNull().$type<Record<string, string>>(),
    body: bytes('body').notNull(),
    createdAt: instant('created_at').notNull().default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.principalId, table.key] }),
    index('kept_answers_by_age').on(table.createdAt),
  ],
);
