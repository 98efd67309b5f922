import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { adminSecret, startTestApp } from '../support/app.js';
import { countsOf, csv, ndjson, scoreColumns, types, upload } from '../support/bulk.js';
import { changesDuring, groupColumns, stateOf } from '../support/state.js';
import { makeGroup, makeRound, makeTeam, scoresFrom, setTarget, sheetPath } from '../support/world.js';

const { app, database, admin, client } = await startTestApp(t);
const counts = (created: number, updated: number, unchanged: number, rejected = 0) => ({
  rows: created + updated + unchanged + rejected,
  created,
  updated,
  unchanged,
  rejected,
});
const idOf = async (registrationNo: string): Promise<string> =>
  (await admin.get(`/v1/groups?registrationNo=${registrationNo}`)).body.items[0].groupId;
const group = (registrationNo: string, fields: object = {}) => ({
  registrationNo,
  name: `กลุ่ม ${registrationNo}`,
  areaCode: '401001',
  villageName: null,
  foundedOn: '1985-06-01',
  status: 'active',
  ...fields,
});
const full = '3'.repeat(19);

t.test(
  'groups: a file registers new groups and replaces known ones; the same file twice changes nothing',
  async (t) => {
    const [kept, other] = [group('G-1'), group('G-2')];
    await upload(admin, '/v1/groups', ndjson([kept, other]));
    const [before] = (await admin.get('/v1/groups?registrationNo=G-2')).body.items;
    const file = [kept, { ...other, name: 'ชื่อใหม่' }, group('G-3')];
    const changes = await changesDuring(database, async () => {
      t.strictSame(countsOf(await upload(admin, '/v1/groups', ndjson(file))), counts(1, 1, 1));
    });
    const [made] = (await admin.get('/v1/groups?registrationNo=G-3')).body.items;
    const [after] = (await admin.get('/v1/groups?registrationNo=G-2')).body.items;
    t.strictSame([after.name, after.version, made.version], ['ชื่อใหม่', 2, 1]);
    const change = { action: 'group.imported', resource: 'group', areaCode: '401001', reason: null };
    t.strictSame(
      changes.map(({ actorName, ...rest }) => rest),
      [
        { ...change, resourceId: made.groupId, version: 1, before: null, after: groupColumns(made) },
        {
          ...change,
          resourceId: before.groupId,
          version: 2,
          before: { name: before.name },
          after: { name: 'ชื่อใหม่' },
        },
      ],
      'a new record is kept whole, and of one that was there what differs',
    );
    const state = await stateOf(database);
    t.strictSame(countsOf(await upload(admin, '/v1/groups', ndjson(file))), counts(0, 0, 3));
    t.strictSame(await stateOf(database), state);
    const taken = { method: 'POST', path: '/v1/groups', body: group('G-3') } as const;
    await admin.refused(t, taken, { status: 409, code: 'registration-no-taken' });
  },
);

t.test('groups: what the list gives is taken back, ids and all, and CSV has the same content', async (t) => {
  const items = (await admin.get('/v1/groups?limit=500')).body.items;
  const state = await stateOf(database);
  t.strictSame(countsOf(await upload(admin, '/v1/groups', ndjson(items))), counts(0, 0, items.length));
  const flat = items.map(({ figures, ...rest }: Record<string, unknown>) => rest);
  t.strictSame(countsOf(await upload(admin, '/v1/groups', csv(flat), 'csv')), counts(0, 0, items.length));
  t.strictSame(await stateOf(database), state);
  const groupId = '01936d5e-6f70-7c3a-9c55-0242ac12ffff';
  await upload(admin, '/v1/groups', ndjson([group('G-ID', { groupId })]));
  t.equal((await admin.get(`/v1/groups/${groupId}`)).body.registrationNo, 'G-ID', 'a new group keeps its id');
});

t.test(
  'groups: Thai digits, Buddhist years, a byte order mark and guarded cells are read as they are meant',
  async (t) => {
    const rows = [
      { registrationNo: 'TH-1', name: '=1+1', areaCode: '๔๐๑๐', foundedOn: '๒๕๒๘-๐๖-๐๑' },
      { registrationNo: 'TH-2', name: "'quoted", areaCode: '4010', foundedOn: '2528-06-01' },
    ];
    const guarded = rows.map((row) => ({ ...row, name: `'${row.name}` }));
    const sent = await upload(admin, '/v1/groups?calendar=be', `\uFEFF${csv(guarded)}`, 'csv');
    t.strictSame(countsOf(sent), counts(2, 0, 0));
    for (const [registrationNo, name] of [
      ['TH-1', '=1+1'],
      ['TH-2', "'quoted"],
    ]) {
      const [read] = (await admin.get(`/v1/groups?registrationNo=${registrationNo}`)).body.items;
      t.hasStrict(read, { name, areaCode: '4010', foundedOn: '1985-06-01' });
    }
    const again = await upload(admin, '/v1/groups?calendar=be', `\uFEFF${ndjson(rows)}`);
    t.strictSame(countsOf(again), counts(0, 0, 2), 'NDJSON says the same');
    const bare = 'registrationNo,name,areaCode\nTH-3,"ก,\n""ข""",4010\n\n';
    const { body } = await upload(admin, '/v1/groups', bare, 'csv');
    t.strictSame(
      [body.created, body.rejected],
      [0, 1],
      'a line end inside a name is what it is alone: not a line of text',
    );
  },
);

