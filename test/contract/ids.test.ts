/** A UUID is a value (RFC 9562): capital letters in it, wherever it comes in, change nothing. */
import t from 'tap';
import { startTestApp } from '../support/app.js';
import type { Answer } from '../support/client.js';
import { changesDuring } from '../support/state.js';
import {
  assess,
  made,
  makeGroup,
  makeRound,
  makeTeam,
  roundContent,
  setTarget,
  sheetFrom,
  sheetPath,
} from '../support/world.js';

const { admin, database } = await startTestApp(t);
const any = { 'if-match': '*' };
const uuids = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const shouted = (text: string) => text.replace(uuids, (uuid) => uuid.toUpperCase());

const group = await makeGroup(admin);
const second = await makeGroup(admin);
const { teamId } = await makeTeam(admin);
const { roundId } = await makeRound(admin);
const [target, sheet] = [`/v1/rounds/${roundId}/targets/${group.groupId}`, sheetPath(roundId, group.groupId)];
for (const { groupId } of [group, second]) {
  await setTarget(admin, roundId, groupId, teamId);
  await assess(admin, roundId, groupId, '1'.repeat(19), { submitted: groupId === second.groupId, teamId });
}
await made(admin.put(`/v1/groups/${group.groupId}/figures/2012-03-31`, { memberCount: 1, savingsBaht: 1 }));
await made(admin.put(`/v1/groups/${group.groupId}/figures/2011-03-31`, { memberCount: 1, savingsBaht: 1 }));
const drafted = await made(admin.post('/v1/plans/drafting', { roundId, tier: 'group', groupId: second.groupId }));
const { planId } = drafted.plan;
const earlier = await makeRound(admin, { roundNo: 2 });
const keyId = (await admin.get('/v1/api-keys')).body.items[0].apiKeyId;

t.test('in a path and in a filter it finds the same', async (t) => {
  const paths = [
    `/v1/api-keys/${keyId}`,
    `/v1/groups/${group.groupId}`,
    `/v1/groups/${group.groupId}/figures`,
    `/v1/groups/${group.groupId}/figures/2012-03-31`,
    `/v1/groups/${group.groupId}/health`,
    `/v1/teams/${teamId}`,
    `/v1/rounds/${roundId}`,
    target,
    `/v1/rounds/${roundId}/targets?team=${teamId}`,
    sheet,
    `${sheet}/scores/2`,
    `/v1/rounds/${roundId}/assessments?team=${teamId}`,
    `/v1/rounds/${roundId}/statistics`,
    `/v1/rounds/${roundId}/comparison/groups?with=${earlier.roundId}`,
    `/v1/plans/${planId}`,
    `/v1/plans?round=${roundId}&group=${second.groupId}`,
    `/v1/plans/${planId}/actions`,
  ];
  for (const path of paths) {
    const [plain, loud] = [await admin.get(path), await admin.get(shouted(path))];
    t.not(shouted(path), path);
    t.strictSame([loud.status, loud.body, loud.headers.etag], [200, plain.body, plain.headers.etag], path);
  }
});

t.test('the cursor of a list goes on in it', async (t) => {
  const { body } = await admin.get(`/v1/rounds/${roundId}/targets?limit=1&team=${teamId}`);
  const after = new URL(body.next, 'http://x').searchParams.get('after') ?? '';
  const list = shouted(`/v1/rounds/${roundId}/targets?limit=1&team=${teamId}`);
  const rest = await admin.get(`${list}&after=${after}`);
  t.strictSame([rest.status, rest.body.items.length], [200, 1]);
});

t.test('a PUT that names what is there by it changes nothing, with If-Match and without', async (t) => {
  const writes: [string, object][] = [
    [target, { teamId }],
    [sheet, sheetFrom('1'.repeat(19), { teamId })],
  ];
  for (const [path, body] of writes) {
    const { version } = (await admin.get(path)).body;
    const loud = JSON.parse(shouted(JSON.stringify(body)));
    for (const [where, what] of [
      [path, loud],
      [shouted(path), body],
      [shouted(path), loud],
    ]) {
      for (const headers of [{}, any]) {
        const rows = await changesDuring(database, async () => {
          const { status, body } = await admin.put(where, what, headers);
          t.strictSame([status, body.version, body.teamId], [200, version, teamId], where);
        });
        t.equal(rows.length, 0, `${where} notes no change`);
      }
    }
  }
});

t.test('a chosen id makes one record, however it is written when it is sent again', async (t) => {
  const chosen = '0A936D5E-6F70-7C3A-9C55-0242AC12000F';
  const kinds: [string, string, object][] = [
    ['/v1/groups', 'groupId', { registrationNo: 'ID-1', name: 'กลุ่ม', areaCode: '4010' }],
    ['/v1/teams', 'teamId', { name: 'ทีม', tier: 'province', areaCode: '40', members: [] }],
    ['/v1/rounds', 'roundId', { ...roundContent, roundNo: 3 }],
  ];
  for (const [path, field, content] of kinds) {
    const first = await admin.post(path, { ...content, [field]: chosen });
    t.strictSame([first.status, first.body[field]], [201, chosen.toLowerCase()], path);
    t.equal(first.headers.location, `${path}/${chosen.toLowerCase()}`);
    for (const id of [chosen, chosen.toLowerCase()]) {
      const again = { method: 'POST', path, body: { ...content, [field]: id } } as const;
      await admin.refused(t, again, { status: 409, code: 'id-taken' });
    }
  }
});

t.test('a body that names a record by it is taken', async (t) => {
  const copy = `/v1/rounds/${earlier.roundId}/targets/copy`;
  t.equal((await admin.post(copy, { fromRoundId: roundId.toUpperCase() })).body.copied, 2);
  const place = { roundId: roundId.toUpperCase(), tier: 'group', groupId: second.groupId.toUpperCase() };
  const again = await made(admin.post('/v1/plans/drafting', place).then(orNothing));
  t.equal(again.plan?.planId ?? planId, planId, 'the plan that is there is found');
});

/** All findings have an action already, which is said by name. */
function orNothing(answer: Answer): Answer {
  return answer.status === 422 ? { ...answer, status: 200 } : answer;
}

t.test('a file that names groups and teams by it finds what is there', async (t) => {
  const { groupId } = group;
  const row = { groupId, ...sheetFrom('1'.repeat(19), { teamId }), status: 'draft' };
  const files: [string, object][] = [
    ['/v1/groups', { groupId, registrationNo: group.registrationNo, name: group.name, areaCode: '401001' }],
    ['/v1/figures', { groupId, asOf: '2012-03-31', memberCount: 1, savingsBaht: 1 }],
    [`/v1/rounds/${roundId}/targets`, { groupId, teamId }],
    [`/v1/rounds/${roundId}/assessments`, row],
  ];
  for (const [path, record] of files) {
    const payload = `${shouted(JSON.stringify(record))}\n`;
    const headers = { 'content-type': 'application/x-ndjson' };
    const { status, body } = await admin.send({ method: 'POST', path: shouted(path), payload, headers });
    t.strictSame([status, body.unchanged, body.rejected], [200, 1, 0], path);
  }
});
