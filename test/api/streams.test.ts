import { gunzipSync } from 'node:zlib';
import t from 'tap';
import { sealNext } from '../../src/resources/seals/seals.actions.js';
import { startTestApp } from '../support/app.js';
import type { Answer } from '../support/client.js';
import { parseCsv, unflatten } from '../support/csv.js';
import {
  assess,
  made,
  makeGroup,
  makeRound,
  makeTeam,
  moveRound,
  setTarget,
  sheetFrom,
  sheetPath,
} from '../support/world.js';

const service = await startTestApp(t, { PUBLIC_READING: 'true' });
const { app, admin } = service;
const reviewer = await service.client();
const ndjson = { accept: 'application/x-ndjson' };
const csv = { accept: 'text/csv' };

/** Texts that a spreadsheet would run, or that a careless writer or reader would change. */
const hostile = ['=1+1', '+66', '-1', '@SUM(A1)', '＝1', '＠x', "'=1", "''1", 'a,b', 'say "x"', 'null', '0012', 'x  y'];
const world = await makeWorld();
for (let seal = 1; seal <= 3; seal += 1) await sealNext(service.database.db, { afterSeconds: 0, key: null, most: 5 });

/** Every list that the contract says is answered whole, with an address of it; one that is missing fails a test. */
const lists: Record<string, string> = {
  listAreas: '/v1/areas',
  listGroups: '/v1/groups',
  listAllFigures: '/v1/figures',
  listFigures: `/v1/groups/${world.groupIds[0]}/figures`,
  listTeams: '/v1/teams',
  listTargets: `/v1/rounds/${world.roundId}/targets`,
  listAssessments: `/v1/rounds/${world.roundId}/assessments`,
  listPlans: '/v1/plans',
  listPlanActions: `/v1/plans/${world.planId}/actions`,
  listSeals: '/v1/seals',
  listPublishedResults: `/v1/open-data/rounds/${await publishedRound()}/results`,
};

const filtered = [
  '/v1/areas?parent=40',
  '/v1/groups?area=4010&sort=name',
  `/v1/groups?q=${encodeURIComponent('ทดสอบ 1')}`,
  '/v1/groups?developmentLevel=3&status=active',
  '/v1/figures?area=4010&figuresAsOf=2011-03-31',
  '/v1/figures?from=2011-04-01&to=2012-03-31',
  '/v1/teams?tier=province',
  `/v1/rounds/${world.roundId}/targets?area=401001&team=${world.teamId}`,
  `/v1/rounds/${world.roundId}/assessments?failedCriterion=2`,
  `/v1/rounds/${world.roundId}/assessments?wellManaged=true&status=submitted`,
  `/v1/rounds/${world.roundId}/assessments?confirmed=true`,
  `/v1/plans?round=${world.roundId}&criterion=2&overdue=true`,
  `/v1/plans/${world.planId}/actions?status=planned`,
];

t.test('every list that the contract says is answered whole is tested here', async (t) => {
  const streamed = app.operations.filter(({ answer }) => answer.streams !== undefined && answer.paged);
  t.strictSame(streamed.map(({ operationId }) => operationId).sort(), Object.keys(lists).sort());
  const withBom = app.operations.filter(({ query, answer }) => 'bom' in query.shape && answer.paged);
  t.strictSame(withBom, streamed, 'and takes ?bom');
});

t.test('a list as NDJSON and as CSV has exactly the items of its pages, in their order', async (t) => {
  for (const path of [...Object.values(lists), ...filtered]) {
    const items = (await admin.pages(`${path}${path.includes('?') ? '&' : '?'}limit=500`)).flat();
    const streamed = await whole(path, ndjson);
    t.strictSame(linesOf(streamed), items, `${path}: ${items.length} items`);
    t.equal(streamed.headers['content-type'], 'application/x-ndjson');
    const sheet = await whole(path, csv);
    t.strictSame(sheet.headers['content-type'], 'text/csv; charset=utf-8');
    const operation = service.contract.operationOf('GET', path);
    const columns = operation?.answer.streams?.columns ?? [];
    t.strictSame(unflatten(parseCsv(sheet.body), columns, items), items, `${path} as CSV`);
  }
});

t.test('the lists of the test have what could go wrong in them', async (t) => {
  for (const path of [...Object.values(lists), ...filtered.filter((path) => !path.includes('well'))]) {
    t.ok((await admin.get(path)).body.items.length > 0, path);
  }
});

