import t from 'tap';
import { startTestApp } from '../support/app.js';
import { changesDuring } from '../support/state.js';
import { made, makeGroup, makeRound, makeTeam, moveRound, roundContent, setTarget } from '../support/world.js';

const { admin, client, database } = await startTestApp(t);
const nowhere = '01936d5e-6f70-7c3a-9c55-0242ac12ffff';
const bad422 = (pointers: string[]) => ({ status: 422, code: 'rules-broken', pointers });

t.test('teams: are formed, read, changed under If-Match, and deleted while they have no work', async (t) => {
  const content = {
    name: 'ทีมที่ 1',
    tier: 'province',
    areaCode: '40',
    members: [{ name: 'นางสาวตัวอย่าง', organization: 'cdd' }],
  };
  const { status, headers, body: team } = await admin.post('/v1/teams', content);
  t.equal(status, 201);
  t.equal(headers.location, `/v1/teams/${team.teamId}`);
  t.hasStrict(team, { ...content, version: 1 });
  const path = `/v1/teams/${team.teamId}`;
  t.equal((await admin.put(path, content)).body.version, 1, 'the same content again changes nothing');
  const renamed = { ...content, name: 'ทีมที่หนึ่ง' };
  await admin.refused(t, { method: 'PUT', path, body: renamed }, { status: 428, code: 'version-required' });
  t.equal((await admin.put(path, renamed, { 'if-match': '"1"' })).body.version, 2);
  await admin.refused(
    t,
    { method: 'DELETE', path, headers: { 'if-match': '"1"' } },
    { status: 412, code: 'version-stale' },
  );
  t.equal((await admin.delete(path, { 'if-match': '"2"' })).status, 204);
  t.equal((await admin.get(path)).status, 404);
});

t.test('teams: a team of a tier works in an area of that tier, and the area exists', async (t) => {
  const post = (content: object) => ({
    method: 'POST' as const,
    path: '/v1/teams',
    body: { name: 'ทีม', tier: 'province', areaCode: '40', members: [], ...content },
  });
  await admin.refused(t, post({ areaCode: '4010' }), bad422(['/areaCode']));
  await admin.refused(t, post({ tier: 'district' }), bad422(['/areaCode']));
  await admin.refused(t, post({ tier: 'district', areaCode: '4026' }), bad422(['/areaCode']));
  await admin.refused(t, post({ tier: 'nation', member: [] }), {
    status: 400,
    code: 'invalid-input',
    pointers: ['/tier', '/member'],
  });
});

t.test('rounds: an area has each round of a year once, also when two ask at the same moment', async (t) => {
  const round = { ...roundContent, fiscalYearBe: 2540, startsOn: '1996-10-01', endsOn: '1997-09-30' };
  const answers = await Promise.all([1, 2, 3, 4].map(() => admin.post('/v1/rounds', round)));
  t.strictSame(answers.map(({ status }) => status).sort(), [201, 409, 409, 409]);
  t.strictSame(new Set(answers.filter((a) => a.status === 409).map((a) => a.body.code)), new Set(['round-exists']));
  t.equal((await admin.post('/v1/rounds', { ...round, areaCode: '41' })).status, 201, 'another area has its own');
  const national = { ...round, areaCode: null };
  t.equal((await admin.post('/v1/rounds', national)).status, 201, 'and so has the country');
  t.equal((await admin.post('/v1/rounds', national)).status, 409, 'once');
});

t.test(
  'rounds: days out of order or outside the fiscal year, an unknown area or instrument: all named at once',
  async (t) => {
    const body = {
      ...roundContent,
      areaCode: '4026',
      instrument: 'fhc@9',
      startsOn: '2012-10-01',
      endsOn: '2012-04-30',
    };
    await admin.refused(
      t,
      { method: 'POST', path: '/v1/rounds', body },
      bad422(['/startsOn', '/endsOn', '/areaCode', '/instrument']),
    );
    const before = { ...roundContent, startsOn: '2011-09-30' };
    await admin.refused(t, { method: 'POST', path: '/v1/rounds', body: before }, bad422(['/startsOn']));
    const shape = { ...roundContent, startsOn: '2012-02-30', roundNo: 0, targetPopulation: 0 };
    await admin.refused(
      t,
      { method: 'POST', path: '/v1/rounds', body: shape },
      { status: 400, code: 'invalid-input', pointers: ['/roundNo', '/startsOn', '/targetPopulation'] },
    );
  },
);

