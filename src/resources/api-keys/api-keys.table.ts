import { sql } from 'drizzle-orm';
import { check, date, index, pgTable, uuid } from 'drizzle-orm/pg-core';
import { scoped } from '../../platform/db/scope.js';
import { columnsOf } from '../../platform/record/fields.js';
import { recordKind } from '../../platform/record/record.js';
import { apiKeyFields } from './api-keys.record.js';

/** API keys. Of a secret only its SHA-256 is kept, whose first 16 digits find the row; area null is the country. */
export const apiKeysEverywhere = pgTable('api_keys', columnsOf(apiKeyFields), (table) => [
  index('api_keys_by_secret').on(table.secretLookup),
  index('api_keys_by_previous_secret').on(table.previousLookup).where(sql`${table.previousLookup} is not null`),
  check('api_keys_secret_hash_sha256', sql`${table.secretHash} ~ '^[0-9a-f]{64}$'`),
]);

export const apiKeys = scoped(apiKeysEverywhere, 'api_keys');

/** On which day in Bangkok each key was last used. It says nothing that was decided, so it is no part of the record. */
export const apiKeyUses = pgTable('api_key_uses', {
  apiKeyId: uuid('api_key_id').primaryKey(),
  lastUsedOn: date('last_used_on').notNull(),
});

/** Of a secret nothing is kept among the changes. */
export const apiKeyKind = recordKind('api-key', apiKeysEverywhere, {
  key: ['apiKeyId'],
  without: ['secretHash', 'secretLookup', 'previousHash', 'previousLookup'],
});
