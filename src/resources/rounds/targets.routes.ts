import type { FastifyInstance } from 'fastify';
import { roundLabel } from '../../domain/round.js';
import type { Db } from '../../platform/db/database.js';
import { sendPage } from '../../platform/http/page.js';
import { sendReport } from '../../platform/http/reports.js';
import { serve, serveList, serveUploads } from '../../platform/http/serve.js';
import { preconditionOf, sendVersioned } from '../../platform/http/versions.js';
import { requireAreaFilter } from '../areas/areas.store.js';
import { getRoundRow } from './rounds.store.js';
import { copyTargetsFrom, dropTarget, setTarget } from './targets.actions.js';
import { copyTargets, deleteTarget, exportTargets, getTarget, listTargets, putTarget } from './targets.contract.js';
import { countTargets, getTargetRow, listTargetRows, targetLines } from './targets.store.js';
import { importTargetsFile } from './targets-bulk.actions.js';
import { importTargets } from './targets-bulk.contract.js';

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

  serve(app, putTarget, async ({ principal, params, body, request, reply }) => {
    const { target, created } = await setTarget(db, principal, params, body.teamId, preconditionOf(request));
    if (created) reply.code(201).header('location', `/v1/rounds/${params.roundId}/targets/${params.groupId}`);
    return sendVersioned(request, reply, target);
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
