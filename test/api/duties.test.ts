/** Who may do what by the duties of the field: roles, teams, districts, and systems that act for an officer. */
import t from 'tap';
import { type Permission, roles } from '../../src/domain/access.js';
import { startTestApp } from '../support/app.js';
import type { Client } from '../support/client.js';
import { makeKey } from '../support/keys.js';
import { assess, made, makeGroup, makeRound, makeTeam, setTarget, sheetFrom, sheetPath } from '../support/world.js';

const service = await startTestApp(t);
const { admin, client, withSecret } = service;
const anyVersion = { 'if-match': '*' };
const levels = '3'.repeat(19);
const districtTeam = { tier: 'district', areaCode: '4010' };

t.test('getMe: a caller learns who it is, what it may do, where, for whom and until when', async (t) => {
  const { teamId, name } = await makeTeam(admin, districtTeam);
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const wanted = { name: 'ทีมที่ 7', permissions: roles.team, areaCode: '4010', teamId, expiresAt };
  const { apiKeyId, secret } = await makeKey(admin, wanted);
  const { status, body, headers } = await withSecret(secret).get('/v1/me');
  t.equal(status, 200);
  const { limits, ...me } = body;
  t.strictSame(me, {
    kind: 'api-key',
    id: apiKeyId,
    name: 'ทีมที่ 7',
    personId: null,
    onBehalfOf: null,
    actsOnBehalf: false,
    permissions: ['read', 'read:drafts', 'assessments:write'],
    area: { areaCode: '4010', name: { th: 'บ้านไผ่', en: 'Ban Phai' } },
    team: { teamId, name },
    expiresAt,
  });
  t.ok(limits.length > 0);
  t.equal(headers['api-key-expires'], expiresAt, 'a key that ends within thirty days says so');
  t.equal((await admin.get('/v1/me')).body.area, null, 'the whole country');
  t.notOk('api-key-expires' in (await admin.get('/v1/me')).headers);
  const all = await client({ permissions: ['admin'] });
  t.ok((await all.get('/v1/me')).body.permissions.includes('rounds:publish'), 'admin is every permission');
  t.equal((await all.get('/v1/rounds')).status, 200);
});

t.test('listRoles: the roles of the field, as whoever makes keys needs them', async (t) => {
  const { body } = await (await client({ permissions: ['metrics:read'] })).get('/v1/roles');
  const permissionsOf = new Map<string, Permission[]>(
    body.items.map((item: { role: string; permissions: Permission[] }) => [item.role, item.permissions]),
  );
  t.strictSame([...permissionsOf.keys()], ['province', 'district', 'team', 'analyst', 'integration']);
  t.strictSame(permissionsOf.get('analyst'), ['read'], 'an analyst reads no drafts');
  for (const signedOffByPeople of ['assessments:review', 'plans:approve', 'rounds:publish'] as const) {
    t.notOk(permissionsOf.get('integration')?.includes(signedOffByPeople), `no system has ${signedOffByPeople}`);
    t.ok(permissionsOf.get('province')?.includes(signedOffByPeople));
  }
});