t.test('figures: the latest day stands in the group, versions grow with what changes, and nothing twice', async (t) => {
  const made = await makeGroup(admin);
  const { registrationNo, groupId } = made;
  const figures = { memberCount: 10, savingsBaht: 100.5, developmentLevel: 2, source: 'ทะเบียน' };
  const file = [
    { registrationNo, asOf: '2012-03-31', ...figures },
    { groupId, asOf: '2011-03-31', ...figures, memberCount: 5 },
  ];
  const changes = await changesDuring(database, async () => {
    t.strictSame(countsOf(await upload(admin, '/v1/figures', ndjson(file))), counts(2, 0, 0));
  });
  t.strictSame(
    changes.map(({ action }) => action),
    ['figures.imported', 'figures.imported', 'group.figures-updated'],
  );
  const { body } = await admin.get(`/v1/groups/${groupId}`);
  t.strictSame([body.figures, body.version], [{ asOf: '2012-03-31', ...figures }, 2]);
  const figuresOf = (group: Parameters<typeof groupColumns>[0]) => {
    const { figuresAsOf, memberCount, savingsBaht, developmentLevel, figuresSource } = groupColumns(group);
    return { figuresAsOf, memberCount, savingsBaht, developmentLevel, figuresSource };
  };
  t.strictSame(changes[2]?.after, figuresOf(body));
  t.strictSame(changes[2]?.before, figuresOf(made));
  const noted = changes.find(({ resourceId }) => resourceId === `${groupId}/2012-03-31`);
  t.strictSame(noted?.after, (await admin.get(`/v1/groups/${groupId}/figures/2012-03-31`)).body);
  const state = await stateOf(database);
  t.strictSame(countsOf(await upload(admin, '/v1/figures', ndjson(file))), counts(0, 0, 2));
  const asCsv = csv([{ registrationNo, asOf: '๒๕๕๕-๐๓-๓๑', ...figures, memberCount: '๑๐', savingsBaht: '๑๐๐.๕' }]);
  t.strictSame(countsOf(await upload(admin, '/v1/figures?calendar=be', asCsv, 'csv')), counts(0, 0, 1));
  t.strictSame(await stateOf(database), state);
  const older = [{ registrationNo, asOf: '2011-03-31', ...figures, memberCount: 6 }];
  t.strictSame(countsOf(await upload(admin, '/v1/figures', ndjson(older))), counts(0, 1, 0));
  t.equal((await admin.get(`/v1/groups/${groupId}`)).body.version, 2, 'an older day is not in the group');
  const series = (await admin.get(`/v1/groups/${groupId}/figures`)).body.items;
  t.strictSame(
    countsOf(await upload(admin, '/v1/figures', ndjson(series))),
    counts(0, 0, 2),
    'takes back what it gives',
  );
});

t.test(
  'targets: a file names groups and teams; a column left out leaves the team, an empty cell takes it away',
  async (t) => {
    const { roundId } = await makeRound(admin, { roundNo: 1 }, 'draft');
    const { teamId } = await makeTeam(admin);
    const groups = await Promise.all([makeGroup(admin), makeGroup(admin)]);
    const path = `/v1/rounds/${roundId}/targets`;
    const rows = groups.map(({ registrationNo }) => ({ registrationNo, teamId }));
    const changes = await changesDuring(database, async () => {
      t.strictSame(countsOf(await upload(admin, path, csv(rows), 'csv')), counts(2, 0, 0));
    });
    const target = (await admin.get(`${path}/${groups[0].groupId}`)).body;
    const noted = changes.find(({ resourceId }) => resourceId === `${roundId}/${target.groupId}`);
    const { registrationNo: _no, groupName: _name, ...row } = target;
    t.hasStrict(noted, { action: 'target.imported', before: null, after: row });
    const bare = ndjson(groups.map(({ groupId }) => ({ groupId })));
    t.strictSame(countsOf(await upload(admin, path, bare)), counts(0, 0, 2), 'the team stays');
    const emptied = await upload(admin, path, csv([{ ...rows[0], teamId: null }]), 'csv');
    t.strictSame(countsOf(emptied), counts(0, 1, 0));
    const after = (await admin.get(`${path}/${groups[0].groupId}`)).body;
    t.strictSame([after.teamId, after.version], [null, 2]);
    const { items } = (await admin.get(path)).body;
    t.strictSame(countsOf(await upload(admin, path, ndjson(items))), counts(0, 0, 2), 'takes back what it gives');
  },
);

