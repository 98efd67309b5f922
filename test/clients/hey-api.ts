import { createClient } from './generated/hey-api/client/index.js';
import {
  approvePlan,
  compareRounds,
  confirmAssessment,
  copyTargets,
  createGroup,
  createRound,
  draftPlan,
  exportGroups,
  getRoundStatistics,
  importGroups,
  listGroups,
  openRound,
  putAssessment,
  putFigures,
  putTarget,
  replacePlanAction,
  startPlan,
  submitAssessment,
} from './generated/hey-api/index.js';
import { doneAction, figures, firstLine, group, round, scores, type Walk } from './walk.js';

export const walk: Walk = async ({ url, key, reviewerKey }) => {
  const client = createClient({ baseUrl: url, auth: key });
  const reviewer = createClient({ baseUrl: url, auth: reviewerKey });
  const options = { client, throwOnError: true } as const;
  const headers = { 'If-Match': '*' };

  const { groupId } = (await createGroup({ ...options, body: group })).data;
  await putFigures({ ...options, path: { groupId, asOf: '2013-03-31' }, body: figures });
  const twice = await createGroup({ client, body: group });
  if (twice.error === undefined) throw new Error('The group was registered twice.');
  const { code, registrationNo } = twice.error;

  const page = (await listGroups({ ...options, query: { area: '41', sort: 'name' } })).data;
  const file = (await exportGroups({ ...options, query: { area: '41' }, parseAs: 'text' })).data;
  const report = (
    await importGroups({
      ...options,
      query: { dryRun: true },
      body: file,
      bodySerializer: null,
      headers: { 'Content-Type': 'application/x-ndjson' },
    })
  ).data;

  const assess = async (roundNo: number, ofTwo: 1 | 3, before: (roundId: string) => Promise<unknown>) => {
    const { roundId } = (await createRound({ ...options, body: round(roundNo) })).data;
    await before(roundId);
    await openRound({ ...options, path: { roundId }, headers });
    const path = { roundId, groupId };
    const body = { assessedOn: round(roundNo).startsOn, scores: scores(ofTwo) };
    await putAssessment({ ...options, path, body });
    return (await submitAssessment({ ...options, path, headers: { 'If-Match': '"1"' } })).data;
  };
  const first = await assess(1, 1, (roundId) =>
    putTarget({ ...options, path: { roundId, groupId }, body: { teamId: null } }),
  );
  const path = { roundId: first.roundId };
  const shown = (await getRoundStatistics({ ...options, path, query: { by: 'district' } })).data;

  const ofSheet = { roundId: first.roundId, groupId };
  const confirmed = (await confirmAssessment({ ...options, client: reviewer, path: ofSheet, headers })).data;

  const { plan, added, findings } = (
    await draftPlan({ ...options, body: { roundId: first.roundId, tier: 'group', groupId } })
  ).data;
  const ofPlan = { planId: plan.planId };
  await approvePlan({ ...options, client: reviewer, path: ofPlan, headers });
  await startPlan({ ...options, path: ofPlan, headers });
  const ofAction = { ...ofPlan, actionId: added[0]?.actionId ?? '' };
  const action = (await replacePlanAction({ ...options, path: ofAction, headers, body: doneAction })).data;

  const second = await assess(2, 3, (roundId) =>
    copyTargets({ ...options, path: { roundId }, body: { fromRoundId: first.roundId } }),
  );
  const compared = (await compareRounds({ ...options, path, query: { with: second.roundId, split: 'plan' } })).data;

  return {
    name: page.items[0]?.name ?? '',
    exported: firstLine(file),
    unchanged: report.unchanged,
    refused: { code, registrationNo },
    healthLevel: first.result.healthLevel,
    confirmedBy: confirmed.confirmation?.by.name,
    mostFailed: shown.mostFailed[0],
    planned: { criterionNo: findings[0]?.criterionNo ?? 0, status: action.status },
    matrix: compared.criteria[1]?.matrix,
    passedAfterAction: compared.plans?.allCriteria.find(({ state }) => state === 'done')?.passedAfter,
  };
};
