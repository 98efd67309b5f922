import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import t, { type Test } from 'tap';
import { rowsOf } from '../../src/platform/db/database.js';
import { batchRows } from '../../src/resources/imports/read-batches.actions.js';
import { startTestApp } from '../support/app.js';
import { countsOf, csv, ndjson, upload } from '../support/bulk.js';
import type { Answer } from '../support/client.js';
import { changesDuring, stateOf } from '../support/state.js';
import { made, makeGroup, makeRound, scoresFrom } from '../support/world.js';

const { database, admin, client } = await startTestApp(t);
const row = (registrationNo: string, fields: object = {}) => ({
  registrationNo,
  name: 'กลุ่มทดสอบเลขทะเบียน',
  areaCode: '401001',
  ...fields,
});
const numberOf = async (groupId: string): Promise<string> =>
  (await admin.get(`/v1/groups/${groupId}`)).body.registrationNo;
const found = async (registrationNo: string): Promise<string[]> => {
  const { body } = await admin.get(`/v1/groups?registrationNo=${encodeURIComponent(registrationNo)}`);
  return body.items.map(({ groupId }: { groupId: string }) => groupId);
};
const any = { 'if-match': '*' };
const errorsOf = ({ body }: Answer) =>
  body.errors.map(({ row, column, code }: Record<string, unknown>) => [row, column, code]);
const warningsOf = ({ body }: Answer) =>
  body.warnings.map(({ row, column, code, value }: Record<string, unknown>) => [row, column, code, value]);

/** Every group has the number that is reserved for it, and nothing else is reserved. */
async function requireAgreement(t: Test): Promise<void> {
  const odd = await rowsOf(
    database.db,
    sql`select g.registration_no, n.number_key from groups g full join registration_numbers n
      on n.group_id = g.group_id and n.number_key = g.number_key where g.group_id is null or n.group_id is null`,
  );
  t.strictSame(odd, [], 'numbers and groups agree');
}

/** A test after which numbers and groups agree. */
function promise(name: string, work: (t: Test) => Promise<void>): void {
  t.test(name, async (t) => {
    await work(t);
    await requireAgreement(t);
  });
}

promise('a file that gives a known group a new number changes it as a PUT does, restored or not', async (t) => {
  for (const query of ['', '?onError=skip']) {
    const [byFile, byPut] = [await makeGroup(admin), await makeGroup(admin)];
    const moved = row(`MOVED-${byFile.registrationNo}`, { groupId: byFile.groupId });
    const changes = await changesDuring(database, async () => {
      t.strictSame(countsOf(await upload(admin, `/v1/groups${query}`, ndjson([moved]))).updated, 1);
    });
    const put = row(`MOVED-${byPut.registrationNo}`);
    const expected = await made(admin.put(`/v1/groups/${byPut.groupId}`, put, any));
    const after = (await admin.get(`/v1/groups/${byFile.groupId}`)).body;
    const { groupId, registrationNo, createdAt, updatedAt, ...same } = expected;
    t.hasStrict(after, { ...same, registrationNo: moved.registrationNo });
    t.strictSame(
      changes.map(({ before, after }) => [before, after]),
      [
        [
          { registrationNo: byFile.registrationNo, name: byFile.name },
          { registrationNo: after.registrationNo, name: after.name },
        ],
      ],
    );
    t.strictSame(await found(moved.registrationNo), [byFile.groupId]);
    t.strictSame(await found(byFile.registrationNo), [], 'the old number is free');
    await makeGroup(admin, '4010', { registrationNo: byFile.registrationNo });
  }
  const group = await makeGroup(admin);
  const { version, createdAt, updatedAt } = group;
  const restored = row(`RESTORED-${group.registrationNo}`, {
    groupId: group.groupId,
    figures: null,
    version,
    createdAt,
    updatedAt,
  });
  for (const updated of [1, 0]) {
    t.strictSame(countsOf(await upload(admin, '/v1/groups?restore=true', ndjson([restored]))).updated, updated);
  }
  t.equal(await numberOf(group.groupId), restored.registrationNo);
});

promise(
  'a number of another group is refused by file as a mismatch, and by PUT as taken; nothing stays reserved',
  async (t) => {
    const [one, other, third] = [await makeGroup(admin), await makeGroup(admin), await makeGroup(admin)];
    const file = [
      row(other.registrationNo, { groupId: one.groupId }),
      row(other.registrationNo, { groupId: randomUUID() }),
      row('FREE-1', { groupId: third.groupId, areaCode: '40' }),
    ];
    const before = await stateOf(database);
    for (const query of ['', '?onError=skip']) {
      t.strictSame(errorsOf(await upload(admin, `/v1/groups${query}`, ndjson(file))), [
        [1, 'groupId', 'group-mismatch'],
        [2, 'registrationNo', 'row-repeated'],
        [3, 'areaCode', 'area-too-wide'],
      ]);
      t.strictSame(await stateOf(database), before);
    }
    const put = {
      method: 'PUT',
      path: `/v1/groups/${one.groupId}`,
      body: row(other.registrationNo),
      headers: any,
    } as const;
    await admin.refused(t, put, { status: 409, code: 'registration-no-taken' });
    await makeGroup(admin, '4010', { registrationNo: 'FREE-1' });
  },
);

