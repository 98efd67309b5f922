/** Files as spreadsheets and statistics programs leave them: each is taken, or refused with the sentence that helps. */
import t from 'tap';
import { startTestApp } from '../support/app.js';
import { upload } from '../support/bulk.js';
import { stateOf } from '../support/state.js';
import { makeGroup, makeRound, setTarget } from '../support/world.js';

const { database, admin } = await startTestApp(t);
const { registrationNo } = await makeGroup(admin, '401001', { registrationNo: 'SHEET-1' });

const figuresHead = 'registrationNo,asOf,memberCount,savingsBaht,developmentLevel,source';

t.test('whole files: layout that means nothing is passed over', async (t) => {
  const group = (number: string) => `${number},กลุ่ม ${number},401001`;
  const head = 'registrationNo,name,areaCode';
  const files: [what: string, file: string | Buffer, created: number][] = [
    ['rows of commas', `${head}\n${group('L-1')}\n,,\n,,\n`, 1],
    ['rows of spaces and no-break spaces', `${head}\n   \n\u00a0,\u00a0 , \n${group('L-2')}\n`, 1],
    ['commas after the header', `${head},,,\n${group('L-3')},,,\n${group('L-4')}\n`, 2],
    ['blank lines before the header', `\n\r\n,,\n${head}\n${group('L-5')}\n`, 1],
    ['a line that tells Excel the comma', `sep=,\r\n${head}\r\n${group('L-6')}\r\n`, 1],
    ['a byte order mark and CRLF', `\uFEFF${head}\r\n${group('L-7')}\r\n`, 1],
    [
      'a mark, and a line that tells the semicolon',
      `\uFEFFsep=;\r\n${head}\r\n${group('L-8')}\r\n`.replaceAll(',', ';'),
      1,
    ],
    ['lines that end in CR', `${head}\r${group('L-9')}\r`, 1],
    ['semicolons', `${head}\n${group('L-10')}\n`.replaceAll(',', ';'), 1],
    ['semicolons and quotes', '"registrationNo";"name";"areaCode"\n"L-11";"ก, ข; ค";"401001"\n', 1],
    ['tabs', `${head}\n${group('L-12')}\n`.replaceAll(',', '\t'), 1],
    ['names with spaces around', ' registrationNo ,name\u00a0,"areaCode"\nL-13,ก,401001\n', 1],
    [
      'a line that tells a comma in a file that was converted to semicolons',
      `sep=,\n${`${head}\n${group('L-15')}\n`.replaceAll(',', ';')}`,
      1,
    ],
    ['marks of direction around the names', '\u200eregistrationNo,name\u200f,areaCode\nL-16,ก,401001\n', 1],
    ['spaces before quotes', 'registrationNo, "name", "areaCode"\n"L-17", "กลุ่ม", "401001"\n', 1],
    ['no line end at the end', `${head}\n${group('L-14')}`, 1],
  ];
  for (const [what, file, created] of files) {
    const { status, body } = await upload(admin, '/v1/groups', file, 'csv');
    t.match([status, body], [200, { created, rows: created, rejected: 0 }], what);
  }
  const { body } = await admin.get('/v1/groups?q=L-11');
  t.equal(body.items[0].name, 'ก, ข; ค', 'what is quoted is no delimiter');
  const spaced = await admin.get('/v1/groups?registrationNo=L-17');
  t.match(spaced.body.items, [{ name: 'กลุ่ม', areaCode: '401001' }], 'quotes behind a space are no part of the name');
});

t.test('whole files: what would lose something is refused', async (t) => {
  const refused: [what: string, file: string, pointers: string[] | null][] = [
    ['a column without a name', 'registrationNo,,name,areaCode\nW-1,x,ก,401001\n', ['/columns/']],
    ['a column that nobody knows', 'registrationNo,name,areaCode,total\nW-2,ก,401001,5\n', ['/columns/total']],
    ['a title above the names', 'ทะเบียนกลุ่ม,,\nregistrationNo,name,areaCode\n', null],
    ['nothing but spaces', ' \n\n,,\n', null],
    ['a quote that is never closed', 'registrationNo,name,areaCode\nW-3,"ก,401001\n', null],
  ];
  const before = await stateOf(database);
  for (const [what, file, pointers] of refused) {
    const { status, body } = await upload(admin, '/v1/groups', file, 'csv');
    t.equal(status, 400, what);
    if (pointers !== null)
      t.strictSame(
        body.errors.map((error: { pointer: string }) => error.pointer),
        pointers,
        what,
      );
  }
  t.strictSame(await stateOf(database), before, 'and changes nothing');
});

