import t, { type Test } from 'tap';
import { startTestApp } from '../support/app.js';
import { countsOf, csv, ndjson, scoreColumns, upload } from '../support/bulk.js';
import type { Answer } from '../support/client.js';
import { parseCsv } from '../support/csv.js';
import { stateOf } from '../support/state.js';
import { makeGroup, makeRound, makeTeam, scoresFrom, setTarget } from '../support/world.js';

const { database, admin } = await startTestApp(t, { BULK_LIMIT_BYTES: '2000000' });
const full = '3'.repeat(19);
/** Row, column, code and value of every error. */
const errorsOf = ({ body }: Answer) =>
  body.errors.map(({ row, column, code, value }: Record<string, unknown>) => [row, column, code, value]);
const allowedOf = ({ body }: Answer, place: number) => body.errors[place].allowed;

/** Sends a bad file in every way: the errors are the same each time, and only with `skip` are its good rows there. */
async function tryEveryWay(t: Test, path: string, file: string, type: 'csv' | 'ndjson', good: number) {
  const before = await stateOf(database);
  const aborted = await upload(admin, path, file, type);
  t.strictSame([aborted.status, aborted.body.code], [422, 'import-refused']);
  const [dryAborted, drySkipped] = [
    await upload(admin, `${path}?dryRun=true`, file, type),
    await upload(admin, `${path}?dryRun=true&onError=skip`, file, type),
  ];
  t.strictSame(await stateOf(database), before, 'nothing was written by abort, nor by a dry run');
  const skipped = await upload(admin, `${path}?onError=skip`, file, type);
  t.strictSame([dryAborted.status, drySkipped.status, skipped.status], [422, 200, 200]);
  for (const other of [dryAborted, drySkipped, skipped]) {
    t.strictSame(
      [other.body.errors, countsOf(other)],
      [aborted.body.errors, countsOf(aborted)],
      'the report is the same',
    );
  }
  t.equal(skipped.body.created, good, 'skip writes the good rows');
  return aborted;
}

t.test('groups: a file with one of every error names row, column, code and value of each', async (t) => {
  const ok = { registrationNo: 'E-1', name: 'ก', areaCode: '4010', foundedOn: '1985-06-01', status: 'active' };
  const rows = [
    ok,
    { ...ok, registrationNo: 'E 2' },
    { ...ok, registrationNo: 'E-3', name: '' },
    { ...ok, registrationNo: 'E-4', areaCode: 'อำเภอพล' },
    { ...ok, registrationNo: 'E-5', areaCode: '4026' },
    { ...ok, registrationNo: 'E-6', areaCode: '40' },
    { ...ok, registrationNo: 'E-7', foundedOn: '1985-02-30' },
    { ...ok, registrationNo: 'E-8', foundedOn: '2528-06-01' },
    { ...ok, registrationNo: 'E-9', status: 'activ' },
    ok,
    { ...ok, registrationNo: 'E-11' },
  ];
  const answer = await tryEveryWay(t, '/v1/groups', csv(rows), 'csv', 2);
  t.strictSame(errorsOf(answer), [
    [3, 'registrationNo', 'invalid-format', 'E 2'],
    [4, 'name', 'required', null],
    [5, 'areaCode', 'invalid-format', 'อำเภอพล'],
    [6, 'areaCode', 'area-unknown', '4026'],
    [7, 'areaCode', 'area-too-wide', '40'],
    [8, 'foundedOn', 'invalid-format', '1985-02-30'],
    [9, 'foundedOn', 'day-in-future', '2528-06-01'],
    [10, 'status', 'invalid-value', 'activ'],
    [11, 'registrationNo', 'row-repeated', 'E-1'],
  ]);
  t.strictSame(allowedOf(answer, 2), ['4012'], 'an area name is answered with its code');
  t.strictSame(allowedOf(answer, 7), ['active', 'inactive', 'merged', 'dissolved']);
  t.ok(answer.body.errors[7].detail.includes('Did you mean "active"?'));
  t.ok(answer.body.errors[8].detail.includes('Row 2'), 'the first row is named');
});