t.test('a caller that is bound to a team writes the sheets of its own targets, whichever way', async (t) => {
  const [own, other] = [await makeTeam(admin, districtTeam), await makeTeam(admin, districtTeam)];
  const { roundId } = await makeRound(admin, { roundNo: 1 });
  const groups = [];
  for (const team of [own, other, null]) {
    const { groupId } = await makeGroup(admin, '401001');
    await setTarget(admin, roundId, groupId, team?.teamId ?? null);
    groups.push(groupId as string);
  }
  const [ownGroup = '', otherGroup = '', groupOfNone = ''] = groups;
  const team = await client({ permissions: roles.team, areaCode: '40', teamId: own.teamId });

  const path = sheetPath(roundId, ownGroup);
  t.equal((await team.put(path, sheetFrom(levels))).status, 201);
  t.equal((await team.patch(`${path}/scores/2`, { level: 1, reason: 'พบข้อบกพร่อง' })).status, 200, 'by one statement');
  t.equal((await team.put(path, sheetFrom(levels), anyVersion)).status, 200);
  t.equal((await team.post(`${path}/submission`, undefined, anyVersion)).status, 200);

  const forbidden = { status: 403, code: 'team-not-yours' };
  await admin.put(sheetPath(roundId, otherGroup), sheetFrom(levels));
  for (const group of [otherGroup, groupOfNone]) {
    const target = sheetPath(roundId, group);
    const calls = [
      { method: 'PUT', path: target, body: sheetFrom(levels), headers: anyVersion },
      { method: 'PATCH', path: `${target}/scores/2`, body: { level: 1, reason: 'ตรวจพบ' } },
      { method: 'PUT', path: `${target}/scores/2`, body: { level: 1, reason: 'ตรวจพบ' } },
      { method: 'POST', path: `${target}/submission`, headers: anyVersion },
      { method: 'DELETE', path: target, headers: anyVersion },
    ] as const;
    for (const call of calls) await team.refused(t, call, forbidden);
  }

  const { groupId: secondOwn } = await makeGroup(admin, '401001');
  await setTarget(admin, roundId, secondOwn, own.teamId);
  const foreign = { ...sheetFrom(levels), teamId: other.teamId };
  const call = { method: 'PUT', path: sheetPath(roundId, secondOwn), body: foreign } as const;
  await team.refused(t, call, forbidden);
  const rows = [{ groupId: secondOwn }, { groupId: otherGroup }, { groupId: groupOfNone }];
  const file = {
    method: 'POST' as const,
    path: `/v1/rounds/${roundId}/assessments/rows`,
    payload: rows.map((row) => `${JSON.stringify({ ...row, ...sheetFrom(levels) })}\n`).join(''),
    headers: { 'content-type': 'application/x-ndjson' },
  };
  const { body } = await team.refused(t, file, { status: 422, code: 'import-refused' });
  t.strictSame(
    body.errors.map(({ row, code }: { row: number; code: string }) => [row, code]),
    [
      [2, 'team-not-yours'],
      [3, 'team-not-yours'],
    ],
  );
  const skipping = { ...file, path: `${file.path}?onError=skip` };
  t.equal((await team.send(skipping)).body.created, 1, 'its own row is taken');
});

t.test(
  'a target that is given to another team is that one’s from then on, also where a sheet is written at once',
  async (t) => {
    const [own, other] = [await makeTeam(admin, districtTeam), await makeTeam(admin, districtTeam)];
    const { roundId } = await makeRound(admin, { roundNo: 2 });
    const { groupId } = await makeGroup(admin, '401001');
    await setTarget(admin, roundId, groupId, own.teamId);
    const team = await client({ permissions: roles.team, areaCode: '4010', teamId: own.teamId });
    const path = sheetPath(roundId, groupId);
    await made(team.put(path, sheetFrom(levels)));
    await made(team.patch(`${path}/scores/1`, { level: 2 }));
    await made(admin.put(`/v1/rounds/${roundId}/targets/${groupId}`, { teamId: other.teamId }, anyVersion));
    const score = { method: 'PATCH', path: `${path}/scores/1`, body: { level: 3 } } as const;
    await team.refused(t, score, { status: 403, code: 'team-not-yours' });
  },
);

t.test(
  'a key that is bound to a team has no more than a team needs, and the team is one that its maker sees',
  async (t) => {
    const { teamId } = await makeTeam(admin, districtTeam);
    const refuse = (body: object, pointers: string[], maker: Client = admin) =>
      maker.refused(
        t,
        { method: 'POST', path: '/v1/api-keys', body: { name: 'k', areaCode: '4010', permissions: ['read'], ...body } },
        { status: 422, code: 'rules-broken', pointers },
      );
    await refuse({ teamId, permissions: ['read', 'assessments:write', 'assessments:review'] }, ['/permissions']);
    await refuse({ teamId, permissions: ['admin'] }, ['/permissions']);
    await refuse({ teamId: '01936d5e-6f70-7c3a-9c55-0242ac120002' }, ['/teamId']);
    await refuse({ teamId, areaCode: '4002' }, ['/teamId']);
  },
);