t.test('whole files: what is no CSV in UTF-8 is told what to save it as', async (t) => {
  const text = 'registrationNo,name,areaCode,หมายเหตุ\nW-4,ก,401001,x\n';
  const swapped = Buffer.from(text, 'utf16le').swap16();
  const files: [what: string, file: Buffer, en: RegExp][] = [
    ['an Excel workbook', Buffer.from('PK\x03\x04\x14\0\x06\0[Content_Types].xml', 'latin1'), /workbook/],
    ['an old Excel workbook', Buffer.from('d0cf11e0a1b11ae10000', 'hex'), /workbook/],
    ['UTF-16 without a mark', Buffer.from(text, 'utf16le'), /UTF-16/],
    ['UTF-16 of the other order without a mark', swapped, /UTF-16/],
    ['UTF-16 with a mark', Buffer.from(`\uFEFF${text}`, 'utf16le'), /UTF-16/],
    ['names of columns in Windows-874', Buffer.from(text.replace('หมายเหตุ', '\xcb\xc1\xd2'), 'latin1'), /Windows-874/],
  ];
  for (const [what, file, en] of files) {
    const { status, body } = await upload(admin, '/v1/groups', file, 'csv');
    t.match([status, body], [400, { code: 'malformed-upload', detail: en }], what);
    const thai = await upload(admin, '/v1/groups', file, 'csv', { 'accept-language': 'th' });
    t.match(thai.body.detail, /โปรดบันทึก.*CSV UTF-8/, what);
  }
});