t.test('rounds: draft, open, closed, open again with a reason, closed, published; and no other way', async (t) => {
  const round = await makeRound(admin, { fiscalYearBe: 2556, startsOn: '2013-04-01', endsOn: '2013-04-30' }, 'draft');
  const path = `/v1/rounds/${round.roundId}`;
  const refuse = (move: string, body?: object) =>
    admin.refused(
      t,
      { method: 'POST', path: `${path}/${move}`, body, headers: { 'if-match': '*' } },
      { status: 409, code: 'round-state-forbids' },
    );
  await refuse('closing');
  await refuse('publication');
  await refuse('reopening', { reason: 'ทดสอบ' });
  await admin.refused(t, { method: 'POST', path: `${path}/opening` }, { status: 428, code: 'version-required' });
  const opened = await moveRound(admin, round.roundId, 'opening');
  t.hasStrict(opened, { status: 'open', version: 2, closedAt: null });
  t.ok(opened.openedAt);
  await refuse('opening');
  t.equal((await moveRound(admin, round.roundId, 'closing')).status, 'closed');
  await admin.refused(
    t,
    { method: 'POST', path: `${path}/reopening`, body: {}, headers: { 'if-match': '*' } },
    { status: 400, code: 'invalid-input', pointers: ['/reason'] },
  );
  const changes = await changesDuring(database, () =>
    moveRound(admin, round.roundId, 'reopening', { reason: 'ทีมที่ 3 ส่งไม่ครบ' }),
  );
  t.hasStrict(changes, [{ action: 'round.reopening', reason: 'ทีมที่ 3 ส่งไม่ครบ', areaCode: '40' }]);
  t.equal((await admin.get(path)).body.openedAt, opened.openedAt, 'it keeps when it was first opened');
  await moveRound(admin, round.roundId, 'closing');
  const published = await moveRound(admin, round.roundId, 'publication');
  t.equal(published.status, 'published');
  await refuse('reopening', { reason: 'ทดสอบ' });
  await admin.refused(
    t,
    {
      method: 'PUT',
      path,
      body: { ...roundContent, fiscalYearBe: 2556, startsOn: '2013-04-01', endsOn: '2013-05-30' },
      headers: { 'if-match': '*' },
    },
    { status: 409, code: 'round-state-forbids' },
  );
});

t.test('targets: active groups in the round, with a team that works there', async (t) => {
  const { roundId } = await makeRound(
    admin,
    { fiscalYearBe: 2557, startsOn: '2014-04-01', endsOn: '2014-04-30' },
    'draft',
  );
  const group = await makeGroup(admin, '401001');
  const team = await makeTeam(admin);
  const path = `/v1/rounds/${roundId}/targets/${group.groupId}`;
  const { status, headers, body: target } = await admin.put(path, { teamId: team.teamId });
  t.equal(status, 201);
  t.equal(headers.location, path);
  const { registrationNo, name: groupName, areaCode } = group;
  t.hasStrict(target, { roundId, registrationNo, groupName, areaCode, teamId: team.teamId, version: 1 });
  t.equal((await admin.put(path, { teamId: team.teamId })).status, 200, 'the same again changes nothing');

  const elsewhere = await makeGroup(admin, '4101');
  const dissolved = await makeGroup(admin, '401001', { status: 'dissolved' });
  const districtTeam = await makeTeam(admin, { tier: 'district', areaCode: '4002' });
  const put = (groupId: string, teamId: string | null) => ({
    method: 'PUT' as const,
    path: `/v1/rounds/${roundId}/targets/${groupId}`,
    body: { teamId },
    headers: { 'if-match': '*' },
  });
  const fresh = (groupId: string, teamId: string | null = null) => ({ ...put(groupId, teamId), headers: {} });
  await admin.refused(t, fresh(elsewhere.groupId), bad422(['/path/groupId']));
  await admin.refused(t, fresh(dissolved.groupId), bad422(['/path/groupId']));
  await admin.refused(t, fresh(nowhere), { status: 404, code: 'group-not-found' });
  await admin.refused(t, put(group.groupId, nowhere), bad422(['/teamId']));
  await admin.refused(t, put(group.groupId, districtTeam.teamId), bad422(['/teamId']));
  await admin.refused(t, put(dissolved.groupId, null), { status: 412, code: 'version-stale' });
  t.equal((await admin.put(path, { teamId: null }, { 'if-match': '"1"' })).body.version, 2);
  t.equal((await admin.delete(path, { 'if-match': '"2"' })).status, 204);
});

