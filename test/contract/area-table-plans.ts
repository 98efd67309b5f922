import { type AreaRow, anyVersion, changes, lists, reads, roundPath, writes } from './area-cases.js';
import { type AreaWorld, home, planAction } from './area-world.js';

const planPath = (planId: string) => `/v1/plans/${planId}`;
const actionPath = ({ planId, actionId }: AreaWorld) => `${planPath(planId)}/actions/${actionId}`;
const figuresOf = (name: string): AreaRow => [
  reads('a round of 4010', ({ openRoundId }) => ({ path: `${roundPath(openRoundId)}/${name}` }), 'round-not-found'),
  reads(
    'the province for 4010',
    ({ provinceRoundId }) => ({ path: `${roundPath(provinceRoundId)}/${name}?area=${home}` }),
    'area-not-found',
  ),
];
const comparing = ({ provinceRoundId, secondRoundId }: AreaWorld, name = '') =>
  `${roundPath(provinceRoundId)}/comparison${name}?with=${secondRoundId}`;
const movesPlan = (
  name: string,
  plan: 'approvedPlanId' | 'emptiedPlanId' | 'startedPlanId' | 'sparePlanId',
  body?: object,
): AreaRow => [
  changes(
    'a plan',
    (world) => ({ path: `${planPath(world[plan])}/${name}`, body, headers: anyVersion }),
    'plan-not-found',
  ),
];

/** Plans, comparison and patterns: the second half of the area table. */
export const planAreaTable: Record<string, AreaRow> = {
  copyTargets: [
    changes(
      'into a round',
      ({ draftRoundId, openRoundId }) => {
        return { path: `${roundPath(draftRoundId)}/targets/copy`, body: { fromRoundId: openRoundId } };
      },
      'round-not-found',
    ),
  ],
  listPlans: [
    lists('all plans', () => ({ path: '/v1/plans?limit=500' }), ['planId', 'sparePlanId']),
    reads('the plans of 4010', () => ({ path: `/v1/plans?area=${home}` }), 'area-not-found'),
    lists('the plans of the group', ({ plannedGroupId }) => ({ path: `/v1/plans?group=${plannedGroupId}` }), [
      'planId',
    ]),
  ],
  exportPlans: [lists('all plans', () => ({ path: '/v1/plans/rows' }), ['planId', 'sparePlanId'])],
  createPlan: [
    {
      ...writes('a plan of a group', ({ provinceRoundId: roundId, plannedGroupId: groupId }) => {
        return { path: '/v1/plans', body: { roundId, tier: 'group', groupId, title: 'แผน' } };
      }),
      neighbour: { status: 422, code: 'rules-broken' },
    },
    writes('a plan of the district', ({ provinceRoundId: roundId }) => {
      return { path: '/v1/plans', body: { roundId, tier: 'district', areaCode: home, title: 'แผน' } };
    }),
  ],
  draftPlan: [
    writes('a plan of the district', ({ provinceRoundId: roundId }) => {
      return { path: '/v1/plans/drafting', body: { roundId, tier: 'district', areaCode: home } };
    }),
  ],
  getPlan: [reads('a plan', ({ planId }) => ({ path: planPath(planId) }), 'plan-not-found')],
  replacePlan: [
    changes(
      'a plan',
      ({ planId }) => ({ path: planPath(planId), body: { title: 'ใหม่' }, headers: anyVersion }),
      'plan-not-found',
    ),
  ],
  approvePlan: movesPlan('approval', 'approvedPlanId'),
  startPlan: movesPlan('start', 'startedPlanId'),
  completePlan: movesPlan('completion', 'emptiedPlanId'),
  cancelPlan: movesPlan('cancellation', 'approvedPlanId', { reason: 'เหตุผล' }),
  deletePlan: [
    changes('a plan', ({ sparePlanId }) => ({ path: planPath(sparePlanId), headers: anyVersion }), 'plan-not-found'),
  ],
  listPlanActions: [
    reads("a plan's actions", ({ planId }) => ({ path: `${planPath(planId)}/actions` }), 'plan-not-found'),
  ],
  exportPlanActions: [
    reads("a plan's actions", ({ planId }) => ({ path: `${planPath(planId)}/actions/rows` }), 'plan-not-found'),
  ],
  createPlanAction: [
    changes('an action', ({ planId }) => ({ path: `${planPath(planId)}/actions`, body: planAction }), 'plan-not-found'),
  ],
  getPlanAction: [reads('an action', (world) => ({ path: actionPath(world) }), 'plan-not-found')],
  replacePlanAction: [
    changes(
      'an action',
      (world) => ({ path: actionPath(world), body: { ...planAction, title: 'ใหม่' }, headers: anyVersion }),
      'plan-not-found',
    ),
  ],
  deletePlanAction: [
    changes('an action', (world) => ({ path: actionPath(world), headers: anyVersion }), 'plan-not-found'),
  ],
  getPlanCoverage: figuresOf('plan-coverage'),
  listCoveredGroups: [
    lists(
      'the groups that failed a criterion',
      ({ provinceRoundId }) => ({ path: `${roundPath(provinceRoundId)}/plan-coverage/groups?criterion=1` }),
      ['plannedGroupId'],
    ),
  ],
  getCoFailure: figuresOf('statistics/co-failure'),
  getPriorities: figuresOf('statistics/priorities'),
  compareRounds: [
    reads('the province for 4010', (world) => ({ path: `${comparing(world)}&area=${home}` }), 'area-not-found'),
    lists('the province by district', (world) => ({ path: `${comparing(world)}&by=district` }), ['areaCode']),
  ],
  listComparedGroups: [
    lists('the groups in both rounds', (world) => ({ path: comparing(world, '/groups') }), ['plannedGroupId']),
  ],
  getPlanEffect: [
    reads(
      'a plan',
      ({ planId, secondRoundId }) => ({ path: `${planPath(planId)}/effect?with=${secondRoundId}` }),
      'plan-not-found',
    ),
  ],
};
