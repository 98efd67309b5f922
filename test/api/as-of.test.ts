/** Everything as it was at an earlier moment: what was answered then is what is answered later, whatever has happened since. */
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import t from 'tap';
import { readAsOf } from '../../src/platform/db/as-of.js';
import { onlyRow, rowsOf } from '../../src/platform/db/database.js';
import { startTestApp } from '../support/app.js';
import { connectBeside } from '../support/beside.js';
import type { Answer } from '../support/client.js';
import { replay } from '../support/replay.js';
import { made, makeGroup, makeRound, makeTeam, moveRound, setTarget, sheetFrom, sheetPath } from '../support/world.js';

const { admin, client, database } = await startTestApp(t);
const reviewer = await client();
const { db } = database;

const groups = [];
for (const area of ['401001', '401002', '400201', '4002']) groups.push(await makeGroup(admin, area));
const groupIds: string[] = groups.map(({ groupId }) => groupId);
const [firstId = ''] = groupIds;
const team = await makeTeam(admin);
const rounds = [await makeRound(admin), await makeRound(admin, { roundNo: 2 })];
const roundIds: string[] = rounds.map(({ roundId }) => roundId);
const [earlier = '', later = ''] = roundIds;
for (const roundId of roundIds) for (const groupId of groupIds) await setTarget(admin, roundId, groupId, team.teamId);
const plan = await made(
  admin.post('/v1/plans', { roundId: earlier, tier: 'province', areaCode: '40', title: 'แผนจังหวัด' }),
);
const district = await client({ areaCode: '4010', permissions: ['read'] });

/** What the database calls now, and no write is of the same millisecond. */
async function momentNow(): Promise<string> {
  await delay(2);
  const rows = await rowsOf<{ ms: string }>(
    db,
    sql`select floor(extract(epoch from clock_timestamp()) * 1000)::text as ms`,
  );
  await delay(2);
  return new Date(Number(onlyRow(rows).ms)).toISOString();
}

const pick = <T>(values: readonly T[], index: number): T => values[index % values.length] as T;
const level = (seed: number) => String((seed % 3) + 1).repeat(19);

/** One thing that happens: it may be refused, and then nothing has. */
type Step = (seed: number) => Promise<Answer>;
const steps: readonly Step[] = [
  (seed) => admin.patch(`/v1/groups/${pick(groupIds, seed)}`, { name: `กลุ่มที่เปลี่ยนชื่อ ${seed}` }, any),
  (seed) =>
    admin.patch(`/v1/groups/${pick(groupIds, seed)}`, { areaCode: pick(['401001', '400201', '4002'], seed >> 2) }, any),
  (seed) =>
    admin.put(
      `/v1/groups/${pick(groupIds, seed)}/figures/${2010 + (seed % 3)}-03-31`,
      { memberCount: seed, savingsBaht: seed * 10.5, developmentLevel: (seed % 3) + 1, source: null },
      any,
    ),
  (seed) => admin.delete(`/v1/groups/${pick(groupIds, seed)}/figures/${2010 + (seed % 3)}-03-31`, any),
  (seed) =>
    admin.put(
      sheetPath(pick(roundIds, seed), pick(groupIds, seed >> 1)),
      sheetFrom(level(seed), { assessedOn: '2012-04-15' }),
      any,
    ),
  (seed) =>
    admin.put(`${sheetPath(pick(roundIds, seed), pick(groupIds, seed >> 1))}/scores/${(seed % 19) + 1}`, {
      level: (seed % 3) + 1,
      reason: `เหตุผล ${seed}`,
    }),
  async (seed) => {
    const path = sheetPath(pick(roundIds, seed), pick(groupIds, seed >> 1));
    const submitted = await admin.post(`${path}/submission`, undefined, any);
    if (submitted.status === 200 && seed % 2 === 0) await made(reviewer.post(`${path}/confirmation`, undefined, any));
    return submitted;
  },
  (seed) =>
    reviewer.post(`${sheetPath(pick(roundIds, seed), pick(groupIds, seed >> 1))}/return`, { reason: 'ตรวจใหม่' }, any),
  (seed) => admin.delete(sheetPath(pick(roundIds, seed), pick(groupIds, seed >> 1)), any),
  (seed) => admin.patch(`/v1/teams/${team.teamId}`, { name: `ทีม ${seed}` }, any),
  (seed) =>
    admin.post(`/v1/plans/${plan.planId}/actions`, {
      criterionNo: (seed % 19) + 1,
      title: `กิจกรรม ${seed}`,
      kind: 'activity',
    }),
  (seed) => admin.patch(`/v1/plans/${plan.planId}`, { title: `แผน ${seed}` }, any),
  () => admin.post('/v1/groups', { registrationNo: `NEW-${Math.random()}`, name: 'กลุ่มใหม่', areaCode: '401001' }),
];
const any = { 'if-match': '*' };

