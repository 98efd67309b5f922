import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { deliveryErrors, deliveryStates } from '../../domain/webhook.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { pageOf, pageQuery } from '../../platform/http/page.js';
import { actionName, count, id, instant, position } from '../shapes.contract.js';

const state = component('DeliveryState', z.enum(deliveryStates));

const attempt = {
  attemptedAt: instant,
  status: z.int().nullable().meta({ description: 'Status that the receiver answered; null when it did not' }),
  error: component('DeliveryError', z.enum(deliveryErrors))
    .nullable()
    .meta({ description: 'Why there was no answer; null when there was one' }),
  ms: count.meta({ description: 'Milliseconds until then' }),
};

const DeliveryAttempt = component('DeliveryAttempt', z.strictObject(attempt));

const eventId = z.string().meta({ description: 'Its header `webhook-id`, the same at each attempt' });

const Delivery = component(
  'Delivery',
  z.strictObject({
    position,
    eventId,
    action: actionName,
    state,
    attemptCount: count,
    attempts: z.array(DeliveryAttempt).meta({ description: 'The last 20 of them, oldest first' }),
    failingSince: instant.nullable(),
    nextAttemptAt: instant.nullable().meta({
      description: 'Not before then; null when it is delivered, or waits for one before it and then goes at once',
    }),
  }),
);

const TestDelivery = component('TestDelivery', z.strictObject({ eventId, ...attempt }));

const webhookId = '01936d5e-6f70-7c3a-9c55-0242ac120030';
const attemptExample = { attemptedAt: '2012-04-12T03:15:00.412Z', status: 503, error: null, ms: 84 };
const example = {
  position: 1042,
  eventId: `${webhookId}_1042`,
  action: 'assessment.submitted',
  state: 'pending',
  attemptCount: 1,
  attempts: [attemptExample],
  failingSince: '2012-04-12T03:15:00.412Z',
  nextAttemptAt: '2012-04-12T03:15:04.120Z',
};

const one = z.strictObject({ webhookId: id });
const tag = 'webhooks';

export const listDeliveries = operation({
  operationId: 'listDeliveries',
  method: 'GET',
  path: '/v1/webhooks/{webhookId}/deliveries',
  tag,
  summary: 'See what a webhook sent',
  description:
    'Newest change first: what was delivered, for some days, and what is not yet delivered, with its attempts. What comes after the position of the webhook is not in it.',
  permission: 'keys:write',
  params: one,
  query: z.strictObject({ state: state.optional(), ...pageQuery }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of deliveries',
    body: component('DeliveryPage', pageOf(Delivery)),
    example: { items: [example], next: null },
    paged: true,
  },
  refusals: [problems.webhookNotFound],
});

export const testWebhook = operation({
  operationId: 'testWebhook',
  method: 'POST',
  path: '/v1/webhooks/{webhookId}/test',
  tag,
  summary: 'Send a test delivery',
  description:
    'A signed message of type `webhook.test`, sent once and at once, also while the webhook is off. The answer is what the receiver answered. It writes nothing, so it is sent anew under the same `Idempotency-Key` too.',
  permission: 'keys:write',
  params: one,
  query: z.strictObject({}),
  body: null,
  answer: {
    status: 200,
    description: 'What became of it',
    body: TestDelivery,
    example: { eventId: `${webhookId}_test-01936d5e-6f70-7c3a-9c55-0242ac120031`, ...attemptExample, status: 204 },
  },
  refusals: [problems.webhookNotFound, problems.webhookWithoutSecret],
});
