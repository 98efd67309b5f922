import { sql } from 'drizzle-orm';
import t, { type Test } from 'tap';
import { inTransaction } from '../../src/platform/db/transactions.js';
import { figures } from '../contract/area-world.js';
import { adminSecret, startTestApp } from '../support/app.js';
import { type Change, endOf, follow, readWhole } from '../support/feed.js';
import { writeLate } from '../support/late-write.js';
import {
  made,
  makeGroup,
  makeRound,
  makeTeam,
  moveRound,
  roundContent,
  setTarget,
  sheetFrom,
  sheetPath,
} from '../support/world.js';

const told = ({ items }: { items: Change[] }) => items.map(({ action, kind }) => `${action} ${kind}`);

function increasing(t: Test, items: Change[]): void {
  const positions = items.map(({ position }) => position);
  t.strictSame(
    positions,
    [...new Set(positions)].sort((a, b) => a - b),
    'each once, and in order',
  );
}

t.test('every change is told once, in order, with who did what to which fields', async (t) => {
  const { admin, client } = await startTestApp(t);
  const reviewer = await client();
  const from = await endOf(admin);
  const group = await makeGroup(admin);
  const groupPath = `/v1/groups/${group.groupId}`;
  await made(admin.put(`${groupPath}/figures/2012-03-31`, figures));
  const team = await makeTeam(admin);
  const { version: _v, createdAt: _c, updatedAt: _u, teamId, ...content } = team;
  const renamed = await made(admin.put(`/v1/teams/${teamId}`, { ...content, name: 'ทีมใหม่' }, { 'if-match': '*' }));
  await admin.delete(`/v1/teams/${teamId}`, { 'if-match': '*' });
  const { roundId } = await makeRound(admin);
  const target = await setTarget(admin, roundId, group.groupId);
  const path = sheetPath(roundId, group.groupId);
  await made(admin.put(path, sheetFrom(`31${'3'.repeat(17)}`)));
  await made(admin.put(`${path}/scores/2`, { level: 2, reason: 'ดีขึ้น' }));
  await made(admin.post(`${path}/submission`, undefined, { 'if-match': '*' }));
  await made(reviewer.post(`${path}/return`, { reason: 'ลืมลงวันที่' }, { 'if-match': '*' }));

  const all = await follow(admin, from);
  increasing(t, all.items);
  t.strictSame(told(all), [
    'group.registered created',
    'figures.recorded created',
    'group.figures-updated changed',
    'team.formed created',
    'team.changed changed',
    'team.deleted deleted',
    'round.prepared created',
    'round.opening changed',
    'target.set created',
    'assessment.created created',
    'assessment.scored changed',
    'assessment.submitted changed',
    'assessment.returned changed',
  ]);
  const [registered, , latest, formed, changed, deleted, , , set, sheet, scored, , returned] = all.items;
  t.strictSame(registered.record, group, 'the record is what its endpoint shows');
  t.strictSame(latest.record, (await admin.get(groupPath)).body);
  const { asOf: _asOf, ...shownFigures } = latest.record.figures;
  t.strictSame(shownFigures, figures);
  t.strictSame(latest.changes, [{ field: 'figures', from: null, to: latest.record.figures }]);
  t.strictSame(formed.changes, []);
  t.strictSame(changed.changes, [{ field: 'name', from: content.name, to: 'ทีมใหม่' }]);
  t.strictSame(changed.record, renamed);
  t.equal(changed.version, 2);
  t.strictSame({ kind: changed.actor.kind, name: changed.actor.name }, { kind: 'api-key', name: 'First admin key' });
  t.equal(deleted.record, null);
  t.equal(deleted.version, null);
  t.match(deleted.changes, [
    { field: 'teamId', from: teamId, to: null },
    { field: 'name', from: 'ทีมใหม่', to: null },
  ]);
  const { registrationNo: _n, groupName: _g, ...ofTarget } = target;
  t.strictSame(set.record, ofTarget, 'but for what it takes of the group');
  t.equal(sheet.groupId, group.groupId);
  t.equal(sheet.resourceId, `${roundId}/${group.groupId}`);
  t.equal(sheet.record.scores.length, 19);
  t.strictSame(scored.changes, [
    { field: 'scores/2', from: { level: 1, reason: 'เหตุผลข้อ 2' }, to: { level: 2, reason: 'ดีขึ้น' } },
  ]);
  t.equal(returned.reason, 'ลืมลงวันที่');
  const { registrationNo, groupName, result, ...ofSheet } = (await admin.get(path)).body;
  t.strictSame(returned.record, ofSheet);
});

