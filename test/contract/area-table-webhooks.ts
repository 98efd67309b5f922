import { type AreaCase, type AreaRow, anyVersion, changes, lists, reads, writes } from './area-cases.js';
import { home, webhookOf4010 } from './area-world.js';

const path = (webhookId: string, what = '') => `/v1/webhooks/${webhookId}${what}`;
const changesOne = (what: string, body?: object): AreaCase =>
  changes(
    'a webhook',
    ({ webhookId }) => ({ path: path(webhookId, what), headers: anyVersion, body }),
    'webhook-not-found',
  );

/** Webhooks and their deliveries: a part of the area table. */
export const webhookAreaTable: Record<string, AreaRow> = {
  createWebhook: [
    writes('a webhook for 4010', () => ({ path: '/v1/webhooks', body: webhookOf4010 })),
    writes(
      'a webhook for the province',
      () => ({ path: '/v1/webhooks', body: { ...webhookOf4010, areaCode: '40' } }),
      'is refused too',
    ),
    writes(
      'a webhook for the country',
      () => ({ path: '/v1/webhooks', body: { ...webhookOf4010, areaCode: null } }),
      'is refused too',
    ),
  ],
  listWebhooks: [lists('all webhooks', () => ({ path: '/v1/webhooks?limit=500' }), ['webhookId', 'spareWebhookId'])],
  getWebhook: [reads('a webhook', ({ webhookId }) => ({ path: path(webhookId) }), 'webhook-not-found')],
  replaceWebhook: [changesOne('', { ...webhookOf4010, areaCode: `${home}01` })],
  rotateWebhookSecret: [changesOne('/secret-rotation', {})],
  activateWebhook: [changesOne('/activation')],
  replayWebhook: [changesOne('/replay', { from: 1 })],
  testWebhook: [reads('a webhook', ({ webhookId }) => ({ path: path(webhookId, '/test') }), 'webhook-not-found')],
  listDeliveries: [
    reads('a webhook', ({ webhookId }) => ({ path: path(webhookId, '/deliveries') }), 'webhook-not-found'),
  ],
  deleteWebhook: [
    changes(
      'a webhook',
      ({ spareWebhookId }) => ({ path: path(spareWebhookId), headers: anyVersion }),
      'webhook-not-found',
    ),
  ],
};