t.test(
  'assessments: drafts and submitted sheets, as NDJSON and as CSV, with the same result as single writes',
  async (t) => {
    const { roundId } = await makeRound(admin, { roundNo: 2 });
    const { teamId } = await makeTeam(admin);
    const groups = await Promise.all([makeGroup(admin), makeGroup(admin), makeGroup(admin)]);
    for (const { groupId } of groups) await setTarget(admin, roundId, groupId, teamId);
    const [one, two, three] = groups.map(({ registrationNo }) => ({ registrationNo }));
    const path = `/v1/rounds/${roundId}/assessments`;
    const levels = `1${'3'.repeat(18)}`;
    const sheet = { assessedOn: '2012-04-12', summary: 'ภาพรวม' };
    const file = [
      { ...one, ...sheet, scores: scoresFrom(levels), status: 'submitted' },
      { ...two, ...sheet, scores: scoresFrom('13') },
    ];
    const changes = await changesDuring(database, async () => {
      t.strictSame(countsOf(await upload(admin, path, ndjson(file))), counts(2, 0, 0));
    });
    const submitted = (await admin.get(sheetPath(roundId, groups[0].groupId))).body;
    t.hasStrict(submitted, {
      status: 'submitted',
      teamId,
      version: 1,
      result: { failedCriteria: [1], passedCount: 18 },
    });
    const noted = changes.find(({ resourceId }) => resourceId.endsWith(submitted.groupId));
    const { registrationNo: _no, groupName: _name, scores: _scores, result: _result, ...ofSheet } = submitted;
    t.hasStrict(noted, { action: 'assessment.imported', before: null, after: { ...ofSheet, levels } });
    const asCsv = [
      { ...one, ...sheet, status: 'submitted', ...scoreColumns(levels) },
      { ...two, ...sheet, status: '', ...scoreColumns(`13${'0'.repeat(17)}`) },
    ];
    const state = await stateOf(database);
    t.strictSame(countsOf(await upload(admin, path, csv(asCsv), 'csv')), counts(0, 0, 2), 'CSV says the same');
    t.strictSame(await stateOf(database), state);
    const later = [
      { ...two, ...sheet, status: 'submitted', ...scoreColumns(full) },
      { ...three, ...sheet, status: 'draft', ...scoreColumns('0'.repeat(19)) },
    ];
    const noticed = await changesDuring(database, async () => {
      const dates = later.map((row) => ({ ...row, assessedOn: '๒๕๕๕-๐๔-๑๒' }));
      t.strictSame(countsOf(await upload(admin, `${path}?calendar=be`, csv(dates), 'csv')), counts(1, 1, 0));
    });
    const after = (await admin.get(sheetPath(roundId, groups[1].groupId))).body;
    t.strictSame([after.status, after.version, after.result.wellManaged], ['submitted', 2, true]);
    const change = noticed.find(({ resourceId }) => resourceId.endsWith(after.groupId));
    const reasons = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [index + 3, `เหตุผลข้อ ${index + 3}`]));
    const none = Object.fromEntries(Object.keys(reasons).map((no) => [no, null]));
    t.strictSame(change?.before, { status: 'draft', levels: '1300000000000000000', reasons: none, submittedAt: null });
    t.hasStrict(change?.after, { status: 'submitted', submittedAt: after.submittedAt });
    const { items } = (await admin.get(path)).body;
    t.strictSame(countsOf(await upload(admin, path, ndjson(items))), counts(0, 0, 3), 'takes back what it gives');
    const frozen = [{ ...one, ...sheet, summary: 'อื่น', scores: scoresFrom(full), status: 'submitted' }];
    const refused = await upload(admin, path, ndjson(frozen));
    t.strictSame([refused.status, refused.body.errors[0].code], [422, 'assessment-submitted']);
  },
);

