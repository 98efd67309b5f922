import { type AreaRow, anyVersion, lists, reads, roundPath, writes } from './area-cases.js';
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
): AreaRow => [writes('a plan', (world) => ({ path: `${planPath(world[plan])}/${name}`, body, headers: anyVersion }))];

/** Plans, comparison and patterns: the second half of the area table. */
export const planAreaTable: Record<string, AreaRow> = {
  copyTargets: [
    writes('into a round', ({ draftRoundId, openRoundId }) => {
      return { path: `${roundPath(draftRoundId)}/targets/copy`, body: { fromRoundId: openRoundId } };
    }),
  ],
  listPlans: [
    lists('all plans', () => ({ path: '/v1/plans?limit=500' }), ['planId', 'sparePlanId']),
    lists('the plans of 4010', () => ({ path: `/v1/plans?area=${home}` }), ['planId']),
    lists('the plans of the group', ({ plannedGroupId }) => ({ path: `/v1/plans?group=${plannedGroupId}` }), [
      'planId',
    ]),
  ],
  createPlan: [
    writes('a plan of a group', ({ provinceRoundId: roundId, plannedGroupId: groupId }) => {
      return { path: '/v1/plans', body: { roundId, tier: 'group', groupId, title: 'แผน' } };
    }),
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
    writes('a plan', ({ planId }) => ({ path: planPath(planId), body: { title: 'ใหม่' }, headers: anyVersion })),
  ],
  approvePlan: movesPlan('approval', 'approvedPlanId'),
  startPlan: movesPlan('start', 'startedPlanId'),
  completePlan: movesPlan('completion', 'emptiedPlanId'),
  cancelPlan: movesPlan('cancellation', 'approvedPlanId', { reason: 'เหตุผล' }),
  deletePlan: [writes('a plan', ({ sparePlanId }) => ({ path: planPath(sparePlanId), headers: anyVersion }))],
  listPlanActions: [
    reads("a plan's actions", ({ planId }) => ({ path: `${planPath(planId)}/actions` }), 'plan-not-found'),
  ],
  createPlanAction: [writes('an action', ({ planId }) => ({ path: `${planPath(planId)}/actions`, body: planAction }))],
  getPlanAction: [reads('an action', (world) => ({ path: actionPath(world) }), 'plan-not-found')],
  replacePlanAction: [
    writes('an action', (world) => {
      return { path: actionPath(world), body: { ...planAction, title: 'ใหม่' }, headers: anyVersion };
    }),
  ],
  deletePlanAction: [writes('an action', (world) => ({ path: actionPath(world), headers: anyVersion }))],
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
