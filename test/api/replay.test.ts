/** One of every write, through HTTP; then all changes, laid one over the other, are the tables. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { rowsOf } from '../../src/platform/db/database.js';
import { applyChange, type KeptChange } from '../../src/platform/record/difference.js';
import type { RecordRow } from '../../src/platform/record/record.js';
import { groupView } from '../../src/resources/groups/groups.store.js';
import { groupKind, type groupsEverywhere } from '../../src/resources/groups/groups.table.js';
import { startTestApp } from '../support/app.js';
import { csv, ndjson, upload } from '../support/bulk.js';
import type { Answer } from '../support/client.js';
import { replay } from '../support/replay.js';
import {
  assess,
  made,
  makeGroup,
  makeRound,
  makeTeam,
  moveRound,
  roundContent,
  scoresFrom,
  setTarget,
  sheetFrom,
  sheetPath,
} from '../support/world.js';

const { admin, client, database } = await startTestApp(t);
const reviewer = await client();
const any = { 'if-match': '*' };
const full = `12${'3'.repeat(17)}`;
const patch = (path: string, body: object) => made(admin.send({ method: 'PATCH', path, body, headers: any }));
const remove = async (path: string) => {
  const { status } = await admin.send({ method: 'DELETE', path, headers: any });
  if (status !== 204 && status !== 200) throw new Error(`DELETE ${path}: ${status}`);
};
const taken = async (answer: Promise<Answer>, ...expected: [created: number, updated: number]) => {
  const { body } = await answer;
  t.strictSame([body.created, body.updated], expected);
};

const group = await makeGroup(admin);
const others = await Promise.all([makeGroup(admin), makeGroup(admin, '401002'), makeGroup(admin, '400201')]);
const path = `/v1/groups/${group.groupId}`;
const { roundId } = await makeRound(admin);

t.test('groups and their figures', async () => {
  const { registrationNo, name, areaCode } = group;
  await made(admin.put(path, { registrationNo: `${registrationNo}-ใหม่`, name, areaCode, villageName: 'บ้าน "ก"' }, any));
  await patch(path, { foundedOn: '1985-06-01' });
  for (const [day, memberCount] of [
    ['2011-03-31', 5],
    ['2012-03-31', 7],
  ] as const) {
    await made(admin.put(`${path}/figures/${day}`, { memberCount, savingsBaht: 100.5 }));
  }
  await made(admin.put(`${path}/figures/2012-03-31`, { memberCount: 8, savingsBaht: 0.1, developmentLevel: 2 }, any));
  await remove(`${path}/figures/2012-03-31`);
  const figures = { savingsBaht: 10, developmentLevel: null, source: 'ไฟล์' };
  const row = (memberCount: number) => ({ groupId: group.groupId, asOf: '2010-03-31', memberCount, ...figures });
  await taken(upload(admin, '/v1/figures', ndjson([row(1), { ...row(3), asOf: '2013-03-31' }])), 2, 0);
  await taken(upload(admin, '/v1/figures', ndjson([row(2)])), 0, 1);
  const file = [{ registrationNo: 'F-1', name: 'จากไฟล์', areaCode: '401001' }];
  await taken(upload(admin, '/v1/groups', csv(file), 'csv'), 1, 0);
  await taken(upload(admin, '/v1/groups', ndjson([{ ...file[0], status: 'inactive' }])), 0, 1);
});

t.test('teams, keys and an instrument', async () => {
  const team = await makeTeam(admin);
  await patch(`/v1/teams/${team.teamId}`, { members: [{ name: 'ก', organization: 'cdd' }] });
  await remove(`/v1/teams/${team.teamId}`);
  const key = { name: 'ก', permissions: ['read'], areaCode: '40' };
  const { apiKeyId } = await made(admin.post('/v1/api-keys', key));
  await remove(`/v1/api-keys/${apiKeyId}`);
  const {
    instrument: _name,
    version: _version,
    createdAt: _createdAt,
    ...content
  } = (await admin.get('/v1/instruments/fhc@1')).body;
  await made(admin.post('/v1/instruments', { ...content, instrumentVersion: 2 }));
});

t.test('a round, its targets and its sheets', async () => {
  const team = await makeTeam(admin);
  const draft = await makeRound(admin, { roundNo: 2 }, 'draft');
  await patch(`/v1/rounds/${draft.roundId}`, { title: 'ชื่อใหม่' });
  await remove(`/v1/rounds/${draft.roundId}`);
  await setTarget(admin, roundId, group.groupId);
  await made(admin.put(`/v1/rounds/${roundId}/targets/${group.groupId}`, { teamId: team.teamId }, any));
  for (const { groupId } of others) await setTarget(admin, roundId, groupId);
  const [one, two, three] = others.map(({ groupId }) => groupId as string) as [string, string, string];
  await remove(`/v1/rounds/${roundId}/targets/${three}`);
  await taken(upload(admin, `/v1/rounds/${roundId}/targets`, ndjson([{ groupId: three }])), 1, 0);
  await taken(upload(admin, `/v1/rounds/${roundId}/targets`, ndjson([{ groupId: three, teamId: team.teamId }])), 0, 1);
  const sheet = sheetPath(roundId, group.groupId);
  await made(admin.put(`${sheet}/scores/3`, { level: 2, reason: 'เหตุ', assessedOn: '2012-04-12' }));
  await made(admin.put(`${sheet}/scores/3`, { level: null, reason: 'เหตุใหม่' }));
  await patch(`${sheet}/scores/4`, { level: 3 });
  await remove(`${sheet}/scores/4`);
  for (const tag of ['"4"', '*']) {
    await made(admin.put(sheet, sheetFrom(full, { summary: tag }), { 'if-match': tag }));
  }
  await made(admin.post(`${sheet}/submission`, undefined, { 'if-match': '"6"' }));
  await made(reviewer.post(`${sheet}/confirmation`, undefined, any));
  await made(reviewer.post(`${sheet}/return`, { reason: 'แก้ไข' }, any));
  await made(admin.post(`${sheet}/submission`, undefined, any));
  await made(reviewer.post(`${sheet}/confirmation`, undefined, any));
  await assess(admin, roundId, one, '12', { submitted: false });
  await remove(sheetPath(roundId, one));
  await assess(admin, roundId, one, full);
  const rows = (status: string) =>
    [two, three].map((groupId) => ({
      groupId,
      assessedOn: '2012-04-12',
      scores: scoresFrom(full),
      summary: null,
      status,
    }));
  await taken(upload(admin, `/v1/rounds/${roundId}/assessments`, ndjson(rows('draft'))), 2, 0);
  await taken(upload(admin, `/v1/rounds/${roundId}/assessments`, ndjson(rows('submitted'))), 0, 2);
  await moveRound(admin, roundId, 'closing');
  await moveRound(admin, roundId, 'reopening', { reason: 'ลืม' });
  await moveRound(admin, roundId, 'closing');
});

t.test('plans and their actions', async () => {
  const place = { roundId, tier: 'group', groupId: group.groupId };
  const { planId } = await made(admin.post('/v1/plans', { ...place, title: 'แผน' }));
  const plan = `/v1/plans/${planId}`;
  await patch(plan, { title: 'แผนใหม่' });
  const action = { criterionNo: 2, title: 'อบรม' };
  for (const title of ['หนึ่ง', 'สอง']) await made(admin.post(`${plan}/actions`, { ...action, title }));
  const [{ actionId }, second] = (await admin.get(`${plan}/actions`)).body.items;
  await made(
    admin.put(`${plan}/actions/${actionId}`, { ...action, budgetBaht: 12.5, responsible: { name: 'ก' } }, any),
  );
  await remove(`${plan}/actions/${second.actionId}`);
  for (const move of ['approval', 'start']) await made(reviewer.post(`${plan}/${move}`, undefined, any));
  await patch(`${plan}/actions/${actionId}`, { status: 'done', progressPercent: 100, outcome: 'แล้ว' });
  await made(admin.post(`${plan}/completion`, undefined, any));
  const gone = await made(admin.post('/v1/plans', { roundId, tier: 'district', areaCode: '4010', title: 'ลบ' }));
  for (const criterionNo of [1, 2]) {
    await made(admin.post(`/v1/plans/${gone.planId}/actions`, { criterionNo, title: 'ก', reason: 'ข' }));
  }
  await remove(`/v1/plans/${gone.planId}`);
  const noted = await rowsOf(
    database.db,
    sql`select action, count(*)::int as times from changes
      where resource_id = ${gone.planId} or resource_id like ${`${gone.planId}/%`} group by action order by action`,
  );
  t.strictSame(noted, [
    { action: 'plan-action.added', times: 2 },
    { action: 'plan-action.deleted', times: 2 },
    { action: 'plan.begun', times: 1 },
    { action: 'plan.deleted', times: 1 },
  ]);
  await made(admin.post('/v1/plans/drafting', { roundId, tier: 'province', areaCode: '40' }));
});

t.test('the next round copies the targets, and a file restores what another database gave', async () => {
  const next = await made(admin.post('/v1/rounds', { ...roundContent, roundNo: 3 }));
  await made(admin.post(`/v1/rounds/${next.roundId}/targets/copy`, { fromRoundId: roundId }));
  const history = { version: 7, createdAt: '2012-02-01T02:00:00.000Z', updatedAt: '2012-04-02T02:00:00.000Z' };
  const restored = { groupId: '01936d5e-6f70-7c3a-9c55-0242ac12aaaa', registrationNo: 'R-1', name: 'คืน' };
  const row = { ...restored, areaCode: '401001', figures: null, ...history };
  await taken(upload(admin, '/v1/groups?restore=true', ndjson([row])), 1, 0);
  await moveRound(admin, roundId, 'publication');
});

t.test('all changes, one over the other, are the tables', async (t) => {
  const { records, differences } = await replay(database.db);
  t.strictSame(differences, []);
  t.ok(records > 25, `${records} records`);
});

t.test('each version of a group can be made again, and shown as it was shown then', async (t) => {
  const { registrationNo, name, areaCode } = (await admin.get(path)).body;
  const shown = [(await admin.get(path)).body];
  for (const villageName of ['หนึ่ง', 'สอง']) {
    shown.push(await made(admin.put(path, { registrationNo, name, areaCode, villageName }, any)));
  }
  const changes = await rowsOf<KeptChange>(
    database.db,
    sql`select version, before, after, to_char(happened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "happenedAt"
      from changes where resource = 'group' and resource_id = ${group.groupId} order by sequence`,
  );
  const rows: (RecordRow | null)[] = [];
  for (const change of changes) rows.push(applyChange(groupKind, rows.at(-1) ?? null, change));
  const views = rows.map((row) => groupView(row as typeof groupsEverywhere.$inferSelect));
  t.strictSame(views.slice(-3), shown);
  t.strictSame(
    views.map(({ version }) => version),
    views.map((_, index) => index + 1),
  );
});
