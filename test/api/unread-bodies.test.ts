/**
 * Refusals that are ready before the body has come: the client reads each in full, whether it sends on or not, and the
 * connection is good for the next request or ends in order.
 */
import t, { type Test } from 'tap';
import { adminSecret as secret, startTestApp } from '../support/app.js';
import { type Connection, chunk, openConnection } from '../support/connection.js';
import { makeKey } from '../support/keys.js';
import { stateOf } from '../support/state.js';
import { until } from '../support/wait.js';

const { app, database, admin } = await startTestApp(t, { BODY_LIMIT_BYTES: '100000', BULK_LIMIT_BYTES: '10000000' });
const address = await app.listen({ host: '127.0.0.1', port: 0 });
const reader = (await makeKey(admin, { permissions: ['read'] })).secret;

interface Refused {
  start: string;
  key?: string | null;
  type?: string;
  headers?: string[];
  status: number;
  /** What the body begins with, and consists of. */
  piece?: string | Buffer;
  /** How large the large body is. */
  bytes?: number;
  /** Refused by what is in the body, so that one which does not come is not refused. */
  byBody?: true;
}

const line = `${JSON.stringify({ registrationNo: 'UNREAD-1', name: 'ก', areaCode: '401001' })}\n`;
const json = 'application/json';
const ndjson = 'application/x-ndjson';
const upload = { start: 'POST /v1/groups', type: ndjson, piece: line };

const refusals: Record<string, Refused> = {
  'no key': { start: 'POST /v1/groups', key: null, status: 401 },
  'a key that is none': { ...upload, key: 'prot_x', status: 401 },
  'no permission': { ...upload, key: reader, status: 403 },
  'no such path': { start: 'POST /nowhere', status: 404 },
  'a group without an id': { start: 'PUT /v1/groups/', status: 404 },
  'no address': { start: 'POST /%zz', status: 400 },
  'a broken query': { start: 'POST /v1/groups?q=%zz', status: 400 },
  'another method': { start: 'PATCH /v1/groups', status: 405 },
  'a method of other services': { start: 'PROPFIND /v1/groups', status: 405 },
  'nothing acceptable': { ...upload, headers: ['accept: image/png'], status: 406 },
  'another type': { start: 'POST /v1/groups', type: 'text/plain', status: 415 },
  'no type': { start: 'POST /v1/groups', type: '', status: 415 },
  'a type that is none': { start: 'POST /v1/groups', type: 'x', status: 415 },
  'rows where none are taken': { ...upload, start: 'POST /v1/teams', status: 415 },
  'rows in another charset': { ...upload, type: 'text/csv; charset=tis-620', status: 415 },
  'a wrong parameter of a file': { ...upload, start: 'POST /v1/groups?dryRun=maybe', status: 400 },
  'JSON that is too large': { start: 'POST /v1/groups', piece: ' '.repeat(50_000), status: 413, byBody: true },
  'a file that is too large': { ...upload, bytes: 12_000_000, status: 413, byBody: true },
  'UTF-16': {
    ...upload,
    type: 'text/csv',
    piece: Buffer.from('\ufeffregistrationNo,name\r\n', 'utf16le'),
    status: 400,
    byBody: true,
  },
  'columns of other names': { ...upload, type: 'text/csv', piece: 'nummer,naam\r\n1,x\r\n', status: 400, byBody: true },
};
const largeBytes = 5_000_000;

for (const [what, refused] of Object.entries(refusals)) {
  const piece = refused.piece ?? ' '.repeat(1_000);
  const large = Buffer.concat(Array(Math.ceil((refused.bytes ?? largeBytes) / piece.length)).fill(Buffer.from(piece)));
  t.test(`${what}: refused in full, whatever comes of the body`, async (t) => {
    const before = await stateOf(database);

    const whole = await openConnection(t, address);
    await whole.send(head(refused, `content-length: ${large.length}`));
    // Not waited for: a client sends as fast as it is let, and many read nothing before they have sent all.
    const sent = whole.send(large);
    await isRefused(t, whole, refused.status, 'a large body', sent);

    const chunked = await openConnection(t, address);
    await chunked.send(head(refused, 'transfer-encoding: chunked'));
    void chunked.send(chunk(large.toString('latin1')));
    await isRefused(t, chunked, refused.status, 'chunks that do not end');

    if (!refused.byBody) {
      const asking = await openConnection(t, address);
      await asking.send(
        head({ ...refused, headers: [...(refused.headers ?? []), 'expect: 100-continue'] }, 'content-length: 10'),
      );
      await isRefused(t, asking, refused.status, 'a client that asks first');

      const late = await openConnection(t, address);
      await late.send(head(refused, `content-length: 10`));
      await until('it is refused', () => late.received().includes('\r\n\r\n{'));
      await late.send('0123456789');
      await isRefused(t, late, refused.status, 'a small body that comes late');

      const together = await openConnection(t, address);
      await together.send(`${head(refused, 'content-length: 4')}null`);
      await isRefused(t, together, refused.status, 'a small body that comes at once');
    }
    t.strictSame(await stateOf(database), before);
  });
}

t.test('a body that no operation reads does not stand in the way either', async (t) => {
  for (const length of [10, largeBytes]) {
    const connection = await openConnection(t, address);
    await connection.send(head({ start: 'GET /livez', status: 200 }, `content-length: ${length}`));
    void connection.send('x'.repeat(length));
    await isRefused(t, connection, 200, `GET with ${length} bytes`);
  }
});

