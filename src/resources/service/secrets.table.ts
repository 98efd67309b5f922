import { pgTable, text } from 'drizzle-orm/pg-core';

/** Secrets that all nodes of the service share, made at the first start. */
export const serviceSecrets = pgTable('service_secrets', {
  name: text('name').primaryKey(),
  secret: text('secret').notNull(),
});
