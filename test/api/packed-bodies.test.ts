/** Bodies that come packed: gzip is read wherever a body is, anything else refused in words, and nothing is half taken. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import t from 'tap';
import { adminSecret, startTestApp } from '../support/app.js';
import { countsOf, csv, ndjson, types } from '../support/bulk.js';
import type { Call } from '../support/client.js';
import { sampleCall } from '../support/operations.js';

const bodyLimitBytes = 500_000;
const { app, admin, stranger, contract, sendRaw } = await startTestApp(t, { BODY_LIMIT_BYTES: String(bodyLimitBytes) });
const withBody = app.operations.filter(({ body, bulk }) => body !== null || bulk !== undefined);
let number = 0;

const group = () => ({ registrationNo: `PACKED-${String(number++)}`, name: 'กลุ่มที่บีบอัด', areaCode: '401001' });
const json = (payload: Buffer, encoding: string): Call => ({
  method: 'POST',
  path: '/v1/groups',
  payload,
  headers: { 'content-type': 'application/json', 'content-encoding': encoding },
});
const rows = (payload: Buffer, encoding: string, type: keyof typeof types = 'ndjson'): Call => ({
  ...json(payload, encoding),
  headers: { 'content-type': types[type], 'content-encoding': encoding },
});
const packed = (value: unknown) => gzipSync(JSON.stringify(value));

t.test('gzip is read under each of its names, in JSON and in files', async (t) => {
  for (const encoding of ['gzip', 'GZIP', 'x-gzip', 'X-GZip', ' gzip ', 'identity, gzip', 'gzip,', 'gzip, identity']) {
    t.equal((await admin.send(json(packed(group()), encoding))).status, 201, encoding);
    const file = await admin.send(rows(gzipSync(ndjson([group(), group()])), encoding));
    t.match(countsOf(file), { created: 2, rejected: 0 }, encoding);
    const sheet = await admin.send(rows(gzipSync(csv([group()])), encoding, 'csv'));
    t.match(countsOf(sheet), { created: 1 }, encoding);
  }
  for (const encoding of ['identity', 'Identity', '', ' ', ',']) {
    t.equal((await admin.send(json(Buffer.from(JSON.stringify(group())), encoding))).status, 201, `"${encoding}"`);
  }
});

t.test('a file of several gzip members, as `cat a.gz b.gz` makes it, is read to its end', async (t) => {
  const members = Buffer.concat([gzipSync(ndjson([group()])), gzipSync(ndjson([group()]))]);
  t.match(countsOf(await admin.send(rows(members, 'gzip'))), { rows: 2, created: 2 });
});

t.test('every operation with a body refuses any other coding with 415 and the ones it takes', async (t) => {
  const refusal = { status: 415, code: 'unsupported-content-encoding' };
  for (const operation of withBody) {
    for (const encoding of ['br', 'deflate', 'zstd', 'compress', 'foo', 'gzip, gzip', 'br, gzip', 'gzip;q=1', '*']) {
      const call = sampleCall(contract, operation);
      const headers = { ...call.headers, 'content-encoding': encoding };
      const { headers: given, body } = await admin.send({ ...call, headers });
      t.strictSame(
        [given['accept-encoding'], body.code],
        ['gzip, identity', refusal.code],
        `${operation.operationId} ${encoding}`,
      );
    }
  }
  await admin.refused(t, json(brotliCompressSync(JSON.stringify(group())), 'br'), refusal);
  await admin.refused(t, rows(deflateSync(ndjson([group()])), 'deflate'), refusal);
});

t.test('what is no gzip, or not all of it, is refused with 400 and nothing of it is taken', async (t) => {
  const refusal = { status: 400, code: 'malformed-request' };
  for (const [type, textOf] of Object.entries({ ndjson, csv })) {
    for (const [what, payload] of Object.entries(broken(textOf(manyGroups()), textOf([group()])))) {
      t.comment(`${type}: ${what}`);
      await admin.refused(t, rows(payload, 'gzip', type as keyof typeof types), refusal);
    }
  }
  const document = JSON.stringify({
    ...group(),
    name: manyGroups()
      .map(({ name }) => name)
      .join(),
  });
  for (const [what, payload] of Object.entries(broken(document, JSON.stringify(group())))) {
    t.comment(`JSON: ${what}`);
    await admin.refused(t, json(payload, 'gzip'), refusal);
  }
});

t.test('the limit of a body holds for what it is when it is unpacked', async (t) => {
  const large = packed({ ...group(), name: 'x'.repeat(bodyLimitBytes) });
  t.ok(large.length < 2_000, 'packed it is small');
  await admin.refused(t, json(large, 'gzip'), { status: 413, code: 'body-too-large' });
});

t.test('an empty body is an empty body, in whichever coding and whether or not it comes in chunks', async (t) => {
  const empty = json(Buffer.alloc(0), 'gzip');
  await admin.refused(t, empty, { status: 400, code: 'invalid-input', pointers: [''] });
  const authorization = `Bearer ${adminSecret}`;
  for (const headers of [
    [],
    ['content-encoding: gzip'],
    ['content-type: application/json'],
    ['content-type: application/json', 'content-encoding: gzip'],
  ]) {
    const lines = [
      'POST /v1/rounds/01936d5e-6f70-7c3a-9c55-0242ac120002/opening HTTP/1.1',
      'host: prot',
      'connection: close',
      `authorization: ${authorization}`,
      'transfer-encoding: chunked',
      ...headers,
    ];
    const answer = await sendRaw(`${lines.join('\r\n')}\r\n\r\n0\r\n\r\n`);
    t.match(
      answer,
      /^HTTP\/1\.1 404 [\s\S]*"code":"round-not-found"/,
      `${headers}: it is read and the round looked for`,
    );
    const some = await sendRaw(`${lines.join('\r\n')}\r\n\r\n1\r\nx\r\n0\r\n\r\n`);
    t.match(some, /^HTTP\/1\.1 4(00|15) /, `${headers}: what is not empty is refused`);
  }
});

t.test('a strange coding harms nothing where no body is read, nor before the key is known', async (t) => {
  for (const encoding of ['foo', 'gzip', 'br, gzip', '']) {
    const headers = { 'content-encoding': encoding };
    t.equal((await stranger.get('/livez', headers)).status, 200, encoding);
    t.equal((await stranger.send({ ...json(packed(group()), encoding) })).status, 401, encoding);
  }
});

function manyGroups() {
  return Array.from({ length: 2_000 }, group);
}

/** A text in gzip, with a fault in each; the short one goes before where there are two parts. */
function broken(text: string, short: string): Record<string, Buffer> {
  const file = gzipSync(text);
  const half = gzipSync(short);
  const flipped = Buffer.from(file);
  flipped[file.length - 6] = 255 - (flipped[file.length - 6] ?? 0);
  return {
    'not packed at all': Buffer.from(text),
    'one byte': Buffer.from([0x1f]),
    'only its header': file.subarray(0, 10),
    'half of it': file.subarray(0, file.length / 2),
    'all but its last byte': file.subarray(0, -1),
    'a wrong checksum': flipped,
    'something after its end': Buffer.concat([half, Buffer.from('x')]),
    'a second part that is broken': Buffer.concat([half, file.subarray(0, 40)]),
    'a second part behind zeros': Buffer.concat([half, Buffer.alloc(8), half]),
  };
}
