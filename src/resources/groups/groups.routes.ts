import type { FastifyInstance } from 'fastify';
import { areaCodeLength } from '../../domain/area.js';
import { summaryOf } from '../../domain/group.js';
import type { Precondition } from '../../domain/version.js';
import type { Db } from '../../platform/db/database.js';
import { servePatch } from '../../platform/http/merge-patch.js';
import { type PageRequest, sendPage, sendReadyPage } from '../../platform/http/page.js';
import { sendReport, withWarnings } from '../../platform/http/reports.js';
import { type Call, serve, serveList, serveUploads } from '../../platform/http/serve.js';
import { preconditionOf, sendReady, sendVersioned } from '../../platform/http/versions.js';
import { areaNames, requireAreaFilter, requireVisibleArea } from '../areas/areas.store.js';
import { importGroups as importGroupsFile } from './bulk.actions.js';
import { getGroupJson, readGroupPage } from './group-json.store.js';
import { countGroups, groupLines, listGroupRows } from './group-list.store.js';
import { changeGroup, registerGroup } from './groups.actions.js';
import {
  createGroup,
  exportGroups,
  getGroup,
  importGroups,
  listGroups,
  patchGroup,
  replaceGroup,
} from './groups.contract.js';
import { getGroupRow, groupView } from './groups.store.js';
import { getGroupSummary } from './summary.contract.js';
import { sumUpGroups } from './summary.store.js';

export function groupsRoutes(app: FastifyInstance, db: Db): void {
  serveList(app, listGroups, exportGroups, async ({ principal, query, request, reply }) => {
    await requireAreaFilter(db, principal, query.area);
    const count = () => countGroups(db, principal, query);
    if (query.q === undefined && request.representation === 'page') {
      const read = (page: PageRequest) => readGroupPage(db, principal, query, page);
      return sendReadyPage(request, reply, { query, read, count });
    }
    return sendPage(request, reply, {
      query,
      read: async (page) => (await listGroupRows(db, principal, query, page)).map(groupView),
      count,
      keyOf: (group) => [group[query.sort], group.groupId],
      whole: { query: (part) => groupLines(db, principal, query, part) },
    });
  });

  serve(
    app,
    createGroup,
    async ({ principal, body, request, reply }) => {
      const { group, warnings } = await registerGroup(db, principal, body);
      reply.header('location', `/v1/groups/${group.groupId}`);
      return withWarnings(request, sendVersioned(request, reply, groupView(group)), warnings);
    },
    async ({ principal, query, upload, request, reply }) =>
      sendReport(request, reply, await importGroupsFile(db, principal, upload, query)),
  );

  serveUploads(app, importGroups, async ({ principal, query, upload, request, reply }) =>
    sendReport(request, reply, await importGroupsFile(db, principal, upload, query)),
  );

  serve(app, getGroup, async ({ principal, params, request, reply }) =>
    sendReady(request, reply, await getGroupJson(db, principal, params.groupId)),
  );

  const replace = async (call: Call<typeof replaceGroup>, precondition: Precondition) => {
    const { principal, params, body, request, reply } = call;
    const { group, warnings } = await changeGroup(db, principal, params.groupId, body, precondition);
    return withWarnings(request, sendVersioned(request, reply, groupView(group)), warnings);
  };
  serve(app, replaceGroup, (call) => replace(call, preconditionOf(call.request)));
  servePatch(app, patchGroup, {
    put: replaceGroup,
    read: async ({ principal, params }) => groupView(await getGroupRow(db, principal, params.groupId)),
    save: replace,
  });

  serve(app, getGroupSummary, async ({ principal, query }) => {
    const { area } = query;
    // Sums of an area that the caller sees only in part would be wrong, so they are refused and not cut.
    const areaCode = area === undefined ? principal.areaCode : await requireVisibleArea(db, principal, area);
    const areaDigits = query.by === undefined ? 0 : areaCodeLength[query.by];
    const { status, figuresAsOf = null } = query;
    const parts = await sumUpGroups(db, principal, { area: areaCode, status, figuresAsOf, areaDigits });
    const total = { areaCode, status, figuresAsOf, ...summaryOf(parts) };
    if (query.by === undefined) return total;
    const codes = [...new Set(parts.map((part) => part.areaCode))];
    const names = await areaNames(db, codes);
    const breakdown = codes.map((code) => ({
      areaCode: code,
      name: names.get(code) ?? { th: code, en: code },
      ...summaryOf(parts.filter((part) => part.areaCode === code)),
    }));
    return { ...total, breakdown };
  });
}
