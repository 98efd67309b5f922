/** A restore writes what otherwise only the service says; who may, what it checks, and what it leaves alone. */
import t from 'tap';
import { permissions } from '../../src/domain/access.js';
import { startTestApp } from '../support/app.js';
import { countsOf, csv, ndjson, upload } from '../support/bulk.js';
import type { Answer } from '../support/client.js';
import { changesDuring, groupColumns, stateOf } from '../support/state.js';
import { made, makeGroup, makeRound, makeTeam, scoresFrom, setTarget, sheetPath } from '../support/world.js';

const { database, admin, client } = await startTestApp(t);
const history = { version: 3, createdAt: '2012-03-01T02:00:00.000Z', updatedAt: '2012-04-02T02:00:00.123Z' };
const fresh = { version: 1 };
let numbered = 0;
const group = (fields: object = {}) => ({
  registrationNo: `R-${++numbered}`,
  name: 'กลุ่ม',
  areaCode: '401001',
  figures: null,
  ...history,
  ...fields,
});
const figures = { asOf: '2012-03-31', memberCount: 7, savingsBaht: 10.5, developmentLevel: 3, source: 'ทะเบียน' };
const all = permissions.filter((permission) => permission !== 'records:restore' && permission !== 'admin');

t.test(
  'only a key with the permission records:restore restores; for every other the history of a file is not there',
  async (t) => {
    const { roundId } = await makeRound(admin, { roundNo: 1 });
    const officer = await client({ permissions: [...all] });
    const { groupId } = await makeGroup(admin);
    const rows = {
      '/v1/groups': group(),
      '/v1/figures': { groupId, ...figures, ...history },
      [`/v1/rounds/${roundId}/targets`]: { groupId, areaCode: '4002', ...history },
      [`/v1/rounds/${roundId}/assessments`]: {
        groupId,
        assessedOn: '2012-04-12',
        scores: scoresFrom('3'.repeat(19)),
        status: 'submitted',
        areaCode: '4002',
        submittedAt: history.updatedAt,
        ...history,
      },
    };
    const headers = { 'content-type': 'application/x-ndjson' };
    for (const [path, row] of Object.entries(rows)) {
      const call = { method: 'POST' as const, path: `${path}?restore=true`, payload: ndjson([row]), headers };
      const { body } = await officer.refused(t, call, { status: 403, code: 'permission-missing' });
      t.equal(body.permission, 'records:restore', path);
      const plain = await upload(officer, path, ndjson([row]));
      t.equal(plain.body.created, 1, path);
      const { items } = (await admin.get(path)).body;
      const [written] = items.filter((item: Record<string, unknown>) => item.version !== undefined).slice(-1);
      t.hasStrict(written, { ...fresh, areaCode: '401001' }, path);
      t.ok(written.createdAt > '2020' && written.createdAt === written.updatedAt, `${path}: ${written.createdAt}`);
      if ('submittedAt' in written) t.equal(written.submittedAt, written.createdAt);
    }
  },
);

t.test('a restored group has its figures and history, and one change that says so', async (t) => {
  const groupId = '01936d5e-6f70-7c3a-9c55-0242ac12aaaa';
  const row = group({ groupId, figures });
  const changes = await changesDuring(database, async () => {
    const answer = await upload(admin, '/v1/groups?restore=true', ndjson([row]));
    t.strictSame(countsOf(answer), { rows: 1, created: 1, updated: 0, unchanged: 0, rejected: 0 });
  });
  const { body } = await admin.get(`/v1/groups/${groupId}`);
  t.strictSame(body, { ...row, villageName: null, foundedOn: null, status: 'active' });
  t.strictSame(
    changes.map(({ action, before, after }) => ({ action, before, after })),
    [{ action: 'group.restored', before: null, after: groupColumns(body) }],
  );
  const older = { groupId, ...figures, asOf: '2011-03-31', memberCount: 5, ...history };
  await upload(admin, '/v1/figures?restore=true', ndjson([older]));
  t.strictSame((await admin.get(`/v1/groups/${groupId}`)).body, body, 'it waits for the figures of its day');
  const latest = { groupId, ...figures, ...history };
  const noted = await changesDuring(database, () => upload(admin, '/v1/figures?restore=true', ndjson([latest])));
  t.strictSame(
    noted.map(({ action, after }) => [action, after]),
    [['figures.restored', latest]],
  );
  t.strictSame((await admin.get(`/v1/groups/${groupId}`)).body, body, 'which are those it has');
});

t.test('what is here already is changed and not restored', async (t) => {
  const { registrationNo, groupId, createdAt } = await makeGroup(admin);
  const changed = group({ registrationNo, name: 'ใหม่', version: 9, figures });
  const changes = await changesDuring(database, async () => {
    const answer = await upload(admin, '/v1/groups?restore=true', ndjson([changed]));
    t.equal(answer.body.updated, 1);
  });
  t.strictSame(
    changes.map(({ action }) => action),
    ['group.imported'],
  );
  const after = (await admin.get(`/v1/groups/${groupId}`)).body;
  t.hasStrict(after, { name: 'ใหม่', version: 2, createdAt, figures: null });
  const state = await stateOf(database);
  const again = await upload(admin, '/v1/groups?restore=true', ndjson([{ ...changed, version: 4 }]));
  t.equal(again.body.unchanged, 1, 'another history alone is no change');
  t.strictSame(await stateOf(database), state);
});