t.test('targets: a target with a sheet stays, and so do the team and the context of its round', async (t) => {
  const year = { fiscalYearBe: 2558, startsOn: '2015-04-01', endsOn: '2015-04-30' };
  const { roundId } = await makeRound(admin, year);
  const { groupId } = await makeGroup(admin);
  const { teamId } = await makeTeam(admin);
  await setTarget(admin, roundId, groupId, teamId);
  const sheet = { assessedOn: '2015-04-02', scores: [] };
  await made(admin.put(`/v1/rounds/${roundId}/assessments/${groupId}`, sheet));
  const any = { 'if-match': '*' };
  const refuse = (method: 'DELETE' | 'PUT', path: string, code: string, body?: object) =>
    admin.refused(t, { method, path, headers: any, body }, { status: 409, code });
  await refuse('DELETE', `/v1/rounds/${roundId}/targets/${groupId}`, 'target-in-use');
  await refuse('DELETE', `/v1/teams/${teamId}`, 'team-in-use');
  await refuse('PUT', `/v1/rounds/${roundId}`, 'round-in-use', { ...roundContent, ...year, areaCode: '41' });
  await refuse('DELETE', `/v1/rounds/${roundId}`, 'round-state-forbids');
  t.equal((await admin.get(`/v1/rounds/${roundId}/assessments/${groupId}`)).body.teamId, teamId, "the target's team");
});

t.test('targets: lists are filtered by area and team and paged in full', async (t) => {
  const { roundId } = await makeRound(
    admin,
    { fiscalYearBe: 2559, startsOn: '2016-04-01', endsOn: '2016-04-30' },
    'draft',
  );
  const { teamId } = await makeTeam(admin);
  const areas = ['400101', '400102', '401001', '401001', '402901'];
  for (const [index, area] of areas.entries()) {
    const { groupId } = await makeGroup(admin, area);
    await setTarget(admin, roundId, groupId, index % 2 === 0 ? teamId : null);
  }
  const path = `/v1/rounds/${roundId}/targets`;
  const pages = await admin.pages(`${path}?limit=2`);
  t.strictSame(
    pages.map((page) => page.length),
    [2, 2, 1],
  );
  t.strictSame(
    pages.flat().map(({ areaCode }) => areaCode),
    areas,
  );
  t.equal((await admin.get(`${path}?area=4001`)).body.items.length, 2);
  t.equal((await admin.get(`${path}?team=${teamId}`)).body.items.length, 3);
  const counted = await admin.get(`${path}?limit=1&area=4010`, { prefer: 'count=exact' });
  t.equal(counted.body.total, 2);
  t.equal(counted.headers['preference-applied'], 'count=exact');
  const district = await client({ areaCode: '4010', permissions: ['read', 'read:drafts'] });
  t.equal((await district.get(path)).body.items.length, 2, 'a district sees its own of the provincial round');
});

t.test('opening: a population smaller than the targets is refused', async (t) => {
  const year = { fiscalYearBe: 2560, startsOn: '2017-04-01', endsOn: '2017-04-30' };
  const { roundId } = await makeRound(admin, { ...year, targetSelection: 'random', targetPopulation: 1 }, 'draft');
  for (const area of ['400101', '400102']) await setTarget(admin, roundId, (await makeGroup(admin, area)).groupId);
  await admin.refused(
    t,
    { method: 'POST', path: `/v1/rounds/${roundId}/opening`, headers: { 'if-match': '*' } },
    bad422(['/targetPopulation']),
  );
});

t.test(
  'rounds: a district reads the rounds of its province and cannot change them or choose their targets',
  async (t) => {
    const year = { fiscalYearBe: 2561, startsOn: '2018-04-01', endsOn: '2018-04-30' };
    const { roundId } = await makeRound(admin, year);
    const group = await makeGroup(admin, '401001');
    const district = await client({ areaCode: '4010' });
    t.equal((await district.get(`/v1/rounds/${roundId}`)).status, 200);
    const any = { 'if-match': '*' };
    const forbidden = { status: 403, code: 'area-outside-yours' };
    const target = {
      method: 'PUT' as const,
      path: `/v1/rounds/${roundId}/targets/${group.groupId}`,
      body: { teamId: null },
    };
    await district.refused(t, target, forbidden);
    await district.refused(t, { method: 'POST', path: `/v1/rounds/${roundId}/closing`, headers: any }, forbidden);
    const otherProvince = await client({ areaCode: '41' });
    t.equal((await otherProvince.get(`/v1/rounds/${roundId}`)).status, 404);
  },
);
