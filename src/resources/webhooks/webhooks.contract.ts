import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { pageOf, pageQuery } from '../../platform/http/page.js';
import { patching } from '../../platform/http/patching.js';
import { acceptedOf, acceptedOfNew, bodyExampleOf, exampleOf, shownOf } from '../../platform/record/fields.js';
import { id, position } from '../shapes.contract.js';
import { webhookFields } from './webhooks.record.js';

const Webhook = component('Webhook', z.strictObject(shownOf(webhookFields)));
const WebhookContent = component('WebhookContent', z.strictObject(acceptedOf(webhookFields)));
const NewWebhook = component('NewWebhook', z.strictObject(acceptedOfNew(webhookFields)));

const secret = z.string().meta({
  description: 'What deliveries are signed with, by Standard Webhooks. Shown this once.',
  examples: ['whsec_ZXhhbXBsZS1leGFtcGxlLWV4YW1wbGUtZXhhbXBsZS0='],
});
const WebhookWithSecret = component('WebhookWithSecret', z.strictObject({ ...shownOf(webhookFields), secret }));

const SecretRotation = component(
  'WebhookSecretRotation',
  z.strictObject({
    overlapHours: z
      .int()
      .min(0)
      .max(168)
      .default(24)
      .meta({ description: 'How long the secrets of before sign too, so that the receiver can change over' }),
  }),
);
const Replay = component(
  'WebhookReplay',
  z.strictObject({
    from: position.meta({ description: 'The first position that is sent; what comes before is not sent again' }),
  }),
);

const example = exampleOf(webhookFields);
const exampleWithSecret = { ...example, secret: 'whsec_ZXhhbXBsZS1leGFtcGxlLWV4YW1wbGUtZXhhbXBsZS0=' };
const bodyExample = bodyExampleOf(webhookFields);

const one = z.strictObject({ webhookId: id });
const none = z.strictObject({});
const tag = 'webhooks';
const mayRefuse = [problems.areaOutsideYours, problems.permissionNotYours, problems.rulesBroken];

export const createWebhook = operation({
  operationId: 'createWebhook',
  method: 'POST',
  path: '/v1/webhooks',
  tag,
  summary: 'Have changes sent',
  description: `The service sends each change to the URL by POST, from now on: at least once, and those of one group in their order. It sends
what a reader with \`read\` sees in its area, so its maker needs \`read\` too; drafts only with \`drafts\`, which takes \`read:drafts\`. What is sent is in this contract under \`webhooks\`. The
secret is in the answer and nowhere else. The URL must be \`https\` and lead to the public internet, unless the service is configured
otherwise; redirects are not followed.`,
  permission: 'keys:write',
  params: none,
  query: none,
  body: NewWebhook,
  bodyExample,
  answer: {
    status: 201,
    description: 'The webhook, with its secret',
    body: WebhookWithSecret,
    example: exampleWithSecret,
  },
  versioning: 'gives',
  refusals: [...mayRefuse, problems.idTaken],
});

export const listWebhooks = operation({
  operationId: 'listWebhooks',
  method: 'GET',
  path: '/v1/webhooks',
  tag,
  summary: 'List the webhooks of your area',
  description: 'Those that are off are listed too, with the reason. Secrets never are.',
  permission: 'keys:write',
  asOf: true,
  params: none,
  query: z.strictObject({ ...pageQuery }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of webhooks, oldest first',
    body: component('WebhookPage', pageOf(Webhook)),
    example: { items: [example], next: null },
    paged: true,
  },
  refusals: [],
});

export const getWebhook = operation({
  operationId: 'getWebhook',
  method: 'GET',
  path: '/v1/webhooks/{webhookId}',
  tag,
  summary: 'Read one webhook',
  description: 'With how far it has come, since when it fails, and why it is off.',
  permission: 'keys:write',
  asOf: true,
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The webhook', body: Webhook, example },
  versioning: 'gives',
  historyOf: 'webhook',
  refusals: [problems.webhookNotFound],
});

export const replaceWebhook = operation({
  operationId: 'replaceWebhook',
  method: 'PUT',
  path: '/v1/webhooks/{webhookId}',
  tag,
  summary: 'Change a webhook',
  description: 'Replaces its URL, filters, area and description, and switches it on or off. It keeps its place.',
  permission: 'keys:write',
  params: one,
  query: none,
  body: WebhookContent,
  bodyExample,
  answer: { status: 200, description: 'The changed webhook', body: Webhook, example: { ...example, version: 2 } },
  versioning: 'needs',
  refusals: [...mayRefuse, problems.webhookNotFound, problems.webhookWithoutSecret],
});

export const patchWebhook = patching(replaceWebhook, {
  operationId: 'patchWebhook',
  name: 'WebhookPatch',
  summary: 'Change some fields of a webhook',
  bodyExample: { url: bodyExample.url },
});

export const deleteWebhook = operation({
  operationId: 'deleteWebhook',
  method: 'DELETE',
  path: '/v1/webhooks/{webhookId}',
  tag,
  summary: 'Delete a webhook',
  description: 'With its secrets and its log. What waits is not sent any more.',
  permission: 'keys:write',
  params: one,
  query: none,
  body: null,
  answer: { status: 204, description: 'Deleted', body: null },
  versioning: 'needs',
  refusals: [problems.webhookNotFound],
});

export const rotateWebhookSecret = operation({
  operationId: 'rotateWebhookSecret',
  method: 'POST',
  path: '/v1/webhooks/{webhookId}/secret-rotation',
  tag,
  summary: 'Give a webhook a new secret',
  description: 'The secrets of before sign too for some hours: a delivery then has a signature of each.',
  permission: 'keys:write',
  params: one,
  query: none,
  body: SecretRotation,
  bodyExample: { overlapHours: 24 },
  answer: {
    status: 200,
    description: 'The webhook, with its new secret',
    body: WebhookWithSecret,
    example: { ...exampleWithSecret, version: 2 },
  },
  versioning: 'needs',
  refusals: [problems.webhookNotFound],
});

export const activateWebhook = operation({
  operationId: 'activateWebhook',
  method: 'POST',
  path: '/v1/webhooks/{webhookId}/activation',
  tag,
  summary: 'Switch a webhook on',
  description: 'It goes on where it was. Of one that is on already, what waits for its next attempt is sent at once.',
  permission: 'keys:write',
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The webhook', body: Webhook, example: { ...example, version: 2 } },
  versioning: 'needs',
  refusals: [problems.webhookNotFound, problems.permissionNotYours, problems.webhookWithoutSecret],
});

export const replayWebhook = operation({
  operationId: 'replayWebhook',
  method: 'POST',
  path: '/v1/webhooks/{webhookId}/replay',
  tag,
  summary: 'Send again from a position on',
  description:
    'It sends all changes from this position on, under the same ids as before, and forgets what waits from before. A later position than its own passes over what lies between.',
  permission: 'keys:write',
  params: one,
  query: none,
  body: Replay,
  bodyExample: { from: 1042 },
  answer: {
    status: 200,
    description: 'The webhook',
    body: Webhook,
    example: { ...example, position: 1041, version: 2 },
  },
  versioning: 'needs',
  refusals: [problems.webhookNotFound, problems.permissionNotYours, problems.rulesBroken],
});