t.test('rows of another length: the sentence names the sign that parts cells, and what to do', async (t) => {
  const head = 'registrationNo,name,areaCode';
  const rows: [row: string, delimiter: string, en: RegExp, th: RegExp][] = [
    ['W-5,ก,ข,401001', ',', /4 cells.* has 3; put a text that has a comma into quotes/, /จุลภาค โปรดใส่เครื่องหมาย " คร่อม/],
    ['W-5,ก,ข,401001', ';', /put a text that has a semicolon into quotes/, /อัฒภาค โปรดใส่/],
    ['W-5,ก', ',', /2 cells.* has 3; a row has a comma for each cell that is empty too/, /จุลภาคให้ครบ/],
    ['W-5,ก', '\t', /a row has a tab for each cell/, /แท็บให้ครบ/],
  ];
  for (const [row, delimiter, en, th] of rows) {
    const file = `${head}\n${row}\n`.replaceAll(',', delimiter);
    const { body } = await upload(admin, '/v1/groups', file, 'csv');
    t.match(body.errors, [{ row: 2, code: 'wrong-number-of-cells', detail: en }]);
    const thai = await upload(admin, '/v1/groups', file, 'csv', { 'accept-language': 'th' });
    t.match(thai.body.errors[0].detail, th);
  }
});

/** What a cell of a file of figures is taken as, or the code it is refused with and a part of both sentences. */
type Cell = [
  column: 'asOf' | 'memberCount' | 'savingsBaht' | 'developmentLevel' | 'source',
  cell: string,
  expected: unknown,
];
type Said = { code: string; en: RegExp; th: RegExp };
const said = (code: string, en: RegExp, th: RegExp): Said => ({ code, en, th });
const error = said('not-a-value', /spreadsheet shows an error/, /ข้อผิดพลาดจากโปรแกรมตารางคำนวณ/);
const noValue = said('not-a-value', /leave the cell empty/, /เว้นช่องนี้ว่าง/);
const short = said('number-shortened', /shortened/, /ตัวเลขแบบย่อ/);
const lines = said('unreadable-character', /one line/, /บรรทัดเดียว/);
const unclear = said('not-a-number', /write it as 1234\.50/, /โปรดเขียนในรูป 1234\.50/);

const cells: Cell[] = [
  ['memberCount', '366', 366],
  ['memberCount', ' 366 ', 366],
  ['memberCount', '\u00a0366\u00a0', 366],
  ['memberCount', '\u200b366', 366],
  ['memberCount', '\u200e366\u202c', 366],
  ['memberCount', "'366", 366],
  ['asOf', "'2012-03-31", '2012-03-31'],
  ['memberCount', '="366"', 366],
  ['memberCount', '"=""366"""', 366],
  ['memberCount', '120.0', 120],
  ['memberCount', '๓๖๖', 366],
  ['memberCount', '"1,234"', 1_234],
  ['memberCount', '"๑,๒๓๔"', 1_234],
  ['savingsBaht', '"1,234.50"', 1_234.5],
  ['savingsBaht', '" 1,234,567.25 "', 1_234_567.25],
  ['savingsBaht', '0', 0],
  ['developmentLevel', ' 3', 3],
  ['developmentLevel', '', null],
  ['developmentLevel', ' ', null],
  ['source', ' \u00a0', null],
  ['source', 'NA', 'NA'],
  ['source', '"ก\n"', 'ก'],
  ['source', '"\r\n\tก \t"', 'ก'],
  ['source', ' "ก"', 'ก'],
  ['source', ' "ก" และ "ข"', '"ก" และ "ข"'],
  ['source', '"ก\nข"', lines],
  ['source', '=1+1', '=1+1'],
  ['source', "'=1+1", '=1+1'],
  ['asOf', ' 2012-03-31 ', '2012-03-31'],
  ['asOf', '๒๐๑๒-๐๓-๓๑', '2012-03-31'],
  ['memberCount', 'NA', noValue],
  ['memberCount', 'N/A', noValue],
  ['memberCount', 'n.a.', noValue],
  ['memberCount', '<NA>', noValue],
  ['memberCount', '\\N', noValue],
  ['memberCount', 'ไม่มี', noValue],
  ['developmentLevel', 'ไม่มีข้อมูล', noValue],
  ['memberCount', 'NaN', noValue],
  ['memberCount', 'NULL', noValue],
  ['memberCount', '-', said('not-a-value', /write 0, or leave/, /กรอก 0 หรือเว้น/)],
  ['developmentLevel', 'NA', noValue],
  ['asOf', 'NA', noValue],
  ['asOf', '#VALUE!', error],
  ['memberCount', '#N/A', error],
  ['savingsBaht', '#REF!', error],
  ['savingsBaht', '#DIV/0!', error],
  ['savingsBaht', '########', error],
  ['source', '#NAME?', error],
  ['source', '#ERROR!', error],
  ['source', '#BLOCKED!', error],
  ['source', 'Err:502', error],
  ['asOf', '#GETTING_DATA', error],
  ['source', '#1 ของตำบล', '#1 ของตำบล'],
  ['memberCount', '1E+05', short],
  ['savingsBaht', '1.23457E+11', short],
  ['savingsBaht', '3e5', short],
  ['memberCount', '"1,23"', unclear],
  ['memberCount', '"0,123"', unclear],
  ['savingsBaht', '"001,234"', unclear],
  ['memberCount', '"12,34,567"', unclear],
  ['savingsBaht', '"1.234,50"', unclear],
  ['savingsBaht', '1.234.567', unclear],
  ['savingsBaht', '฿1234', unclear],
  ['savingsBaht', '"1,234.50 บาท"', unclear],
  ['savingsBaht', '(1234.50)', unclear],
  ['memberCount', 'สิบ', unclear],
  ['memberCount', '12345678901234567890', said('number-inexact', /at most 15/, /ไม่เกิน 15 หลัก/)],
  ['savingsBaht', '366500.5000000000000001', said('number-inexact', /at most 15/, /ไม่เกิน 15 หลัก/)],
];

t.test('cells: each is taken for what it shows, or refused in words of whoever made the sheet', async (t) => {
  for (const [column, cell, expected] of cells) {
    const row = {
      asOf: '2012-03-31',
      memberCount: '1',
      savingsBaht: '1',
      developmentLevel: '',
      source: '',
      [column]: cell,
    };
    const { asOf, memberCount, savingsBaht, developmentLevel, source } = row;
    const line = [registrationNo, asOf, memberCount, savingsBaht, developmentLevel, source].join(',');
    const file = `${figuresHead}\n${line}\n`;
    const what = `${column} of ${cell}`;
    const { status, body } = await upload(admin, '/v1/figures', file, 'csv');
    if (!isSaid(expected)) {
      t.equal(status, 200, `${what} is taken: ${JSON.stringify(body.errors)}`);
      const { items } = (await admin.get('/v1/figures?limit=200')).body;
      t.strictSame(items[0][column], expected, what);
      continue;
    }
    const thai = await upload(admin, '/v1/figures', file, 'csv', { 'accept-language': 'th' });
    t.equal(status, 422, what);
    t.match(body.errors, [{ row: 2, column, pointer: `/${column}`, code: expected.code, detail: expected.en }], what);
    t.match(thai.body.errors[0].detail, expected.th, what);
    t.equal(body.errors.length, 1, `${what} is said once`);
  }
});

t.test('where commas are no delimiter, a comma in a number may be a decimal sign, so it is refused', async (t) => {
  for (const delimiter of [';', '\t']) {
    const line = [registrationNo, '2012-03-31', '1', '1,234', '', ''].join(delimiter);
    const file = `${figuresHead.replaceAll(',', delimiter)}\n${line}\n`;
    const { status, body } = await upload(admin, '/v1/figures', file, 'csv');
    t.match([status, body.errors], [422, [{ column: 'savingsBaht', code: 'not-a-number', value: '1,234' }]]);
  }
});

t.test('codes: spaces and formulas around them are nothing, and a shortened one is refused', async (t) => {
  const head = 'registrationNo,name,areaCode,status';
  const rows = [
    '="0101",ก,="401001",active',
    ' C-2 ,ก,\u00a0401001\u00a0, active',
    'C-3,ก,401001.0,active',
    'C-4,ก,4.01E+05,active',
    '1.23457E+11,ก,401001,active',
    'NA,ก,#N/A,NA',
  ];
  const { body } = await upload(admin, '/v1/groups?onError=skip', `${head}\n${rows.join('\n')}\n`, 'csv');
  t.equal(body.created, 2);
  t.strictSame(
    body.errors.map(({ row, column, code }: Record<string, unknown>) => [row, column, code]),
    [
      [4, 'areaCode', 'invalid-format'],
      [5, 'areaCode', 'number-shortened'],
      [6, 'registrationNo', 'number-shortened'],
      [7, 'registrationNo', 'not-a-value'],
      [7, 'areaCode', 'not-a-value'],
      [7, 'status', 'not-a-value'],
    ],
  );
  for (const number of ['0101', 'C-2']) {
    const { items } = (await admin.get(`/v1/groups?registrationNo=${number}`)).body;
    t.match(items, [{ registrationNo: number, areaCode: '401001', status: 'active' }]);
  }
});

t.test('score sheets: levels and reasons are read by the same rules, and the column is named', async (t) => {
  const { groupId } = (await admin.get(`/v1/groups?registrationNo=${registrationNo}`)).body.items[0];
  const { roundId } = await makeRound(admin);
  await setTarget(admin, roundId, groupId);
  const path = `/v1/rounds/${roundId}/assessments`;
  const send = (cells: string) =>
    upload(admin, path, `registrationNo,assessedOn,c1,r1,c2,r2\n${registrationNo},2012-04-12,${cells}\n`, 'csv');
  const refused = await send('NA,#REF!,4,ข');
  t.strictSame(refused.body.errors.map(({ column, code }: Record<string, unknown>) => [column, code]).slice(0, 2), [
    ['c1', 'not-a-value'],
    ['r1', 'not-a-value'],
  ]);
  t.equal(refused.body.errors[2].column, 'c2', 'and so is a level that there is not');
  t.match((await send(' 3 ,NA,="๒",ข')).body, { created: 1 });
  const [sheet] = (await admin.get(path)).body.items;
  t.strictSame(sheet.scores, [
    { criterionNo: 1, level: 3, reason: 'NA' },
    { criterionNo: 2, level: 2, reason: 'ข' },
  ]);
});

function isSaid(expected: unknown): expected is Said {
  return typeof expected === 'object' && expected !== null;
}