t.test('NDJSON: a line that cannot be read is one row, and the others are read', async (t) => {
  const ok = (registrationNo: string) => ({ registrationNo, name: 'ก', areaCode: '4010' });
  const lines: (string | Buffer)[] = [
    ndjson([ok('L-1')]),
    '{"registrationNo":\n',
    '[]\n',
    '\n',
    Buffer.from('{"name":"\xb9\xd2\xc2"}\n', 'latin1'),
    ndjson([{ ...ok('L-6'), nam: 'x', version: 3 }]),
    ndjson([ok('L-7')]).trimEnd(),
  ];
  const file = Buffer.concat(lines.map((line) => Buffer.from(line)));
  const answer = await upload(admin, '/v1/groups?onError=skip', file);
  t.strictSame(countsOf(answer), { rows: 6, created: 2, updated: 0, unchanged: 0, rejected: 4 });
  t.strictSame(
    errorsOf(answer).map(([row, column, code]: unknown[]) => [row, column, code]),
    [
      [2, null, 'malformed-json'],
      [3, null, 'invalid-type'],
      [5, null, 'bad-utf-8'],
      [6, 'nam', 'unknown-field'],
    ],
  );
  t.ok(answer.body.errors[3].detail.includes('Did you mean "name"?'));
});

t.test(
  'CSV: bad bytes and rows of another length are one row each; a file that cannot be read on is refused',
  async (t) => {
    const head = 'registrationNo,name,areaCode\n';
    const bytes = Buffer.concat([
      Buffer.from(`${head}C-1,ก,4010\nC-2,`),
      Buffer.from([0xb9, 0xd2]),
      Buffer.from(',4010\nC-3,ก\n'),
    ]);
    const answer = await upload(admin, '/v1/groups?onError=skip', bytes, 'csv');
    t.strictSame(
      errorsOf(answer).map(([row, , code]: unknown[]) => [row, code]),
      [
        [3, 'bad-utf-8'],
        [4, 'wrong-number-of-cells'],
      ],
    );
    const send = (payload: string | Buffer, type = 'text/csv') =>
      ({ method: 'POST', path: '/v1/groups', payload, headers: { 'content-type': type } }) as const;
    const malformed = { status: 400, code: 'malformed-upload' };
    await admin.refused(t, send(`${head}C-4,"ก,4010\n`), malformed);
    await admin.refused(t, send(''), malformed);
    await admin.refused(t, send(Buffer.from(`\uFEFF${head}`, 'utf16le')), malformed);
    await admin.refused(t, send('registrationNo,nam,areaCode,name,name\n'), {
      status: 400,
      code: 'invalid-input',
      pointers: ['/columns/nam', '/columns/name'],
    });
    await admin.refused(t, send('name\n'), {
      status: 400,
      code: 'invalid-input',
      pointers: ['/columns/registrationNo', '/columns/areaCode'],
    });
    const type = { status: 415, code: 'unsupported-media-type' };
    await admin.refused(t, send(head, 'text/csv; charset=windows-874'), type);
    await admin.refused(t, send(`${head}${'x'.repeat(1_100_000)}`), malformed);
    await admin.refused(t, send(`${head}${'C-5,ก,4010\n'.repeat(200_000)}`), { status: 413, code: 'body-too-large' });
  },
);