promise('a refused row of a group that is there leaves its number reserved', async (t) => {
  const { groupId, registrationNo } = await makeGroup(admin);
  await upload(admin, '/v1/groups?onError=skip', ndjson([row(registrationNo, { groupId, areaCode: '4099' })]));
  const post = { method: 'POST', path: '/v1/groups', body: row(registrationNo) } as const;
  await admin.refused(t, post, { status: 409, code: 'registration-no-taken' });
});

promise(
  'two groups do not swap numbers in one file, wherever in it they stand, and a file that frees one first does',
  async (t) => {
    const [one, other] = [await makeGroup(admin), await makeGroup(admin)];
    const swap = [
      row(other.registrationNo, { groupId: one.groupId }),
      row(one.registrationNo, { groupId: other.groupId }),
    ];
    const passing = row('PASSING', { groupId: one.groupId });
    const between = Array.from({ length: batchRows }, (_, index) => row(`SWAP-${index}`));
    const chained = [passing, row(one.registrationNo, { groupId: other.groupId })];
    for (const apart of [[], between]) {
      const [first, second] = swap as [object, object];
      const last = apart.length + 2;
      t.strictSame(errorsOf(await upload(admin, '/v1/groups?onError=skip', ndjson([first, ...apart, second]))), [
        [1, 'groupId', 'group-mismatch'],
        [last, 'groupId', 'group-mismatch'],
      ]);
      const [free, take] = chained as [object, object];
      t.strictSame(errorsOf(await upload(admin, '/v1/groups', ndjson([free, ...apart, take]))), [
        [last, 'groupId', 'group-mismatch'],
      ]);
      t.strictSame(
        errorsOf(await upload(admin, '/v1/groups', ndjson([free, ...apart, row(one.registrationNo)]))),
        [[last, 'registrationNo', 'row-repeated']],
        'until the end of the file the old number names the same group',
      );
    }
    for (const file of [[passing], [swap[1]], [swap[0]]]) await upload(admin, '/v1/groups', ndjson(file as object[]));
    t.strictSame(
      [await numberOf(one.groupId), await numberOf(other.groupId)],
      [other.registrationNo, one.registrationNo],
    );
  },
);

promise('a group is once in a file, named by its id, its number or both', async (t) => {
  const { groupId, registrationNo } = await makeGroup(admin);
  const newId = randomUUID();
  const file = [
    row(registrationNo),
    row('OTHER-1', { groupId }),
    row('NEW-1', { groupId: newId }),
    row('NEW-2', { groupId: newId }),
    row('new-1'),
  ];
  t.strictSame(errorsOf(await upload(admin, '/v1/groups', ndjson(file))), [
    [2, 'registrationNo', 'row-repeated'],
    [4, 'registrationNo', 'row-repeated'],
    [5, 'registrationNo', 'row-repeated'],
  ]);
});

/** Numbers that are the same writing; the first is registered, the others may not be. */
const writings: Record<string, string[]> = {
  'Thai digits': ['ทบ-๑๒', 'ทบ-12'],
  'letter case': ['KK-01/a', 'kk-01/A'],
  'full width': ['AB-34', 'ＡＢ－３４'],
  'am in one sign or two': ['กำ-1', 'ก\u0e4d\u0e32-1'],
  'a tone mark before or after am': ['น้ำ-1', 'น\u0e4d\u0e49\u0e32-1'],
  'a tone mark before or after a vowel': ['ที่-1', 'ท\u0e48\u0e35-1'],
  'ae in one sign or two': ['แก-1', 'เเก-1'],
  'composed and decomposed': ['É\u0323-1', 'E\u0323\u0301-1'],
  'variation selectors': ['ค-56', 'ค\ufe0f-5\u{e0101}6'],
  'what does not show': ['ง-78', '\u200bง\u2060-7\u00ad8\ufeff'],
};

