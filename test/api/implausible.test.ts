/** A day that can be kept and can hardly be meant is taken, and said to be worth a second look. */
import t from 'tap';
import { startTestApp } from '../support/app.js';
import { csv, ndjson, types, upload } from '../support/bulk.js';
import { assess, made, makeGroup, makeRound, setTarget } from '../support/world.js';

const { admin } = await startTestApp(t);
// 2012 is 2555 of the Buddhist era: 1469 is what is left when 543 is taken off twice.
const odd: [string, RegExp][] = [
  ['1469-03-31', /send 2012\./],
  ['0001-01-01', /no savings groups yet\.$/],
  ['1430-12-31', /no savings groups yet\.$/],
  ['1431-01-01', /send 1974\./],
  ['1973-12-31', /no savings groups yet\.$/],
];
const plain = ['1974-01-01', '2012-03-31'];
const codes = (body: { warnings?: { code: string; pointer: string }[] }) =>
  (body.warnings ?? []).map(({ code, pointer }) => `${code} ${pointer}`);

t.test('in the answer to a group and to its figures, and not when they are read', async (t) => {
  for (const [day, sentence] of odd) {
    const group = await makeGroup(admin, '401001', { foundedOn: day });
    t.strictSame(codes(group), ['day-implausible /foundedOn'], day);
    t.match(group.warnings[0].detail, sentence);
    const path = `/v1/groups/${group.groupId}/figures/${day}`;
    const figures = await made(admin.put(path, { memberCount: 1, savingsBaht: 1 }));
    t.strictSame([figures.asOf, ...codes(figures)], [day, 'day-implausible /path/asOf']);
    t.notOk('warnings' in (await admin.get(path)).body);
    t.notOk('warnings' in (await admin.get(`/v1/groups/${group.groupId}`)).body);
  }
  for (const day of plain) {
    const group = await makeGroup(admin, '401001', { foundedOn: day });
    t.strictSame(codes(group), [], day);
    const path = `/v1/groups/${group.groupId}/figures/${day}`;
    t.strictSame(codes(await made(admin.put(path, { memberCount: 1, savingsBaht: 1 }))), [], day);
  }
});

t.test('in the answer to an action of a plan and to a key, also a year of the Buddhist era', async (t) => {
  const { groupId } = await makeGroup(admin);
  const { roundId } = await makeRound(admin, { roundNo: 2 });
  await setTarget(admin, roundId, groupId);
  await assess(admin, roundId, groupId, '1'.repeat(19));
  const { planId } = await made(admin.post('/v1/plans', { roundId, tier: 'group', groupId, title: 'แผน' }));
  const action = (days: object) => ({ criterionNo: 2, title: 'อบรม', ...days });
  const path = `/v1/plans/${planId}/actions`;
  const [before, buddhist] = ['day-implausible', 'year-buddhist'];
  const cases: [object, string[]][] = [
    [{ startsOn: '2012-05-15', dueOn: '2012-07-31' }, []],
    [{ startsOn: '1469-05-15', dueOn: '2012-07-31' }, [`${before} /startsOn`]],
    [{ dueOn: '2555-07-31' }, [`${buddhist} /dueOn`]],
    [{ startsOn: '2555-05-15', dueOn: '2555-07-31' }, [`${buddhist} /startsOn`, `${buddhist} /dueOn`]],
    [{ dueOn: '2516-12-31' }, []],
    [{ dueOn: '9999-12-31' }, []],
  ];
  for (const [days, expected] of cases) {
    const added = await made(admin.post(path, action(days)));
    t.strictSame(codes(added), expected, JSON.stringify(days));
    const one = `${path}/${added.actionId}`;
    t.strictSame(codes(await made(admin.put(one, action(days)))), expected, 'sent again');
    t.notOk('warnings' in (await admin.get(one)).body);
    const patched = await made(admin.patch(one, { title: 'อบรมใหม่' }, { 'if-match': '*' }));
    t.strictSame(codes(patched), expected, 'also when another field changes');
  }
  const key = (expiresAt: string) =>
    made(admin.post('/v1/api-keys', { name: 'k', permissions: ['read'], areaCode: null, expiresAt }));
  const odd = await key('2570-12-31T23:00:00Z');
  t.strictSame(codes(odd), ['year-buddhist /expiresAt']);
  t.match(odd.warnings[0].detail, /send 2027\./);
  t.strictSame(codes(await key('9999-12-31T23:59:59.999Z')), [], 'what never ends is no mistake');
});

t.test('in the report of a file, at its row, also of a Buddhist year that was converted before', async (t) => {
  const { registrationNo } = await makeGroup(admin);
  const files: [string, string, (day: string, index: number) => Record<string, unknown>][] = [
    [
      '/v1/groups',
      'foundedOn',
      (foundedOn, index) => ({ registrationNo: `OLD-${index}`, name: 'ก', areaCode: '4010', foundedOn }),
    ],
    ['/v1/figures', 'asOf', (asOf) => ({ registrationNo, asOf, memberCount: 1, savingsBaht: 1 })],
  ];
  for (const [path, field, row] of files) {
    const rows = [...plain, ...odd.map(([day]) => day)].map(row);
    for (const type of ['ndjson', 'csv'] as const) {
      const report = await upload(admin, `${path}?dryRun=true`, (type === 'csv' ? csv : ndjson)(rows), type);
      t.strictSame(
        [report.status, report.body.created, report.body.rejected],
        [200, rows.length, 0],
        `${path} ${type}`,
      );
      const first = type === 'csv' ? 2 : 1;
      t.strictSame(
        report.body.warnings.map((warning: Record<string, unknown>) => [
          warning.row,
          warning.column,
          warning.code,
          warning.value,
        ]),
        odd.map(([day], index) => [first + plain.length + index, field, 'day-implausible', day]),
      );
    }
    await upload(admin, path, ndjson(rows));
    const again = await upload(admin, path, ndjson(rows));
    t.strictSame(
      [again.body.unchanged, again.body.warnings],
      [rows.length, []],
      'what is there already is not said again',
    );
  }
  const be = await upload(
    admin,
    '/v1/figures?calendar=be',
    ndjson([{ registrationNo, asOf: '2500-01-01', memberCount: 1, savingsBaht: 1 }]),
  );
  t.strictSame(codes(be.body), ['day-implausible /asOf'], 'a year of the Buddhist era before 2517');
});

t.test('in the report of a restore, for a visit of long ago', async (t) => {
  const { groupId, registrationNo } = await makeGroup(admin);
  const { roundId } = await makeRound(admin);
  await setTarget(admin, roundId, groupId);
  const at = '2012-04-12T03:15:00.000Z';
  const sheet = {
    registrationNo,
    assessedOn: '1469-04-12',
    status: 'draft',
    scores: [],
    areaCode: '401001',
    submittedAt: null,
  };
  const row = { ...sheet, version: 1, createdAt: at, updatedAt: at };
  const path = `/v1/rounds/${roundId}/assessments?restore=true`;
  const report = await admin.send({
    method: 'POST',
    path,
    payload: ndjson([row]),
    headers: { 'content-type': types.ndjson },
  });
  t.strictSame([report.status, ...codes(report.body)], [200, 'day-implausible /assessedOn']);
});
