/** Requests that do not arrive: clients that hang up, stand still, or send what is no HTTP. */
import { readdir, readlink } from 'node:fs/promises';
import t, { type Test } from 'tap';
import { adminSecret as secret, startTestApp } from '../support/app.js';
import { countsOf, ndjson, types, upload } from '../support/bulk.js';
import { type Connection, chunk, openConnection, requestHead } from '../support/connection.js';
import { stateOf } from '../support/state.js';
import { until } from '../support/wait.js';

const { app, database, admin } = await startTestApp(t, { REQUEST_TIMEOUT_MS: '1000' });
const address = await app.listen({ host: '127.0.0.1', port: 0 });
const skip = process.platform === 'linux' ? false : 'only Linux shows which files are open';
const rows = ndjson(Array.from({ length: 500 }, (_, index) => group(`ARRIVE-${index}`)));

t.test(
  'twenty clients that hang up in the middle of an upload leave nothing, and the next one is served',
  async (t) => {
    const before = await stateOf(database);
    const connections = await Promise.all(Array.from({ length: 20 }, (_, index) => beginUpload(t, index)));
    await until('all are being received', async () => (await waitingUploads()) === 20);
    for (const { hangUp } of connections) hangUp();
    await leavesNothing();
    t.strictSame(await stateOf(database), before);
    const answer = await upload(admin, '/v1/groups', ndjson([group('NEXT-1')]));
    t.match(countsOf(answer), { created: 1 });
  },
);

t.test('an upload that stands still is ended with 408 and leaves nothing', { skip }, async (t) => {
  const before = await stateOf(database);
  const connections = await Promise.all([0, 1].map((index) => beginUpload(t, index)));
  await until('both are being received', async () => (await waitingUploads()) === 2);
  for (const connection of connections) await refusedInTime(t, connection);
  t.strictSame(await stateOf(database), before);
});

t.test('a body that does not arrive in time is ended with 408 and leaves nothing', async (t) => {
  const before = await stateOf(database);
  const body = JSON.stringify(group('LATE-1'));
  const connection = await openConnection(t, address);
  const length = Buffer.byteLength(body);
  await connection.send(requestHead('POST', '/v1/groups', { secret, type: 'application/json', length }));
  await connection.send(body.slice(0, -1));
  await refusedInTime(t, connection);
  t.strictSame(await stateOf(database), before);
});

t.test('what is no HTTP is refused with 400, and its connection does not stay', async (t) => {
  const connection = await openConnection(t, address);
  await connection.send('\x16\x03\x01 is TLS\r\n\r\n');
  await until('it is refused', () => connection.received().includes('\r\n\r\n{'));
  t.match(connection.received(), /^HTTP\/1.1 400 Bad Request\r\n/);
  await leavesNothing();
});

async function refusedInTime(t: Test, { received }: Connection): Promise<void> {
  await until('it is refused', () => received().includes('\r\n\r\n{'));
  t.match(received(), /^HTTP\/1.1 408 Request Timeout\r\n/);
  t.match(received(), '\r\ncontent-type: application/problem+json');
  t.match(received(), '"code":"request-timeout"');
  await leavesNothing();
}

/** Begins an upload of more than it sends: every second in chunks, every fourth as CSV. */
async function beginUpload(t: Test, index: number): Promise<Connection> {
  const connection = await openConnection(t, address);
  const length = index % 2 === 0 ? 1_000_000 : null;
  const type = index % 4 === 0 ? types.csv : types.ndjson;
  const part = index % 4 === 0 ? 'registrationNo,name,areaCode\r\nARRIVE-CSV,ก,401001\r\n' : rows;
  await connection.send(requestHead('POST', '/v1/groups', { secret, type, length }));
  await connection.send(length === null ? chunk(part) : part);
  return connection;
}

/** Waits until the service holds neither a connection nor a file of ours. */
async function leavesNothing(): Promise<void> {
  await until('no connection is left', async () => (await openConnections()) === 0);
  if (!skip) await until('no file is left', async () => (await waitingUploads()) === 0);
}

function openConnections(): Promise<number> {
  return new Promise((resolve, reject) =>
    app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );
}

/** How many uploads wait on disk: files of this process that have no name any more, as Linux shows them. */
async function waitingUploads(): Promise<number> {
  const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
  return (await Promise.all(links)).filter((path) => /prot-upload-.*\(deleted\)$/.test(path)).length;
}

function group(registrationNo: string) {
  return { registrationNo, name: `กลุ่ม ${registrationNo}`, areaCode: '401001' };
}
