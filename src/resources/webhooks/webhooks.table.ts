import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, json, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { type Attempt, deliveryStates } from '../../domain/webhook.js';
import { instant } from '../../platform/db/columns.js';
import { scoped } from '../../platform/db/scope.js';
import { columnsOf } from '../../platform/record/fields.js';
import { recordKind } from '../../platform/record/record.js';
import { webhookFields } from './webhooks.record.js';

export const webhooksEverywhere = pgTable('webhooks', columnsOf(webhookFields), (table) => [
  check('webhooks_off_for_a_reason', sql`${table.active} = (${table.disabledReason} is null)`),
]);

export const webhooks = scoped(webhooksEverywhere, 'webhooks');

export const webhookKind = recordKind('webhook', webhooksEverywhere, { key: ['webhookId'] });

const ofWebhook = () =>
  uuid('webhook_id')
    .notNull()
    .references(() => webhooksEverywhere.webhookId, { onDelete: 'cascade' });

/**
 * What deliveries are signed with: the newest secret, and older ones until they expire. No part of the record, so that
 * neither its changes nor its past have a secret. Encrypted when the service has a key for that.
 */
export const webhookSecrets = pgTable(
  'webhook_secrets',
  {
    secretId: uuid('secret_id').primaryKey(),
    webhookId: ofWebhook(),
    secret: text('secret').notNull(),
    expiresAt: instant('expires_at'),
  },
  (table) => [index('webhook_secrets_by_webhook').on(table.webhookId)],
);

/**
 * How far each webhook has come in the log, and which node sends for it until when. `failures` counts the turns in which
 * everything failed; it rests until `wakeAt`.
 */
export const webhookCursors = pgTable('webhook_cursors', {
  webhookId: ofWebhook().primaryKey(),
  position: bigint('position', { mode: 'number' }).notNull(),
  failures: integer('failures').notNull().default(0),
  wakeAt: instant('wake_at').notNull().default(sql`now()`),
  leasedBy: uuid('leased_by'),
  leasedUntil: instant('leased_until'),
});

/**
 * Deliveries: those that failed or wait for one that did (`pending`), with what is to be sent, and the log of the others
 * for some days. The `subject` is what keeps its order: a group, or a record that is about none.
 */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    webhookId: ofWebhook(),
    position: bigint('position', { mode: 'number' }).notNull(),
    subject: text('subject').notNull(),
    action: text('action').notNull(),
    state: text('state', { enum: [...deliveryStates] }).notNull(),
    attemptCount: integer('attempt_count').notNull(),
    attempts: json('attempts').notNull().$type<Attempt[]>(),
    failingSince: instant('failing_since'),
    nextAttemptAt: instant('next_attempt_at'),
    payload: text('payload'),
    changedAt: instant('changed_at').notNull().default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.webhookId, table.position] }),
    index('webhook_deliveries_pending')
      .on(table.webhookId, table.subject, table.position)
      .where(sql`${table.state} = 'pending'`),
    index('webhook_deliveries_by_age').on(table.changedAt).where(sql`${table.state} = 'delivered'`),
    check('webhook_deliveries_pending_whole', sql`(${table.state} = 'pending') = (${table.payload} is not null)`),
  ],
);