t.test('5,000 groups, figures, targets and submitted sheets in one go agree with the statistics', async (t) => {
  const { roundId } = await makeRound(admin, { roundNo: 3 });
  const numbers = Array.from({ length: 5_000 }, (_, index) => `N-${index}`);
  const send = async (path: string, row: (registrationNo: string, index: number) => object) => {
    t.strictSame(countsOf(await upload(admin, path, ndjson(numbers.map(row)))), counts(5_000, 0, 0), path);
  };
  await send('/v1/groups', (registrationNo) => group(registrationNo, { areaCode: '4005' }));
  await send('/v1/figures', (registrationNo) => {
    return { registrationNo, asOf: '2012-03-31', memberCount: 3, savingsBaht: 10.25, developmentLevel: 3 };
  });
  const summary = (await admin.get('/v1/groups/summary?area=4005')).body;
  t.strictSame([summary.groups, summary.memberCount, summary.savingsBaht], [5_000, 15_000, 51_250]);
  await send(`/v1/rounds/${roundId}/targets`, (registrationNo) => ({ registrationNo }));
  await send(`/v1/rounds/${roundId}/assessments`, (registrationNo, index) => {
    const levels = index % 5 === 0 ? full : `1${'3'.repeat(18)}`;
    return { registrationNo, assessedOn: '2012-04-12', status: 'submitted', scores: scoresFrom(levels) };
  });
  const { body } = await admin.get(`/v1/rounds/${roundId}/statistics`);
  t.strictSame([body.targets, body.assessed, body.groups.wellManaged], [5_000, 5_000, 1_000]);
  t.strictSame([body.criteria[0].failed, body.criteria[0].passedPercent], [4_000, 20]);
});

t.test('a client that goes away in the middle leaves nothing behind', async (t) => {
  const state = await stateOf(database);
  await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => {});
  const { port } = app.server.address() as { port: number };
  const rows = ndjson(Array.from({ length: 3_000 }, (_, index) => group(`GONE-${index}`)));
  for (const length of ['content-length: 99999999', 'transfer-encoding: chunked']) {
    const socket = connect(port, '127.0.0.1');
    const head = `POST /v1/groups HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${adminSecret}\r\ncontent-type: ${types.ndjson}\r\n${length}\r\n\r\n`;
    const body = length.startsWith('transfer') ? `${Buffer.byteLength(rows).toString(16)}\r\n${rows}` : rows;
    await new Promise<void>((resolve) => socket.write(head + body, () => resolve()));
    await delay(100);
    socket.destroy();
  }
  await delay(300);
  t.strictSame(await stateOf(database), state);
  t.equal((await admin.get('/v1/groups?registrationNo=GONE-1')).body.items.length, 0);
});

t.test('an officer of a district imports its rows and no others, whichever way they are named', async (t) => {
  const officer = await client({ areaCode: '4010' });
  await upload(
    admin,
    '/v1/groups',
    ndjson([group('OURS', { areaCode: '4010' }), group('THEIRS', { areaCode: '4002' })]),
  );
  const file = ndjson([
    group('OURS', { areaCode: '4010', name: 'ใหม่' }),
    group('NEW', { areaCode: '4002' }),
    group('THEIRS', { areaCode: '4010' }),
    group('OURS-2', { areaCode: '401001' }),
  ]);
  const { body } = await upload(officer, '/v1/groups?onError=skip', file);
  t.strictSame(
    body.errors.map(({ row, column, code }: Record<string, unknown>) => [row, column, code]),
    [
      [2, 'areaCode', 'area-outside-yours'],
      [3, 'registrationNo', 'registration-no-taken'],
    ],
  );
  t.equal((await admin.get('/v1/groups?registrationNo=THEIRS')).body.items[0].areaCode, '4002');
  t.equal((await admin.get('/v1/groups?registrationNo=NEW')).body.items.length, 0);
  const figures = { asOf: '2012-03-31', memberCount: 1, savingsBaht: 1 };
  const theirs = { groupId: await idOf('THEIRS'), ...figures };
  const answer = await upload(
    officer,
    '/v1/figures?onError=skip',
    ndjson([theirs, { registrationNo: 'OURS', ...figures }]),
  );
  t.strictSame(
    answer.body.errors.map(({ row, code }: Record<string, unknown>) => [row, code]),
    [[1, 'group-unknown']],
  );
  const { roundId } = await makeRound(admin, { roundNo: 4 });
  for (const number of ['OURS', 'THEIRS']) await setTarget(admin, roundId, await idOf(number));
  const sheet = { assessedOn: '2012-04-12', scores: [] };
  const sheets = ndjson(['OURS', 'THEIRS'].map((registrationNo) => ({ registrationNo, ...sheet })));
  const sent = await upload(officer, `/v1/rounds/${roundId}/assessments?onError=skip`, sheets);
  t.strictSame([sent.body.created, sent.body.errors[0].code], [1, 'group-unknown']);
});
