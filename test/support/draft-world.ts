import { setTimeout as delay } from 'node:timers/promises';
import {
  assess,
  made,
  makeGroup,
  makeRound,
  makeTeam,
  moveRound,
  type People,
  setTarget,
  sheetFrom,
  sheetPath,
} from './world.js';

const any = { 'if-match': '*' };

/** Stands in every text that only drafts have, and nowhere else. */
export const secretText = 'ลับเฉพาะร่าง';

export type DraftWorld = Awaited<ReturnType<typeof makeDraftWorld>>;

/**
 * A published round and an open one, with drafts of every kind beside what is no draft: sheets begun, scored and returned, a
 * round with a target, an approved plan and an action, and plans of group and district.
 */
export async function makeDraftWorld({ admin, reviewer }: People) {
  const team = await makeTeam(admin);
  const groupIds: string[] = [];
  for (const area of ['401001', '401001', '401001', '401002', '401002'])
    groupIds.push((await makeGroup(admin, area)).groupId);
  const [submittedId = '', begunId = '', returnedId = '', untouchedId = '', hiddenTargetId = ''] = groupIds;

  const { roundId: earlierId } = await makeRound(admin, { roundNo: 1 });
  await setTarget(admin, earlierId, submittedId, team.teamId);
  await assess(admin, earlierId, submittedId, `1${'3'.repeat(18)}`);
  for (const move of ['closing', 'publication']) await moveRound(admin, earlierId, move);

  const { roundId: openId } = await makeRound(admin, { roundNo: 2 });
  for (const groupId of [submittedId, begunId, returnedId, untouchedId])
    await setTarget(admin, openId, groupId, team.teamId);
  await assess(admin, openId, submittedId, `12${'3'.repeat(17)}`);
  await made(
    admin.put(sheetPath(openId, begunId), sheetFrom('1111', { summary: secretText, assessedOn: '2012-04-03' })),
  );
  await made(
    admin.put(`${sheetPath(openId, begunId)}/scores/7`, {
      level: 1,
      reason: `${secretText} 7`,
      assessedOn: '2012-04-03',
    }),
  );
  await assess(admin, openId, returnedId, '2'.repeat(19));
  // A moment at which the sheet was submitted, and later is not.
  await delay(5);
  const { headers } = await admin.get('/v1/groups/rows', { accept: 'application/x-ndjson' });
  const whileSubmitted = String(headers['x-snapshot-at']);
  await delay(5);
  await made(reviewer.post(`${sheetPath(openId, returnedId)}/return`, { reason: `${secretText} คืน` }, any));
  await made(admin.patch(sheetPath(openId, returnedId), { summary: `${secretText} แก้` }, any));

  const { roundId: draftRoundId } = await makeRound(admin, { roundNo: 3, title: `${secretText} รอบ` }, 'draft');
  await setTarget(admin, draftRoundId, hiddenTargetId, team.teamId);
  const planOf = async (content: object, moves: readonly string[], title: string) => {
    const { planId } = await made(admin.post('/v1/plans', { title, ...content }));
    const action = { criterionNo: 1, title, reason: title, budgetBaht: 1234, kind: 'training' };
    const { actionId } = await made(admin.post(`/v1/plans/${planId}/actions`, action));
    for (const move of moves) await made(reviewer.post(`/v1/plans/${planId}/${move}`, undefined, any));
    return { planId: String(planId), actionId: String(actionId) };
  };
  const ofGroup = { roundId: openId, tier: 'group', groupId: submittedId };
  const ofDistrict = { tier: 'district', areaCode: '4010' };
  return {
    earlierId: String(earlierId),
    openId: String(openId),
    draftRoundId: String(draftRoundId),
    submittedId,
    begunId,
    returnedId,
    hiddenTargetId,
    whileSubmitted,
    teamId: String(team.teamId),
    approved: await planOf(ofGroup, ['approval'], 'แผนที่อนุมัติแล้ว'),
    draft: await planOf(ofGroup, [], `${secretText} แผน`),
    draftOfDistrict: await planOf({ ...ofDistrict, roundId: openId }, [], `${secretText} แผนอำเภอ`),
    ofDraftRound: await planOf({ ...ofDistrict, roundId: draftRoundId }, ['approval'], `${secretText} แผนของรอบร่าง`),
  };
}

/** The values that stand in nothing but drafts. */
export function secretsOf({ draftRoundId, draft, draftOfDistrict, ofDraftRound }: DraftWorld): string[] {
  const plans = [draft, draftOfDistrict, ofDraftRound].flatMap(({ planId, actionId }) => [planId, actionId]);
  return [secretText, draftRoundId, ...plans, '"status":"draft"', '"assessmentStatus":"draft"', ',draft,'];
}