t.test('a request after one that ended its connection is not done', async (t) => {
  const before = await stateOf(database);
  const connection = await openConnection(t, address);
  const body = JSON.stringify({ registrationNo: 'AFTER-1', name: 'ก', areaCode: '401001' });
  const second = `${head({ start: 'POST /v1/groups', status: 0 }, `content-length: ${body.length}`)}${body}`;
  await connection.send(
    `${head({ start: 'POST /nowhere', status: 404 }, 'transfer-encoding: chunked')}${chunk('x')}0\r\n\r\n${second}`,
  );
  await until('it is closed', connection.ended);
  const statuses = connection.received().match(/^HTTP\/1\.1 \d+/gm);
  t.strictSame([connection.ended(), statuses], ['in order', ['HTTP/1.1 404']]);
  t.strictSame(await stateOf(database), before);
});

t.test(
  'a body in bad chunks is refused, and bytes that are no request do not disturb an answer before them',
  async (t) => {
    const bad = await openConnection(t, address);
    await bad.send(`${head({ start: 'POST /v1/groups', status: 400 }, 'transfer-encoding: chunked')}zz\r\n`);
    await isRefused(t, bad, 400, 'bad chunks');
    const after = await openConnection(t, address);
    await after.send(`${head({ start: 'GET /v1/groups', status: 200 }, 'x: y')}no request\r\n\r\n`);
    await isRefused(t, after, 200, 'an answer before');
    t.equal(after.ended(), 'in order');
  },
);

t.test('Expect: 100-continue is answered with 100 only where the body is taken', async (t) => {
  const body = JSON.stringify({ registrationNo: 'ASKED-1', name: 'asked', areaCode: '401001' });
  const asking = await openConnection(t, address);
  const expect = ['expect: 100-continue'];
  await asking.send(head({ start: 'POST /v1/groups', headers: expect, status: 201 }, `content-length: ${body.length}`));
  await until('it may send', () => asking.received() === 'HTTP/1.1 100 Continue\r\n\r\n');
  await asking.send(body);
  await until('it is answered', () => asking.received().includes('HTTP/1.1 201 Created'));
  const rows = await openConnection(t, address);
  await rows.send(head({ ...upload, headers: expect, status: 200 }, `content-length: ${Buffer.byteLength(line)}`));
  await until('it may send', () => rows.received() === 'HTTP/1.1 100 Continue\r\n\r\n');
  await rows.send(line);
  await until('it is answered', () => rows.received().includes('HTTP/1.1 200 OK'));
  const old = await openConnection(t, address);
  const asked = head({ start: 'POST /v1/groups', headers: expect, status: 409 }, `content-length: ${body.length}`);
  await old.send(asked.replace('HTTP/1.1', 'HTTP/1.0') + body);
  await until('it is answered', () => old.received() !== '');
  t.match(old.received(), /^HTTP\/1\.1 409 /, 'HTTP/1.0 knows no 100');
  for (const refused of [
    { start: 'POST /v1/groups', status: 413, length: 200_000 },
    { ...upload, status: 413, length: 12_000_000 },
    { start: 'POST /v1/groups', type: 'text/plain', status: 415, length: 10 },
  ]) {
    const connection = await openConnection(t, address);
    await connection.send(head({ ...refused, headers: expect }, `content-length: ${refused.length}`));
    await isRefused(t, connection, refused.status, `${refused.status} of ${refused.length} bytes`);
  }
});

function head({ start, key = secret, type = json, headers = [] }: Refused, length: string): string {
  const lines = [`${start} HTTP/1.1`, 'host: prot', length, ...headers];
  if (key !== null) lines.push(`authorization: Bearer ${key}`);
  if (type !== '') lines.push(`content-type: ${type}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** The one answer is whole; then the connection has ended in order, or serves the next request. */
async function isRefused(
  t: Test,
  connection: Connection,
  status: number,
  what: string,
  sent?: Promise<void>,
): Promise<void> {
  const { received, ended, failed } = connection;
  const answer = await until(
    `${what} is answered`,
    () => wholeAnswer(received()) ?? (ended() && { head: 'nothing', rest: '' }),
  );
  t.match(answer.head, new RegExp(`^HTTP/1.1 ${status} `), what);
  t.equal(answer.rest, '', `${what}: nothing follows`);
  if (/^connection: close\r?$/im.test(answer.head)) {
    await until(`${what}: it is closed`, ended);
    t.equal(ended(), 'in order', what);
    await sent;
    t.notOk(failed(), `${what}: all of it could be sent`);
    connection.hangUp();
  } else {
    await connection.send('GET /livez HTTP/1.1\r\nhost: prot\r\nconnection: close\r\n\r\n');
    await until(`${what}: the next request is answered`, () => received().includes('{"status":"live"}'));
  }
}

function wholeAnswer(text: string): { head: string; rest: string } | null {
  const end = text.indexOf('\r\n\r\n');
  const head = text.slice(0, end);
  const [, length] = /^content-length: (\d+)\r?$/im.exec(head) ?? [];
  const body = Buffer.from(text.slice(end + 4));
  if (end < 0 || length === undefined || body.length < Number(length)) return null;
  return { head, rest: body.subarray(Number(length)).toString() };
}
