import type { FastifyInstance } from 'fastify';
import type { Precondition } from '../../domain/version.js';
import { implausibleDay } from '../../domain/warning.js';
import type { Db } from '../../platform/db/database.js';
import { servePatch } from '../../platform/http/merge-patch.js';
import { sendPage } from '../../platform/http/page.js';
import { sendReport, withWarnings } from '../../platform/http/reports.js';
import { type Call, serve, serveList, serveUploads } from '../../platform/http/serve.js';
import { preconditionOf, sendVersioned } from '../../platform/http/versions.js';
import { requireAreaFilter } from '../areas/areas.store.js';
import { getGroupRow } from '../groups/groups.store.js';
import { importFiguresFile } from './bulk.actions.js';
import { importFigures } from './bulk.contract.js';
import { dropFigures, recordFigures } from './figures.actions.js';
import { deleteFigures, exportFigures, getFigures, listFigures, patchFigures, putFigures } from './figures.contract.js';
import { countFigures, figuresLines, getFiguresRow, listFiguresRows } from './figures.store.js';
import { exportAllFigures, listAllFigures } from './figures-list.contract.js';
import { allFiguresLines, countAllFigures, listAllFiguresRows } from './figures-list.store.js';

export function figuresRoutes(app: FastifyInstance, db: Db): void {
  serveList(app, listFigures, exportFigures, async ({ principal, params, query, request, reply }) => {
    const { groupId } = await getGroupRow(db, principal, params.groupId);
    return sendPage(request, reply, {
      query,
      read: async (page) => await listFiguresRows(db, groupId, page),
      count: () => countFigures(db, groupId),
      keyOf: (figures) => [figures.asOf],
      whole: { query: (part) => figuresLines(db, groupId, part) },
    });
  });

  serveList(app, listAllFigures, exportAllFigures, async ({ principal, query, request, reply }) => {
    await requireAreaFilter(db, principal, query.area);
    return sendPage(request, reply, {
      query,
      read: async (page) => await listAllFiguresRows(db, principal, query, page),
      count: () => countAllFigures(db, principal, query),
      keyOf: (figures) => [figures.areaCode, figures.groupId, figures.asOf],
      whole: { query: (part) => allFiguresLines(db, principal, query, part) },
    });
  });

  serve(app, getFigures, async ({ principal, params, request, reply }) => {
    const { groupId } = await getGroupRow(db, principal, params.groupId);
    return sendVersioned(request, reply, await getFiguresRow(db, groupId, params.asOf));
  });

  const put = async (call: Call<typeof putFigures>, precondition: Precondition) => {
    const { principal, params, body, request, reply } = call;
    const { figures, created } = await recordFigures(db, principal, params, body, precondition);
    if (created) reply.code(201).header('location', `/v1/groups/${params.groupId}/figures/${params.asOf}`);
    const doubted = implausibleDay('/path/asOf', figures.asOf);
    return withWarnings(request, sendVersioned(request, reply, figures), doubted === null ? [] : [doubted]);
  };
  serve(app, putFigures, (call) => put(call, preconditionOf(call.request)));
  servePatch(app, patchFigures, {
    put: putFigures,
    read: async ({ principal, params }) => {
      const { groupId } = await getGroupRow(db, principal, params.groupId);
      return await getFiguresRow(db, groupId, params.asOf);
    },
    save: put,
  });

  serveUploads(app, importFigures, async ({ principal, query, upload, request, reply }) =>
    sendReport(request, reply, await importFiguresFile(db, principal, upload, query)),
  );

  serve(app, deleteFigures, async ({ principal, params, request }) => {
    await dropFigures(db, principal, params, preconditionOf(request));
    return undefined;
  });
}
