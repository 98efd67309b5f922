import type { FastifyInstance } from 'fastify';
import type { Db } from '../../platform/db/database.js';
import { sendPage } from '../../platform/http/page.js';
import { serve, serveList } from '../../platform/http/serve.js';
import type { PublicKey } from '../../platform/sealing/signing.js';
import { exportSeals, getSeal, listSealKeys, listSeals } from './seals.contract.js';
import { countSeals, getSealRow, listSealRows, sealLines, sealView } from './seals.store.js';

export function sealsRoutes(app: FastifyInstance, db: Db, key: PublicKey | null): void {
  serveList(app, listSeals, exportSeals, ({ query, request, reply }) =>
    sendPage(request, reply, {
      query,
      read: async (page) => (await listSealRows(db, page)).map(sealView),
      count: () => countSeals(db),
      keyOf: (seal) => [seal.sealNo],
      whole: { query: (part) => sealLines(db, part) },
    }),
  );

  serve(app, listSealKeys, async () => ({ keys: key === null ? [] : [key] }));

  serve(app, getSeal, async ({ params }) => sealView(await getSealRow(db, params.sealNo)));
}
