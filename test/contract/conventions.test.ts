import t from 'tap';
import { adminSecret, startTestApp } from '../support/app.js';
import type { Call } from '../support/client.js';
import { reads, sampleCall } from '../support/operations.js';
import { makeGroup } from '../support/world.js';

const bodyLimitBytes = 1_048_576;
const { app, admin, stranger, contract, sendRaw } = await startTestApp(t, {
  BODY_LIMIT_BYTES: String(bodyLimitBytes),
});
const { operations } = app;
/** What comes as a form is told by a standard of others. */
const withBody = operations.filter(({ body, form }) => body !== null && !form);
const json = { 'content-type': 'application/json' };
const oneArea: Call = { method: 'GET', path: '/v1/areas/4010' };
const newGroup = { registrationNo: 'KK-1', name: 'กลุ่มทดสอบ', areaCode: '4010' };

t.test(
  'every operation refuses a query parameter it does not know, naming it, and the one that was meant',
  async (t) => {
    for (const operation of operations) {
      const { operationId, query } = operation;
      const call = sampleCall(contract, operation);
      const strange = await admin.send({ ...call, path: `${call.path}?zzzzzzzz=1` });
      t.equal(strange.status, 400, operationId);
      const error = strange.body.errors.find(({ pointer }: { pointer: string }) => pointer === '/query/zzzzzzzz');
      t.hasStrict(error, { code: 'unknown-field', detail: '"zzzzzzzz" is not known here.' }, operationId);
      for (const known of Object.keys(query.shape)) {
        const near = await admin.send({ ...call, path: `${call.path}?${known}x=1` });
        const said = near.body.errors.map(({ detail }: { detail: string }) => detail).join(' ');
        t.ok(said.includes(`"${known}x" is not known here. Did you mean "${known}"?`), `${operationId}: ${said}`);
      }
    }
  },
);

t.test('every path answers a method it does not take with 405 and the methods it does take', async (t) => {
  const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const;
  const paths = new Set(operations.map((operation) => sampleCall(contract, operation).path));
  for (const path of paths) {
    // A path such as /v1/groups/summary is not one of /v1/groups/{groupId} and takes only what it takes itself.
    const taken: string[] = methods.filter((method) => contract.operationOf(method, path) !== null);
    for (const method of methods.filter((method) => !taken.includes(method))) {
      const refusal = { status: 405, code: 'method-not-allowed' };
      const { headers } = await stranger.refused(t, { method, path }, refusal);
      const expected = [...taken, ...(taken.includes('GET') ? ['HEAD'] : [])].sort();
      t.strictSame(String(headers.allow).split(', ').sort(), expected, `${method} ${path}`);
    }
  }
});

t.test('every operation that reads answers HEAD like GET, without the body', async (t) => {
  for (const operation of operations.filter(reads)) {
    const { path } = sampleCall(contract, operation);
    const [get, head] = [await admin.get(path), await admin.send({ method: 'HEAD', path })];
    t.equal(head.bytes.length, 0, operation.operationId);
    const facts = ({ status, headers }: typeof get) => [status, headers.etag, headers['content-type']];
    t.strictSame(facts(head), facts(get), operation.operationId);
  }
});

t.test('every operation answers 406 when the caller accepts nothing it offers', async (t) => {
  for (const operation of operations) {
    const call = { ...sampleCall(contract, operation), headers: { accept: 'application/xml' } };
    await admin.refused(t, call, { status: 406, code: 'not-acceptable' });
  }
  for (const accept of ['*/*', 'application/*', 'text/html, application/json;q=0.1', 'application/problem+json']) {
    t.equal((await admin.send({ ...oneArea, headers: { accept } })).status, 200, accept);
  }
  const withParameters = [
    'application/json;odata.metadata=minimal',
    'application/json; charset="utf-8"; a="x,y;q=0"',
    'application/json;version=1;q=0.5, text/html;level=1',
    '',
    ' ',
    ',',
    ' , ,',
  ];
  for (const accept of withParameters) {
    t.equal((await admin.send({ ...oneArea, headers: { accept } })).status, 200, `"${accept}"`);
  }
  const forms = {
    'text/csv;header=present': 'text/csv',
    'application/x-ndjson;v=1, text/csv;q=0.1': 'application/x-ndjson',
  };
  for (const [accept, type] of Object.entries({ ...forms, '': 'application/json' })) {
    const { headers } = await admin.get('/v1/groups', { accept });
    t.equal(String(headers['content-type']).split(';')[0], type, `"${accept}"`);
  }
  t.equal((await admin.get('/metrics', { accept: 'text/plain;version=0.0.4;q=1,*/*;q=0.1' })).status, 200);
  for (const accept of ['application/json;q=0', 'application/json;a=1;q=0', 'application/jsonx', 'text/html']) {
    t.equal((await admin.send({ ...oneArea, headers: { accept } })).status, 406, accept);
  }
});

