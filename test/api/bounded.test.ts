/** What somebody can make us do is bounded by what was sent: rows, errors that are listed, sizes, and work for nobody. */
import { gzipSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { Breath } from '../../src/platform/breath.js';
import { adminSecret as secret, startTestApp } from '../support/app.js';
import { ndjson, types, upload } from '../support/bulk.js';
import { openConnection, requestHead } from '../support/connection.js';
import { holdRows, waitingBackends } from '../support/locks.js';
import { stateOf } from '../support/state.js';
import { until } from '../support/wait.js';
import { makeGroup } from '../support/world.js';

const { app, database, admin } = await startTestApp(t, { BULK_LIMIT_ROWS: '3000', LOCK_TIMEOUT_MS: '30000' });
const head = 'registrationNo,name,areaCode\n';

t.test('a file of more rows than are taken is refused by name, blank rows counted', async (t) => {
  const row = (index: number) => ({ registrationNo: `B-${index}`, name: 'ก', areaCode: '401001' });
  const rows = ndjson(Array.from({ length: 3_001 }, (_, index) => row(index)));
  const files: [string, 'csv' | 'ndjson', string | Buffer][] = [
    ['rows', 'ndjson', rows],
    ['blank lines', 'ndjson', '\n'.repeat(3_001)],
    ['lines of spaces', 'ndjson', ' \r\n'.repeat(3_001)],
    ['a last line without its end', 'ndjson', `${'\n'.repeat(3_000)}{}`],
    ['line ends', 'csv', `${head}${'\n'.repeat(3_001)}`],
    ['carriage returns', 'csv', `${head}${'\r'.repeat(3_001)}`],
    ['commas', 'csv', `${head}${',,\n'.repeat(3_001)}`],
    ['wrong rows', 'csv', `${head}${'x\n'.repeat(3_001)}`],
  ];
  for (const [what, type, payload] of files) {
    const { body } = await admin.refused(
      t,
      { method: 'POST', path: '/v1/groups?onError=skip', payload, headers: { 'content-type': types[type] } },
      { status: 413, code: 'too-many-rows' },
    );
    t.equal(body.limitRows, 3_000, what);
  }
  t.equal(
    (await upload(admin, '/v1/groups', `${'\n'.repeat(2_999)}${ndjson([row(1)])}`)).body.created,
    1,
    'up to it is taken',
  );
});

t.test(
  'a file that grows a hundredfold when it is unpacked is refused, one that is only well compressed is taken',
  async (t) => {
    const gzip = { 'content-encoding': 'gzip' };
    for (const [type, payload] of [
      ['csv', `${head}${`Z-0,ก${' '.repeat(900_000)},401001\n`.repeat(4)}`],
      ['ndjson', `{"registrationNo":"Z-1","name":"ก","areaCode":"401001"}${' '.repeat(900_000)}\n`.repeat(4)],
    ] as const) {
      const call = { method: 'POST', path: '/v1/groups', payload: gzipSync(payload) } as const;
      await admin.refused(
        t,
        { ...call, headers: { 'content-type': types[type], ...gzip } },
        { status: 413, code: 'compressed-too-much' },
      );
    }
    const small = gzipSync(ndjson([{ registrationNo: 'Z-2', name: 'ก', areaCode: '401001' }]) + '\n'.repeat(1_000));
    t.equal((await upload(admin, '/v1/groups', small, 'ndjson', gzip)).body.created, 1);
  },
);

t.test('a request with thousands of faults lists the first hundred and counts the others', async (t) => {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
  const fields = Object.fromEntries(numbers(4_000).map((index) => [`x${index}`, 0]));
  const cases: [what: string, path: string, body: object, all: number][] = [
    ['members', '/v1/api-keys', { name: 'ก', permissions: numbers(9_000) }, 9_000],
    ['unknown fields', '/v1/groups', { ...fields, registrationNo: 'F-1', name: 'ก', areaCode: '401001' }, 4_000],
    [
      'objects',
      '/v1/teams',
      {
        name: 'ก',
        tier: 'province',
        areaCode: '40',
        members: numbers(40)
          .map(() => fields)
          .slice(0, 2),
      },
      8_002,
    ],
  ];
  for (const [what, path, body, all] of cases) {
    const answer = await admin.refused(t, { method: 'POST', path, body }, { status: 400, code: 'invalid-input' });
    const { errors, errorsTruncated, detail } = answer.body;
    t.ok(errors.length + errorsTruncated >= all, `${what}: all are counted`);
    t.equal(errors.length, 100, what);
    t.ok(detail.startsWith(`${errors.length + errorsTruncated} `), detail);
    t.ok(answer.bytes.length < 50_000, 'and the answer stays small');
  }
  const query = numbers(800)
    .map((index) => `p${index}=1`)
    .join('&');
  const { body } = await admin.refused(
    t,
    { method: 'GET', path: `/v1/groups?${query}` },
    { status: 400, code: 'invalid-input' },
  );
  t.strictSame([body.errors.length, body.errorsTruncated], [100, 700], 'parameters of a query too');
  const few = await admin.refused(
    t,
    { method: 'POST', path: '/v1/groups', body: {} },
    { status: 400, code: 'invalid-input' },
  );
  t.equal(few.body.errorsTruncated, 0, 'where all are listed there are no others');
});

t.test(
  'a header of a file with thousands of wrong columns lists a hundred, and a row with too many faults too',
  async (t) => {
    const unknown = Array.from({ length: 5_000 }, (_, index) => `x${index}`).join(',');
    const { body } = await admin.refused(
      t,
      {
        method: 'POST',
        path: '/v1/groups',
        payload: `${unknown},${'name,'.repeat(5_000)}areaCode\n`,
        headers: { 'content-type': types.csv },
      },
      { status: 400, code: 'invalid-input' },
    );
    t.strictSame([body.errors.length, body.errorsTruncated], [100, 5_000 + 4_999 + 1 - 100]);
    const wrong = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`x${index}`, 0]));
    const rows = Array.from({ length: 20 }, () => ({ registrationNo: 'H-1', name: 'ก', areaCode: '401001', ...wrong }));
    const { body: report } = await upload(admin, '/v1/groups?onError=skip', ndjson(rows));
    t.match(report, { rows: 20, rejected: 20, errorsTruncated: 20 * 300 - 1_000 });
    const perRow = new Map<number, number>();
    for (const { row } of report.errors) perRow.set(row, (perRow.get(row) ?? 0) + 1);
    t.strictSame(
      [...perRow],
      Array.from({ length: 10 }, (_, index) => [index + 1, 100]),
      'a hundred of each row',
    );
  },
);

