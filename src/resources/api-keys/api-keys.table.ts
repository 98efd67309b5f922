import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { Permission } from '../../domain/access.js';
import { codeText, instant } from '../../platform/db/columns.js';
import { scoped } from '../../platform/db/scope.js';
import { recordKind } from '../../platform/record/record.js';

/** API keys. Of the secret only its SHA-256 is kept, whose first 16 digits find the row; area null is the country. */
export const apiKeysEverywhere = pgTable(
  'api_keys',
  {
    apiKeyId: uuid('api_key_id').primaryKey(),
    name: text('name').notNull(),
    secretLookup: text('secret_lookup').notNull(),
    secretHash: text('secret_hash').notNull(),
    permissions: text('permissions').array().notNull().$type<Permission[]>(),
    areaCode: codeText('area_code'),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    version: integer('version').notNull().default(1),
    createdAt: instant('created_at').notNull().default(sql`now()`),
  },
  (table) => [
    index('api_keys_by_secret').on(table.secretLookup),
    check('api_keys_secret_hash_sha256', sql`${table.secretHash} ~ '^[0-9a-f]{64}$'`),
  ],
);

export const apiKeys = scoped(apiKeysEverywhere, 'api_keys');

/** Of a secret nothing is kept among the changes. */
export const apiKeyKind = recordKind('api-key', apiKeysEverywhere, {
  key: ['apiKeyId'],
  without: ['secretHash', 'secretLookup'],
});
