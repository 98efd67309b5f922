import { boolean, json, text, uuid } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { type Actor as ActorOf, type Permission, permissions } from '../../domain/access.js';
import { codeText, instant as instantColumn } from '../../platform/db/columns.js';
import { component } from '../../platform/http/components.js';
import { fields } from '../../platform/record/fields.js';
import { Actor } from '../actor.contract.js';
import { anyInstant, areaCode, day, id, instant, line } from '../shapes.contract.js';
import { versioned } from '../shapes.record.js';

const permission = component('Permission', z.enum(permissions));
const { updatedAt: _neverChanges, ...made } = versioned;

/**
 * An API key. It is made, given a new secret now and then, and revoked. Of a secret only a hash is kept, whose first digits find
 * the row; the secret of before works beside the new one until `previousSecretExpiresAt`.
 */
export const apiKeyFields = fields({
  apiKeyId: { shown: id, column: uuid('api_key_id').primaryKey(), example: '01936d5e-6f70-7c3a-9c55-0242ac120002' },
  name: {
    shown: z.string().meta({ examples: ['District office 4010'] }),
    acceptedOnce: line(100),
    column: text('name').notNull(),
    example: 'District office 4010',
  },
  prefix: {
    shown: z.string().nullable().meta({
      description: 'How its secret begins, by which a key in a file is known again; null for a key of before 0.2.0',
    }),
    column: text('prefix'),
    example: 'prot_Zk3vQ9x',
    since: '0.2.0',
  },
  secretLookup: { column: text('secret_lookup').notNull() },
  secretHash: { column: text('secret_hash').notNull() },
  previousLookup: { column: text('previous_lookup') },
  previousHash: { column: text('previous_hash') },
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
  teamId: {
    shown: id.nullable().meta({
      description:
        'The check team that the key is bound to: it writes the score sheets of the targets of that team only',
    }),
    acceptedOnce: id.nullable().default(null),
    column: uuid('team_id'),
    example: null,
    since: '0.2.0',
  },
  personId: {
    shown: id.nullable().meta({
      description:
        'The person who holds the key, under the id that `GET /v1/me` tells when they sign in; null for a system. Keys and sign-ins of one person count as one where two people are asked for',
    }),
    acceptedOnce: id.nullable().optional(),
    column: uuid('person_id'),
    example: null,
    since: '0.2.0',
  },
  actsOnBehalf: {
    shown: z.boolean().meta({ description: 'Whether it may name in `On-Behalf-Of` the officer for whom it acts' }),
    acceptedOnce: z.boolean().default(false),
    column: boolean('acts_on_behalf').notNull().default(false),
    example: false,
    since: '0.2.0',
  },
  expiresAt: {
    shown: instant.nullable(),
    acceptedOnce: anyInstant.nullable().default(null),
    column: instantColumn('expires_at'),
    example: null,
  },
  previousSecretExpiresAt: {
    shown: instant
      .nullable()
      .meta({ description: 'Until when the secret of before works too; null when there is none' }),
    column: instantColumn('previous_secret_expires_at'),
    example: null,
    since: '0.2.0',
  },
  lastUsedOn: {
    shown: day.nullable().meta({
      description:
        'The day in Bangkok on which it was last used; it is written once a day, and is no change of the record',
    }),
    example: '2012-04-12',
    since: '0.2.0',
  },
  madeBy: {
    shown: Actor.nullable().meta({ description: 'Who made it; null where nobody remembers' }),
    column: json('made_by').$type<ActorOf>(),
    example: { kind: 'api-key', id: '01936d5e-6f70-7c3a-9c55-0242ac120001', name: 'สำนักงานพัฒนาชุมชนจังหวัดขอนแก่น' },
    since: '0.2.0',
  },
  revokedAt: { shown: instant.nullable(), column: instantColumn('revoked_at'), example: null },
  ...made,
});
