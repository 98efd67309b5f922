import { z } from 'zod';
import { component } from '../../platform/http/components.js';
import type { OutgoingMessage } from '../../platform/http/operation.js';
import { Change, changeExample } from '../feed/feed.contract.js';
import { actionName, id, instant } from '../shapes.contract.js';

const ChangeMessage = component(
  'ChangeMessage',
  z.strictObject({
    type: actionName.meta({ description: 'What was done, the `action` of the change' }),
    timestamp: instant.meta({ description: 'When it happened' }),
    data: Change,
  }),
);

const TestMessage = component(
  'TestMessage',
  z.strictObject({
    type: z.string().meta({ description: 'Always `webhook.test`' }),
    timestamp: instant,
    data: component('TestMessageData', z.strictObject({ webhookId: id })),
  }),
);

const webhookId = '01936d5e-6f70-7c3a-9c55-0242ac120030';

const headersOf = (example: string) => ({
  'webhook-id': {
    description: 'Id of the message, the same whenever it is sent again: whoever has it passes it over',
    shape: z.string(),
    example,
  },
  'webhook-timestamp': {
    description: 'When this attempt was made, in seconds since 1970; refuse what is older than five minutes',
    shape: z.string(),
    example: '1334200500',
  },
  'webhook-signature': {
    description:
      'Signatures, a space between them: `v1,` and the HMAC-SHA256 of `<id>.<timestamp>.<body>` in base64. One of them must be right: while a secret is changed there is one of the old and one of the new',
    shape: z.string(),
    example: 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  },
});

const answers = {
  '2XX': 'Taken. Anything else is a failure and is sent again; redirects are not followed. Answer within 15 seconds.',
  '410': 'Gone for good: the webhook is switched off at once.',
  '429': 'Too much: nothing is sent until `Retry-After` is over.',
};

/** What the service sends to webhooks. */
export const outgoingMessages: readonly OutgoingMessage[] = [
  {
    name: 'change',
    tag: 'webhooks',
    summary: 'Something changed',
    description: `A change, as the feed tells it, signed by Standard Webhooks. It comes at least once: pass over an id that you have. Changes
of one group come in their order, as do those of a record that is about no group; one that is not taken keeps back the later ones of
its group alone. Verify the signature over the bytes of the body, before they are parsed.`,
    headers: headersOf(`${webhookId}_${changeExample.position}`),
    body: ChangeMessage,
    example: { type: changeExample.action, timestamp: changeExample.happenedAt, data: changeExample },
    answers,
  },
  {
    name: 'test',
    tag: 'webhooks',
    summary: 'A test delivery',
    description: 'Sent once when somebody asks for it; it tells of nothing.',
    headers: headersOf(`${webhookId}_test-01936d5e-6f70-7c3a-9c55-0242ac120031`),
    body: TestMessage,
    example: { type: 'webhook.test', timestamp: '2012-04-12T03:15:00.000Z', data: { webhookId } },
    answers,
  },
];
