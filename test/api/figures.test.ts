import { sql } from 'drizzle-orm';
import t from 'tap';
import { rowsOf } from '../../src/platform/db/database.js';
import { startTestApp } from '../support/app.js';
import { changesDuring, groupColumns } from '../support/state.js';

const { database, admin, client } = await startTestApp(t);
const figures = { memberCount: 71, savingsBaht: 366_500.5, developmentLevel: 3, source: 'การจัดระดับ 2555' };
const invalid = (...pointers: string[]) => ({ status: 400, code: 'invalid-input', pointers });
let nextNo = 1;

/** A new group in an area, and the paths of it and of its figures. */
async function register(areaCode: string, fields: object = {}) {
  const body = { registrationNo: `F-${nextNo++}`, name: 'กลุ่ม', areaCode, ...fields };
  const { groupId } = (await admin.post('/v1/groups', body)).body;
  const path = `/v1/groups/${groupId}`;
  const figuresOf = (asOf: string) => `${path}/figures/${asOf}`;
  const latest = async () => (await admin.get(path)).body.figures?.asOf ?? null;
  return { groupId, path, figuresOf, latest };
}

t.test('putFigures: records one day, and the group shows the latest', async (t) => {
  const { groupId, path, figuresOf } = await register('4010');
  const { status, body, headers } = await admin.put(figuresOf('2012-03-31'), figures);
  t.strictSame([status, headers.location], [201, figuresOf('2012-03-31')]);
  t.match(headers.etag, /^"1-/);
  const { createdAt, updatedAt, ...rest } = body;
  t.strictSame(rest, { groupId, asOf: '2012-03-31', ...figures, version: 1 });
  t.strictSame((await admin.get(figuresOf('2012-03-31'))).body, body);
  const group = (await admin.get(path)).body;
  t.strictSame(group.figures, { asOf: '2012-03-31', ...figures });
  t.equal(group.version, 2, 'the group is another than before');
  const bare = await admin.put(figuresOf('2012-04-30'), { memberCount: 0, savingsBaht: 0 });
  t.hasStrict(bare.body, { memberCount: 0, savingsBaht: 0, developmentLevel: null, source: null });
});

t.test('putFigures: older figures do not replace the latest, and leave the group as it was', async (t) => {
  const { path, figuresOf } = await register('4010');
  await admin.put(figuresOf('2012-03-31'), figures);
  const before = (await admin.get(path)).body;
  const changes = await changesDuring(database, () =>
    admin.put(figuresOf('2011-03-31'), { ...figures, memberCount: 60 }),
  );
  t.strictSame(
    changes.map(({ action }) => action),
    ['figures.recorded'],
  );
  t.strictSame((await admin.get(path)).body, before);
});

/** The latest figures of a group as its own columns. */
const latestOf = (group: Parameters<typeof groupColumns>[0]) => {
  const { figuresAsOf, memberCount, savingsBaht, developmentLevel, figuresSource } = groupColumns(group);
  return { figuresAsOf, memberCount, savingsBaht, developmentLevel, figuresSource };
};

t.test('putFigures: leaves a row for the figures and one for the group, with before, after and actor', async (t) => {
  const { groupId, path, figuresOf } = await register('401016');
  const officer = await client({ name: 'The officer', areaCode: '4010', permissions: ['groups:write'] });
  const none = (await admin.get(path)).body;
  const recorded = await changesDuring(database, () => officer.put(figuresOf('2012-03-31'), figures));
  const [first, some] = [(await admin.get(figuresOf('2012-03-31'))).body, (await admin.get(path)).body];
  const changed = await changesDuring(database, () =>
    officer.put(figuresOf('2012-03-31'), { ...figures, memberCount: 72 }, { 'if-match': '"1"' }),
  );
  const [second, more] = [(await admin.get(figuresOf('2012-03-31'))).body, (await admin.get(path)).body];
  const by = { areaCode: '401016', reason: null, actorName: 'The officer' };
  const ofFigures = { resource: 'figures', resourceId: `${groupId}/2012-03-31`, ...by };
  const ofGroup = { action: 'group.figures-updated', resource: 'group', resourceId: groupId, ...by };
  t.strictSame(recorded, [
    { action: 'figures.recorded', ...ofFigures, version: 1, before: null, after: first },
    { ...ofGroup, version: 2, before: latestOf(none), after: latestOf(some) },
  ]);
  t.strictSame(changed, [
    { action: 'figures.changed', ...ofFigures, version: 2, before: { memberCount: 71 }, after: { memberCount: 72 } },
    { ...ofGroup, version: 3, before: { memberCount: 71 }, after: { memberCount: 72 } },
  ]);
  t.strictSame([second.version, second.memberCount, more.figures.memberCount], [2, 72, 72]);
});

t.test('putFigures: amounts are exact to the satang', async (t) => {
  const { groupId, figuresOf } = await register('4010');
  await admin.put(figuresOf('2012-03-31'), figures);
  const amounts = {
    0: '0.00',
    0.1: '0.10',
    0.29: '0.29',
    4.35: '4.35',
    1.005e6: '1005000.00',
    1234567.89: '1234567.89',
  };
  for (const [amount, kept] of Object.entries({ ...amounts, 999999999999.99: '999999999999.99' })) {
    await admin.put(figuresOf('2012-03-31'), { ...figures, savingsBaht: Number(amount) }, { 'if-match': '*' });
    t.equal((await admin.get(figuresOf('2012-03-31'))).body.savingsBaht, Number(amount));
    const rows = await rowsOf(
      database.db,
      sql`select savings_baht::text as kept from figures where group_id = ${groupId}`,
    );
    t.strictSame(rows, [{ kept }], amount);
  }
});

t.test('putFigures: refuses an amount, a count or a level that is none, and changes nothing', async (t) => {
  const { figuresOf } = await register('4010');
  const put = (fields: object) => ({
    method: 'PUT' as const,
    path: figuresOf('2012-03-31'),
    body: { ...figures, ...fields },
  });
  const wrong: Record<string, unknown[]> = {
    savingsBaht: [-0.01, -1, 0.001, 366500.505, 1e-7, 1e15, '1', null, [], true],
    memberCount: [-1, 1.5, 10_000_001, '71', null, 1e300],
    developmentLevel: [0, 4, 2.5, '3', -1, [3]],
    source: ['', '\n', 'x'.repeat(501), 3],
  };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      const { body } = await admin.refused(t, put({ [field]: value }), { status: 400, code: 'invalid-input' });
      const pointers = new Set(body.errors.map(({ pointer }: { pointer: string }) => pointer));
      t.strictSame([...pointers], [`/${field}`], `${field}: ${JSON.stringify(value)?.slice(0, 40)}`);
    }
  }
  const precise = await admin.refused(t, put({ savingsBaht: 0.001 }), invalid('/savingsBaht'));
  t.equal(precise.body.errors[0].code, 'too-many-decimals');
  const misspelt = await admin.refused(t, put({ memberCuont: 1 }), invalid('/memberCuont'));
  t.equal(misspelt.body.errors[0].detail, '"memberCuont" is not known here. Did you mean "memberCount"?');
});