t.test('every operation with a body refuses one that is no JSON document of ours, and changes nothing', async (t) => {
  const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  const megabytes = `[${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}]`;
  const bodies: [string, string | Buffer, number, string][] = [
    ['2 MB of nested JSON', megabytes, 413, 'body-too-large'],
    ['one byte too many', ' '.repeat(bodyLimitBytes + 1), 413, 'body-too-large'],
    ['bad UTF-8', Buffer.from('{"name":"\xc3\x28"}', 'latin1'), 400, 'malformed-json'],
    ['a cut character', Buffer.from('{"name":"ก"}').subarray(0, 11), 400, 'malformed-json'],
    ['half a document', '{"name":', 400, 'malformed-json'],
    ['a single quote', "{'name': 1}", 400, 'malformed-json'],
    ['nesting 21 deep', deep(21), 400, 'malformed-json'],
    ['a prototype', '{"__proto__":{"name":"x"}}', 400, 'malformed-json'],
    ['a prototype inside', '{"name":{"__proto__":null}}', 400, 'malformed-json'],
    ['a constructor', '{"constructor":{"prototype":{"x":1}}}', 400, 'malformed-json'],
  ];
  for (const operation of withBody) {
    const call = { method: operation.method, path: sampleCall(contract, operation).path, headers: json };
    for (const [what, payload, status, code] of bodies) {
      t.comment(`${operation.operationId}: ${what}`);
      await admin.refused(t, { ...call, payload }, { status, code });
    }
    await admin.refused(t, { ...call, payload: deep(20) }, { status: 400, code: 'invalid-input' });
    await admin.refused(t, { ...call, payload: '' }, { status: 400, code: 'invalid-input', pointers: [''] });
  }
});

t.test('every operation with a body takes application/json and nothing else', async (t) => {
  const types = ['text/plain', 'application/jsonx', 'application/json-patch+json', 'application/x-www-form-urlencoded'];
  const strange = [...types, 'multipart/form-data; boundary=x', ' ', 'text/plain; a=application/json', 'json'];
  for (const operation of withBody) {
    const call = {
      ...sampleCall(contract, operation),
      body: undefined,
      payload: JSON.stringify(operation.bodyExample),
    };
    for (const type of strange) {
      const refusal = { status: 415, code: 'unsupported-media-type' };
      await admin.refused(t, { ...call, headers: { 'content-type': type } }, refusal);
    }
  }
  const charsets = ['tis-620', 'windows-874', 'iso-8859-1', '"utf-16"', 'x'];
  for (const operation of operations.filter(({ method }) => method !== 'GET')) {
    for (const charset of charsets) {
      const call = { ...sampleCall(contract, operation), body: undefined, payload: '{}' };
      const refusal = { status: 415, code: 'unsupported-media-type' };
      const headers = { 'content-type': `application/json; charset=${charset}` };
      await admin.refused(t, { ...call, headers }, refusal);
    }
  }
  const plain = ['Application/JSON; charset="UTF-8"', 'application/json; a="; charset=tis-620"; CHARSET = utf-8'];
  for (const [index, type] of plain.entries()) {
    const payload = JSON.stringify({ ...newGroup, registrationNo: `UTF8-${index}` });
    const call = { method: 'POST', path: '/v1/groups', payload, headers: { 'content-type': type } } as const;
    t.equal((await admin.send(call)).status, 201, type);
  }
});

t.test('an operation that takes no body takes an empty one and refuses any other', async (t) => {
  for (const operation of operations.filter(
    ({ method, body, bulk }) => method !== 'GET' && body === null && bulk === undefined,
  )) {
    const call = { ...sampleCall(contract, operation), headers: { ...json, 'if-match': '*' } };
    const unknown = { status: 400, code: 'invalid-input', pointers: ['/zzz'] };
    await admin.refused(t, { ...call, payload: '{"zzz":1}' }, unknown);
    t.not((await admin.send({ ...call, payload: '{}' })).status, 400, operation.operationId);
    const text = await admin.send({ ...call, payload: 'x', headers: { 'content-type': 'text/plain' } });
    t.equal(text.status, 415, operation.operationId);
  }
});