t.test('a history that cannot be is refused by row and column, as NDJSON and as CSV', async (t) => {
  const future = new Date(Date.now() + 60_000).toISOString();
  const wrong: [object, string, string][] = [
    [{ version: 0 }, 'version', 'too-small'],
    [{ version: 1.5 }, 'version', 'invalid-type'],
    [{ version: 3_000_000_000 }, 'version', 'too-big'],
    [{ version: null }, 'version', 'required'],
    [{ createdAt: '2012-03-01' }, 'createdAt', 'invalid-format'],
    [{ createdAt: '2012-03-01T09:00:00.000+07:00' }, 'createdAt', 'invalid-format'],
    [{ createdAt: '0000-01-01T00:00:00.000Z' }, 'createdAt', 'out-of-range'],
    [{ createdAt: null }, 'createdAt', 'required'],
    [{ updatedAt: '2012-02-29T00:00:00.000Z' }, 'updatedAt', 'dates-out-of-order'],
    [{ updatedAt: future }, 'updatedAt', 'instant-in-future'],
    [{ memberCount: -1 }, 'memberCount', 'too-small'],
    [{ figuresAsOf: '2555-03-31' }, 'figuresAsOf', 'day-in-future'],
    [{ figuresAsOf: null }, 'figuresAsOf', 'required'],
  ];
  const flat = {
    figuresAsOf: figures.asOf,
    memberCount: 7,
    savingsBaht: 10.5,
    developmentLevel: 3,
    figuresSource: null,
  };
  const rows = wrong.map(([fields]) => {
    const { figures: _none, ...rest } = group();
    return { ...rest, ...flat, ...fields } as Record<string, unknown>;
  });
  const asCsv = await upload(admin, '/v1/groups?restore=true&onError=skip', csv(rows), 'csv');
  t.strictSame(
    asCsv.body.errors.map(({ row, column, code }: Record<string, unknown>) => [row, column, code]),
    wrong.map(([, column, code], index) => [index + 2, column, code]),
  );
  const nested = rows.map(({ figuresAsOf, memberCount, savingsBaht, developmentLevel, figuresSource, ...rest }) => ({
    ...rest,
    figures: { asOf: figuresAsOf, memberCount, savingsBaht, developmentLevel, source: figuresSource },
  }));
  const asNdjson = await upload(admin, '/v1/groups?restore=true&onError=skip', ndjson(nested));
  t.strictSame(
    asNdjson.body.errors.map(({ row, pointer }: Record<string, unknown>) => [row, pointer]),
    wrong.map(([, column], index) => [index + 1, pointerOf(column)]),
  );
  const bare = await upload(
    admin,
    '/v1/groups?restore=true',
    csv([{ registrationNo: 'B-1', name: 'ก', areaCode: '4010' }]),
    'csv',
  );
  t.strictSame(
    [bare.status, pointersOf(bare)],
    [400, ['/columns/version', '/columns/createdAt', '/columns/updatedAt']],
  );
});

t.test(
  'targets and sheets are restored where they were, whatever became of the group, the team and the days',
  async (t) => {
    const { roundId } = await makeRound(admin, { roundNo: 2 });
    const { teamId } = await makeTeam(admin, { tier: 'district', areaCode: '4002' });
    const asleep = await makeGroup(admin, '400201', { status: 'dissolved' });
    const [targets, sheets] = [`/v1/rounds/${roundId}/targets`, `/v1/rounds/${roundId}/assessments`];
    const target = { groupId: asleep.groupId, teamId, areaCode: '401001', ...history };
    const sent = await changesDuring(database, () => upload(admin, `${targets}?restore=true`, ndjson([target])));
    const restored = (await admin.get(`${targets}/${asleep.groupId}`)).body;
    t.hasStrict(restored, target);
    const { registrationNo: _no, groupName: _name, ...ofTarget } = restored;
    t.hasStrict(sent, [{ action: 'target.restored', areaCode: '401001', before: null, after: ofTarget }]);

    const scores = scoresFrom('3'.repeat(19));
    const sheet = {
      groupId: asleep.groupId,
      teamId,
      assessedOn: '2012-05-12',
      scores,
      summary: null,
      areaCode: '401001',
    };
    const submitted = { ...sheet, status: 'submitted', submittedAt: history.updatedAt, ...history };
    const noted = await changesDuring(database, () => upload(admin, `${sheets}?restore=true`, ndjson([submitted])));
    const written = (await admin.get(sheetPath(roundId, asleep.groupId))).body;
    t.hasStrict(written, submitted);
    const { registrationNo: _ofGroup, groupName: _ofIt, scores: _scores, result: _result, ...ofSheet } = written;
    const levels = '3'.repeat(19);
    t.hasStrict(noted, [
      { action: 'assessment.restored', areaCode: '401001', before: null, after: { ...ofSheet, levels } },
    ]);
  },
);