t.test('putFigures: refuses a day that is none, has not come, or is of the Buddhist era', async (t) => {
  const { figuresOf } = await register('4010');
  const put = (asOf: string) => ({ method: 'PUT' as const, path: figuresOf(asOf), body: figures });
  for (const asOf of ['2012-02-30', '2012-3-1', '20120331', 'today'])
    await admin.refused(t, put(asOf), invalid('/path/asOf'));
  const rule = { status: 422, code: 'rules-broken', pointers: ['/path/asOf'] };
  const { body } = await admin.refused(t, put('2555-03-31'), rule);
  t.ok(body.errors[0].detail.includes('if 2555 is a Buddhist year, send 2012'), body.errors[0].detail);
  const bangkok = (days: number) => new Date(Date.now() + (7 + 24 * days) * 3_600_000).toISOString().slice(0, 10);
  await admin.refused(t, put(bangkok(1)), rule);
  t.equal((await admin.send(put(bangkok(0)))).status, 201, 'today in Bangkok has come');
});

t.test('putFigures: changes existing figures only for a caller who knows their version', async (t) => {
  const { figuresOf } = await register('4010');
  const put = (fields: object, headers = {}) => ({
    method: 'PUT' as const,
    path: figuresOf('2012-03-31'),
    body: { ...figures, ...fields },
    headers,
  });
  const absent = await admin.refused(t, put({}, { 'if-match': '"1"' }), { status: 412, code: 'version-stale' });
  t.equal(absent.body.currentVersion, null);
  t.equal((await admin.send(put({}, { 'if-none-match': '*' }))).status, 201);
  const exists = { status: 412, code: 'version-stale' };
  await admin.refused(t, put({ memberCount: 1 }, { 'if-none-match': '*' }), exists);
  await admin.refused(t, put({}, { 'if-none-match': '*' }), exists);
  await admin.refused(t, put({ memberCount: 1 }), { status: 428, code: 'version-required' });
  await admin.refused(t, put({ memberCount: 1 }, { 'if-match': '"2"' }), { status: 412, code: 'version-stale' });
  const same = await changesDuring(database, async () => t.equal((await admin.send(put({}))).status, 200));
  t.strictSame(same, [], 'the same again changes nothing');
  const changed = await admin.send(put({ memberCount: 1 }, { 'if-match': '"1"' }));
  t.strictSame([changed.status, changed.body.version], [200, 2]);
});