t.test('figures, targets and sheets: every rule of the field is a row error', async (t) => {
  const { registrationNo, groupId } = await makeGroup(admin);
  const other = await makeGroup(admin);
  const asleep = await makeGroup(admin, '4010', { status: 'inactive' });
  const far = await makeGroup(admin, '3001');
  const { teamId } = await makeTeam(admin, { tier: 'district', areaCode: '4002' });
  const figures = { asOf: '2012-03-31', memberCount: 1, savingsBaht: 1 };
  const figuresFile = ndjson([
    { registrationNo, ...figures },
    { ...figures },
    { registrationNo: 'NOBODY', ...figures },
    { registrationNo, groupId: other.groupId, ...figures },
    { groupId, ...figures },
    { registrationNo, ...figures, asOf: '2555-03-31' },
    { registrationNo, ...figures, savingsBaht: 1.005 },
    { registrationNo, ...figures, developmentLevel: 4 },
  ]);
  const answered = await tryEveryWay(t, '/v1/figures', figuresFile, 'ndjson', 1);
  t.strictSame(
    errorsOf(answered).map(([row, column, code]: unknown[]) => [row, column, code]),
    [
      [2, 'registrationNo', 'group-unnamed'],
      [3, 'registrationNo', 'group-unknown'],
      [4, 'groupId', 'group-mismatch'],
      [5, 'groupId', 'row-repeated'],
      [6, 'asOf', 'day-in-future'],
      [7, 'savingsBaht', 'too-many-decimals'],
      [8, 'developmentLevel', 'invalid-value'],
    ],
  );
  t.strictSame(allowedOf(answered, 6), ['1', '2', '3']);

  const { roundId } = await makeRound(admin);
  const unknownTeam = '01936d5e-6f70-7c3a-9c55-0242ac12aaaa';
  const targetsFile = csv([
    { registrationNo, teamId: '' },
    { registrationNo: asleep.registrationNo, teamId: '' },
    { registrationNo: far.registrationNo, teamId: '' },
    { registrationNo: other.registrationNo, teamId },
    { registrationNo: other.registrationNo, teamId: unknownTeam },
  ]);
  const targeted = await tryEveryWay(t, `/v1/rounds/${roundId}/targets`, targetsFile, 'csv', 1);
  t.strictSame(errorsOf(targeted), [
    [3, 'registrationNo', 'group-not-active', asleep.registrationNo],
    [4, 'registrationNo', 'group-outside-round', far.registrationNo],
    [5, 'teamId', 'team-outside-area', teamId],
    [6, 'registrationNo', 'row-repeated', other.registrationNo],
    [6, 'teamId', 'team-unknown', unknownTeam],
  ]);

  const second = await makeGroup(admin);
  await setTarget(admin, roundId, second.groupId);
  const sheet = { registrationNo, assessedOn: '2012-04-12', status: 'submitted', ...scoreColumns(full) };
  const again = { ...sheet, registrationNo: second.registrationNo };
  const sheetsFile = csv([
    sheet,
    { ...sheet, registrationNo: other.registrationNo },
    { ...again, assessedOn: '2012-05-01' },
    { ...again, c4: '4' },
    { ...again, c5: '', r5: '' },
    { ...again, r6: '' },
    { ...again, status: 'submited' },
    { ...again, status: 'draft', c7: '0', r7: 'เหตุผล' },
  ]);
  const path = `/v1/rounds/${roundId}/assessments`;
  const assessed = await tryEveryWay(t, path, sheetsFile, 'csv', 1);
  t.strictSame(errorsOf(assessed), [
    [3, 'registrationNo', 'group-not-targeted', other.registrationNo],
    [4, 'assessedOn', 'outside-round', '2012-05-01'],
    [5, 'c4', 'invalid-value', '4'],
    [6, 'c5', 'level-missing', null],
    [7, 'r6', 'reason-missing', null],
    [8, 'status', 'invalid-value', 'submited'],
    [9, 'c7', 'invalid-value', '0'],
  ]);
  const scores = [...scoresFrom('3'), { criterionNo: 20, level: 1 }, ...scoresFrom('3')];
  const { status, body } = await upload(
    admin,
    path,
    ndjson([{ registrationNo: second.registrationNo, assessedOn: '2012-04-12', scores }]),
  );
  t.strictSame(
    [status, body.errors.map(({ pointer, code }: Record<string, unknown>) => [pointer, code])],
    [
      422,
      [
        ['/scores/1/criterionNo', 'criterion-unknown'],
        ['/scores/2/criterionNo', 'criterion-repeated'],
      ],
    ],
  );
});