t.test('a change that commits late is not skipped, and what came after it waits', async (t) => {
  const { admin, database } = await startTestApp(t);
  const from = await endOf(admin);
  const late = await writeLate(database);
  const team = await makeTeam(admin);
  const waiting = await made(admin.get(`/v1/changes?after=${from}`));
  t.strictSame(waiting.items, []);
  t.equal(waiting.position, from);
  t.notOk(waiting.upToDate);
  t.ok(Date.parse(waiting.waitingSince) > 0);
  await late.commit();
  const page = await made(admin.get(`/v1/changes?after=${waiting.position}`));
  t.strictSame(
    page.items.map(({ resourceId }: Change) => resourceId),
    [late.teamId, team.teamId],
  );
  t.ok(page.upToDate);
  t.equal(page.waitingSince, null);

  const given = await writeLate(database);
  const second = await makeTeam(admin);
  await given.rollBack();
  const after = await follow(admin, page.position);
  t.strictSame(
    after.items.map(({ resourceId }) => resourceId),
    [second.teamId],
    'what was rolled back is not told',
  );
});

t.test('whoever lost a record is told that it left, and whoever got it that it entered', async (t) => {
  const service = await startTestApp(t);
  const { admin } = service;
  const [home, neighbour, above] = await Promise.all([
    service.client({ areaCode: '4010' }),
    service.client({ areaCode: '4002' }),
    service.client({ areaCode: '40' }),
  ]);
  const group = await makeGroup(admin, '401001');
  const path = `/v1/groups/${group.groupId}`;
  for (const day of ['2012-03-31', '2013-03-31']) await made(admin.put(`${path}/figures/${day}`, figures));
  const [homeAt, neighbourAt, aboveAt, adminAt] = await Promise.all([home, neighbour, above, admin].map(endOf));
  const move = async (areaCode: string) =>
    made(admin.put(path, { registrationNo: group.registrationNo, name: 'ชื่อใหม่', areaCode }, { 'if-match': '*' }));
  const moved = await move('400201');

  const [left] = (await follow(home, homeAt)).items;
  t.match(left, { kind: 'left', action: 'group.changed', resourceId: group.groupId, areaCode: '401001' });
  t.strictSame([left.record, left.changes, left.details, left.version], [null, [], null, null]);
  t.notMatch(JSON.stringify(left), /4002|ชื่อใหม่/, 'and not where it went or what it became');

  const [entered] = (await follow(neighbour, neighbourAt)).items;
  t.match(entered, { kind: 'entered', resourceId: group.groupId, areaCode: '400201', changes: [] });
  t.strictSame(entered.record, moved);
  t.strictSame(
    entered.details.figures,
    (await neighbour.get(`${path}/figures`)).body.items,
    'its figures come with it',
  );

  for (const [client, at] of [
    [above, aboveAt],
    [admin, adminAt],
  ] as const) {
    const [changed] = (await follow(client, at)).items;
    t.match(changed, { kind: 'changed', details: null });
    t.match(changed.changes, [{ field: 'name' }, { field: 'areaCode', from: '401001', to: '400201' }]);
  }
  t.match((await follow(admin, adminAt, '&area=4010')).items, [{ kind: 'left', record: null }]);
  t.match((await follow(admin, adminAt, '&area=4002')).items, [{ kind: 'entered' }]);
  t.strictSame((await follow(admin, adminAt, '&area=4011')).items, []);

  await made(admin.put(`${path}/figures/2014-03-31`, figures));
  t.equal((await follow(home, homeAt)).items.length, 1, 'what happens to it elsewhere is not told');
  await move('401001');
  const back = (await follow(home, homeAt)).items;
  t.match(back, [{ kind: 'left' }, { kind: 'entered' }]);
  t.equal(back[1].details.figures.length, 3);
  t.strictSame(told(await follow(neighbour, neighbourAt)), [
    'group.changed entered',
    'figures.recorded created',
    'group.figures-updated changed',
    'group.changed left',
  ]);
});

