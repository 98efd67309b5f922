/** Open data: what anybody may read of published rounds without a key, and everything that nobody may. */
import { sql } from 'drizzle-orm';
import t from 'tap';
import { rowsOf } from '../../src/platform/db/database.js';
import { startTestApp } from '../support/app.js';
import type { Answer } from '../support/client.js';
import { parseCsv, unflatten } from '../support/csv.js';
import { sampleCall } from '../support/operations.js';
import {
  assess,
  made,
  makeGroup,
  makeRound,
  makeTeam,
  moveRound,
  scoresFrom,
  setTarget,
  sheetPath,
} from '../support/world.js';

const service = await startTestApp(t, { PUBLIC_READING: 'true', CORS_ORIGINS: 'https://office.example' });
const { admin, stranger, database, contract, app, withSecret } = service;
const operations = app.operations.filter(({ tag }) => tag === 'open-data');

/** The levels of a sheet: passed (3) but for these criteria. */
const sheet = (failed: Record<number, 1 | 2>) =>
  Array.from({ length: 19 }, (_, index) => failed[index + 1] ?? 3).join('');
const times = (count: number, failed: Record<number, 1 | 2>) => Array.from({ length: count }, () => sheet(failed));

/**
 * Five districts of Khon Kaen with 12, 12, 12, 3 and 12 groups. Criterion 1 fails 6, 7, 6, 2 and 10 of them; criterion 2 six,
 * all in 4003; criterion 3 four; criterion 4 ten at level 1 and six at level 2.
 */
const districts: Record<string, string[]> = {
  400101: [...times(4, { 1: 1, 3: 1 }), ...times(2, { 1: 2 }), ...times(6, { 4: 1 })],
  400201: [...times(7, { 1: 2 }), ...times(4, { 4: 1 }), ...times(1, {})],
  400301: [...times(6, { 1: 1, 2: 1 }), ...times(6, {})],
  400401: [...times(2, { 1: 1 }), ...times(1, {})],
  400501: [...times(6, { 1: 1, 4: 2 }), ...times(4, { 1: 1 }), ...times(2, {})],
};

const people = ['สมชาย ใจดี', 'สมหญิง รักไทย'];
const team = await makeTeam(admin, {
  name: 'ทีมตรวจลับ',
  members: people.map((name) => ({ name, organization: 'network' })),
});
const title = 'หัวข้อที่เขียนเอง';
const { roundId } = await makeRound(admin, { title });
for (const [areaCode, sheets] of Object.entries(districts)) {
  for (const levels of sheets) {
    const { groupId } = await makeGroup(admin, areaCode);
    await setTarget(admin, roundId, groupId, team.teamId);
    const scores = scoresFrom(levels).map((score) => ({ ...score, reason: `เหตุผลลับ ${score.criterionNo}` }));
    const body = { assessedOn: '2012-04-12', teamId: team.teamId, scores, summary: 'สรุปลับ' };
    await made(admin.put(sheetPath(roundId, groupId), body));
    await made(admin.post(`${sheetPath(roundId, groupId)}/submission`, undefined, { 'if-match': '*' }));
  }
}
const publish = async (roundId: string) => {
  await moveRound(admin, roundId, 'closing');
  return moveRound(admin, roundId, 'publication');
};
const { publishedAt } = await publish(roundId);
const { planId } = await made(admin.post('/v1/plans', { roundId, tier: 'province', areaCode: '40', title: 'แผนลับ' }));

const open = `/v1/open-data/rounds/${roundId}`;
const lists = ['/v1/open-data/rounds', `${open}/areas`, `${open}/results`];
const pages = [...lists.map((path) => `${path}?limit=500`), `${open}/statistics`];
const files = [`${open}/results/rows`, `${open}/results/rows?bom=true`];
const typed = (path: string): Record<string, string> => (path.includes('bom') ? { accept: 'text/csv' } : {});

t.test('switched off, as it is by default, every operation says that nothing is published here', async (t) => {
  const closed = await startTestApp(t);
  t.equal(operations.length, 5);
  for (const operation of operations) {
    for (const client of [closed.stranger, closed.admin]) {
      await client.refused(t, sampleCall(contract, operation), { status: 404, code: 'open-data-off' });
    }
  }
});

