/** `npm run import` and `npm run export` as processes, against a running service and over connections that break. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { exportPath, importPath } from '../../src/commands/transfer/lists.js';
import { csv, ndjson } from '../support/bulk.js';
import { runCommand as run, type Surroundings } from '../support/command.js';
import { databaseStorage, startService, temporaryDirectory } from '../support/process.js';
import { startProxy } from '../support/proxy.js';
import { roundContent } from '../support/world.js';

const key = `prot_${'transfer'.padEnd(43, '-')}`;
const storage = await databaseStorage(t);
const limit = 1_000_000;
const service = await startService(t, { ...storage, BOOTSTRAP_API_KEY: key, BULK_LIMIT_BYTES: String(limit) });
const directory = await temporaryDirectory(t);

t.setTimeout(110_000);

t.test('an import with errors prints each by row and column, ends with 1 and writes nothing', async (t) => {
  const rows = [
    { ...group('E-1'), foundedOn: '1985-06-01' },
    { ...group('E 2'), foundedOn: '' },
    { ...group('E-3'), foundedOn: '1985-02-30' },
  ];
  const file = await fileOf('errors.csv', csv(rows));
  const report = join(directory, 'report.csv');
  const ended = await command('import', [file, '--to', 'groups', '--report', report]);
  t.equal(ended.code, 1);
  t.match(ended.stdout, 'Nothing was written: 2 of 3 rows for groups have errors. The others would be 1 created,');
  t.match(ended.stdout, /row 3, registrationNo, "E 2": .* \(invalid-format\)/);
  t.match(ended.stdout, /row 4, foundedOn, "1985-02-30": .* \(invalid-format\)/);
  t.equal(await groupsCalled('E-'), 0);
  const [head, ...lines] = (await readFile(report, 'utf8')).trimEnd().split('\r\n');
  t.equal(head, '\uFEFFrow,column,code,detail,value,allowed,pointer');
  t.strictSame(
    lines.map((line) => line.split(',').slice(0, 3)),
    [
      ['3', 'registrationNo', 'invalid-format'],
      ['4', 'foundedOn', 'invalid-format'],
    ],
    'the report has the same errors',
  );

  const skipped = await command('import', [file, '--to', 'groups', '--on-error', 'skip']);
  t.equal(skipped.code, 1, 'with skip the good rows are written and the code still says that not all were');
  t.match(skipped.stdout, '3 rows into groups: 1 created, 0 updated, 0 unchanged, 2 left out for their errors.');
  t.equal(await groupsCalled('E-'), 1);
});

t.test('a dry run says what would happen and writes nothing; years may be of the Buddhist era', async (t) => {
  const file = await fileOf('dry.csv', csv([{ ...group('D-1'), foundedOn: '2528-06-01' }]));
  const dry = await command('import', [file, '--to', 'groups', '--dry-run', '--calendar', 'be']);
  t.equal(dry.code, 0);
  t.equal(dry.stdout, 'Dry run, nothing was written: 1 row for groups would be 1 created, 0 updated, 0 unchanged.\n');
  t.equal(await groupsCalled('D-'), 0);
});

t.test('an import whose connection breaks in the middle is sent again and ends complete', async (t) => {
  const file = await fileOf('many.ndjson', ndjson(groups('B', 500)));
  const proxy = await startProxy(t, service.address, [{ breakAfterSent: 20_000 }]);
  const ended = await command('import', [file, '--to', 'groups'], { url: proxy.address });
  t.match(ended.stderr, /The connection to .* broke .* Now sending the whole file again in .* \(attempt 2 of 6\)/);
  t.match(ended.stdout, '500 rows into groups: 500 created, 0 updated, 0 unchanged.', 'the first sending left nothing');
  t.match(ended.stdout, 'It took 2 attempts;');
  t.equal(ended.code, 0);
  t.equal(proxy.connections(), 2);
  t.equal(await groupsCalled('B-'), 500);
});

t.test('an import whose earlier attempt is still under way waits for what comes of it', async (t) => {
  const file = await fileOf('under-way.csv', csv(groups('W', 3)));
  const refusal = (code: string) => {
    const document = JSON.stringify({
      type: `/problems/${code}`,
      title: 'Conflict',
      status: 409,
      detail: 'Wait.',
      code,
    });
    const head = `HTTP/1.1 409 Conflict\r\nContent-Type: application/problem+json\r\nRetry-After: 1\r\n`;
    return `${head}Content-Length: ${document.length}\r\nConnection: close\r\n\r\n${document}`;
  };
  const first = await startProxy(t, service.address, [{ answer: refusal('idempotency-key-in-use') }]);
  const waited = await command('import', [file, '--to', 'groups'], { url: first.address });
  t.match(waited.stderr, /\(409\).* again in .* \(attempt 2 of 6\)/);
  t.match(waited.stdout, '3 rows into groups: 3 created, 0 updated, 0 unchanged.');
  t.equal(waited.code, 0);
  const other = await startProxy(t, service.address, [{ answer: refusal('round-not-open') }]);
  const refused = await command('import', [file, '--to', 'groups'], { url: other.address });
  t.match(refused.stderr, /409, round-not-open/, 'any other conflict is a refusal');
  t.equal(other.connections(), 1);
});

t.test('an import whose answer is lost is sent again, taken over once, and told what came of it', async (t) => {
  const file = await fileOf('lost.csv', csv(groups('L', 50)));
  const proxy = await startProxy(t, service.address, [{ breakAfterAnswered: 10 }]);
  const ended = await command('import', [file, '--to', 'groups'], { url: proxy.address });
  t.match(ended.stdout, '50 rows into groups: 50 created, 0 updated, 0 unchanged.');
  t.match(ended.stdout, 'It took 2 attempts; the file was taken over once.');
  t.equal(ended.code, 0);
  t.equal(await groupsCalled('L-'), 50);
});

t.test('standard input is imported, and one that breaks off is not sent again, which is said', async (t) => {
  const args = ['-', '--format', 'ndjson', '--to', 'groups'];
  const proxy = await startProxy(t, service.address, [{ breakAfterSent: 5_000 }]);
  const broken = await command('import', args, { url: proxy.address, input: ndjson(groups('S', 100)) });
  t.equal(broken.code, 3);
  t.match(broken.stderr, 'Standard input can be read only once, so it was not sent again.');
  t.equal(proxy.connections(), 1);
  t.equal(await groupsCalled('S-'), 0);
  t.equal((await command('import', args, { input: ndjson(groups('S', 100)) })).code, 0);
  t.equal(await groupsCalled('S-'), 100);

  const waiting = { input: ndjson([group('S-1')]), inputStaysOpen: true, variables: { PROT_API_KEY: `${key}x` } };
  const refused = await command('import', args, waiting);
  t.equal(refused.code, 1, 'a refusal does not wait for more input');
  t.match(refused.stderr, /\(401, unauthenticated, /);
});

t.test('a service that cannot answer now is asked again after the time it names; a refusal is final', async (t) => {
  const file = await fileOf('busy.ndjson', ndjson([group('U-1')]));
  const empty = 'Content-Length: 0\r\nConnection: close\r\n\r\n';
  const busy = `HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\n${empty}`;
  const late = `HTTP/1.1 408 Request Timeout\r\nRetry-After: 0\r\n${empty}`;
  const proxy = await startProxy(t, service.address, [{ answer: busy }, { answer: late }]);
  const waited = await command('import', [file, '--to', 'groups'], { url: proxy.address });
  t.match(waited.stderr, /cannot answer now \(503\).* again in 2 s \(attempt 2 of 6\)/);
  t.match(waited.stderr, /waited too long for the rest of the file \(408\).* again in .* \(attempt 3 of 6\)/);
  t.equal(waited.code, 0);
  t.equal(await groupsCalled('U-'), 1);

  const through = await startProxy(t, service.address, []);
  const unknown = await command('import', [file, '--to', `rounds/${'0'.repeat(36)}/targets`], { url: through.address });
  t.equal(unknown.code, 1);
  t.match(unknown.stderr, /^The service refused: .* \(4\d\d, /m);
  t.equal(through.connections(), 1);
});

t.test('a refusal that comes while the file is still being sent is read and shown', async (t) => {
  const large = ndjson(groups('T', 40_000));
  t.ok(large.length > 3 * limit, `${large.length} bytes, three times what the service takes`);
  const tooLarge = await command('import', [await fileOf('large.ndjson', large), '--to', 'groups']);
  t.match(tooLarge.stderr, /The service refused: .* \(413, body-too-large, /);
  t.equal(tooLarge.code, 1);
  const file = await fileOf('columns.csv', `registrationNo,nam\r\n${'C-1,x\r\n'.repeat(100_000)}`);
  const wrongColumns = await command('import', [file, '--to', 'groups']);
  t.match(wrongColumns.stderr, '/columns/nam: "nam" is not a column here. Did you mean "name"?');
  t.equal(wrongColumns.code, 1);
  const stranger = await command('import', [file, '--to', 'groups'], { variables: { PROT_API_KEY: `${key}x` } });
  t.match(stranger.stderr, /\(401, unauthenticated, /);
  t.equal(stranger.code, 1);
});

t.test('an export broken off midway starts again and leaves the file that a direct GET gives', async (t) => {
  const direct = await whole('/v1/groups?area=40', 'application/x-ndjson');
  const out = join(directory, 'groups.ndjson');
  const proxy = await startProxy(t, service.address, [{ breakAfterAnswered: direct.length / 2 }]);
  const ended = await command('export', ['groups', '--query', 'area=40', '--out', out], { url: proxy.address });
  t.match(ended.stderr, /The export broke off .* Now starting the export again in .* \(attempt 2 of 6\)/);
  t.match(ended.stderr, /groups\.ndjson: \d+ rows, .* as of \d{4}-/);
  t.equal(ended.code, 0);
  t.equal(await readFile(out, 'utf8'), direct);
  t.notOk((await readdir(directory)).includes('groups.ndjson.part'));

  const again = await startProxy(t, service.address, [{ breakAfterAnswered: direct.length / 2 }]);
  const given = await command('export', ['teams', 'groups'], {});
  t.equal(given.code, 2, 'two lists are none');
  const failed = await command('export', ['groups', '--out', out, '--attempts', '1'], { url: again.address });
  t.equal(failed.code, 3);
  t.match(failed.stderr, 'Given up after one attempt.');
  t.equal(await readFile(out, 'utf8'), direct, 'a broken one does not touch the file that was there');
  t.notOk((await readdir(directory)).includes('groups.ndjson.part'));
});

t.test('CSV goes to standard output, to a named file, or to one that the service names', async (t) => {
  const direct = await whole('/v1/groups?area=40&bom=true', 'text/csv');
  const args = ['groups', '--query', 'area=40', '--format', 'csv', '--bom'];
  t.equal((await command('export', [...args, '--out', '-', '--quiet'])).stdout, direct);
  const folder = await temporaryDirectory(t);
  t.equal((await command('export', args, { cwd: folder })).code, 0);
  const names = await readdir(folder);
  t.match(names, [/^groups-\d{4}-\d\d-\d\dT\d{4}Z\.csv$/]);
  t.equal(await readFile(join(folder, String(names[0])), 'utf8'), direct);
  const silent = { npm_lifecycle_event: 'export', npm_config_loglevel: 'notice', PROT_API_KEY: key };
  const byNpm = await command('export', [...args, '--out', '-'], { variables: silent });
  t.strictSame([byNpm.code, byNpm.stdout], [2, ''], 'npm would write lines of its own before the rows');
});

t.test("exports never take each other's place: not two rounds, not one list twice, not two at once", async (t) => {
  const folder = await temporaryDirectory(t);
  const rounds = await Promise.all([1, 2].map(newRound));
  const lists = [...rounds.map((roundId) => `rounds/${roundId}/targets`), 'groups', 'groups'];
  for (const _ of [1, 2]) {
    const ended = await Promise.all(lists.map((list) => command('export', [list, '--format', 'csv'], { cwd: folder })));
    t.ok(ended.every(({ code }) => code === 0));
  }
  const names = (await readdir(folder)).sort();
  t.equal(names.filter((name) => /^targets-2556-1-40-.*Z(-2)?\.csv$/.test(name)).length, 2);
  t.equal(names.filter((name) => /^targets-2556-2-40-.*Z(-2)?\.csv$/.test(name)).length, 2);
  t.equal(names.filter((name) => /^groups-.*Z(-[234])?\.csv$/.test(name)).length, 4);
  t.equal(names.length, 8, 'and no part is left');
  const direct = await whole('/v1/groups', 'text/csv');
  for (const name of names.filter((one) => one.startsWith('groups-'))) {
    t.equal(await readFile(join(folder, name), 'utf8'), direct, `${name} is whole`);
  }

  const [out, part] = [join(folder, 'mine.csv'), join(folder, 'mine.csv.part')];
  await writeFile(part, 'of another export');
  await Promise.all([1, 2].map(() => command('export', ['groups', '--out', out])));
  t.equal(await readFile(out, 'utf8'), direct, 'two to one named file: one of them, whole');
  t.equal(await readFile(part, 'utf8'), 'of another export', 'a part that was there is not ours');
});

t.test('the report of an import replaces an older report, and nothing else', async (t) => {
  const rows = csv([{ ...group('R 1') }]);
  const file = await fileOf('to-correct.csv', rows);
  const report = join(directory, 'replaced.csv');
  for (const _ of [1, 2]) {
    t.equal((await command('import', [file, '--to', 'groups', '--report', report])).code, 1);
    const kept = await readFile(report, 'utf8');
    t.ok(kept.startsWith('\uFEFFrow,column,code,') && kept.includes('registrationNo,invalid-format'), kept);
  }
  const nobody = await startProxy(t, service.address, []);
  const refused = await command('import', [file, '--to', 'groups', '--report', file], { url: nobody.address });
  t.equal(refused.code, 2);
  t.match(refused.stderr, 'to-correct.csv is there already and is no report of an import.');
  t.equal(await readFile(file, 'utf8'), rows);
  t.equal(nobody.connections(), 0, 'and nothing was sent');
});

t.test('what is wrong here, and a service that is not there, are said with their own codes', async (t) => {
  const file = await fileOf('one.csv', csv([group('W-1')]));
  const nobody = await startProxy(t, service.address, []);
  const gone = 'http://127.0.0.1:1';
  for (const [name, args] of [
    ['import', [file, '--to', 'groups']],
    ['export', ['groups', '--out', join(directory, 'none.csv')]],
  ] as const) {
    const ended = await command(name, args, { url: gone });
    t.equal(ended.code, 3);
    t.equal(ended.stderr, `The service at ${gone} cannot be reached: nothing listens there (ECONNREFUSED).\n`);
    for (const wrong of [[...args, '--unknown'], [], ['nothing', '--to', 'nothing', '--format', 'csv']]) {
      t.equal((await command(name, wrong, { url: nobody.address })).code, 2, `${name} ${wrong.join(' ')}`);
    }
    const misspelt = await command(name, [...args, '--atempts', '2'], { url: nobody.address });
    t.match(misspelt.stderr, /unknown option '--atempts'\n\(Did you mean --attempts\?\)/);
    const keyless = await command(name, args, { url: nobody.address, variables: {}, cwd: directory });
    t.equal(keyless.code, 2);
    t.match(keyless.stderr, 'There is no API key: set PROT_API_KEY or say --key-file.');
    t.match((await command(name, ['--help'], { variables: {} })).stdout, /^Usage: npm run .*\n\n(.*\n)*Exit codes/);
  }
  t.equal(nobody.connections(), 0, 'and nothing was sent');
  const keyFile = await fileOf('key', `${key}\n`);
  const around = { variables: {}, cwd: directory };
  t.equal((await command('export', ['areas', '--key-file', keyFile, '--out', 'areas.csv'], around)).code, 0);
});

t.test('every list that the contract gives whole can be exported, every one that takes files imported', async (t) => {
  const { paths } = JSON.parse(await readFile('openapi/openapi.json', 'utf8'));
  for (const [path, operations] of Object.entries<Record<string, Operation>>(paths)) {
    const place = path.replace(/\{\w+\}/g, '01936d5e-6f70-7c3a-9c55-0242ac120002');
    const list = place.replace('/v1/', '').replace(/\/rows$/, '');
    if (operations.get?.responses[200]?.content?.['application/x-ndjson']) t.equal(exportPath(list), place);
    if (operations.post?.requestBody?.content['application/x-ndjson']) t.equal(importPath(list), place);
  }
});

interface Operation {
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, { content?: Record<string, unknown> }>;
}

function group(registrationNo: string) {
  return { registrationNo, name: `กลุ่มออมทรัพย์บ้านหนองน้ำใส ${registrationNo}`, areaCode: '401001' };
}

function groups(prefix: string, count: number) {
  return Array.from({ length: count }, (_, index) => group(`${prefix}-${index + 1}`));
}

async function newRound(roundNo: number): Promise<string> {
  const round = { ...roundContent, fiscalYearBe: 2556, startsOn: '2013-04-01', endsOn: '2013-04-30', roundNo };
  const answer = await fetch(`${service.address}/v1/rounds`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(round),
  });
  const { roundId } = (await answer.json()) as { roundId: string };
  return roundId;
}

/** How many groups have a registration number with this in it. */
async function groupsCalled(text: string): Promise<number> {
  const lines = await whole(`/v1/groups?area=40`, 'application/x-ndjson');
  return lines.split('\n').filter((line) => line.includes(`"registrationNo":"${text}`)).length;
}

async function whole(path: string, accept: string): Promise<string> {
  const answer = await fetch(`${service.address}${path}`, { headers: { authorization: `Bearer ${key}`, accept } });
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
  // `text()` would take a byte order mark away.
  return Buffer.from(await answer.arrayBuffer()).toString('utf8');
}

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

/** Runs a command with the key in its environment, against the service unless another address is given. */
function command(name: 'import' | 'export', args: readonly string[], around: Surroundings & { url?: string } = {}) {
  const { url = service.address, ...others } = around;
  return run(name, [...args, '--url', url], { variables: { PROT_API_KEY: key }, ...others });
}