t.test('NDJSON: Thai digits are numbers inside scores too; another text there is refused by name', async (t) => {
  const { registrationNo, groupId } = await makeGroup(admin);
  const { roundId } = await makeRound(admin, { roundNo: 5 });
  await setTarget(admin, roundId, groupId);
  const path = `/v1/rounds/${roundId}/assessments`;
  const send = (...scores: object[]) =>
    upload(admin, path, ndjson([{ registrationNo, assessedOn: '๒๐๑๒-๐๔-๑๒', scores }]));
  t.match(countsOf(await send({ criterionNo: '๑๒', level: '๓', reason: '๓' })), { created: 1, rejected: 0 });
  const [sheet] = (await admin.get(path)).body.items;
  t.strictSame([sheet.assessedOn, sheet.scores], ['2012-04-12', [{ criterionNo: 12, level: 3, reason: '๓' }]]);
  const refused = await send(
    { criterionNo: 1, level: '๔' },
    { criterionNo: 2, level: '3' },
    { criterionNo: 'สอง', level: 3 },
  );
  t.strictSame(
    refused.body.errors.map(({ pointer, value }: Record<string, unknown>) => [pointer, value]),
    [
      ['/scores/0/level', '๔'],
      ['/scores/1/level', '3'],
      ['/scores/2/criterionNo', 'สอง'],
    ],
  );
  t.strictSame(allowedOf(refused, 0), ['1', '2', '3']);
});

t.test('a report lists a thousand errors and counts the others; as CSV it can be opened beside the file', async (t) => {
  const rows = Array.from({ length: 1_500 }, (_, index) => ({
    registrationNo: `R-${index}`,
    name: '=bad',
    areaCode: 'x',
  }));
  const { body } = await upload(admin, '/v1/groups?onError=skip', ndjson(rows));
  t.strictSame([body.errors.length, body.errorsTruncated, body.rejected], [1_000, 500, 1_500]);
  const asCsv = await upload(admin, '/v1/groups?onError=skip', ndjson(rows.slice(0, 2)), 'ndjson', {
    accept: 'text/csv',
  });
  t.equal(asCsv.headers['content-type'], 'text/csv; charset=utf-8');
  const [head, first] = String(asCsv.body).split('\r\n');
  t.equal(head, 'row,column,code,detail,value,allowed,pointer,severity');
  t.ok(first?.startsWith('1,areaCode,invalid-format,'), String(first));
});

t.test(
  'no cell of a report as CSV is a formula, in full width or behind a line end either; each reads back',
  async (t) => {
    const values = ['=1+1', '＝1+1', '＋1', '－1', '＠x', '\t=1', '\r=1', '\n=1', "'=1", '@x', 'a"b', 'x,y'];
    const rows = values.map((areaCode, index) => ({ registrationNo: `F-${index}`, name: 'ก', areaCode }));
    const { body } = await upload(admin, '/v1/groups?onError=skip', ndjson(rows), 'ndjson', { accept: 'text/csv' });
    const [head = [], ...cells] = parseCsv(String(body), { raw: true });
    const column = head.indexOf('value');
    const shown = cells.map((row) => row[column] ?? '');
    for (const cell of shown) t.notMatch(cell, /^[=+\-@\t\r\n＝＋－＠]/, JSON.stringify(cell));
    t.strictSame(
      shown.map((cell) => cell.replace(/^'/, '')),
      values,
    );
  },
);

t.test(
  'what only files know is refused beside a single group, and a round that takes nothing refuses the file',
  async (t) => {
    const one = { registrationNo: 'S-1', name: 'ก', areaCode: '4010' };
    await admin.refused(
      t,
      { method: 'POST', path: '/v1/groups?dryRun=true', body: one },
      {
        status: 400,
        code: 'invalid-input',
        pointers: ['/query/dryRun'],
      },
    );
    const { roundId } = await makeRound(admin, { roundNo: 9 }, 'draft');
    const headers = { 'content-type': 'text/csv' };
    const path = `/v1/rounds/${roundId}/assessments`;
    await admin.refused(
      t,
      { method: 'POST', path, payload: 'registrationNo\nX\n', headers },
      { status: 409, code: 'round-not-open' },
    );
    const be = await upload(admin, '/v1/groups?calendar=be', ndjson([{ ...one, foundedOn: '1985-06-01' }]));
    t.equal(be.body.errors[0].code, 'not-buddhist-era');
  },
);
