import { Api, type CreateGroupProblem, type HttpResponse } from './generated/swagger-typescript-api.js';
import { doneAction, figures, firstLine, group, round, scores, type Walk } from './walk.js';

export const walk: Walk = async ({ url, key, reviewerKey }) => {
  const serviceOf = (bearer: string) => {
    return { baseUrl: url, baseApiParams: { secure: true, headers: { authorization: `Bearer ${bearer}` } } };
  };
  const service = serviceOf(key);
  const api = new Api(service).v1;
  const reviewer = new Api(serviceOf(reviewerKey)).v1;
  // It knows a few types of bodies, and NDJSON is none of them.
  const ofFiles: typeof fetch = (input, init) =>
    fetch(input, { ...init, headers: { ...init?.headers, 'Content-Type': 'application/x-ndjson' } });
  const files = new Api({ ...service, customFetch: ofFiles }).v1;
  const anyVersion = { headers: { 'If-Match': '*' } };

  const { groupId } = (await api.createGroup(group)).data;
  await api.putFigures(groupId, '2013-03-31', figures);
  const { code, registrationNo } = await api.createGroup(group).then(
    () => Promise.reject(new Error('The group was registered twice.')),
    ({ error }: HttpResponse<unknown, CreateGroupProblem>) => error,
  );

  const page = (await api.listGroups({ area: '41', sort: 'name' })).data;
  const file = (await api.exportGroups({ area: '41' }, { format: 'text' })).data;
  const report = (await files.importGroups(file, { dryRun: true })).data;

  const assess = async (roundNo: number, ofTwo: 1 | 3, before: (roundId: string) => Promise<unknown>) => {
    const { roundId } = (await api.createRound(round(roundNo))).data;
    await before(roundId);
    await api.openRound(roundId, anyVersion);
    const body = { assessedOn: round(roundNo).startsOn, scores: scores(ofTwo) };
    await api.putAssessment(roundId, groupId, body);
    return (await api.submitAssessment(roundId, groupId, { headers: { 'If-Match': '"1"' } })).data;
  };
  const first = await assess(1, 1, (roundId) => api.putTarget(roundId, groupId, { teamId: null }));
  const shown = (await api.getRoundStatistics(first.roundId, { by: 'district' })).data;

  const confirmed = (await reviewer.confirmAssessment(first.roundId, groupId, anyVersion)).data;
  const { plan, added, findings } = (await api.draftPlan({ roundId: first.roundId, tier: 'group', groupId })).data;
  await reviewer.approvePlan(plan.planId, anyVersion);
  await api.startPlan(plan.planId, anyVersion);
  const action = (await api.replacePlanAction(plan.planId, added[0]?.actionId ?? '', doneAction, anyVersion)).data;

  const second = await assess(2, 3, (roundId) => api.copyTargets(roundId, { fromRoundId: first.roundId }));
  const compared = (await api.compareRounds(first.roundId, { with: second.roundId, split: 'plan' })).data;

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