/** What is asked at each moment and again later. */
const asked: readonly string[] = [
  '/v1/groups?limit=500',
  '/v1/groups?area=4010&sort=name&limit=500',
  '/v1/groups?q=%E0%B9%80%E0%B8%9B%E0%B8%A5%E0%B8%B5%E0%B9%88%E0%B8%A2%E0%B8%99',
  `/v1/groups?registrationNo=${groups[0]?.registrationNo}`,
  '/v1/groups/rows',
  '/v1/groups/summary?area=40&by=district',
  '/v1/groups/summary?area=40&figuresAsOf=2011-12-31',
  ...groupIds.flatMap((id) => [`/v1/groups/${id}`, `/v1/groups/${id}/health`, `/v1/groups/${id}/figures`]),
  `/v1/groups/${firstId}/figures/2010-03-31`,
  '/v1/figures?limit=500',
  '/v1/figures/rows',
  '/v1/teams',
  `/v1/teams/${team.teamId}`,
  '/v1/rounds',
  '/v1/plans?overdue=false',
  `/v1/plans/${plan.planId}`,
  `/v1/plans/${plan.planId}/actions?limit=500`,
  ...roundIds.flatMap((id) => [
    `/v1/rounds/${id}`,
    `/v1/rounds/${id}/statistics?by=district`,
    `/v1/rounds/${id}/statistics?by=team`,
    `/v1/rounds/${id}/statistics/co-failure`,
    `/v1/rounds/${id}/priorities`,
    `/v1/rounds/${id}/plan-coverage`,
    `/v1/rounds/${id}/targets`,
    `/v1/rounds/${id}/targets/rows`,
    `/v1/rounds/${id}/assessments`,
    `/v1/rounds/${id}/assessments?failedCriterion=3`,
    `/v1/rounds/${id}/assessments/rows`,
    `${sheetPath(id, firstId)}/scores/3`,
  ]),
  `/v1/rounds/${earlier}/comparison?with=${later}&by=district&split=plan`,
  `/v1/rounds/${earlier}/comparison/groups?with=${later}`,
  '/v1/instruments',
];

/** An answer without what says of when it is. */
function withoutTime({ status, body }: Answer): unknown {
  if (status !== 200 || typeof body !== 'object' || body === null) return status === 200 ? body : status;
  const { asOf, next, ...rest } = body;
  return rest;
}

const at = (path: string, moment: string) => `${path}${path.includes('?') ? '&' : '?'}asOf=${moment}`;

t.test(
  'at 200 moments of a random history: what was answered then, a replay of the log, and the same bytes for ever',
  async (t) => {
    const seen: { moment: string; path: string; known: unknown }[] = [];
    const moments: string[] = [];
    let done = 0;
    const history = fc.sample(fc.tuple(fc.nat(steps.length - 1), fc.nat(10_000)), { seed: 2555, numRuns: 200 });
    for (const [index, [step, seed]] of history.entries()) {
      if ((await pick(steps, step)(seed)).status < 300) done += 1;
      if (index === 150) for (const move of ['closing', 'publication']) await moveRound(admin, earlier, move);
      const moment = await momentNow();
      moments.push(moment);
      for (let n = 0; n < 6; n += 1) {
        const path = pick(asked, index * 7 + n * 11 + seed);
        seen.push({ moment, path, known: withoutTime(await admin.get(path)) });
      }
    }
    t.ok(done > 100, `${done} of 200 steps changed something`);
    const bytes: Buffer[] = [];
    for (const { moment, path, known } of seen) {
      const now = await admin.get(at(path, moment));
      bytes.push(now.bytes);
      t.strictSame(withoutTime(now), known, `${path} as of ${moment}`);
    }
    for (const moment of moments.filter((_, index) => index % 5 === 0)) {
      const { records, differences } = await readAsOf(moment, () => replay(db, moment));
      t.strictSame(differences, [], `the log until ${moment} is what the tables held then`);
      t.ok(records > 10);
    }
    for (const [step, seed] of history.slice(0, 100)) await pick(steps, step)(seed + 1);
    for (const [index, { moment, path, known }] of seen.entries()) {
      if (index % 9 !== 0 || typeof known === 'number') continue;
      t.ok((await admin.get(at(path, moment))).bytes.equals(bytes[index] ?? Buffer.alloc(0)), `${path} again`);
    }
  },
);

t.test('a reader of an area sees what lay in its area then', async (t) => {
  const group = await makeGroup(admin, '401001');
  const before = await momentNow();
  await made(admin.patch(`/v1/groups/${group.groupId}`, { areaCode: '400201' }, any));
  const after = await momentNow();
  const path = `/v1/groups/${group.groupId}`;
  t.equal((await district.get(at(path, before))).body.areaCode, '401001');
  await district.refused(t, { method: 'GET', path: at(path, after) }, { status: 404, code: 'group-not-found' });
});

