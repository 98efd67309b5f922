import createClient from 'openapi-fetch';
import type { paths } from './generated/openapi-typescript.js';
import { doneAction, figures, firstLine, group, round, scores, type Walk } from './walk.js';

export const walk: Walk = async ({ url, key, reviewerKey }) => {
  const clientOf = (bearer: string) =>
    createClient<paths>({ baseUrl: url, headers: { authorization: `Bearer ${bearer}` } });
  const [api, reviewer] = [clientOf(key), clientOf(reviewerKey)];
  const anyVersion = { 'If-Match': '*' };

  const { groupId } = must(await api.POST('/v1/groups', { body: group }));
  const day = { groupId, asOf: '2013-03-31' };
  must(await api.PUT('/v1/groups/{groupId}/figures/{asOf}', { params: { path: day }, body: figures }));
  const twice = await api.POST('/v1/groups', { body: group });
  if (twice.error === undefined) throw new Error('The group was registered twice.');
  const { code, registrationNo } = twice.error;

  const page = must(await api.GET('/v1/groups', { params: { query: { area: '41', sort: 'name' } } }));
  const file = must(await api.GET('/v1/groups/rows', { params: { query: { area: '41' } }, parseAs: 'text' }));
  const report = must(
    await api.POST('/v1/groups/rows', {
      params: { query: { dryRun: true } },
      body: file,
      bodySerializer: (text) => text,
      headers: { 'content-type': 'application/x-ndjson' },
    }),
  );

  const assess = async (roundNo: number, ofTwo: 1 | 3, before: (roundId: string) => Promise<unknown>) => {
    const { roundId } = must(await api.POST('/v1/rounds', { body: round(roundNo) }));
    await before(roundId);
    must(await api.POST('/v1/rounds/{roundId}/opening', { params: { path: { roundId }, header: anyVersion } }));
    const path = { roundId, groupId };
    const body = { assessedOn: round(roundNo).startsOn, scores: scores(ofTwo) };
    must(await api.PUT('/v1/rounds/{roundId}/assessments/{groupId}', { params: { path }, body }));
    const submission = '/v1/rounds/{roundId}/assessments/{groupId}/submission';
    return must(await api.POST(submission, { params: { path, header: { 'If-Match': '"1"' } } }));
  };
  const first = await assess(1, 1, async (roundId) =>
    must(
      await api.PUT('/v1/rounds/{roundId}/targets/{groupId}', {
        params: { path: { roundId, groupId } },
        body: { teamId: null },
      }),
    ),
  );
  const { roundId } = first;
  const confirmation = '/v1/rounds/{roundId}/assessments/{groupId}/confirmation';
  const ofSheet = { path: { roundId, groupId }, header: anyVersion };
  const confirmed = must(await reviewer.POST(confirmation, { params: ofSheet }));
  const inRound = { path: { roundId } };
  const shown = must(
    await api.GET('/v1/rounds/{roundId}/statistics', { params: { ...inRound, query: { by: 'district' } } }),
  );

  const { plan, added, findings } = must(
    await api.POST('/v1/plans/drafting', { body: { roundId, tier: 'group', groupId } }),
  );
  const ofPlan = { path: { planId: plan.planId }, header: anyVersion };
  must(await reviewer.POST('/v1/plans/{planId}/approval', { params: ofPlan }));
  must(await api.POST('/v1/plans/{planId}/start', { params: ofPlan }));
  const actionId = added[0]?.actionId ?? '';
  const action = must(
    await api.PUT('/v1/plans/{planId}/actions/{actionId}', {
      params: { path: { planId: plan.planId, actionId }, header: anyVersion },
      body: doneAction,
    }),
  );

  const second = await assess(2, 3, async (nextId) =>
    must(
      await api.POST('/v1/rounds/{roundId}/targets/copy', {
        params: { path: { roundId: nextId } },
        body: { fromRoundId: roundId },
      }),
    ),
  );
  const compared = must(
    await api.GET('/v1/rounds/{roundId}/comparison', {
      params: { ...inRound, query: { with: second.roundId, split: 'plan' } },
    }),
  );

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

function must<Data>({ data, error }: { data?: Data; error?: { code: string; detail: string } }): Data {
  if (data === undefined) throw new Error(`${error?.code}: ${error?.detail}`);
  return data;
}