t.test(
  'a district names the team of targets in its own district, forms its own team, and makes no target',
  async (t) => {
    const { roundId } = await makeRound(admin, { roundNo: 3 });
    const [{ groupId }, { groupId: untargeted }, { groupId: elsewhere }] = [
      await makeGroup(admin, '401001'),
      await makeGroup(admin, '401002'),
      await makeGroup(admin, '400201'),
    ];
    for (const group of [groupId, elsewhere]) await setTarget(admin, roundId, group);
    const district = await client({ permissions: roles.district, areaCode: '4010' });
    const network = await made(district.post('/v1/teams', { name: 'เครือข่าย', ...districtTeam, members: [] }));

    const target = `/v1/rounds/${roundId}/targets/${groupId}`;
    t.equal((await district.put(target, { teamId: network.teamId }, anyVersion)).body.teamId, network.teamId);
    t.equal((await district.patch(target, { teamId: null }, anyVersion)).body.teamId, null);
    const file = (path: string, row: object) => ({
      method: 'POST' as const,
      path,
      payload: `${JSON.stringify(row)}\n`,
      headers: { 'content-type': 'application/x-ndjson' },
    });
    const rows = `/v1/rounds/${roundId}/targets/rows`;
    t.equal((await district.send(file(rows, { groupId, teamId: network.teamId }))).body.updated, 1);

    const outside = { status: 403, code: 'area-outside-yours' };
    const making = `/v1/rounds/${roundId}/targets/${untargeted}`;
    await district.refused(t, { method: 'PUT', path: making, body: { teamId: null } }, outside);
    await district.refused(t, { method: 'DELETE', path: target, headers: anyVersion }, outside);
    const refused = await district.refused(t, file(rows, { groupId: untargeted }), {
      status: 422,
      code: 'import-refused',
    });
    t.equal(refused.body.errors[0].code, 'area-outside-yours');
    const hidden = {
      method: 'PUT',
      path: `/v1/rounds/${roundId}/targets/${elsewhere}`,
      body: { teamId: null },
    } as const;
    await district.refused(t, { ...hidden, headers: anyVersion }, { status: 404, code: 'group-not-found' });
    const provincial = {
      method: 'POST',
      path: '/v1/teams',
      body: { name: 'x', tier: 'province', areaCode: '40', members: [] },
    } as const;
    await district.refused(t, provincial, outside);
  },
);

t.test('On-Behalf-Of: the officer stands in the history, of a record and of what was returned', async (t) => {
  const system = await client({ name: 'ระบบกลาง', actsOnBehalf: true });
  const officer = { 'on-behalf-of': 'officer-4471' };
  const { groupId } = await made(
    system.post('/v1/groups', { registrationNo: 'OBO-1', name: 'กลุ่ม', areaCode: '401001' }, officer),
  );
  const { items } = (await admin.get(`/v1/changes?resource=group&resourceId=${groupId}`)).body;
  t.hasStrict(items[0].actor, { kind: 'api-key', name: 'ระบบกลาง', onBehalfOf: 'officer-4471' });
  t.equal(items[0].details, null, 'it is no fact of the act beside its actor');
  t.equal((await system.get('/v1/me', officer)).body.onBehalfOf, 'officer-4471');

  const { roundId } = await makeRound(admin, { roundNo: 4 });
  await setTarget(admin, roundId, groupId);
  await assess(system, roundId, groupId, levels, { submitted: false });
  const path = sheetPath(roundId, groupId);
  await made(system.patch(`${path}/scores/3`, { level: 2 }, { 'on-behalf-of': 'officer-9' }));
  await made(system.post(`${path}/submission`, undefined, { ...anyVersion, 'on-behalf-of': 'officer-9' }));
  const returned = await admin.post(`${path}/return`, { reason: 'ตรวจใหม่' }, anyVersion);
  t.notOk('onBehalfOf' in returned.body.lastReturn.by);
  const history = (await admin.get(`/v1/changes?resource=assessment&resourceId=${roundId}/${groupId}`)).body.items;
  t.strictSame(
    history.map((item: { action: string; actor: { onBehalfOf?: string } }) => [item.action, item.actor.onBehalfOf]),
    [
      ['assessment.created', undefined],
      ['assessment.scored', 'officer-9'],
      ['assessment.submitted', 'officer-9'],
      ['assessment.returned', undefined],
    ],
    'also where one statement writes the sheet and its change',
  );
  const file = await system.send({
    method: 'POST',
    path: '/v1/groups/rows',
    payload: 'registrationNo,name,areaCode\nOBO-2,กลุ่ม,401001\n',
    headers: { 'content-type': 'text/csv', ...officer },
  });
  t.equal(file.body.created, 1);
  const imported = (await admin.get('/v1/changes?resource=group&action=group.imported')).body.items;
  t.equal(imported.at(-1).actor.onBehalfOf, 'officer-4471', 'and of a file');
});

