import type { FastifyInstance } from 'fastify';
import type { Db } from '../../platform/db/database.js';
import { sendPage } from '../../platform/http/page.js';
import { serve, serveList } from '../../platform/http/serve.js';
import { sendVersioned } from '../../platform/http/versions.js';
import { exportAreas, getArea, listAreas } from './areas.contract.js';
import {
  type AreaRow,
  areaLines,
  countAreas,
  getAreaRow,
  listAreaRows,
  nameOfArea,
  requireKnownArea,
} from './areas.store.js';

export function areasRoutes(app: FastifyInstance, db: Db): void {
  serveList(app, listAreas, exportAreas, async ({ query, request, reply }) => {
    await requireKnownArea(db, 'parent', query.parent);
    return sendPage(request, reply, {
      query,
      read: async (page) => (await listAreaRows(db, query, page)).map(areaView),
      count: () => countAreas(db, query),
      keyOf: (area) => [area.areaCode],
      whole: { query: (part) => areaLines(db, query, part) },
    });
  });

  serve(app, getArea, async ({ params, request, reply }) =>
    sendVersioned(request, reply, areaView(await getAreaRow(db, params.areaCode))),
  );
}

function areaView({ nameTh, nameEn, ...area }: AreaRow) {
  return { ...area, name: nameOfArea({ nameTh, nameEn }) };
}