t.test('a row with wrong values that are deep or large is one fault, not a failure of ours', async (t) => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const lines = [
    `{"registrationNo":${deep}}`,
    `{"registrationNo":"${'x'.repeat(900_000)}"}`,
    `{"${'k'.repeat(900_000)}":1}`,
  ];
  const { status, body } = await upload(admin, '/v1/groups?onError=skip', `${lines.join('\n')}\n`);
  t.match([status, body], [200, { rows: 3, rejected: 3 }]);
});

t.test('texts that make a careless pattern slow cost no more than others', async (t) => {
  const figures = 'registrationNo,asOf,memberCount,savingsBaht\n';
  const gap = ' '.repeat(900_000);
  const zeros = '0'.repeat(900_000);
  const files: [path: string, type: 'csv' | 'ndjson', file: string, status: number][] = [
    ['/v1/figures', 'csv', `${figures}X, 1${gap}1,2,3\n`, 422],
    ['/v1/figures', 'csv', `${figures}X,2012-03-31,1${zeros}1,2\n`, 422],
    ['/v1/figures', 'csv', `${figures}X,2012-03-31,"1${',000'.repeat(200_000)}x",2\n`, 422],
    ['/v1/figures', 'csv', `${figures}X,"=""${'""'.repeat(400_000)}""",1,2\n`, 422],
    ['/v1/figures', 'csv', `${gap}\n${figures}`, 200],
    ['/v1/figures', 'csv', `${'"'.repeat(899_999)}\n${figures}`, 400],
    [
      '/v1/figures',
      'ndjson',
      `{"registrationNo":"X","asOf":"2012-03-31","memberCount":1${zeros}1,"savingsBaht":1}\n`,
      422,
    ],
    ['/v1/figures', 'ndjson', `{"registrationNo":" ${gap}x","asOf":"${'1'.repeat(90_000)}"}\n`, 422],
  ];
  for (const [path, type, file, status] of files) {
    const answer = await upload(admin, path, file, type);
    t.equal(answer.status, status, `${type} ${file.slice(0, 80).trim()}`);
  }
});

t.test('long work is told when others should have their turn, and they have it before it goes on', async (t) => {
  const breath = new Breath();
  t.notOk(breath.isDue, 'not at the beginning');
  while (!breath.isDue);
  let others = 0;
  setImmediate(() => {
    others += 1;
  });
  await breath.take();
  t.equal(others, 1, 'what waited was done');
  t.notOk(breath.isDue, 'and the time begins anew');
});

t.test('an import whose sender has left before its answer is not kept', async (t) => {
  const { groupId, registrationNo } = await makeGroup(admin, '401001', { name: 'เดิม' });
  const file = ndjson([{ registrationNo, name: 'ใหม่', areaCode: '401001' }]);
  const before = await stateOf(database);
  const release = await holdRows(database, sql`select 1 from groups where group_id = ${groupId} for update`);
  const connection = await openConnection(t, await app.listen({ host: '127.0.0.1', port: 0 }));
  await connection.send(
    requestHead('POST', '/v1/groups', { secret, type: types.ndjson, length: Buffer.byteLength(file) }),
  );
  await connection.send(file);
  await waitingBackends(database, 1);
  connection.hangUp();
  await until('the service has heard of it', async () => (await openConnections()) === 0);
  await release();
  await waitingBackends(database, 0);
  const dry = await upload(admin, '/v1/groups?dryRun=true', file);
  t.match(dry.body, { updated: 1 }, 'the row is still to be done');
  t.strictSame(await stateOf(database), before);
});

function openConnections(): Promise<number> {
  return new Promise((resolve, reject) =>
    app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );
}
