import type { FastifyInstance } from 'fastify';
import type { Db } from '../../platform/db/database.js';
import { sendPage } from '../../platform/http/page.js';
import { serve } from '../../platform/http/serve.js';
import { sendVersioned } from '../../platform/http/versions.js';
import { createSignOutOf } from './sign-outs.actions.js';
import { createSignOut, getSignOut, listSignOuts } from './sign-outs.contract.js';
import { countSignOuts, getSignOutRow, listSignOutRows, signOutView } from './sign-outs.store.js';

export function signOutsRoutes(app: FastifyInstance, db: Db): void {
  serve(app, createSignOut, async ({ principal, body, request, reply }) => {
    const row = await createSignOutOf(db, principal, body);
    reply.header('location', `/v1/sign-outs/${row.signOutId}`);
    return sendVersioned(request, reply, signOutView(row));
  });

  serve(app, listSignOuts, ({ principal, query, request, reply }) =>
    sendPage(request, reply, {
      query,
      read: async (page) => (await listSignOutRows(db, principal, page)).map(signOutView),
      count: () => countSignOuts(db, principal),
      keyOf: (row) => [row.signOutId],
    }),
  );

  serve(app, getSignOut, async ({ principal, params, request, reply }) =>
    sendVersioned(request, reply, signOutView(await getSignOutRow(db, principal, params.signOutId))),
  );
}
