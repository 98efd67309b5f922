import { text, uuid } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { type Permission, permissions } from '../../domain/access.js';
import { codeText, instant as instantColumn } from '../../platform/db/columns.js';
import { component } from '../../platform/http/components.js';
import { fields } from '../../platform/record/fields.js';
import { anyInstant, areaCode, id, instant, line } from '../shapes.contract.js';
import { versioned } from '../shapes.record.js';

const permission = component('Permission', z.enum(permissions));
const { updatedAt: _neverChanges, ...made } = versioned;

/** An API key. It is made once and revoked; of its secret only a hash is kept, whose first digits find the row. */
export const apiKeyFields = fields({
  apiKeyId: { shown: id, column: uuid('api_key_id').primaryKey(), example: '01936d5e-6f70-7c3a-9c55-0242ac120002' },
  name: {
    shown: z.string().meta({ examples: ['District office 4010'] }),
    acceptedOnce: line(100),
    column: text('name').notNull(),
    example: 'District office 4010',
  },
  secretLookup: { column: text('secret_lookup').notNull() },
  secretHash: { column: text('secret_hash').notNull() },
  permissions: {
    shown: z.array(permission),
    acceptedOnce: z.array(permission).min(1),
    column: text('permissions').array().notNull().$type<Permission[]>(),
    example: ['read', 'assessments:write'],
  },
  areaCode: {
    shown: areaCode.nullable().meta({ description: 'What the key sees and changes; null is the whole country' }),
    acceptedOnce: areaCode.nullable(),
    column: codeText('area_code'),
    example: '4010',
  },
  expiresAt: {
    shown: instant.nullable(),
    acceptedOnce: anyInstant.nullable().default(null),
    column: instantColumn('expires_at'),
    example: null,
  },
  revokedAt: { shown: instant.nullable(), column: instantColumn('revoked_at'), example: null },
  ...made,
});