t.test('the published rounds are listed, and a round in any other state is as one that never was', async (t) => {
  const group = await makeGroup(admin);
  const others = [await makeRound(admin, { roundNo: 2 }, 'draft')];
  for (const roundNo of [3, 4]) {
    const round = await makeRound(admin, { roundNo });
    await setTarget(admin, round.roundId, group.groupId);
    await assess(admin, round.roundId, group.groupId, sheet({}), { submitted: roundNo === 4 });
    others.push(roundNo === 4 ? await moveRound(admin, round.roundId, 'closing') : round);
  }
  t.strictSame(
    others.map(({ status }) => status),
    ['draft', 'open', 'closed'],
  );
  const { body } = await stranger.get('/v1/open-data/rounds');
  t.strictSame(body.items, [
    {
      roundId,
      fiscalYearBe: 2555,
      roundNo: 1,
      areaCode: '40',
      areaName: { th: 'ขอนแก่น', en: 'Khon Kaen' },
      instrument: 'fhc@1',
      startsOn: '2012-04-01',
      endsOn: '2012-04-30',
      targetSelection: 'designated',
      publishedAt,
    },
  ]);
  t.strictSame((await stranger.get('/v1/open-data/rounds?fiscalYearBe=2556')).body.items, []);
  const nobodys = '01936d5e-6f70-7c3a-9c55-0242ac120099';
  for (const path of ['statistics', 'areas', 'results', 'results/rows']) {
    const seen = async (id: string) => {
      const call = {
        method: 'GET' as const,
        path: `/v1/open-data/rounds/${id}/${path}`,
        headers: { 'x-request-id': 'x' },
      };
      const { bytes, headers } = await stranger.refused(t, call, { status: 404, code: 'published-round-not-found' });
      // What is left of its limit goes down with each request.
      const { date, ratelimit, ...rest } = headers;
      return [bytes.toString('utf8').replaceAll(id, 'ID'), rest];
    };
    const never = await seen(nobodys);
    for (const round of others) t.strictSame(await seen(round.roundId), never, `${round.status} ${path}`);
  }
});

t.test('the figures are those that a count by hand gives, and small numbers are held back', async (t) => {
  const { body } = await stranger.get(`${open}/statistics`);
  t.hasStrict(body, { areaCode: '40', areaKind: 'province', assessed: 51, heldBack: false, smallestCell: 5 });
  const of = (criteria: Answer['body'][], no: number) => criteria.find(({ criterionNo }) => criterionNo === no);
  t.hasStrict(of(body.criteria, 1), {
    assessed: 51,
    passed: 20,
    passedPercent: 39.21,
    failed: 31,
    failedPercent: 60.78,
    level1: 22,
    level2: 9,
    level3: 20,
    heldBack: false,
  });
  t.hasStrict(of(body.criteria, 2), { passed: 45, failed: 6, level1: null, level2: null, level3: 45, heldBack: true });
  const none = { passed: null, passedPercent: null, failed: null, failedPercent: null, level1: null, level2: null };
  t.hasStrict(of(body.criteria, 3), { assessed: 51, ...none, level3: null, heldBack: true }, 'four failed');
  t.hasStrict(of(body.criteria, 4), { passed: 35, failed: 16, level1: 10, level2: 6, heldBack: false });
  t.hasStrict(of(body.criteria, 5), { assessed: 51, ...none, level3: null, heldBack: true }, 'none failed');
  // Criterion 2 keeps back levels 1 and 2, 3 and each of the fifteen others five counts.
  t.equal(body.heldBackCells, 2 + 16 * 5);

  const areas = (await stranger.get(`${open}/areas?limit=500`)).body;
  t.strictSame(
    areas.items.map(({ areaCode, assessed }: Answer['body']) => [areaCode, assessed]),
    [
      ['40', 51],
      // Three groups are held back, with two districts: one would have only the three beside it.
      ['4001', null],
      ['4002', null],
      ['4003', 12],
      ['4004', null],
      ['4005', 12],
    ],
  );
  const [whole, , , third, , fifth] = areas.items;
  t.strictSame(whole.criteria, body.criteria);
  t.hasStrict(of(third.criteria, 1), { passed: 6, failed: 6, level1: null, level2: null, level3: 6 });
  t.hasStrict(of(fifth.criteria, 1), { assessed: 12, ...none, heldBack: true }, 'two passed');
  t.hasStrict(of(third.criteria, 2), { assessed: 12, ...none }, 'six failed, as in the province: nobody elsewhere did');
  const kinds = (kind: string) => stranger.get(`${open}/areas?kind=${kind}`);
  t.strictSame((await kinds('district')).body.items, areas.items.slice(1));
  t.strictSame((await kinds('country')).body.items, []);
});