t.test('a stream is cut to the area of the caller, and goes on after a cursor of a page', async (t) => {
  const district = await service.client({ areaCode: '4002' });
  for (const path of [lists.listGroups, lists.listTargets, lists.listAssessments, lists.listTeams, lists.listPlans]) {
    if (path === undefined) throw new Error('The list is gone.');
    const items = (await district.pages(`${path}?limit=500`)).flat();
    const all = (await admin.pages(`${path}?limit=500`)).flat();
    t.ok(items.length < all.length, `${path}: ${items.length} of ${all.length}`);
    t.strictSame(linesOf(await district.get(path, ndjson)), items);
    t.equal(parseCsv((await district.get(path, csv)).body).length, items.length + 1);
  }
  for (const path of Object.values(lists)) {
    const { next } = (await admin.get(`${path}?limit=1`)).body;
    const after = new URL(next, 'http://localhost').searchParams.get('after') ?? '';
    const rest = (await admin.pages(`${path}?limit=500`)).flat().slice(1);
    t.strictSame(linesOf(await whole(`${path}?after=${after}`, ndjson)), rest, `${path} after its first`);
  }
  const other = { method: 'GET' as const, path: '/v1/groups?area=40&after=x.y', headers: ndjson };
  await admin.refused(t, other, { status: 400, code: 'cursor-invalid' });
});

t.test('a stream refuses what only pages have, and what only CSV has, by name', async (t) => {
  const invalid = (...pointers: string[]) => ({ status: 400, code: 'invalid-input', pointers });
  for (const path of Object.values(lists)) {
    const call = (query: string, headers = {}) => ({ method: 'GET' as const, path: `${path}?${query}`, headers });
    await admin.refused(t, call('limit=10', ndjson), invalid('/query/limit'));
    await admin.refused(t, call('limit=10&zzz=1', csv), invalid('/query/limit', '/query/zzz'));
    await admin.refused(t, call('bom=true'), invalid('/query/bom'));
    await admin.refused(t, call('bom=false', ndjson), invalid('/query/bom'));
    await admin.refused(t, call('bom=yes', csv), invalid('/query/bom'));
  }
});

t.test('a caller gets the representation it likes best, and a page when it does not say', async (t) => {
  const wanted: Record<string, string | 406> = {
    '*/*': 'application/json',
    'text/*': 'text/csv; charset=utf-8',
    'text/csv;charset=utf-8': 'text/csv; charset=utf-8',
    'text/csv;q=0.5, application/x-ndjson': 'application/x-ndjson',
    'application/json;q=0.1, text/csv;q=0.2': 'text/csv; charset=utf-8',
    'application/json, application/x-ndjson': 'application/json',
    'application/problem+json': 'application/json',
    'application/xml': 406,
    'text/csv;q=0': 406,
  };
  for (const [accept, given] of Object.entries(wanted)) {
    const { status, headers } = await admin.get('/v1/teams', { accept });
    const type = String(headers['content-type']).replace('application/json; charset=utf-8', 'application/json');
    t.equal(status === 406 ? status : type, given, accept);
  }
  const round = { method: 'GET' as const, path: '/v1/rounds', headers: ndjson };
  await admin.refused(t, round, { status: 406, code: 'not-acceptable' });
});

t.test(
  'a stream says which moment it is of and what to call the file, and HEAD answers without reading it',
  async (t) => {
    const before = new Date().toISOString();
    const { headers } = await whole('/v1/groups', csv);
    const at = String(headers['x-snapshot-at']);
    t.equal(new Date(at).toISOString(), at);
    t.ok(Math.abs(Date.parse(at) - Date.parse(before)) < 60_000, at);
    t.match(headers['content-disposition'], /^attachment; filename="groups-\d{4}-\d\d-\d\dT\d{4}Z\.csv"$/);
    t.ok(/accept-encoding/i.test(String(headers.vary)), String(headers.vary));
    for (const path of Object.values(lists)) {
      const head = await admin.send({ method: 'HEAD', path, headers: ndjson });
      const facts = [head.status, head.headers['content-type'], head.bytes.length];
      t.strictSame(facts, [200, 'application/x-ndjson', 0], path);
    }
  },
);

t.test('an empty list is nothing as NDJSON and its header as CSV; ?bom=true begins with the mark', async (t) => {
  const path = '/v1/groups?registrationNo=NONE-1';
  const empty = await whole(path, ndjson);
  t.strictSame([empty.status, empty.bytes.length], [200, 0]);
  const header = (await whole(path, csv)).body;
  t.ok(header.startsWith('groupId,registrationNo,name,areaCode,') && header.endsWith(',updatedAt\r\n'), header);
  t.equal((await whole(`${path}&bom=true`, csv)).body, `\uFEFF${header}`);
  t.equal((await whole(`${path}&bom=false`, csv)).body, header);
});

