import { makeOddWorld } from './odd-world.js';
import { assess, made, makeGroup, makeRound, makeTeam, moveRound, type People, setTarget } from './world.js';

type Groups = Parameters<typeof makeOddWorld>[1];

/**
 * Makes records of every kind, with all that can become of them: an odd round that is open, one that was returned to,
 * published and planned for, plans in several states, actions, and records of each kind that were deleted again.
 */
export async function makeRichWorld({ admin, reviewer }: People, groups: Groups): Promise<void> {
  await makeOddWorld({ admin, reviewer }, groups);
  const any = { 'if-match': '*' };
  const team = await makeTeam(admin, { name: 'ทีมของรอบที่ 2' });
  const { roundId } = await makeRound(admin, { roundNo: 2 });
  const ids: string[] = [];
  for (const levels of ['1333333333333333333', '1122333333333333333', '3333333333333333333']) {
    const { groupId } = await makeGroup(admin, '401002');
    ids.push(groupId);
    await setTarget(admin, roundId, groupId, team.teamId);
    await assess(admin, roundId, groupId, levels, { teamId: team.teamId });
  }
  await moveRound(admin, roundId, 'closing');
  await moveRound(admin, roundId, 'reopening', { reason: 'ข้อมูลไม่ครบ' });
  await moveRound(admin, roundId, 'closing');
  await moveRound(admin, roundId, 'publication');
  for (const groupId of ids.slice(0, 2)) {
    const { plan, added } = await made(admin.post('/v1/plans/drafting', { roundId, tier: 'group', groupId }));
    const path = `/v1/plans/${plan.planId}`;
    await made(admin.patch(`${path}/actions/${added[0].actionId}`, { budgetBaht: 1500.5 }, any));
    const { actionId } = await made(admin.post(`${path}/actions`, { criterionNo: 1, title: '=กิจกรรม 2' }));
    await made(reviewer.post(`${path}/approval`, undefined, any));
    if (groupId !== ids[0]) continue;
    await admin.delete(`${path}/actions/${actionId}`, any);
    await made(admin.post(`${path}/start`, undefined, any));
  }
  const district = { roundId, tier: 'district', areaCode: '4010', title: 'แผนอำเภอ' };
  const { planId } = await made(admin.post('/v1/plans', district));
  await admin.delete(`/v1/plans/${planId}`, any);
  const spare = await makeTeam(admin, { name: 'ทีมที่ถูกลบ' });
  await admin.delete(`/v1/teams/${spare.teamId}`, any);
  const webhook = { url: 'https://receiver.example/prot', areaCode: '40', active: false };
  await made(admin.post('/v1/webhooks', webhook));
  await made(admin.post('/v1/sign-outs', { personId: crypto.randomUUID(), areaCode: '40', reason: 'แท็บเล็ตหาย' }));
  // Nothing of this happens, so that nothing is sent.
  await made(admin.post('/v1/webhooks', { ...webhook, active: true, filters: { actions: ['round.deleted'] } }));
  const key = await made(
    admin.post('/v1/api-keys', { name: 'กุญแจอำเภอ', permissions: ['read'], areaCode: '4010', expiresAt: null }),
  );
  await admin.delete(`/v1/api-keys/${key.apiKeyId ?? key.key.apiKeyId}`, any);
}
