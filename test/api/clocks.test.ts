/** Time that decides anything is the database's: a node whose clock is wrong judges as every other. */
import { setTimeout } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { rowsOf } from '../../src/platform/db/database.js';
import { startTestApp } from '../support/app.js';
import { skewClock } from '../support/clock.js';
import { assess, made, makeGroup, makeRound, setTarget, sheetFrom, sheetPath } from '../support/world.js';

const { admin, database, withSecret } = await startTestApp(t);
/** The embedded database lives in the process and has its clock, so there are no two that could differ. */
const minute = 60_000;
const day = 24 * 60 * minute;
const skews = { 'ten minutes ahead': 10 * minute, 'ten minutes behind': -10 * minute, 'two days ahead': 2 * day };

/** What the database's clock says so many milliseconds from now, and the day in Bangkok. */
async function databaseAt(ms: number): Promise<{ instant: string; day: string }> {
  const at = sql`now() + ${`${ms} milliseconds`}::interval`;
  const [row] = await rowsOf<{ ms: string; day: string }>(
    database.db,
    sql`select floor(extract(epoch from ${at}) * 1000)::text as ms, ((${at}) at time zone 'Asia/Bangkok')::date::text as day`,
  );
  return { instant: new Date(Number(row?.ms)).toISOString(), day: String(row?.day) };
}

const newKey = (expiresAt: string) => ({ name: 'k', permissions: ['read'], areaCode: null, expiresAt });
const ndjson = (path: string, row: object) =>
  ({
    method: 'POST',
    path,
    payload: `${JSON.stringify(row)}\n`,
    headers: { 'content-type': 'application/x-ndjson' },
  }) as const;

for (const [name, byMs] of Object.entries(skews)) {
  t.test(`a node ${name}: a key cannot be made that has expired, and one that has not works`, async (t) => {
    const [past, soon] = [await databaseAt(-minute), await databaseAt(5 * minute)];
    skewClock(t, byMs);
    const expired = { method: 'POST', path: '/v1/api-keys', body: newKey(past.instant) } as const;
    await admin.refused(t, expired, { status: 422, code: 'rules-broken', pointers: ['/expiresAt'] });
    const { secret } = await made(admin.post('/v1/api-keys', newKey(soon.instant)));
    const client = withSecret(secret);
    for (const which of ['first', 'second, remembered']) t.equal((await client.get('/v1/areas/40')).status, 200, which);
  });

  t.test(`a node ${name}: today is taken and tomorrow is refused, alone and by file`, async (t) => {
    const [today, tomorrow] = [(await databaseAt(0)).day, (await databaseAt(day)).day];
    const year = Number(today.slice(0, 4)) + (Number(today.slice(5, 7)) >= 10 ? 1 : 0) + 543;
    const { groupId, registrationNo } = await makeGroup(admin);
    const range = { startsOn: `${year - 544}-10-01`, endsOn: `${year - 543}-09-30` };
    const { roundId } = await makeRound(admin, {
      fiscalYearBe: year,
      roundNo: 1 + Object.keys(skews).indexOf(name),
      ...range,
    });
    await setTarget(admin, roundId, groupId);
    const figures = { memberCount: 1, savingsBaht: 1 };
    const group = (foundedOn: string) => ({
      registrationNo: `F-${registrationNo}`,
      name: 'ก',
      areaCode: '4010',
      foundedOn,
    });
    const sheet = (assessedOn: string) => sheetFrom('', { assessedOn, scores: [] });
    skewClock(t, byMs);
    const refusals: [Parameters<typeof admin.send>[0], string][] = [
      [{ method: 'PUT', path: `/v1/groups/${groupId}/figures/${tomorrow}`, body: figures }, 'rules-broken'],
      [{ method: 'POST', path: '/v1/groups', body: group(tomorrow) }, 'rules-broken'],
      [{ method: 'PUT', path: sheetPath(roundId, groupId), body: sheet(tomorrow) }, 'rules-broken'],
      [ndjson('/v1/groups', group(tomorrow)), 'import-refused'],
      [ndjson('/v1/figures', { registrationNo, asOf: tomorrow, ...figures }), 'import-refused'],
      [ndjson(`/v1/rounds/${roundId}/assessments`, { registrationNo, ...sheet(tomorrow) }), 'import-refused'],
    ];
    for (const [call, code] of refusals) {
      const { body } = await admin.refused(t, call, { status: 422, code });
      t.equal(body.errors[0].code, 'day-in-future');
    }
    t.equal((await admin.put(`/v1/groups/${groupId}/figures/${today}`, figures)).status, 201);
    t.equal((await admin.post('/v1/groups', group(today))).status, 201);
    t.equal((await admin.put(sheetPath(roundId, groupId), sheet(today))).status, 201);
    for (const call of [
      ndjson('/v1/groups', group(today)),
      ndjson('/v1/figures', { registrationNo, asOf: today, ...figures }),
      ndjson(`/v1/rounds/${roundId}/assessments`, { registrationNo, ...sheet(today) }),
    ]) {
      t.strictSame([(await admin.send(call)).status, call.path], [200, call.path]);
    }
  });
}

t.test('a key that is remembered is refused once it has expired, whatever the clock of the node says', async (t) => {
  skewClock(t, -day);
  const { instant } = await databaseAt(3_000);
  const { secret } = await made(admin.post('/v1/api-keys', newKey(instant)));
  const client = withSecret(secret);
  t.equal((await client.get('/v1/areas/40')).status, 200);
  while ((await databaseAt(-50)).instant <= instant) await setTimeout(20);
  t.equal((await client.get('/v1/areas/40')).status, 401);
});

t.test('an action is overdue from the day after it was due, by the clock of the database', async (t) => {
  const [today, yesterday] = [(await databaseAt(0)).day, (await databaseAt(-day)).day];
  const { groupId } = await makeGroup(admin);
  const { roundId } = await makeRound(admin, { roundNo: 4 });
  await setTarget(admin, roundId, groupId);
  await assess(admin, roundId, groupId, '1'.repeat(19));
  const { planId } = await made(
    admin.post('/v1/plans', { roundId, tier: 'group', groupId, areaCode: '401001', title: 'แผน' }),
  );
  const action = await made(
    admin.post(`/v1/plans/${planId}/actions`, {
      criterionNo: 2,
      title: 'ก',
      kind: 'training',
      dueOn: today,
      reason: 'ก',
    }),
  );
  skewClock(t, 2 * day);
  const overdue = async () => (await admin.get(`/v1/plans?round=${roundId}&overdue=true`)).body.items.length;
  t.equal(await overdue(), 0);
  const late = { criterionNo: 2, title: 'ก', kind: 'training', dueOn: yesterday, reason: 'ก' };
  await made(admin.put(`/v1/plans/${planId}/actions/${action.actionId}`, late, { 'if-match': '*' }));
  t.equal(await overdue(), 1);
});
