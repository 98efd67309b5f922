import { boolean, json, text, uuid } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { publicResources } from '../../domain/change.js';
import { type DisabledReason, disabledReasons } from '../../domain/webhook.js';
import { codeText, instant as instantColumn } from '../../platform/db/columns.js';
import { component } from '../../platform/http/components.js';
import { fields } from '../../platform/record/fields.js';
import { says } from '../../platform/violations/says.js';
import { actionName, areaCode, chosenId, count, id, instant, line, position } from '../shapes.contract.js';
import { versioned } from '../shapes.record.js';

const url = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .meta({ description: 'Where changes are sent to, by POST', examples: ['https://receiver.example/prot'] });

says(url, {
  en: 'An address is written whole: https://receiver.example/prot.',
  th: 'URL ต้องเขียนให้ครบ เช่น https://receiver.example/prot',
});

const resource = component(
  'DeliveredResource',
  z.enum(publicResources).meta({ description: 'What kind of record changed; kinds may be added' }),
);

const filters = {
  resources: z
    .array(resource)
    .min(1)
    .max(20)
    .nullable()
    .meta({ description: 'Only changes of these kinds of record; null is all that are read with `read`' }),
  actions: z
    .array(actionName)
    .min(1)
    .max(50)
    .nullable()
    .meta({ description: 'Only what was done thus, such as `assessment.submitted`; null is everything' }),
  groupId: id.nullable().meta({ description: 'Only what is about this group; null is all groups' }),
};

const WebhookFilters = component('WebhookFilters', z.strictObject(filters));
const WebhookFiltersContent = component(
  'WebhookFiltersContent',
  z.strictObject({
    resources: filters.resources.default(null),
    actions: filters.actions.default(null),
    groupId: filters.groupId.default(null),
  }),
);

/** Which changes a webhook sends. */
export type Filters = z.output<typeof WebhookFilters>;

const everything: Filters = { resources: null, actions: null, groupId: null };

const disabledReason = component(
  'WebhookDisabledReason',
  z.enum(disabledReasons).meta({
    description:
      'Why it is off: `by-request`; `receiver-gone`, it answered 410; `failing-too-long`, a delivery failed for days; `secret-missing`, ' +
      'it came here from another registry without its secret: rotate it, then switch it on',
  }),
);

/** A webhook: where changes are sent to. Its secrets lie beside it, and how far it has come. */
export const webhookFields = fields({
  webhookId: {
    shown: id,
    acceptedOnce: chosenId,
    column: uuid('webhook_id').primaryKey(),
    example: '01936d5e-6f70-7c3a-9c55-0242ac120030',
  },
  url: { shown: z.string(), accepted: url, column: text('url').notNull(), example: 'https://receiver.example/prot' },
  description: {
    shown: z.string().nullable(),
    accepted: line(200).nullable().default(null),
    column: text('description'),
    example: 'ระบบทะเบียนของกรม',
  },
  areaCode: {
    shown: areaCode.nullable().meta({
      description: 'It sends what a reader of this area sees; null is the whole country',
    }),
    accepted: areaCode.nullable(),
    column: codeText('area_code'),
    example: '40',
  },
  filters: {
    shown: WebhookFilters,
    accepted: WebhookFiltersContent.default(everything),
    column: json('filters').notNull().$type<Filters>(),
    example: { resources: ['assessment'], actions: ['assessment.submitted'], groupId: null },
  },
  active: {
    shown: z.boolean(),
    accepted: z.boolean().default(true).meta({ description: 'Whether it sends; switched off it keeps its place' }),
    column: boolean('active').notNull(),
    example: true,
  },
  disabledAt: { shown: instant.nullable(), column: instantColumn('disabled_at'), example: null },
  disabledReason: {
    shown: disabledReason.nullable(),
    column: text('disabled_reason').$type<DisabledReason>(),
    example: null,
  },
  position: {
    shown: position.meta({ description: 'How far it has come in the log: what is later has not been sent yet' }),
    example: 1042,
  },
  pending: {
    shown: count.meta({
      description: 'Deliveries up to there that failed, or wait for one of the same record that did',
    }),
    example: 0,
  },
  failingSince: {
    shown: instant.nullable().meta({
      description: 'Since when the oldest delivery fails that has not succeeded yet; null when none does',
    }),
    example: null,
  },
  drafts: {
    shown: z.boolean(),
    accepted: z.boolean().optional().meta({
      description:
        'Whether it tells of drafts, which takes `read:drafts`. Left out of a new one: whether its maker may read them; of a change: as it was',
    }),
    column: boolean('drafts').notNull().default(true),
    example: true,
    since: '0.2.0',
  },
  ...versioned,
});
