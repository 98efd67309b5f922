import type { FastifyInstance } from 'fastify';
import { roundLabel } from '../../domain/round.js';
import type { Precondition } from '../../domain/version.js';
import type { Db } from '../../platform/db/database.js';
import { servePatch } from '../../platform/http/merge-patch.js';
import { sendPage } from '../../platform/http/page.js';
import { sendReport } from '../../platform/http/reports.js';
import { type Call, serve, serveList, serveUploads } from '../../platform/http/serve.js';
import { preconditionOf, sendVersioned } from '../../platform/http/versions.js';
import { requireAreaFilter } from '../areas/areas.store.js';
import { getRoundRow } from '../rounds/rounds.store.js';
import { importTargetsFile } from './bulk.actions.js';
import { importTargets } from './bulk.contract.js';
import { copyTargetsFrom, dropTarget, setTarget } from './targets.actions.js';
import {
  copyTargets,
  deleteTarget,
  exportTargets,
  getTarget,
  listTargets,
  patchTarget,
  putTarget,
} from './targets.contract.js';
import { countTargets, getTargetRow, listTargetRows, targetLines } from './targets.store.js';

export function targetsRoutes(app: FastifyInstance, db: Db): void {
  serveList(app, listTargets, exportTargets, async ({ principal, params, query, request, reply }) => {
    const round = await getRoundRow(db, principal, params.roundId);
    const { roundId } = round;
    await requireAreaFilter(db, principal, query.area);
    const filter = { roundId, area: query.area, team: query.team };
    return sendPage(request, reply, {
      query,
      read: (page) => listTargetRows(db, principal, filter, page),
      count: () => countTargets(db, principal, filter),
      keyOf: (target) => [target.areaCode, target.groupId],
      whole: { query: (part) => targetLines(db, principal, filter, part), of: roundLabel(round) },
    });
  });

  serve(app, getTarget, async ({ principal, params, request, reply }) => {
    const { roundId } = await getRoundRow(db, principal, params.roundId);
    return sendVersioned(request, reply, await getTargetRow(db, principal, roundId, params.groupId));
  });

  const put = async (call: Call<typeof putTarget>, precondition: Precondition) => {
    const { principal, params, body, request, reply } = call;
    const { target, created } = await setTarget(db, principal, params, body, precondition);
    if (created) reply.code(201).header('location', `/v1/rounds/${params.roundId}/targets/${params.groupId}`);
    return sendVersioned(request, reply, target);
  };
  serve(app, putTarget, (call) => put(call, preconditionOf(call.request)));
  servePatch(app, patchTarget, {
    put: putTarget,
    read: async ({ principal, params }) => {
      const { roundId } = await getRoundRow(db, principal, params.roundId);
      return getTargetRow(db, principal, roundId, params.groupId);
    },
    save: put,
  });

  serveUploads(app, importTargets, async ({ principal, params, query, upload, request, reply }) =>
    sendReport(request, reply, await importTargetsFile(db, principal, params.roundId, upload, query)),
  );

  serve(app, deleteTarget, async ({ principal, params, request }) => {
    await dropTarget(db, principal, params, preconditionOf(request));
    return undefined;
  });

  serve(app, copyTargets, ({ principal, params, body }) =>
    copyTargetsFrom(db, principal, params.roundId, body.fromRoundId),
  );
}