t.test('pages, NDJSON and CSV have the same rows, one for each area and criterion', async (t) => {
  const areas = (await stranger.get(`${open}/areas?limit=500`)).body.items;
  const expected = areas.flatMap(({ areaCode, areaKind, areaName, criteria }: Answer['body']) =>
    criteria.map(({ name, ...counts }: Answer['body']) => ({
      roundId,
      fiscalYearBe: 2555,
      roundNo: 1,
      areaCode,
      areaKind,
      areaName,
      criterionName: name,
      ...counts,
      smallestCell: 5,
    })),
  );
  t.equal(expected.length, 6 * 19);
  for (const limit of [1, 18, 19, 20, 500]) {
    const rows = (await stranger.pages(`${open}/results?limit=${limit}`)).flat();
    t.strictSame(rows, expected, `${limit} a page`);
  }
  const counted = await stranger.get(`${open}/results?limit=1&kind=district`, { prefer: 'count=exact' });
  t.equal(counted.body.total, 5 * 19);
  const lines = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  t.strictSame(lines((await stranger.get(`${open}/results/rows`)).body), expected);
  t.strictSame(lines((await stranger.get(`${open}/results/rows?kind=district`)).body), expected.slice(19));
  const sheet = await stranger.get(`${open}/results/rows?bom=true`, { accept: 'text/csv' });
  t.equal(sheet.body.charCodeAt(0), 0xfeff);
  const { columns } = contract.operationOf('GET', `${open}/results`)?.answer.streams ?? { columns: [] };
  t.strictSame(unflatten(parseCsv(sheet.body.slice(1)), columns, expected), expected);
  const minute = publishedAt.slice(0, 16).replace(':', '');
  t.equal(sheet.headers['content-disposition'], `attachment; filename="results-2555-1-40-${minute}Z.csv"`);
  t.equal(sheet.headers['x-snapshot-at'], publishedAt);
});

t.test('nothing anywhere names a person, a team, a group, or says what somebody wrote', async (t) => {
  const secrets = await rowsOf<{ secret: string }>(
    database.db,
    sql`select name as secret from groups union all select registration_no from groups union all select group_id::text from groups
      union all select name from teams union all select team_id::text from teams union all select title from rounds
      union all select name from api_keys union all select plan_id::text from plans`,
  );
  const hidden = [...secrets.map(({ secret }) => secret), ...people, 'ทีมตรวจลับ', 'เหตุผลลับ', 'สรุปลับ', 'แผนลับ', title];
  t.ok(hidden.length > 120, `${hidden.length} texts`);
  for (const path of [...pages, ...files]) {
    const { status, bytes } = await stranger.get(path, typed(path));
    t.equal(status, 200, path);
    const text = bytes.toString('utf8');
    t.strictSame(
      hidden.filter((secret) => text.includes(secret)),
      [],
      path,
    );
  }
});

t.test('shared caches keep every answer, the same for everybody, and no refusal', async (t) => {
  for (const path of [...pages, ...files]) {
    const plain = await stranger.get(path, typed(path));
    const kept = plain.headers['cache-control'];
    t.match(kept, /^public, max-age=\d+, s-maxage=\d+, stale-while-revalidate=60, stale-if-error=86400$/, path);
    t.match(plain.headers.etag, /^"[\w-]+"$/, 'a strong tag');
    for (const name of ['set-cookie', 'x-request-id', 'ratelimit', 'ratelimit-policy'])
      t.notOk(name in plain.headers, name);
    for (const client of [admin, withSecret('prot_wrong'), stranger]) {
      const headers = { ...typed(path), origin: 'https://anywhere.example', 'accept-language': 'th', cookie: 'a=b' };
      const { status, bytes, headers: given } = await client.get(path, headers);
      t.strictSame([status, given.etag, bytes.equals(plain.bytes)], [200, plain.headers.etag, true], path);
      t.equal(given['access-control-allow-origin'], '*');
    }
    const again = await stranger.get(path, { ...typed(path), 'if-none-match': String(plain.headers.etag) });
    t.strictSame([again.status, again.bytes.length], [304, 0], path);
    for (const name of ['etag', 'cache-control', 'vary'] as const)
      t.equal(again.headers[name], plain.headers[name], name);
    const packed = await stranger.get(path, { ...typed(path), 'accept-encoding': 'gzip' });
    t.strictSame([packed.status, packed.body], [200, plain.body], path);
  }
  const vary = async (path: string) => (await stranger.get(path)).headers.vary;
  t.equal(await vary(`${open}/statistics`), 'accept-encoding');
  t.equal(await vary(`${open}/areas`), 'Prefer, accept-encoding');
  t.equal(await vary(`${open}/results`), 'Accept, Prefer, accept-encoding');
  t.equal(await vary(`${open}/results/rows`), 'Accept, accept-encoding');
  for (const path of [`${open}/areas?kind=x`, `${open}x/statistics`, `/v1/open-data/rounds/${planId}/statistics`]) {
    const { status, headers } = await stranger.get(path, { origin: 'https://anywhere.example' });
    t.ok(status === 400 || status === 404, path);
    t.strictSame([headers['cache-control'], headers['access-control-allow-origin']], ['no-store', '*'], path);
    t.equal(
      headers.vary,
      path.includes('areas')
        ? 'Accept, Accept-Language, Prefer, accept-encoding'
        : 'Accept, Accept-Language, accept-encoding',
    );
  }
  const guarded = await admin.get('/v1/rounds', { origin: 'https://anywhere.example' });
  t.notOk('access-control-allow-origin' in guarded.headers, 'what needs a key stays as it is configured');
  t.equal(guarded.headers['cache-control'], 'private, no-cache');
});