t.test('a cell that a spreadsheet would run begins with an apostrophe, and reads back as it was written', async (t) => {
  const { body } = await whole('/v1/groups', csv);
  const [header = [], ...rows] = parseCsv(body, { raw: true });
  const column = header.indexOf('villageName');
  const cells = rows.map((row) => row[column] ?? '').filter((cell) => cell !== '');
  t.ok(
    cells.every((cell) => !/^[=+\-@\t\r\n＝＋－＠]/.test(cell)),
    'no cell begins like a formula',
  );
  t.strictSame(cells.map((cell) => cell.replace(/^'/, '')).sort(), [...hostile].sort());
});

t.test('gzip is honoured, and what comes out is the same', async (t) => {
  for (const accept of [ndjson, csv]) {
    const [plain, packed] = [
      await whole('/v1/areas', accept),
      await admin.get('/v1/areas', { ...accept, 'accept-encoding': 'gzip' }),
    ];
    t.notOk('content-encoding' in plain.headers);
    t.equal(packed.headers['content-encoding'], 'gzip');
    t.ok(packed.bytes.length < plain.bytes.length / 3, `${packed.bytes.length} of ${plain.bytes.length}`);
    t.ok(gunzipSync(packed.bytes).equals(plain.bytes));
    const refused = await admin.get('/v1/areas', { ...accept, 'accept-encoding': 'gzip;q=0, *;q=0.1' });
    t.notOk('content-encoding' in refused.headers);
  }
});

async function whole(path: string, headers: Record<string, string>): Promise<Answer> {
  const answer = await admin.get(path, headers);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer;
}

function linesOf({ body }: Answer): unknown[] {
  return body
    .split('\n')
    .slice(0, -1)
    .map((line: string) => JSON.parse(line));
}

/** Groups with and without figures, teams, a round with drafts and submitted sheets, and a plan with actions. */
async function makeWorld() {
  const { teamId } = await makeTeam(admin, { members: [{ name: '"ก", ข', organization: 'cdd' }] });
  await makeTeam(admin, { tier: 'district', areaCode: '4010', name: '=ทีม' });
  const groupIds: string[] = [];
  for (const [index, villageName] of [...hostile, null, null].entries()) {
    const content = { villageName, foundedOn: villageName && '1985-06-01' };
    groupIds.push((await makeGroup(admin, index % 3 === 2 ? '400201' : '401001', content)).groupId);
  }
  const [first = ''] = groupIds;
  const figures = { memberCount: 71, savingsBaht: 366_500.5, developmentLevel: 3, source: '=ผล, "2555"' };
  const few = { memberCount: 0, savingsBaht: 100, developmentLevel: null, source: null };
  await made(admin.put(`/v1/groups/${first}/figures/2012-03-31`, figures));
  await made(admin.put(`/v1/groups/${first}/figures/2011-03-31`, few));
  await made(admin.put(`/v1/groups/${groupIds[1]}/figures/2011-03-31`, few));
  const { roundId } = await makeRound(admin);
  for (const groupId of groupIds) await setTarget(admin, roundId, groupId, teamId);
  for (const [index, groupId] of groupIds.entries()) {
    const failing = index % 2 === 0;
    await assess(admin, roundId, groupId, failing ? '31'.padEnd(19, '2') : '3'.repeat(19), {
      submitted: index !== 3,
    });
  }
  const [, second = ''] = groupIds;
  await made(reviewer.post(`${sheetPath(roundId, first)}/confirmation`, undefined, { 'if-match': '*' }));
  await setDraft(roundId, second);
  const planId = await makePlan(roundId, first);
  await makePlan(roundId, groupIds[2] ?? '');
  return { groupIds, teamId, roundId, planId };
}

/** A draft that lacks levels, with texts that look like the keys of our own documents. */
async function setDraft(roundId: string, groupId: string): Promise<void> {
  const path = sheetPath(roundId, groupId);
  await reviewer.post(`${path}/return`, { reason: 'x' }, { 'if-match': '*' });
  const sheet = sheetFrom('3010', { summary: '","levels":"000","reasons":{}\n=สรุป' });
  const scores = sheet.scores.map((score) => ({ ...score, reason: score.criterionNo === 1 ? '-"\\,\n\'' : null }));
  await made(admin.put(path, { ...sheet, scores }, { 'if-match': '*' }));
}

async function makePlan(roundId: string, groupId: string): Promise<string> {
  const plan = await made(admin.post('/v1/plans', { tier: 'group', groupId, roundId, title: '=แผน, "หนึ่ง"' }));
  const action = { criterionNo: 2, title: '+อบรม', dueOn: '2012-07-31', budgetBaht: 12_000.25 };
  await made(admin.post(`/v1/plans/${plan.planId}/actions`, action));
  const responsible = { name: '@ใคร', organization: null };
  await made(admin.post(`/v1/plans/${plan.planId}/actions`, { ...action, responsible, budgetBaht: null }));
  return plan.planId;
}

/** One that is published, with a district of one group. */
async function publishedRound(): Promise<string> {
  const { roundId } = await makeRound(admin, { roundNo: 2 });
  for (const groupId of world.groupIds.slice(0, 8)) {
    await setTarget(admin, roundId, groupId);
    await assess(admin, roundId, groupId, '31'.padEnd(19, '2'));
  }
  for (const move of ['closing', 'publication']) await moveRound(admin, roundId, move);
  return roundId;
}
