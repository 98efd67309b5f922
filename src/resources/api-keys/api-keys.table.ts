import { sql } from 'drizzle-orm';
import { check, index, pgTable } from 'drizzle-orm/pg-core';
import { scoped } from '../../platform/db/scope.js';
import { columnsOf } from '../../platform/record/fields.js';
import { recordKind } from '../../platform/record/record.js';
import { apiKeyFields } from './api-keys.record.js';

/** API keys. Of the secret only its SHA-256 is kept, whose first 16 digits find the row; area null is the country. */
export const apiKeysEverywhere = pgTable('api_keys', columnsOf(apiKeyFields), (table) => [
  index('api_keys_by_secret').on(table.secretLookup),
  check('api_keys_secret_hash_sha256', sql`${table.secretHash} ~ '^[0-9a-f]{64}$'`),
]);

export const apiKeys = scoped(apiKeysEverywhere, 'api_keys');

/** Of a secret nothing is kept among the changes. */
export const apiKeyKind = recordKind('api-key', apiKeysEverywhere, {
  key: ['apiKeyId'],
  without: ['secretHash', 'secretLookup'],
});
