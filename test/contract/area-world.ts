import type { Client } from '../support/client.js';
import {
  assess,
  made,
  makeRound,
  makeTeam,
  moveRound,
  type People,
  setTarget,
  sheetFrom,
  sheetPath,
} from '../support/world.js';

/** The district whose records are at stake, and the district whose key must not reach them. */
export const home = '4010';
export const neighbour = '4002';

/** Every criterion at level 3, with its reason. */
export const fullSheet = sheetFrom('3'.repeat(19));
export const figures = { memberCount: 71, savingsBaht: 366_500.5, developmentLevel: 3, source: null };

export function group(registrationNo: string, areaCode: string) {
  return { registrationNo, name: 'กลุ่มออมทรัพย์บ้านหนองน้ำใส', areaCode };
}

/** Nobody listens there; the service has to allow private addresses. */
export const webhookOf4010 = { url: 'http://127.0.0.1:9/', areaCode: home, active: false };

export const signOutOf4010 = { personId: '01936d5e-6f70-7c3a-9c55-0242ac1200aa', areaCode: home, reason: 'แท็บเล็ตหาย' };

/** Ids of the records of district 4010, made by an admin of the whole country, and one of the neighbour's. */
export type AreaWorld = Awaited<ReturnType<typeof makeAreaWorld>>;

/** One record of every kind, and of each kind that a case uses up one more. */
export async function makeAreaWorld({ admin, reviewer }: People) {
  const idOf = async (path: string, body: object, name: string): Promise<string> =>
    (await made(admin.post(path, body)))[name];
  const groupOf = (registrationNo: string, areaCode: string) =>
    idOf('/v1/groups', group(registrationNo, areaCode), 'groupId');
  const webhookOf = () => idOf('/v1/webhooks', webhookOf4010, 'webhookId');
  const groupId = await groupOf('HOME-1', `${home}01`);
  await made(admin.put(`/v1/groups/${groupId}/figures/2012-03-31`, figures));
  const registry = {
    areaCode: home,
    groupId,
    submittedGroupId: await groupOf('HOME-2', home),
    spareGroupId: await groupOf('HOME-3', home),
    neighbourGroupId: await groupOf('NEIGHBOUR-1', neighbour),
    webhookId: await webhookOf(),
    spareWebhookId: await webhookOf(),
    signOutId: await idOf('/v1/sign-outs', signOutOf4010, 'signOutId'),
    apiKeyId: await idOf('/v1/api-keys', { name: 'Home', permissions: ['read'], areaCode: home }, 'apiKeyId'),
  };
  const team = { tier: 'district', areaCode: home };
  const teams = { teamId: (await makeTeam(admin, team)).teamId, spareTeamId: (await makeTeam(admin, team)).teamId };
  const rounds = await makeRounds(admin, registry, teams.teamId);
  return { ...registry, ...teams, ...rounds, ...(await makePlans({ admin, reviewer }, rounds.provinceRoundId)) };
}

/** A round of the province with sheets of 4010 and of its neighbour, and rounds of 4010 itself in every state. */
async function makeRounds(
  admin: Client,
  groups: { groupId: string; submittedGroupId: string; spareGroupId: string; neighbourGroupId: string },
  teamId: string,
) {
  const { groupId, submittedGroupId, spareGroupId, neighbourGroupId } = groups;
  const provinceRoundId: string = (await makeRound(admin)).roundId;
  await setTarget(admin, provinceRoundId, neighbourGroupId);
  for (const target of [groupId, submittedGroupId, spareGroupId])
    await setTarget(admin, provinceRoundId, target, teamId);
  for (const draft of [groupId, spareGroupId]) await made(admin.put(sheetPath(provinceRoundId, draft), fullSheet));
  for (const assessed of [submittedGroupId, neighbourGroupId])
    await assess(admin, provinceRoundId, assessed, '3'.repeat(19));

  const roundOf = async (roundNo: number, status: 'draft' | 'open', close = false): Promise<string> => {
    const { roundId } = await makeRound(admin, { areaCode: home, roundNo }, status);
    await setTarget(admin, roundId, groupId);
    if (close) await moveRound(admin, roundId, 'closing');
    return roundId;
  };
  const { roundId: spareRoundId } = await makeRound(admin, { areaCode: home, roundNo: 5 }, 'draft');
  return {
    provinceRoundId,
    draftRoundId: await roundOf(1, 'draft'),
    openRoundId: await roundOf(2, 'open'),
    closedRoundId: await roundOf(3, 'open', true),
    finishedRoundId: await roundOf(4, 'open', true),
    spareRoundId: spareRoundId as string,
  };
}

/** An action on a criterion that the planned group failed. */
export const planAction = { criterionNo: 1, title: 'อบรมบัญชี' };

/** A group of 4010 that failed a criterion in two rounds of the province, and plans of it in every state. */
async function makePlans({ admin, reviewer }: People, roundId: string) {
  const { groupId: plannedGroupId } = await made(admin.post('/v1/groups', group('HOME-4', home)));
  const { roundId: secondRoundId } = await makeRound(admin, { roundNo: 2 });
  for (const round of [roundId, secondRoundId]) {
    await setTarget(admin, round, plannedGroupId);
    await assess(admin, round, plannedGroupId, `1${'3'.repeat(18)}`);
  }
  const planOf = async (actionStatus: string, moves: readonly string[]) => {
    const body = { roundId, tier: 'group', groupId: plannedGroupId, title: 'แผน' };
    const { planId } = await made(admin.post('/v1/plans', body));
    const end = actionStatus === 'done' ? { progressPercent: 100, outcome: 'ทำได้แล้ว' } : {};
    const action = { ...planAction, ...end, status: actionStatus };
    const { actionId } = await made(admin.post(`/v1/plans/${planId}/actions`, action));
    for (const move of moves) await made(reviewer.post(`/v1/plans/${planId}/${move}`, undefined, { 'if-match': '*' }));
    return { planId: planId as string, actionId: actionId as string };
  };
  return {
    plannedGroupId: plannedGroupId as string,
    secondRoundId: secondRoundId as string,
    ...(await planOf('planned', [])),
    approvedPlanId: (await planOf('planned', [])).planId,
    startedPlanId: (await planOf('planned', ['approval'])).planId,
    emptiedPlanId: (await planOf('done', ['approval', 'start'])).planId,
    sparePlanId: (await planOf('planned', [])).planId,
  };
}