t.test('deleteFigures: the figures before become the latest again, and in the end there are none', async (t) => {
  const { path, figuresOf, latest } = await register('4010');
  for (const year of [2010, 2011, 2012]) await admin.put(figuresOf(`${year}-03-31`), { ...figures, memberCount: year });
  const remove = (asOf: string, headers = {}) => ({ method: 'DELETE' as const, path: figuresOf(asOf), headers });
  await admin.refused(t, remove('2012-03-31'), { status: 428, code: 'version-required' });
  await admin.refused(t, remove('2012-03-31', { 'if-match': '"2"' }), { status: 412, code: 'version-stale' });
  const gone = await admin.send(remove('2012-03-31', { 'if-match': '"1"' }));
  t.strictSame([gone.status, gone.bytes.length], [204, 0]);
  t.equal(await latest(), '2011-03-31');
  const changes = await changesDuring(database, () => admin.send(remove('2010-03-31', { 'if-match': '*' })));
  t.strictSame(
    changes.map(({ action, before, after }) => [action, before?.memberCount, after]),
    [['figures.deleted', 2010, null]],
  );
  t.equal(await latest(), '2011-03-31');
  await admin.send(remove('2011-03-31', { 'if-match': '*' }));
  t.equal((await admin.get(path)).body.figures, null);
  await admin.refused(t, remove('2011-03-31', { 'if-match': '*' }), { status: 404, code: 'figures-not-found' });
  await admin.refused(t, { method: 'GET', path: figuresOf('2011-03-31') }, { status: 404, code: 'figures-not-found' });
});

t.test('listFigures: gives the series newest first, on any number of pages', async (t) => {
  const { path, figuresOf } = await register('4010');
  const years = [2009, 2012, 2010, 2008, 2011];
  for (const year of years) await admin.put(figuresOf(`${year}-03-31`), figures);
  const pages = await admin.pages(`${path}/figures?limit=2`);
  t.strictSame(
    pages.map((page) => page.map(({ asOf }) => Number(asOf.slice(0, 4)))),
    [[2012, 2011], [2010, 2009], [2008]],
  );
  t.equal((await admin.get(`${path}/figures?limit=1`, { prefer: 'count=exact' })).body.total, 5);
  const nobody = { method: 'GET', path: '/v1/groups/01936d5e-6f70-7c3a-9c55-0242ac120002/figures' } as const;
  await admin.refused(t, nobody, { status: 404, code: 'group-not-found' });
});

