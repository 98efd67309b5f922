import { allowsMove, type PlanMove, type PlanStatus, planTiers } from '../domain/plan.js';
import { type Answered, type Call, etagOf, forEachOf, listAll } from './client.js';
import type { DemoAction, DemoPlan } from './data.js';

interface LoadedPlan {
  planId: string;
  status: PlanStatus;
  title: string;
  version: number;
}

/** Who writes the plans, and somebody else, who approves them. */
interface Callers {
  call: Call;
  approver: Call;
}

/** The round whose findings the plans answer, and the groups by registration number. */
interface Where {
  roundId: string;
  groupIds: ReadonlyMap<string, string>;
}

/**
 * Drafts the plans from the findings of the round, gives the actions their text, and takes each plan to its state. Where
 * there is a plan already, it goes on with that one. Groups first: a district's draft says which groups plan already.
 */
export async function loadPlans(
  { call, approver }: Callers,
  plans: readonly DemoPlan[],
  { roundId, groupIds }: Where,
): Promise<void> {
  const there = await listAll(call, `/v1/plans?round=${roundId}&limit=500`);
  for (const tier of planTiers) {
    const ofTier = plans.filter((plan) => plan.tier === tier);
    await forEachOf(ofTier, async (plan) => {
      const groupId = plan.registrationNo === null ? null : groupIds.get(plan.registrationNo);
      const found = there.find((one) => one.tier === tier && one.groupId === groupId && hasArea(one, plan));
      const place = { roundId, tier, areaCode: plan.areaCode, groupId };
      await loadPlan({ call, approver }, plan, found ?? (await call('POST', '/v1/plans/drafting', place)).body.plan);
    });
  }
}

function hasArea(there: { areaCode: string }, { areaCode }: DemoPlan): boolean {
  return areaCode === null || there.areaCode === areaCode;
}

/** The way from a draft to each state. */
const movesTo: Record<PlanStatus, readonly PlanMove[]> = {
  draft: [],
  approved: ['approval'],
  'in-progress': ['approval', 'start'],
  completed: ['approval', 'start', 'completion'],
  cancelled: ['approval', 'cancellation'],
};

/** Takes one drafted plan step by step to the state it is to have; a step that was taken before is left out. */
async function loadPlan({ call, approver }: Callers, plan: DemoPlan, drafted: LoadedPlan): Promise<void> {
  const path = `/v1/plans/${drafted.planId}`;
  let current = drafted;
  if (current.status === 'draft') {
    current = await entitle(call, path, current, plan.title);
    await writeActions(call, path, plan.actions, textOf);
  }
  for (const move of movesTo[plan.status]) {
    if (!allowsMove(current, move)) continue;
    if (move === 'completion') await writeActions(call, path, plan.actions, progressOf);
    const body = move === 'cancellation' ? { reason: plan.cancellationReason } : undefined;
    const caller = move === 'approval' ? approver : call;
    current = (await caller('POST', `${path}/${move}`, body, etagOf(current))).body;
  }
  if (current.status === 'in-progress') await writeActions(call, path, plan.actions, progressOf);
}

async function entitle(call: Call, path: string, plan: LoadedPlan, title: string): Promise<LoadedPlan> {
  return plan.title === title ? plan : (await call('PUT', path, { title }, etagOf(plan))).body;
}

type Content = Answered['body'];

/** The action as it is agreed: nobody has begun. */
function textOf({ criterionNo, text }: DemoAction): Content {
  return { criterionNo, ...text, status: 'planned' };
}

/** The action as far as it got. */
function progressOf({ criterionNo, text, progress }: DemoAction): Content {
  return { criterionNo, ...text, ...progress };
}

/** Writes into the drafted action of each criterion; one that says so already is not written again. */
async function writeActions(
  call: Call,
  path: string,
  actions: readonly DemoAction[],
  contentOf: (action: DemoAction) => Content,
): Promise<void> {
  if (actions.length === 0) return;
  const drafted = await listAll(call, `${path}/actions?limit=500`);
  for (const action of actions) {
    const there = drafted.find(({ criterionNo }) => criterionNo === action.criterionNo);
    const content = contentOf(action);
    if (there.title === content.title && there.status === content.status) continue;
    await call('PUT', `${path}/actions/${there.actionId}`, content, etagOf(there));
  }
}
