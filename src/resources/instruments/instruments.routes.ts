import type { FastifyInstance } from 'fastify';
import type { Db } from '../../platform/db/database.js';
import { sendPage } from '../../platform/http/page.js';
import { serve } from '../../platform/http/serve.js';
import { sendVersioned } from '../../platform/http/versions.js';
import { loadInstrument } from './instruments.actions.js';
import { createInstrument, getInstrument, listInstruments } from './instruments.contract.js';
import { countInstruments, getInstrumentRow, instrumentView, listInstrumentRows } from './instruments.store.js';

export function instrumentsRoutes(app: FastifyInstance, db: Db): void {
  serve(app, listInstruments, ({ query, request, reply }) =>
    sendPage(request, reply, {
      query,
      read: async (page) => (await listInstrumentRows(db, page)).map(instrumentView),
      count: () => countInstruments(db),
      keyOf: (instrument) => [instrument.code, instrument.instrumentVersion],
    }),
  );

  serve(app, getInstrument, async ({ params, request, reply }) =>
    sendVersioned(request, reply, instrumentView(await getInstrumentRow(db, params.instrument))),
  );

  serve(app, createInstrument, async ({ principal, body, request, reply }) => {
    const instrument = instrumentView(await loadInstrument(db, principal, body));
    reply.header('location', `/v1/instruments/${instrument.instrument}`);
    return sendVersioned(request, reply, instrument);
  });
}