t.test('listAllFigures: gives every day of every group by area, on any number of pages', async (t) => {
  const [a, b, c] = [await register('600101'), await register('6001'), await register('6002')];
  for (const [group, years] of [
    [a, [2011, 2010, 2012]],
    [b, [2012]],
    [c, [2012, 2009]],
  ] as const) {
    for (const year of years) await admin.put(group.figuresOf(`${year}-03-31`), { ...figures, memberCount: year });
  }
  const days = (items: { groupId: string; asOf: string }[]) => items.map(({ groupId, asOf }) => [groupId, asOf]);
  const all = [
    [b.groupId, '2012-03-31'],
    [a.groupId, '2010-03-31'],
    [a.groupId, '2011-03-31'],
    [a.groupId, '2012-03-31'],
    [c.groupId, '2009-03-31'],
    [c.groupId, '2012-03-31'],
  ];
  for (const limit of [1, 2, 4, 6]) {
    t.strictSame(days((await admin.pages(`/v1/figures?area=60&limit=${limit}`)).flat()), all, `${limit} on a page`);
  }
  const list = async (query: string) => days((await admin.get(`/v1/figures?area=60&${query}`)).body.items);
  t.strictSame(await list('figuresAsOf=2012-03-31'), [all[0], all[3], all[5]]);
  t.strictSame(await list('from=2011-03-31'), [all[0], all[2], all[3], all[5]]);
  t.strictSame(await list('from=2010-01-01&to=2011-03-31'), [all[1], all[2]]);
  t.equal((await admin.get('/v1/figures?area=6001&to=2011-12-31', { prefer: 'count=exact' })).body.total, 2);
  const one = (await admin.get('/v1/figures?area=6001&figuresAsOf=2010-03-31')).body.items[0];
  const { registrationNo, name: groupName, areaCode } = (await admin.get(a.path)).body;
  t.strictSame(one, { ...(await admin.get(a.figuresOf('2010-03-31'))).body, registrationNo, groupName, areaCode });

  const district = await client({ areaCode: '6002', permissions: ['read'] });
  t.strictSame(days((await district.get('/v1/figures')).body.items), [all[4], all[5]]);
  await admin.refused(t, { method: 'GET', path: '/v1/figures?area=4026&figuresAsOf=x' }, invalid('/query/figuresAsOf'));
  await admin.refused(t, { method: 'GET', path: '/v1/figures?area=4026' }, invalid('/query/area'));
});

