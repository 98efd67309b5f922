/** What a published round shows can be cited: whatever changes afterwards in the registry, it stays byte for byte. */
import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import t from 'tap';
import { rowsOf, type Tx } from '../../src/platform/db/database.js';
import { inTransaction } from '../../src/platform/db/transactions.js';
import { applyChange, type KeptChange } from '../../src/platform/record/difference.js';
import type { RecordRow } from '../../src/platform/record/record.js';
import { groupKind } from '../../src/resources/groups/groups.table.js';
import { teamKind } from '../../src/resources/teams/teams.table.js';
import { startTestApp } from '../support/app.js';
import { types } from '../support/bulk.js';
import { makeDatabaseBefore } from '../support/database.js';
import { assess, made, makeGroup, makeRound, makeTeam, moveRound, setTarget, sheetPath } from '../support/world.js';

const { admin, database } = await startTestApp(t);
const any = { 'if-match': '*' };
const [failing, passing] = ['1'.repeat(19), '3'.repeat(19)];

const groups = [await makeGroup(admin), await makeGroup(admin, '401002'), await makeGroup(admin, '400201')];
const [moved] = groups as [(typeof groups)[0]];
const { teamId } = await makeTeam(admin, { name: 'ทีมที่ 1' });
const other = await makeTeam(admin, { name: 'ทีมที่ 2' });
const idle = await makeTeam(admin, { name: 'ทีมที่ไม่มีงาน' });
const figures = (groupId: string, asOf = '2012-03-31') => `/v1/groups/${groupId}/figures/${asOf}`;

/** A round of the three groups, the third of which has no figures, published with these levels. */
async function publish(roundNo: number, levels: readonly string[]): Promise<string> {
  const { roundId } = await makeRound(admin, { roundNo });
  for (const [index, { groupId }] of groups.entries()) {
    await setTarget(admin, roundId, groupId, teamId);
    // The sheet of the second was written by another team than its target names.
    await assess(admin, roundId, groupId, levels[index] as string, { teamId: index === 1 ? other.teamId : teamId });
  }
  await moveRound(admin, roundId, 'closing');
  await moveRound(admin, roundId, 'publication');
  return roundId;
}

for (const [index, { groupId }] of groups.slice(0, 2).entries()) {
  await made(admin.put(figures(groupId), { memberCount: 600 + 25 * index, savingsBaht: 1000.5 }));
}
const [first, second] = [await publish(1, [failing, failing, failing]), await publish(2, [passing, failing, failing])];
const round = `/v1/rounds/${first}`;

/** Everything that shows figures or names of the published rounds, and in which form. */
const shown: [string, Record<string, string>?][] = [
  [round],
  [`${round}/targets`],
  [`${round}/targets`, { accept: types.ndjson }],
  [`${round}/targets`, { accept: 'text/csv' }],
  ...groups.map(({ groupId }): [string] => [`${round}/targets/${groupId}`]),
  [`${round}/assessments`],
  [`${round}/assessments`, { accept: types.ndjson }],
  [`${round}/assessments`, { accept: 'text/csv' }],
  ...groups.map(({ groupId }): [string] => [sheetPath(first, groupId)]),
  [`${sheetPath(first, moved.groupId)}/scores/2`],
  ...['', '?by=district', '?by=team', '?by=virtue', '?area=4010', '?top=19'].map((query): [string] => [
    `${round}/statistics${query}`,
  ]),
  [`${round}/statistics/priorities`],
  [`${round}/statistics/priorities?area=4010`],
  [`${round}/statistics/co-failure`],
  [`${round}/comparison?with=${second}&by=district`],
  [`${round}/comparison/groups?with=${second}`],
  [`${round}/plan-coverage?by=district`],
  [`${round}/plan-coverage/groups?criterion=2`],
];

const registered = ({ registrationNo, name, areaCode }: typeof moved) => ({ registrationNo, name, areaCode });
const putGroup = (content: object) => () => admin.put(`/v1/groups/${moved.groupId}`, content, any);
const putTeam = (content: object) => () =>
  admin.put(
    `/v1/teams/${other.teamId}`,
    { name: 'ทีมที่ 2', tier: 'province', areaCode: '40', members: [], ...content },
    any,
  );