t.test('a sheet is restored with its target, and its submission with its status', async (t) => {
  const { roundId } = await makeRound(admin, { roundNo: 3 });
  const path = `/v1/rounds/${roundId}/assessments?restore=true&onError=skip`;
  const { groupId } = await makeGroup(admin);
  await setTarget(admin, roundId, groupId);
  const full = {
    groupId,
    assessedOn: '2012-04-12',
    scores: scoresFrom('3'.repeat(19)),
    areaCode: '401001',
    ...history,
  };
  const wrong: [object, string, string][] = [
    [{ status: 'submitted', submittedAt: null }, '/submittedAt', 'submission-undated'],
    [{ status: 'draft', submittedAt: history.updatedAt }, '/submittedAt', 'draft-submitted'],
    [{ status: 'submitted', submittedAt: '2012-02-01T00:00:00.000Z' }, '/submittedAt', 'dates-out-of-order'],
    [{ status: 'submitted', submittedAt: '2012-05-01T00:00:00.000Z' }, '/submittedAt', 'dates-out-of-order'],
    [{ status: 'draft' }, '/submittedAt', 'required'],
    [{ status: 'draft', submittedAt: null, areaCode: '4010' }, '/areaCode', 'area-not-of-target'],
  ];
  for (const [fields, pointer, code] of wrong) {
    const { body } = await upload(admin, path, ndjson([{ ...full, ...fields }]));
    t.strictSame(
      body.errors.map((error: Record<string, unknown>) => [error.pointer, error.code]),
      [[pointer, code]],
    );
  }
  await made(admin.put(sheetPath(roundId, groupId), { assessedOn: '2012-04-12', scores: [], summary: null }));
  const late = { ...full, assessedOn: '2012-05-12', status: 'draft', submittedAt: null };
  const { body } = await upload(admin, path, ndjson([late]));
  t.strictSame(
    [body.errors[0].column, body.errors[0].code],
    ['assessedOn', 'outside-round'],
    'a change keeps the rules',
  );
});

t.test('a target is restored in an area that there is, by who may write where its group is', async (t) => {
  const { roundId } = await makeRound(admin, { roundNo: 4, areaCode: '4010' });
  const path = `/v1/rounds/${roundId}/targets?restore=true&onError=skip`;
  const [near, far] = [await makeGroup(admin, '401001'), await makeGroup(admin, '4002')];
  const target = (groupId: string, areaCode: string) => ({ groupId, areaCode, teamId: null, ...history });
  const codesOf = ({ body }: Answer) => body.errors.map(({ code }: { code: string }) => code);
  t.strictSame(codesOf(await upload(admin, path, ndjson([target(near.groupId, '401099')]))), ['area-unknown']);
  t.strictSame(codesOf(await upload(admin, path, ndjson([target(near.groupId, '4002')]))), ['group-outside-round']);
  const nobody = { ...target(near.groupId, '4010'), teamId: near.groupId };
  t.strictSame(codesOf(await upload(admin, path, ndjson([nobody]))), ['team-unknown']);
  const district = await client({ areaCode: '4010', permissions: [...all, 'admin'] });
  t.strictSame(codesOf(await upload(district, path, ndjson([target(far.groupId, '4010')]))), ['group-unknown']);
  t.strictSame(codesOf(await upload(district, path, ndjson([target(near.groupId, '4010')]))), []);
  const group = { registrationNo: 'FAR', name: 'ก', areaCode: '4002', figures: null, ...history };
  const outside = await upload(district, '/v1/groups?restore=true&onError=skip', ndjson([group]));
  t.strictSame(codesOf(outside), ['area-outside-yours']);
});

t.test('a dry run restores nothing, and what is no file or of another calendar is refused', async (t) => {
  const state = await stateOf(database);
  const file = ndjson([group()]);
  t.equal((await upload(admin, '/v1/groups?restore=true&dryRun=true', file)).body.created, 1);
  t.strictSame(await stateOf(database), state);
  const headers = { 'content-type': 'application/x-ndjson' };
  const be = { method: 'POST', path: '/v1/groups?restore=true&calendar=be', payload: file, headers } as const;
  await admin.refused(t, be, { status: 400, code: 'invalid-input', pointers: ['/query/calendar'] });
  const body = { registrationNo: 'ONE', name: 'ก', areaCode: '4010' };
  const one = { method: 'POST', path: '/v1/groups?restore=true', body } as const;
  await admin.refused(t, one, { status: 400, code: 'invalid-input', pointers: ['/query/restore'] });
  await admin.refused(t, { ...be, path: '/v1/groups?restore=yes' }, { status: 400, code: 'invalid-input' });
});

function pointerOf(column: string): string {
  if (column === 'figuresAsOf') return '/figures/asOf';
  return column === 'memberCount' ? '/figures/memberCount' : `/${column}`;
}

function pointersOf({ body }: Answer): string[] {
  return body.errors.map(({ pointer }: { pointer: string }) => pointer);
}