t.test('getGroupSummary: sums the latest figures exactly, in all and by area', async (t) => {
  const [a, b, c, d] = [
    await register('5001'),
    await register('500101'),
    await register('5002'),
    await register('5003'),
  ];
  await admin.put(a.figuresOf('2011-03-31'), { memberCount: 1000, savingsBaht: 1000, developmentLevel: 1 });
  await admin.put(a.figuresOf('2012-03-31'), { memberCount: 10, savingsBaht: 0.1, developmentLevel: 3 });
  await admin.put(b.figuresOf('2012-03-31'), { memberCount: 20, savingsBaht: 0.2, developmentLevel: 3 });
  await admin.put(c.figuresOf('2012-03-31'), {
    memberCount: 5,
    savingsBaht: 90_000_000_000.05,
    developmentLevel: null,
  });
  const closed = await register('5001', { status: 'dissolved' });
  await admin.put(closed.figuresOf('2012-03-31'), { memberCount: 7, savingsBaht: 7, developmentLevel: 2 });
  t.equal(await d.latest(), null, 'one group has no figures yet');

  const levels = (one: number, two: number, three: number, unknown: number) =>
    [one, two, three, unknown].map((groups, index) => ({ developmentLevel: [1, 2, 3, null][index], groups }));
  const sums = (groups: number, groupsWithoutFigures: number, memberCount: number, savingsBaht: number) => {
    return { groups, groupsWithoutFigures, memberCount, savingsBaht };
  };
  const { body } = await admin.get('/v1/groups/summary?area=50&by=district');
  const { breakdown, ...all } = body;
  const ofProvince = { ...sums(4, 1, 35, 90_000_000_000.35), byDevelopmentLevel: levels(0, 0, 2, 2) };
  t.strictSame(all, { areaCode: '50', status: 'active', figuresAsOf: null, ...ofProvince });
  t.strictSame(
    breakdown.map(({ name, ...part }: { name: { en: string } }) => [name.en, part]),
    [
      ['Mueang Chiang Mai', { areaCode: '5001', ...sums(2, 0, 30, 0.3), byDevelopmentLevel: levels(0, 0, 2, 0) }],
      ['Chom Thong', { areaCode: '5002', ...sums(1, 0, 5, 90_000_000_000.05), byDevelopmentLevel: levels(0, 0, 0, 1) }],
      ['Mae Chaem', { areaCode: '5003', ...sums(1, 1, 0, 0), byDevelopmentLevel: levels(0, 0, 0, 1) }],
    ],
  );
  const on = async (day: string, more = '') =>
    (await admin.get(`/v1/groups/summary?area=50&figuresAsOf=${day}${more}`)).body;
  t.strictSame(
    await on('2012-03-31', '&by=district'),
    { ...body, figuresAsOf: '2012-03-31' },
    'the day of the latest is in it',
  );
  const inBetween = { figuresAsOf: '2012-03-30', ...sums(4, 3, 1000, 1000), byDevelopmentLevel: levels(1, 0, 0, 3) };
  t.hasStrict(await on('2012-03-30'), inBetween, 'those of the day before are older ones, or none');
  t.hasStrict(await on('2012-03-30', '&by=district'), {
    breakdown: [
      { areaCode: '5001', ...sums(2, 1, 1000, 1000), byDevelopmentLevel: levels(1, 0, 0, 1) },
      { areaCode: '5002', ...sums(1, 1, 0, 0) },
      { areaCode: '5003', ...sums(1, 1, 0, 0) },
    ],
  });
  t.hasStrict(await on('2011-03-30'), { ...sums(4, 4, 0, 0), byDevelopmentLevel: levels(0, 0, 0, 4) });
  await admin.put(b.figuresOf('2014-03-31'), { memberCount: 2, savingsBaht: 2, developmentLevel: 1 });
  t.hasStrict(await on('2014-03-31'), { ...sums(4, 1, 17, 90_000_000_002.15), byDevelopmentLevel: levels(1, 0, 1, 2) });
  t.strictSame(await on('2012-12-31'), { ...all, figuresAsOf: '2012-12-31' }, 'newer figures change nothing of 2012');
  await admin.put(b.figuresOf('2012-04-30'), { memberCount: 21, savingsBaht: 0.2, developmentLevel: 2 });
  t.hasStrict(await on('2012-12-31'), { memberCount: 36, byDevelopmentLevel: levels(0, 1, 1, 2) }, 'older ones do');
  await admin.delete(b.figuresOf('2012-04-30'), { 'if-match': '*' });
  await admin.delete(b.figuresOf('2014-03-31'), { 'if-match': '*' });

  const dissolved = (await admin.get('/v1/groups/summary?area=50&status=dissolved')).body;
  t.hasStrict(dissolved, { status: 'dissolved', ...sums(1, 0, 7, 7), byDevelopmentLevel: levels(0, 1, 0, 0) });
  t.notOk('breakdown' in dissolved);
  t.hasStrict((await admin.get('/v1/groups/summary?area=51')).body, sums(0, 0, 0, 0));

  const district = await client({ areaCode: '5001', permissions: ['read'] });
  t.hasStrict((await district.get('/v1/groups/summary')).body, { areaCode: '5001', ...sums(2, 0, 30, 0.3) });
  t.hasStrict((await district.get('/v1/groups/summary?figuresAsOf=2011-12-31')).body, sums(2, 1, 1000, 1000));
  const noDay = { method: 'GET', path: '/v1/groups/summary?figuresAsOf=31.5.2555' } as const;
  await admin.refused(t, noDay, invalid('/query/figuresAsOf'));
  await admin.refused(t, { method: 'GET', path: '/v1/groups/summary?area=4026' }, invalid('/query/area'));
  await admin.refused(t, { method: 'GET', path: '/v1/groups/summary?by=team' }, invalid('/query/by'));
});