/** All that can happen to the records which the rounds show. */
const changes: Record<string, () => Promise<unknown>> = {
  'a group is renamed': putGroup({ ...registered(moved), name: 'กลุ่มชื่อใหม่' }),
  'a group is given another number': putGroup({ ...registered(moved), registrationNo: 'OTHER-1' }),
  'a group moves': putGroup({ ...registered(moved), areaCode: '400202' }),
  'a group merges': putGroup({ ...registered(moved), status: 'merged' }),
  'newer figures come': () =>
    admin.put(figures(moved.groupId, '2012-06-30'), { memberCount: 9_563, savingsBaht: 7 }, any),
  'the figures are corrected': () => admin.put(figures(moved.groupId), { memberCount: 1, savingsBaht: 1 }, any),
  'the figures are deleted': () => admin.delete(figures(moved.groupId), any),
  'a group without figures gets some': () =>
    admin.put(figures(groups[2]?.groupId), { memberCount: 77, savingsBaht: 77, developmentLevel: 2 }, any),
  'figures come by file': () =>
    admin.send({
      method: 'POST',
      path: '/v1/figures',
      payload: `${JSON.stringify({ groupId: groups[1]?.groupId, asOf: '2012-05-31', memberCount: 5, savingsBaht: 5 })}\n`,
      headers: { 'content-type': types.ndjson },
    }),
  'a team is renamed': putTeam({ name: 'ทีมชื่อใหม่' }),
  'a team works elsewhere': putTeam({ areaCode: '41' }),
  'a team without work is deleted': () => admin.delete(`/v1/teams/${idle.teamId}`, any),
  'another round shows the same groups': async () => {
    if ((await admin.get('/v1/rounds?status=open')).body.items.length > 0) return;
    const { roundId } = await makeRound(admin, { roundNo: 3 });
    await admin.put(`/v1/rounds/${roundId}/targets/${groups[1]?.groupId}`, { teamId: null });
  },
};

async function look(): Promise<[string, string, unknown][]> {
  const answers: [string, string, unknown][] = [];
  for (const [path, headers] of shown) {
    const { status, bytes, headers: given } = await admin.get(path, headers);
    answers.push([`${path} ${status}`, bytes.toString(), given.etag]);
  }
  return answers;
}

const asPublished = await look();

t.test('a published round shows what it showed when it was published', async (t) => {
  const [, priorities] = asPublished.find(([path]) => path === `${round}/statistics/priorities 200`) ?? [];
  const { criteria, groupsWithoutFigures } = JSON.parse(String(priorities));
  t.strictSame([criteria[0].members, criteria[0].savingsBaht, groupsWithoutFigures], [1_225, 2_001, 1]);
  const some = fc.shuffledSubarray(Object.keys(changes), { minLength: 4 });
  await fc.assert(
    fc.asyncProperty(some, async (names) => {
      for (const name of names) await changes[name]?.();
      const now = await look();
      for (const [index, [path, body, etag]] of asPublished.entries()) {
        t.strictSame([now[index]?.[1], now[index]?.[2]], [body, etag], `${path} after ${names.join(', ')}`);
      }
    }),
    { numRuns: 6 },
  );
});

t.test(
  'a team that had left the area of its sheet before the round was published keeps its name as well',
  async (t) => {
    const left = await makeTeam(admin, { name: 'ทีมที่ย้าย' });
    const { roundId } = await makeRound(admin, { roundNo: 7 });
    const { groupId } = await makeGroup(admin);
    await setTarget(admin, roundId, groupId);
    await assess(admin, roundId, groupId, failing, { teamId: left.teamId });
    const team = { name: 'ทีมที่ย้าย', tier: 'province', members: [] };
    await made(admin.put(`/v1/teams/${left.teamId}`, { ...team, areaCode: '41' }, any));
    await moveRound(admin, roundId, 'closing');
    await moveRound(admin, roundId, 'publication');
    await made(admin.put(`/v1/teams/${left.teamId}`, { ...team, areaCode: '41', name: 'ทีมชื่อใหม่' }, any));
    // The first answer after both changes: none was kept before.
    const { body } = await admin.get(`/v1/rounds/${roundId}/statistics?by=team`);
    t.equal(body.breakdown[0].name.th, 'ทีมที่ย้าย');
  },
);