t.test('On-Behalf-Of: only from a system that is trusted with it, and never a citizen id', async (t) => {
  const system = await client({ actsOnBehalf: true });
  const call = {
    method: 'POST' as const,
    path: '/v1/groups',
    body: { registrationNo: 'OBO-9', name: 'ก', areaCode: '4010' },
  };
  const sent = (value: string) => ({ ...call, headers: { 'on-behalf-of': value } });
  await admin.refused(t, sent('officer-1'), { status: 403, code: 'on-behalf-of-not-yours' });
  const malformed = { status: 400, code: 'on-behalf-of-malformed' };
  for (const value of ['x'.repeat(129), 'two words', 'tab\there', 'caf\u00e9'])
    await system.refused(t, sent(value), malformed);

  // 1-1017-00230-70-8: 13*1+12*1+11*0+10*1+9*7+8*0+7*0+6*2+5*3+4*0+3*7+2*0 = 146, 146 mod 11 = 3, 11 - 3 = 8.
  const citizenId = { status: 400, code: 'on-behalf-of-citizen-id' };
  const forms = ['1101700230708', '1-1017-00230-70-8', '1.1017.00230.70.8', '1_1017_00230_70_8', '1/1017/00230/70/8'];
  const hidden = [
    'officer:1101700230708',
    '1101700230708@dopa.example',
    'TH1101700230708',
    '%31101700230708',
    '1%2D1017-00230-70-8',
  ];
  for (const value of [...forms, ...hidden]) {
    const { body } = await system.refused(t, sent(value), citizenId);
    t.notOk(JSON.stringify(body).includes('00230'), 'the answer does not repeat it');
  }
  // The check digit is wrong, or there are more or fewer digits: ids of something else.
  for (const value of [
    '1101700230709',
    '11017002307081',
    '110170023070',
    // The id is here only across the dashes of what a machine made.
    'aaaaaaaa-1101-7002-3070-8aaaaaaaaaaa',
    'x'.repeat(128),
  ]) {
    t.equal((await system.get('/v1/me', { 'on-behalf-of': value })).body.onBehalfOf, value);
  }
});

t.test('nobody hands on more trust than it has: acting for others, and the name of another person', async (t) => {
  const person = '01936d5e-6f70-7c3a-9c55-0242ac12aaaa';
  const maker = await client({ permissions: ['keys:write', 'read'], areaCode: '40', personId: person });
  const body = { name: 'k', permissions: ['read'], areaCode: '4010' };
  const refuse = (more: object) =>
    maker.refused(
      t,
      { method: 'POST', path: '/v1/api-keys', body: { ...body, ...more } },
      { status: 403, code: 'permission-not-yours' },
    );
  await refuse({ actsOnBehalf: true });
  await refuse({ personId: '01936d5e-6f70-7c3a-9c55-0242ac12bbbb' });
  t.equal((await maker.post('/v1/api-keys', body)).body.personId, person, 'a key that a person makes is theirs');
  t.equal(
    (await maker.post('/v1/api-keys', { ...body, personId: null })).body.personId,
    null,
    'unless it is for a system',
  );
});

t.test('rotateApiKey: both secrets work for a while, the old one says until when, and then it is over', async (t) => {
  const { apiKeyId, secret } = await makeKey(admin, { permissions: ['read'] });
  const path = `/v1/api-keys/${apiKeyId}/secret-rotation`;
  const { status, body, headers } = await admin.post(path, { overlapHours: 2 }, { 'if-match': '"1"' });
  t.equal(status, 200);
  t.equal(headers['cache-control'], 'no-store');
  t.match(body.secret, /^prot_[A-Za-z0-9_-]{43}$/);
  t.strictSame([body.version, body.prefix], [2, body.secret.slice(0, 12)]);
  const left = Date.parse(body.previousSecretExpiresAt) - Date.now();
  t.ok(Math.abs(left - 7_200_000) < 60_000, 'two hours');

  const [old, fresh] = [await withSecret(secret).get('/v1/me'), await withSecret(body.secret).get('/v1/me')];
  t.strictSame([old.status, old.headers['api-key-expires']], [200, body.previousSecretExpiresAt]);
  t.strictSame([fresh.status, fresh.headers['api-key-expires']], [200, undefined]);
  t.equal(old.body.id, fresh.body.id, 'it is one key');

  await admin.refused(
    t,
    { method: 'POST', path, body: {}, headers: { 'if-match': '"1"' } },
    { status: 412, code: 'version-stale' },
  );
  const again = await made(admin.post(path, { overlapHours: 0 }, anyVersion));
  t.equal(again.previousSecretExpiresAt, null);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  for (const gone of [secret, body.secret]) {
    await withSecret(gone).refused(t, { method: 'GET', path: '/v1/me' }, { status: 401, code: 'unauthenticated' });
  }
  t.equal((await withSecret(again.secret).get('/v1/me')).status, 200);

  const small = await client({ permissions: ['keys:write', 'read'] });
  const { apiKeyId: mighty } = await makeKey(admin, { permissions: ['read', 'rounds:publish'] });
  const stealing = {
    method: 'POST',
    path: `/v1/api-keys/${mighty}/secret-rotation`,
    body: {},
    headers: anyVersion,
  } as const;
  await small.refused(t, stealing, { status: 403, code: 'permission-not-yours' });
  await made(admin.delete(`/v1/api-keys/${apiKeyId}`, anyVersion));
  await admin.refused(
    t,
    { method: 'POST', path, body: {}, headers: anyVersion },
    { status: 409, code: 'api-key-ended' },
  );
});
