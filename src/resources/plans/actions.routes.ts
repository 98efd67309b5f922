import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Precondition } from '../../domain/version.js';
import { implausibleDay } from '../../domain/warning.js';
import type { Db } from '../../platform/db/database.js';
import { servePatch } from '../../platform/http/merge-patch.js';
import { sendPage } from '../../platform/http/page.js';
import { withWarnings } from '../../platform/http/reports.js';
import { type Call, serve, serveList } from '../../platform/http/serve.js';
import { preconditionOf, sendVersioned } from '../../platform/http/versions.js';
import { eachLine } from '../../platform/http/whole.js';
import { type ActionInContext, addAction, changeAction, dropAction } from './actions.actions.js';
import {
  createPlanAction,
  deletePlanAction,
  exportPlanActions,
  getPlanAction,
  listPlanActions,
  patchPlanAction,
  replacePlanAction,
} from './actions.contract.js';
import {
  type ActionRow,
  actionLines,
  actionView,
  countActions,
  getActionRow,
  listActionRows,
} from './actions.store.js';
import { fetchPlanContext } from './context.store.js';
import { getPlanRow } from './plans.store.js';

export function planActionsRoutes(app: FastifyInstance, db: Db): void {
  serveList(app, listPlanActions, exportPlanActions, async ({ principal, params, query, request, reply }) => {
    const plan = await getPlanRow(db, principal, params.planId);
    const context = await fetchPlanContext(db, plan);
    const framed = (action: ActionRow) => viewOf({ action, context });
    return sendPage(request, reply, {
      query,
      read: async (page) => (await listActionRows(db, plan.planId, query, page)).map(framed),
      count: () => countActions(db, plan.planId, query),
      keyOf: (action) => [action.actionId],
      whole: {
        query: (part) => actionLines(db, plan.planId, query, part),
        linesOf: (lines) => Buffer.from(eachLine(lines, (line) => `${JSON.stringify(framed(JSON.parse(line)))}\n`)),
      },
    });
  });

  serve(app, createPlanAction, async ({ principal, params, body, request, reply }) => {
    const added = await addAction(db, principal, params.planId, body);
    reply.header('location', `/v1/plans/${params.planId}/actions/${added.action.actionId}`);
    return withWarnings(request, sendAction(request, reply, added), oddDays(added.action));
  });

  serve(app, getPlanAction, async ({ principal, params, request, reply }) => {
    const plan = await getPlanRow(db, principal, params.planId);
    const action = await getActionRow(db, plan.planId, params.actionId);
    return sendAction(request, reply, { action, context: await fetchPlanContext(db, plan) });
  });

  const replace = async (call: Call<typeof replacePlanAction>, precondition: Precondition) => {
    const { principal, params, body, request, reply } = call;
    const changed = await changeAction(db, principal, params, body, precondition);
    return withWarnings(request, sendAction(request, reply, changed), oddDays(changed.action));
  };
  serve(app, replacePlanAction, (call) => replace(call, preconditionOf(call.request)));
  servePatch(app, patchPlanAction, {
    put: replacePlanAction,
    read: async ({ principal, params }) => {
      const plan = await getPlanRow(db, principal, params.planId);
      const action = await getActionRow(db, plan.planId, params.actionId);
      return viewOf({ action, context: await fetchPlanContext(db, plan) });
    },
    save: replace,
  });

  serve(app, deletePlanAction, async ({ principal, params, request }) => {
    await dropAction(db, principal, params, preconditionOf(request));
    return undefined;
  });
}

function sendAction(request: FastifyRequest, reply: FastifyReply, framed: ActionInContext) {
  return sendVersioned(request, reply, viewOf(framed));
}

function oddDays({ startsOn, dueOn }: ActionRow) {
  return [implausibleDay('/startsOn', startsOn), implausibleDay('/dueOn', dueOn)].filter((warning) => warning !== null);
}

function viewOf({ action, context: { instrument, sheet } }: ActionInContext) {
  return actionView(action, instrument, sheet?.levels ?? null);
}
