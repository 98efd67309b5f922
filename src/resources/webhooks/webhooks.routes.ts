import type { FastifyInstance } from 'fastify';
import type { Precondition } from '../../domain/version.js';
import type { Db } from '../../platform/db/database.js';
import { servePatch } from '../../platform/http/merge-patch.js';
import { sendPage } from '../../platform/http/page.js';
import { type Call, serve } from '../../platform/http/serve.js';
import { preconditionOf, sendVersioned } from '../../platform/http/versions.js';
import {
  changeSecret,
  changeWebhook,
  createWebhook as create,
  dropWebhook,
  moveWebhook,
  startWebhook,
  type WebhookSettings,
} from './webhooks.actions.js';
import {
  activateWebhook,
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  patchWebhook,
  replaceWebhook,
  replayWebhook,
  rotateWebhookSecret,
} from './webhooks.contract.js';
import { countWebhooks, getWebhookView, listWebhookViews } from './webhooks.store.js';

export function webhooksRoutes(app: FastifyInstance, db: Db, settings: WebhookSettings): void {
  type OfOne = Pick<Call<typeof getWebhook>, 'principal' | 'params' | 'request' | 'reply'>;

  const sendOne = async ({ principal, params, request, reply }: OfOne) =>
    sendVersioned(request, reply, await getWebhookView(db, principal, params.webhookId));

  const withSecret = async ({ principal, params, request, reply }: OfOne, secret: string) => {
    const view = await getWebhookView(db, principal, params.webhookId);
    reply.header('cache-control', 'no-store');
    // The tag is the webhook's as it will be read, without its secret.
    sendVersioned(request, reply, view);
    return { ...view, secret };
  };

  serve(app, createWebhook, async ({ principal, body, request, reply }) => {
    const { webhookId, secret } = await create(db, principal, settings, body);
    reply.header('location', `/v1/webhooks/${webhookId}`);
    return withSecret({ principal, params: { webhookId }, request, reply }, secret);
  });

  serve(app, listWebhooks, ({ principal, query, request, reply }) =>
    sendPage(request, reply, {
      query,
      read: (page) => listWebhookViews(db, principal, page),
      count: () => countWebhooks(db, principal),
      keyOf: (webhook) => [webhook.webhookId],
    }),
  );

  serve(app, getWebhook, sendOne);

  const replace = async (call: Call<typeof replaceWebhook>, precondition: Precondition) => {
    const { principal, params, body } = call;
    const { webhookId } = params;
    await changeWebhook(db, principal, settings, { webhookId, content: body, precondition });
    return sendOne(call);
  };
  serve(app, replaceWebhook, (call) => replace(call, preconditionOf(call.request)));
  servePatch(app, patchWebhook, {
    put: replaceWebhook,
    read: ({ principal, params }) => getWebhookView(db, principal, params.webhookId),
    save: replace,
  });

  serve(app, deleteWebhook, async ({ principal, params, request }) => {
    await dropWebhook(db, principal, params.webhookId, preconditionOf(request));
    return undefined;
  });

  serve(app, rotateWebhookSecret, async (call) => {
    const { principal, params, body, request } = call;
    const change = { ...params, ...body, precondition: preconditionOf(request) };
    return withSecret(call, await changeSecret(db, principal, settings, change));
  });

  serve(app, activateWebhook, async (call) => {
    await startWebhook(db, call.principal, call.params.webhookId, preconditionOf(call.request));
    return sendOne(call);
  });

  serve(app, replayWebhook, async (call) => {
    const { principal, params, body, request } = call;
    await moveWebhook(db, principal, { ...params, ...body, precondition: preconditionOf(request) });
    return sendOne(call);
  });
}