t.test('an answer about the past has a strong tag, may be kept for ever, and says of when it is', async (t) => {
  const moment = await momentNow();
  for (const path of ['/v1/groups', '/v1/groups/rows', `/v1/rounds/${later}/statistics`, `/v1/groups/${firstId}`]) {
    const { status, headers, body } = await admin.get(at(path, moment));
    const { etag = '', 'cache-control': cache = '', 'as-of': asOf } = headers as Record<string, string>;
    t.strictSame([status, asOf, /^"/.test(etag)], [200, moment, true], path);
    t.match(cache, /private, max-age=31536000, immutable/);
    if (path === '/v1/groups') t.equal(body.asOf, moment);
    await made(admin.patch(`/v1/groups/${firstId}`, { name: `อีกชื่อ ${Math.random()}` }, any));
    t.equal((await admin.get(at(path, moment), { 'if-none-match': etag })).status, 304);
    const other = await admin.get(at(path, await momentNow()), { 'if-none-match': etag });
    t.equal(other.status, 200, 'of another moment it is another answer');
  }
  const { headers } = await admin.get('/v1/groups');
  t.strictSame([headers['as-of'], headers.etag], [undefined, undefined], 'the present is as it was');
});

t.test('an instant may have any offset, and a day is its end in Bangkok', async (t) => {
  const moment = await momentNow();
  const inBangkok = moment.replace(/T(\d\d)/, (_, hour) => `T${String((Number(hour) + 7) % 24).padStart(2, '0')}`);
  const day = new Date(Date.parse(moment) + 7 * 3_600_000).toISOString().slice(0, 10);
  const offset = `${day}${inBangkok.slice(10, -1)}%2B07:00`;
  t.equal((await admin.get(at('/v1/groups', offset))).body.asOf, moment);
  const malformed = { status: 400, code: 'invalid-input', pointers: ['/query/asOf'] };
  for (const wrong of ['x', '2026-02-30', '2026-09-30T10:00:00', 'now', '', '%2B12026-01-01T00:00:00Z'])
    await admin.refused(t, { method: 'GET', path: at('/v1/groups', wrong) }, malformed);
  const today = { status: 400, code: 'as-of-in-future', pointers: ['/query/asOf'] };
  await admin.refused(t, { method: 'GET', path: at('/v1/groups', day) }, today);
  await admin.refused(t, { method: 'GET', path: at('/v1/groups/rows', '9999-12-31') }, today);
  const first = { status: 400, code: 'as-of-before-first-record', pointers: ['/query/asOf'] };
  await admin.refused(t, { method: 'GET', path: at('/v1/groups/summary', '2012-05-31') }, first);
  const unknown = { status: 400, code: 'invalid-input', pointers: ['/query/asOf'] };
  await admin.refused(t, { method: 'GET', path: at('/v1/areas', moment) }, unknown);
});

t.test('a moment is not settled while a write that began before it is under way', async (t) => {
  const writer = await connectBeside(t, database);
  const before = await momentNow();
  await writer.query(`begin; update groups set village_name = 'บ้านใหม่', version = version + 1, updated_at = now()
    where group_id = '${firstId}'`);
  const moment = await momentNow();
  const path = `/v1/groups/${firstId}`;
  const answer = await admin.refused(
    t,
    { method: 'GET', path: at(path, moment) },
    { status: 409, code: 'as-of-not-settled' },
  );
  t.ok(Number(answer.headers['retry-after']) > 0);
  t.equal((await admin.get(at(path, before))).status, 200, 'what was before it can be told');
  const later = admin.get(at(path, await momentNow()));
  await delay(300);
  await writer.query('commit');
  t.equal((await later).body.villageName, 'บ้านใหม่', 'whoever asks waits a little for it');
  t.not((await admin.get(at(path, before))).body.villageName, 'บ้านใหม่');
});

t.test('a write that waited for one which began later is recorded after it', async (t) => {
  const slow = await connectBeside(t, database);
  const group = await makeGroup(admin, '401001');
  const path = `/v1/groups/${group.groupId}`;
  await slow.query('begin');
  await slow.query('select now()');
  const began = await momentNow();
  await made(admin.patch(path, { name: 'เปลี่ยนก่อน' }, any));
  await slow.query(
    `update groups set name = 'เปลี่ยนทีหลัง', version = version + 1, updated_at = now() where group_id = '${group.groupId}'`,
  );
  await slow.query('commit');
  t.equal((await admin.get(at(path, began))).body.name, group.name, 'neither had been recorded when the first began');
  const { name, version } = (await admin.get(at(path, await momentNow()))).body;
  t.strictSame([name, version], ['เปลี่ยนทีหลัง', 3]);
});