t.test('what is not there is a 404 problem, and what is no address is a 400 problem', async (t) => {
  const trailing = [...new Set(operations.map(({ path }) => path))].map((path) => `${path.replace(/\{\w+\}/g, 'x')}/`);
  const empty = ['/v1/rounds//targets', '/v1/rounds//assessments/x/submission', '/v1/plans//actions/x'];
  const nowhere = ['/nowhere', '/v1', '/v1/', '/V1/groups', '//v1/groups', '/v1/areas/40/x'];
  for (const path of [...nowhere, ...empty, ...trailing.filter((path) => path !== '//')]) {
    await stranger.refused(t, { method: 'GET', path }, { status: 404, code: 'path-not-found' });
  }
  for (const path of ['/v1/areas/%', '/v1/areas/%zz', '/v1/areas/%E0%B8', '/%c0%af', `/v1/areas/${'4'.repeat(201)}`]) {
    await admin.refused(t, { method: 'GET', path }, { status: 400, code: 'malformed-request' });
  }
});

t.test('a query with a broken escape is refused, and not searched for as something else', async (t) => {
  for (const query of ['q=%zz', 'q=%', 'q=%E0%B8', 'q=%ff', '%zz=1']) {
    await admin.refused(t, { method: 'GET', path: `/v1/groups?${query}` }, { status: 400, code: 'malformed-request' });
  }
  const wellFormed = await admin.get(`/v1/groups?q=${encodeURIComponent('100% +ก')}`);
  t.strictSame([wellFormed.status, wellFormed.body.items], [200, []]);
});

t.test(
  'a request id of the caller is echoed when it is plain, and replaced when it could forge a log line',
  async (t) => {
    for (const id of ['abc-123', '0', 'a.b:c_d', 'x'.repeat(100)]) {
      const { headers } = await admin.get('/livez', { 'x-request-id': id });
      t.equal(headers['x-request-id'], id);
    }
    const made = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
    for (const id of ['', 'a b', 'a"b', 'x'.repeat(101), 'ก', '{"level":"fatal"}']) {
      const { headers } = await admin.get('/livez', { 'x-request-id': id });
      t.ok(made.test(String(headers['x-request-id'])), `${id} becomes ${headers['x-request-id']}`);
    }
    const refused = await admin.get('/nowhere', { 'x-request-id': 'mine' });
    t.equal(refused.body.requestId, 'mine');
  },
);

t.test('a refusal is in Thai or English as the caller prefers, with the same code and values', async (t) => {
  const call = { method: 'POST', path: '/v1/groups', body: { ...newGroup, areaCode: '4026', nam: 1 } } as const;
  const english = await admin.send(call);
  const thai = await admin.send({ ...call, headers: { 'accept-language': 'th' } });
  const plain = ({ requestId, title, detail, errors, ...rest }: Record<string, unknown>) => rest;
  t.strictSame(plain(thai.body), plain(english.body));
  t.equal(english.body.title, 'The request does not fit the contract');
  t.equal(thai.body.title, 'ข้อมูลที่ส่งมาไม่ถูกต้อง');
  t.equal(english.body.errors[0].detail, '"nam" is not known here. Did you mean "name"?');
  t.equal(thai.body.errors[0].detail, 'ไม่มีช่องข้อมูลชื่อ "nam" ท่านหมายถึง "name" ใช่หรือไม่');
  const languages = {
    'th-TH,th;q=0.9,en;q=0.8': 'th',
    'en-GB,th;q=0.5': 'en',
    fr: 'en',
    'fr, th;q=0.1': 'th',
    '*': 'en',
  };
  for (const [wanted, given] of Object.entries(languages)) {
    const { headers } = await admin.send({ ...call, headers: { 'accept-language': wanted } });
    t.equal(headers['content-language'], given, wanted);
  }
});

t.test('a large answer is compressed for a caller who can read it, a small one stays plain', async (t) => {
  const gzip = { 'accept-encoding': 'gzip' };
  const path = '/v1/areas?limit=500';
  const [plain, packed] = [await admin.get(path), await admin.get(path, gzip)];
  t.notOk('content-encoding' in plain.headers);
  t.equal(packed.headers['content-encoding'], 'gzip');
  t.ok(String(packed.headers.vary).toLowerCase().includes('accept-encoding'), String(packed.headers.vary));
  t.ok(packed.bytes.length < plain.bytes.length / 4, `${packed.bytes.length} of ${plain.bytes.length} bytes`);
  t.strictSame(packed.body, plain.body);
  for (let index = 0; index < 60; index += 1) await makeGroup(admin, '401001');
  for (const written of ['/v1/groups?limit=500', '/openapi.json', '/problems']) {
    const answer = await admin.get(written, gzip);
    t.equal(answer.headers['content-encoding'], 'gzip', written);
    t.strictSame(answer.body, (await admin.get(written)).body, `${written}: also what is text already`);
  }
  const small = await admin.get('/v1/areas/40', gzip);
  t.notOk('content-encoding' in small.headers);
  t.equal((await admin.get('/v1/areas/40', { 'accept-encoding': 'identity;q=0.5, *;q=0' })).status, 200);
});

