import type { FastifyInstance } from 'fastify';
import type { PlanMove } from '../../domain/plan.js';
import type { Precondition } from '../../domain/version.js';
import type { Db } from '../../platform/db/database.js';
import { servePatch } from '../../platform/http/merge-patch.js';
import { sendPage } from '../../platform/http/page.js';
import { type Call, serve, serveList } from '../../platform/http/serve.js';
import { preconditionOf, sendVersioned } from '../../platform/http/versions.js';
import { requireAreaFilter } from '../areas/areas.store.js';
import { actionView } from './actions.store.js';
import { draftPlan as draft } from './drafting.actions.js';
import { draftPlan } from './drafting.contract.js';
import { beginPlan, changePlan, dropPlan, movePlan } from './plans.actions.js';
import {
  approvePlan,
  cancelPlan,
  completePlan,
  createPlan,
  deletePlan,
  exportPlans,
  getPlan,
  listPlans,
  patchPlan,
  replacePlan,
  startPlan,
} from './plans.contract.js';
import { countPlans, getPlanRow, listPlanRows, planLines, planView } from './plans.store.js';

/** `fourEyes`: whether a plan is approved by somebody who wrote nothing of it. */
export function plansRoutes(app: FastifyInstance, db: Db, fourEyes: boolean): void {
  serveList(app, listPlans, exportPlans, async ({ principal, query, request, reply }) => {
    await requireAreaFilter(db, principal, query.area);
    return sendPage(request, reply, {
      query,
      read: async (page) => (await listPlanRows(db, principal, query, page)).map(planView),
      count: () => countPlans(db, principal, query),
      keyOf: (plan) => [plan.planId],
      whole: { query: (part) => planLines(db, principal, query, part) },
    });
  });

  serve(app, createPlan, async ({ principal, body, request, reply }) => {
    const plan = await beginPlan(db, principal, body);
    reply.header('location', `/v1/plans/${plan.planId}`);
    return sendVersioned(request, reply, planView(plan));
  });

  serve(app, getPlan, async ({ principal, params, request, reply }) =>
    sendVersioned(request, reply, planView(await getPlanRow(db, principal, params.planId))),
  );

  const replace = async (call: Call<typeof replacePlan>, precondition: Precondition) => {
    const { principal, params, body, request, reply } = call;
    return sendVersioned(request, reply, planView(await changePlan(db, principal, params.planId, body, precondition)));
  };
  serve(app, replacePlan, (call) => replace(call, preconditionOf(call.request)));
  servePatch(app, patchPlan, {
    put: replacePlan,
    read: async ({ principal, params }) => planView(await getPlanRow(db, principal, params.planId)),
    save: replace,
  });

  serve(app, deletePlan, async ({ principal, params, request }) => {
    await dropPlan(db, principal, params.planId, preconditionOf(request));
    return undefined;
  });

  const move = async (
    { principal, params, request, reply }: Call<typeof approvePlan>,
    name: PlanMove,
    reason: string | null = null,
  ) => {
    const step = { move: name, reason, fourEyes };
    const plan = await movePlan(db, principal, params.planId, step, preconditionOf(request));
    return sendVersioned(request, reply, planView(plan));
  };
  serve(app, approvePlan, (call) => move(call, 'approval'));
  serve(app, startPlan, (call) => move(call, 'start'));
  serve(app, completePlan, (call) => move(call, 'completion'));
  serve(app, cancelPlan, ({ body, ...call }) => move({ ...call, body: undefined }, 'cancellation', body.reason));

  serve(app, draftPlan, async ({ principal, body }) => {
    const { plan, created, added, context, findings } = await draft(db, principal, body);
    const levels = context.sheet?.levels ?? null;
    const actions = added.map((action) => actionView(action, context.instrument, levels));
    return { plan: planView(plan), created, added: actions, findings };
  });
}