promise('one number in two writings is one number, wherever it is given', async (t) => {
  const { roundId } = await makeRound(admin);
  for (const [kind, [written = '', other = '']] of Object.entries(writings)) {
    const group = await makeGroup(admin, '401001', { registrationNo: written });
    t.equal(group.registrationNo, written.normalize('NFC'), `${kind}: kept as it was written`);
    const taken = { method: 'POST', path: '/v1/groups', body: row(other) } as const;
    await admin.refused(t, taken, { status: 409, code: 'registration-no-taken' });
    t.strictSame(await found(other), [group.groupId], `${kind}: found by the list`);
    const officer = await client({ areaCode: '40', permissions: ['read'] });
    const page = await officer.get(`/v1/groups?area=4010&registrationNo=${encodeURIComponent(other)}`);
    t.equal(page.body.items.length, 1, `${kind}: found in an area`);
    const { name, areaCode } = group;
    const same = [{ registrationNo: other, name, areaCode }];
    t.strictSame(
      countsOf(await upload(admin, '/v1/groups', csv(same), 'csv')).unchanged,
      1,
      `${kind}: files of groups`,
    );
    const figures = [{ registrationNo: other, asOf: '2012-03-31', memberCount: 1, savingsBaht: 1 }];
    t.strictSame(countsOf(await upload(admin, '/v1/figures', csv(figures), 'csv')).created, 1, `${kind}: figures`);
    const target = [{ registrationNo: other, groupId: group.groupId }];
    t.strictSame(countsOf(await upload(admin, `/v1/rounds/${roundId}/targets`, csv(target), 'csv')).created, 1, kind);
    const sheet = [{ registrationNo: other, assessedOn: '2012-04-12', scores: scoresFrom('3') }];
    t.strictSame(countsOf(await upload(admin, `/v1/rounds/${roundId}/assessments`, ndjson(sheet))).created, 1, kind);
    const twice = ndjson([row(`x${written}`), row(`x${other}`)]);
    t.strictSame(errorsOf(await upload(admin, '/v1/groups', twice)), [[2, 'registrationNo', 'row-repeated']], kind);
    const rewritten = await made(admin.put(`/v1/groups/${group.groupId}`, { ...row(other) }, any));
    t.equal(rewritten.groupId, group.groupId, `${kind}: a PUT may write it otherwise`);
  }
});

promise('a number that differs only by zeros is another one, and is pointed out', async (t) => {
  const officer = await client({ areaCode: '40', permissions: ['read', 'groups:write'] });
  const first = await made(officer.post('/v1/groups', row('Z/0101')));
  t.notOk('warnings' in first);
  const answer = await officer.post('/v1/groups', row('Z/101'));
  const second = answer.body;
  const [warning] = second.warnings;
  t.strictSame([warning.pointer, warning.code], ['/registrationNo', 'number-differs-by-zeros']);
  t.match(warning.detail, 'Z/0101');
  const read = await officer.get(`/v1/groups/${second.groupId}`);
  t.notOk('warnings' in read.body, 'only the answer to a write has it');
  t.equal(read.headers.etag, answer.headers.etag, 'and its tag is that of the record');
  const again = await made(officer.put(`/v1/groups/${second.groupId}`, row('Z/101')));
  t.strictSame(again.warnings, second.warnings, 'also when the same is sent again');
  t.notOk('warnings' in (await made(officer.put(`/v1/groups/${second.groupId}`, row('Z/110'), any))), '110 is no 101');

  const file = [row('Z/00101'), row('Z/7'), row('Z/07'), row('Z/70'), row('Z/110')];
  for (const query of ['?dryRun=true', '']) {
    const answer = await upload(officer, `/v1/groups${query}`, csv(file), 'csv');
    t.strictSame(warningsOf(answer), [
      [2, 'registrationNo', 'number-differs-by-zeros', 'Z/00101'],
      [4, 'registrationNo', 'number-differs-by-zeros', 'Z/07'],
    ]);
    t.equal(answer.body.warningsTruncated, 0);
  }
  t.strictSame(
    warningsOf(await upload(officer, '/v1/groups', csv(file), 'csv')),
    [],
    'what is there already is no news',
  );
  const refused = await upload(officer, '/v1/groups', csv([row('Z/0070'), row('Z 1')]), 'csv');
  t.strictSame([refused.status, warningsOf(refused).length], [422, 1], 'a refused file says it too');
});

promise('a warning does not tell of groups that the caller may not see', async (t) => {
  await makeGroup(admin, '3001', { registrationNo: 'H-0055' });
  const officer = await client({ areaCode: '40', permissions: ['read', 'groups:write'] });
  t.notOk('warnings' in (await made(officer.post('/v1/groups', row('H-55')))));
  t.strictSame(warningsOf(await upload(officer, '/v1/groups', ndjson([row('H-055')]))), [
    [1, 'registrationNo', 'number-differs-by-zeros', 'H-055'],
  ]);
  const { body } = await upload(officer, '/v1/groups', ndjson([row('H-00055')]));
  t.notMatch(body.warnings[0].detail, 'H-0055 ');
});