t.test('the registry itself goes on', async (t) => {
  await putGroup({ ...registered(moved), name: 'กลุ่มชื่อใหม่กว่า' })();
  t.equal((await admin.get(`/v1/groups/${moved.groupId}`)).body.name, 'กลุ่มชื่อใหม่กว่า');
  t.equal((await admin.get(`/v1/groups/${moved.groupId}/health`)).body.name, 'กลุ่มชื่อใหม่กว่า');
  const open = await makeRound(admin, { roundNo: 4 });
  await setTarget(admin, open.roundId, moved.groupId);
  t.equal((await admin.get(`/v1/rounds/${open.roundId}/targets`)).body.items[0].groupName, 'กลุ่มชื่อใหม่กว่า');
});

/** Changes as the version kept them that this migration was made for: each time the whole group or team as clients saw it. */
async function keepAsBefore(tx: Tx) {
  const kept = await rowsOf<KeptChange & { resource: string; resourceId: string }>(
    tx,
    sql`select resource, resource_id as "resourceId", version, before, after,
      to_char(happened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "happenedAt"
    from changes where resource in ('group', 'team') order by sequence`,
  );
  await tx.execute(sql`create temp table changes (resource text, resource_id text, happened_at timestamptz(3), sequence
    int generated always as identity, after json)`);
  const rows = new Map<string, RecordRow | null>();
  for (const change of kept) {
    const { resource, resourceId, happenedAt } = change;
    const row = applyChange(resource === 'group' ? groupKind : teamKind, rows.get(resourceId) ?? null, change);
    rows.set(resourceId, row);
    const { memberCount, savingsBaht } = row ?? {};
    const shown = JSON.stringify({ ...row, figures: memberCount === null ? null : { memberCount, savingsBaht } });
    await tx.execute(sql`insert into changes (resource, resource_id, happened_at, after)
      values (${resource}, ${resourceId}, ${happenedAt}, ${shown})`);
  }
}

t.test('the migration keeps rounds that are published already as they were on their day', async (t) => {
  await database.db.execute(sql`delete from published_groups`);
  await database.db.execute(sql`delete from published_teams`);
  const directory = new URL('../../../migrations/', import.meta.url);
  const name = (await readdir(directory)).find((file) => file.endsWith('_published_rounds.sql')) ?? '';
  const statements = (await readFile(new URL(name, directory), 'utf8')).split('--> statement-breakpoint');
  const filling = statements.filter((statement) => /^INSERT INTO/m.test(statement));
  t.equal(filling.length, 2);
  await inTransaction(database.db, async (tx) => {
    await keepAsBefore(tx);
    for (const statement of filling) await tx.execute(sql.raw(statement));
    await tx.execute(sql`drop table pg_temp.changes`);
  });
  const kept = await rowsOf<{ name: string; members: number | null; baht: string | null }>(
    database.db,
    sql`select name, member_count as members, savings_baht::text as baht from published_groups where round_id = ${first} order by name`,
  );
  const [one, two, three] = groups.map((group) => group.name);
  t.strictSame(kept, [
    { name: one, members: 600, baht: '1000.50' },
    { name: two, members: 625, baht: '1000.50' },
    { name: three, members: null, baht: null },
  ]);
  const teams = await rowsOf<{ name: string }>(
    database.db,
    sql`select name from published_teams where round_id = ${first} order by name`,
  );
  t.strictSame(teams, [{ name: 'ทีมที่ 1' }, { name: 'ทีมที่ 2' }]);
});

t.test('a database in which the version before published a round migrates', async (t) => {
  const { client, migrate, drop } = await makeDatabaseBefore('_published_rounds.sql');
  t.teardown(drop);
  await client.query(`
    insert into groups (group_id, registration_no, name, area_code, status)
      values ('01936d5e-6f70-7c3a-9c55-0242ac120002', 'K-1', 'ก', '401001', 'active');
    insert into rounds (round_id, fiscal_year_be, round_no, area_code, title, instrument_code, instrument_version,
      starts_on, ends_on, target_selection, status, published_at)
      values ('01936d5e-6f70-7c3a-9c55-0242ac120004', 2555, 1, '40', 'ร', 'fhc', 1, '2012-04-01', '2012-04-30', 'census',
        'published', now());
    insert into targets (group_id, round_id, area_code)
      values ('01936d5e-6f70-7c3a-9c55-0242ac120002', '01936d5e-6f70-7c3a-9c55-0242ac120004', '401001');`);
  await migrate();
  const { rows } = await client.query('select registration_no, name, member_count from published_groups');
  t.strictSame(rows, [{ registration_no: 'K-1', name: 'ก', member_count: null }]);
});
