import type { FastifyInstance } from 'fastify';
import { implausibleDay } from '../../domain/warning.js';
import type { Db } from '../../platform/db/database.js';
import { sendPage } from '../../platform/http/page.js';
import { withWarnings } from '../../platform/http/reports.js';
import { serve } from '../../platform/http/serve.js';
import { preconditionOf, sendVersioned } from '../../platform/http/versions.js';
import { createKey, revoke, rotateKey } from './api-keys.actions.js';
import { createApiKey, getApiKey, listApiKeys, revokeApiKey, rotateApiKey } from './api-keys.contract.js';
import { type ApiKeyRow, countKeys, findLastUse, getKey, keyView, listKeys } from './api-keys.store.js';

export function apiKeysRoutes(app: FastifyInstance, db: Db): void {
  serve(app, createApiKey, async ({ principal, body, request, reply }) => {
    const { key, secret } = await createKey(db, principal, body);
    reply.header('location', `/v1/api-keys/${key.apiKeyId}`).header('cache-control', 'no-store');
    // The tag is the key's as it will be read, without its secret.
    const view = keyView({ ...key, lastUsedOn: null });
    sendVersioned(request, reply, view);
    const doubted = implausibleDay('/expiresAt', body.expiresAt?.slice(0, 10) ?? null);
    return withWarnings(request, { ...view, secret }, doubted === null ? [] : [doubted]);
  });

  serve(app, rotateApiKey, async ({ principal, params, body, request, reply }) => {
    const precondition = preconditionOf(request);
    const { key, secret } = await rotateKey(db, principal, params.apiKeyId, { ...body, precondition });
    const view = await used(key);
    reply.header('cache-control', 'no-store');
    sendVersioned(request, reply, view);
    return { ...view, secret };
  });

  serve(app, listApiKeys, ({ principal, query, request, reply }) =>
    sendPage(request, reply, {
      query,
      read: async (page) => (await listKeys(db, principal, page)).map(keyView),
      count: () => countKeys(db, principal),
      keyOf: (key) => [key.apiKeyId],
    }),
  );

  serve(app, getApiKey, async ({ principal, params, request, reply }) =>
    sendVersioned(request, reply, keyView(await getKey(db, principal, params.apiKeyId))),
  );

  serve(app, revokeApiKey, async ({ principal, params, request, reply }) => {
    const key = await revoke(db, principal, params.apiKeyId, preconditionOf(request));
    return sendVersioned(request, reply, await used(key));
  });

  async function used(key: ApiKeyRow) {
    return keyView({ ...key, lastUsedOn: await findLastUse(db, key.apiKeyId) });
  }
}