t.test('a record that the caller has is not sent again, whatever the encoding', async (t) => {
  const etag = String((await admin.get(oneArea.path)).headers.etag);
  const strong = [etag, `"7", ${etag}`, '*', `${etag},`, `"a,b",${etag}`, `W/${etag}, ${etag}`];
  const weak = [`W/${etag}`, `, ,"7",W/${etag}`];
  for (const tag of [...strong, ...weak]) {
    for (const encoding of ['gzip', 'identity']) {
      const headers = { 'if-none-match': tag, 'accept-encoding': encoding };
      const { status, bytes, headers: given } = await admin.get(oneArea.path, headers);
      const shown = weak.includes(tag) ? `W/${etag}` : etag;
      t.strictSame(
        [status, bytes.length, given.etag],
        [304, 0, shown],
        `${tag}, ${encoding}: the tag that the caller has`,
      );
    }
  }
  for (const tag of ['"1"', `"1${etag.slice(1)}`, 'W/"2"', '""', `"0${etag.slice(1)}`, `"a,${etag.slice(1)}`]) {
    t.equal((await admin.get(oneArea.path, { 'if-none-match': tag })).status, 200, tag);
  }
  await admin.refused(t, { ...oneArea, headers: { 'if-none-match': '1' } }, { status: 400, code: 'malformed-request' });
});

t.test('every operation that looks at a version refuses an If-Match that is no list of ETags', async (t) => {
  const versioned = operations.filter(({ versioning }) => versioning === 'needs' || versioning === 'takes');
  t.ok(versioned.length >= 4, 'groups, figures and keys have versions');
  for (const operation of versioned) {
    for (const tag of ['1', 'x', '"1', '"1",2', '1 or 2', "'1'", '"1" "2"', ',', 'w/"1"', '"1", *']) {
      const call = { ...sampleCall(contract, operation), headers: { 'if-match': tag } };
      await admin.refused(t, call, { status: 400, code: 'malformed-request' });
    }
  }
});

t.test('bytes that are no HTTP request get a 400 problem and a closed connection', async (t) => {
  const garbage = ['garbage\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', 'GET / HTTP/1.1\r\nHost: a\r\nBad Header: 1\r\n\r\n'];
  for (const bytes of [...garbage, Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])]) {
    const [head = '', body = ''] = (await sendRaw(bytes)).split('\r\n\r\n');
    t.ok(head.startsWith('HTTP/1.1 400 Bad Request'), head);
    t.ok(/content-type: application\/problem\+json/i.test(head) && /connection: close/i.test(head), head);
    t.equal(contract.misfit('/components/schemas/Problem', JSON.parse(body)), null);
    t.equal(JSON.parse(body).code, 'malformed-request');
  }
});

t.test('headers that are too large are a 431 problem', async (t) => {
  const start = 'GET /livez HTTP/1.1\r\nHost: a\r\n';
  const large = await sendRaw(`${start}X: ${'x'.repeat(20_000)}\r\n\r\n`);
  t.ok(large.startsWith('HTTP/1.1 431 ') && large.includes('"code":"headers-too-large"'), large.slice(0, 200));
});

t.test('a body shorter than it says is not taken for the whole', async (t) => {
  const body = JSON.stringify({ ...newGroup, registrationNo: 'KK-SHORT' });
  const answer = await sendRaw(
    [
      'POST /v1/groups HTTP/1.1\r\nHost: a\r\nConnection: close',
      `Authorization: Bearer ${adminSecret}\r\nContent-Type: application/json`,
      `Content-Length: ${Buffer.byteLength(body) - 1}\r\n\r\n${body}`,
    ].join('\r\n'),
  );
  t.ok(answer.startsWith('HTTP/1.1 400 '), answer.slice(0, 100));
  t.strictSame((await admin.get('/v1/groups?registrationNo=KK-SHORT')).body.items, []);
});
