import type { FastifyInstance } from 'fastify';
import type { Db } from '../../platform/db/database.js';
import { sendPage } from '../../platform/http/page.js';
import { serve } from '../../platform/http/serve.js';
import { makeSender } from '../../platform/outbound/sender.js';
import type { WebhookSettings } from '../webhooks/webhooks.actions.js';
import { getWebhookView } from '../webhooks/webhooks.store.js';
import { listDeliveries, testWebhook } from './deliveries.contract.js';
import { countDeliveries, deliveryView, listDeliveries as list } from './deliveries.store.js';
import { sendTest } from './sending.actions.js';

export function deliveriesRoutes(app: FastifyInstance, db: Db, { outbound, secretKey }: WebhookSettings): void {
  const sender = makeSender(outbound);
  const closing = new AbortController();
  app.addHook('preClose', async () => {
    closing.abort();
    sender.close();
  });

  serve(app, listDeliveries, async ({ principal, params, query, request, reply }) => {
    const { webhookId } = await getWebhookView(db, principal, params.webhookId);
    return sendPage(request, reply, {
      query,
      read: async (page) => (await list(db, webhookId, query, page)).map(deliveryView),
      count: () => countDeliveries(db, webhookId, query),
      keyOf: (delivery) => [delivery.position],
    });
  });

  serve(app, testWebhook, ({ principal, params }) =>
    sendTest(db, principal, params.webhookId, { sender, secretKey, signal: closing.signal }),
  );
}