t.test('rounds and teams of the areas around are told too, and a round that goes elsewhere has left', async (t) => {
  const service = await startTestApp(t);
  const { admin } = service;
  const [home, other] = await Promise.all([service.client({ areaCode: '4010' }), service.client({ areaCode: '4101' })]);
  const [homeAt, otherAt] = await Promise.all([endOf(home), endOf(other)]);
  const round = await makeRound(admin, { areaCode: null }, 'draft');
  await makeTeam(admin);
  const put = (areaCode: string) =>
    made(admin.put(`/v1/rounds/${round.roundId}`, { ...roundContent, areaCode }, { 'if-match': '*' }));
  await put('40');
  await put('4011');
  t.strictSame(told(await follow(home, homeAt)), [
    'round.prepared created',
    'team.formed created',
    'round.changed changed',
    'round.changed left',
  ]);
  t.strictSame(told(await follow(other, otherAt)), ['round.prepared created', 'round.changed left']);
});

t.test('changes of keys are for auditors, and no secret is in them', async (t) => {
  const service = await startTestApp(t);
  const reader = await service.client({ permissions: ['read'] });
  const auditor = await service.client({ permissions: ['read', 'audit:read'] });
  const local = await service.client({ permissions: ['read', 'audit:read'], areaCode: '4010' });
  const answer = await made(
    service.admin.post('/v1/api-keys', { name: 'อำเภอ', permissions: ['read'], areaCode: '4010', expiresAt: null }),
  );
  t.strictSame((await follow(reader)).items, []);
  t.match((await follow(local)).items.at(-1), { resourceId: answer.apiKeyId, record: { name: 'อำเภอ' } });
  for (const client of [auditor, service.admin]) {
    const { items } = await follow(client);
    t.ok(items.some(({ resourceId }) => resourceId === answer.apiKeyId));
    const text = JSON.stringify(items);
    t.notMatch(text, /"secret|Hash|Lookup/);
    t.notOk(text.includes(answer.secret) || text.includes(adminSecret));
  }
});

t.test('filters, and the history of a record from either end', async (t) => {
  const service = await startTestApp(t);
  const { admin } = service;
  const [a, b] = [await makeGroup(admin, '401001'), await makeGroup(admin, '400201')];
  for (const group of [a, b]) await made(admin.put(`/v1/groups/${group.groupId}/figures/2012-03-31`, figures));
  const { roundId } = await makeRound(admin);
  await moveRound(admin, roundId, 'closing');
  await moveRound(admin, roundId, 'reopening', { reason: 'ตรวจซ้ำ' });

  const history = `resource=round&resourceId=${roundId}`;
  const oldest = await follow(admin, '0', `&${history}`);
  t.strictSame(
    oldest.items.map(({ action, version }) => [action, version]),
    [
      ['round.prepared', 1],
      ['round.opening', 2],
      ['round.closing', 3],
      ['round.reopening', 4],
    ],
  );
  t.equal(oldest.items[3].reason, 'ตรวจซ้ำ');
  const newest = await admin.pages(`/v1/changes?${history}&order=newest&limit=3`);
  t.strictSame(newest.flat(), [...oldest.items].reverse());
  t.strictSame(
    newest.map(({ length }) => length),
    [3, 1],
  );

  t.strictSame(told(await follow(admin, '0', `&groupId=${a.groupId}`)), [
    'group.registered created',
    'figures.recorded created',
    'group.figures-updated changed',
  ]);
  t.strictSame((await follow(admin, '0', `&groupId=${roundId}`)).items, [], 'a round is no group');
  t.strictSame(
    (await follow(admin, '0', '&resource=figures&area=4002')).items.map(({ groupId }) => groupId),
    [b.groupId],
  );
  t.strictSame(told(await follow(admin, '0', '&action=round.closing')), ['round.closing changed']);

  const home = await service.client({ areaCode: '4010' });
  t.strictSame((await follow(home, '0', `&resource=group&resourceId=${b.groupId}`)).items, []);
});

t.test('what does not fit is refused, and changes nothing', async (t) => {
  const service = await startTestApp(t);
  const { admin } = service;
  const home = await service.client({ areaCode: '4010' });
  const writer = await service.client({ permissions: ['groups:write'] });
  const get = (query: string) => ({ method: 'GET', path: `/v1/changes?${query}` }) as const;
  const bad = (query: string, code: string, pointer: string) =>
    admin.refused(t, get(query), { status: 400, code, pointers: [pointer] });
  await bad('after=-1', 'invalid-input', '/query/after');
  await bad('after=1e3', 'invalid-input', '/query/after');
  await bad('after=999999', 'cursor-invalid', '/query/after');
  await bad('limit=501', 'invalid-input', '/query/limit');
  await bad('resource=secret', 'invalid-input', '/query/resource');
  await bad('action=x', 'invalid-input', '/query/action');
  await bad('order=newest', 'invalid-input', '/query/order');
  await bad('resourceId=x', 'invalid-input', '/query/resourceId');
  await bad('area=9999', 'invalid-input', '/query/area');
  await home.refused(t, get('area=4002'), { status: 404, code: 'area-not-found' });
  await writer.refused(t, get(''), { status: 403, code: 'permission-missing' });
  await service.stranger.refused(t, get(''), { status: 401, code: 'unauthenticated' });
});

t.test('every record links to its history', async (t) => {
  const { admin } = await startTestApp(t);
  const group = await makeGroup(admin);
  const team = await makeTeam(admin);
  await made(admin.put(`/v1/groups/${group.groupId}/figures/2012-03-31`, figures));
  const { roundId } = await makeRound(admin);
  await setTarget(admin, roundId, group.groupId);
  await made(admin.put(sheetPath(roundId, group.groupId), sheetFrom('1'.repeat(19))));
  await made(admin.post(`${sheetPath(roundId, group.groupId)}/submission`, undefined, { 'if-match': '*' }));
  const plan = { roundId, tier: 'group', groupId: group.groupId, title: 'แผน' };
  const { planId } = await made(admin.post('/v1/plans', plan));
  const { actionId } = await made(admin.post(`/v1/plans/${planId}/actions`, { criterionNo: 1, title: 'อบรม' }));
  const key = await made(
    admin.post('/v1/api-keys', { name: 'k', permissions: ['read'], areaCode: null, expiresAt: null }),
  );
  const records = [
    [`/v1/groups/${group.groupId.toUpperCase()}`, 'group'],
    [`/v1/groups/${group.groupId}/figures/2012-03-31`, 'figures'],
    [`/v1/teams/${team.teamId}`, 'team'],
    [`/v1/rounds/${roundId}`, 'round'],
    [`/v1/rounds/${roundId}/targets/${group.groupId}`, 'target'],
    [sheetPath(roundId, group.groupId), 'assessment'],
    [`/v1/plans/${planId}`, 'plan'],
    [`/v1/plans/${planId}/actions/${actionId}`, 'plan-action'],
    [`/v1/api-keys/${key.apiKeyId}`, 'api-key'],
  ];
  for (const [path = '', resource] of records) {
    const { headers, body } = await admin.get(path);
    const [, link = ''] = /^<([^>]*)>; rel="version-history"$/.exec(String(headers.link)) ?? [];
    const { items } = await made(admin.get(link));
    t.ok(items.length > 0, `${path} has a history`);
    t.match(items.at(-1), { resource, version: body.version });
  }
  t.equal(
    (await admin.get('/v1/instruments/fhc@1')).headers.link,
    '</v1/changes?resource=instrument&resourceId=fhc%401>; rel="version-history"',
  );
  t.equal((await admin.get('/v1/teams/01936d5e-6f70-7c3a-9c55-0242ac120099')).headers.link, undefined);
});

t.test('a feed that goes back only some days refuses who comes from before them', async (t) => {
  const service = await startTestApp(t, { CHANGES_RETENTION_DAYS: '30' });
  const { admin, database } = service;
  const old = await makeTeam(admin);
  const { position } = await made(admin.get('/v1/changes'));
  await inTransaction(database.db, async (tx) => {
    await tx.execute(sql`update changes set happened_at = now() - interval '31 days'`);
  });
  const team = await makeTeam(admin);
  const refused = (path: string, headers = {}) =>
    admin.refused(t, { method: 'GET', path, headers }, { status: 410, code: 'feed-position-expired' });
  await refused('/v1/changes');
  await refused(`/v1/changes?after=${Number(position) - 1}`);
  await refused('/v1/changes/stream');
  await refused('/v1/changes', { accept: 'application/x-ndjson' });
  const { items } = await made(admin.get(`/v1/changes?after=${position}`));
  t.strictSame(
    items.map(({ resourceId }: Change) => resourceId),
    [team.teamId],
    'who has read the old ones goes on',
  );
  const history = await made(admin.get(`/v1/changes?resource=team&resourceId=${old.teamId}`));
  t.equal(history.items.length, 1, 'a history goes back for ever');
  const list = await readWhole(admin, '/v1/teams');
  t.equal((await admin.get(`/v1/changes?after=${list.position}`)).status, 200);
});
