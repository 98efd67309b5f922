import { connect } from 'node:net';
import pg from 'pg';
import t, { type Test } from 'tap';
import { makeCall } from '../../src/demo/client.js';
import {
  databaseStorage,
  databases,
  embeddedStorage,
  hasLogged,
  type RunningService,
  startService,
} from '../support/process.js';
import { until } from '../support/wait.js';

const secret = `prot_${'drain'.padEnd(43, '-')}`;
const newGroup = { registrationNo: 'DRAIN-1', name: 'กลุ่มออมทรัพย์', areaCode: '401001' };
/** Longer than any test: a wait for the lock must end because the test releases it. */
const patient = { LOCK_TIMEOUT_MS: '90000', STATEMENT_TIMEOUT_MS: '90000' };
const endedWell = { code: 0, signal: null };

t.setTimeout(110_000);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(
    `${signal} to an idle service on the embedded database ends it with 0, and its data is there next time`,
    async (t) => {
      const variables = { ...(await embeddedStorage(t)), BOOTSTRAP_API_KEY: secret };
      const first = await startService(t, variables);
      const { body: made } = await makeCall(first.address, secret)('POST', '/v1/groups', newGroup);
      t.strictSame(await first.kill(signal), endedWell);
      const second = await startService(t, variables);
      const { body: found } = await makeCall(second.address, secret)('GET', `/v1/groups/${made.groupId}`);
      t.strictSame(found, made);
    },
  );
}

for (const database of databases) {
  t.test(`${database.name}: a request whose body is still arriving at SIGTERM is answered`, async (t) => {
    const variables = { ...(await database.storage(t)), BOOTSTRAP_API_KEY: secret, LOG_LEVEL: 'debug' };
    const service = await startService(t, variables);
    const connection = await openConnection(t, service);
    const body = JSON.stringify(newGroup);
    const headers = ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`];
    connection.send(head('POST', '/v1/groups', headers) + body.slice(0, 5));
    await until('the request has arrived', () => hasTaken(service, 'createGroup'));
    const exited = service.kill('SIGTERM');
    await refusesConnections(service);
    connection.send(body.slice(5));
    await connection.closed;
    t.match(connection.received(), /^HTTP\/1.1 201 /);
    t.strictSame(await exited, endedWell);
  });
}

t.test(
  'a write in flight at SIGTERM is finished and answered, new requests are refused, and the exit code is 0',
  async (t) => {
    const { service, put, release, nameOf } = await writeInFlight(t, {});
    const keptAlive = await openConnection(t, service);
    keptAlive.send(head('GET', '/readyz', []));
    await until('the first answer is there', () => keptAlive.received().includes('"ready"'));
    keptAlive.send('GET /readyz HTTP/1.1\r\n');
    const exited = service.kill('SIGTERM');
    await refusesConnections(service);

    keptAlive.send('host: prot\r\n\r\n');
    await keptAlive.closed;
    const [, refusal = ''] = keptAlive.received().split(/(?=HTTP\/1.1 503 )/);
    t.match(refusal, /^HTTP\/1.1 503 /, 'a request on a connection that was open is refused');
    t.match(refusal, /^connection: close\r$/im, 'and the connection closed');
    t.match(refusal, /^content-type: application\/problem\+json/im);
    t.match(refusal, '"code":"unavailable"');

    await release();
    const answer = await put;
    t.equal(answer.status, 200, 'the write is answered');
    t.strictSame(await exited, endedWell);
    t.equal(await nameOf(), 'ชื่อใหม่', 'and is in the database');
  },
);

t.test(
  'a write that takes longer than DRAIN_TIMEOUT_MS is given up with exit code 1, and leaves nothing',
  async (t) => {
    const { service, put, release, nameOf, serviceConnections } = await writeInFlight(t, { DRAIN_TIMEOUT_MS: '300' });
    t.strictSame(await service.kill('SIGTERM'), { code: 1, signal: null });
    t.ok(hasLogged(service, 'requests in flight took too long; ending anyway'));
    await t.rejects(put, TypeError, 'its client sees the connection break');
    await release();
    await until('the connections of the service are gone', async () => (await serviceConnections()) === 0);
    t.equal(await nameOf(), newGroup.name);
  },
);

for (const database of databases) {
  t.test(`${database.name}: connections without a request do not hold up the end`, async (t) => {
    const variables = { ...(await database.storage(t)), DRAIN_TIMEOUT_MS: '15000' };
    const service = await startService(t, variables);
    const idle = await openConnection(t, service);
    idle.send(head('GET', '/livez', []));
    await until('the answer is there', () => idle.received().includes('"live"'));
    const unused = await openConnection(t, service);
    await (await fetch(`${service.address}/livez`)).text();
    t.strictSame(await service.kill('SIGTERM'), endedWell);
    await Promise.all([idle.closed, unused.closed]);
  });
}

t.test('connections whose request was refused, or has only begun, do not hold up the end', async (t) => {
  const variables = { ...(await embeddedStorage(t)), BOOTSTRAP_API_KEY: secret, DRAIN_TIMEOUT_MS: '15000' };
  const service = await startService(t, variables);
  const length = 'content-length: 5000000';
  const refused = [
    `${head('POST', '/v1/groups', ['content-type: text/csv', length])}no such column\r\nx\r\n`,
    `${head('POST', '/nowhere', ['content-type: application/json', length])}{`,
    head('POST', '/v1/groups', ['content-type: text/plain', 'content-length: 10']),
  ];
  const connections = await Promise.all(
    [...refused, 'GET /livez HTT'].map(async (bytes) => {
      const connection = await openConnection(t, service);
      connection.send(bytes);
      return connection;
    }),
  );
  const answered = () => connections.filter(({ received }) => / 4(00|04|15) /.test(received())).length;
  await until('all three are refused', () => answered() === refused.length);
  t.strictSame(await service.kill('SIGTERM'), endedWell);
});

/** A service with a PUT that waits for a row which another connection holds until `release`. */
async function writeInFlight(t: Test, variables: Readonly<Record<string, string>>) {
  const storage = await databaseStorage(t);
  const service = await startService(t, { ...storage, ...patient, BOOTSTRAP_API_KEY: secret, ...variables });
  const call = makeCall(service.address, secret);
  const { body: group, etag } = await call('POST', '/v1/groups', newGroup);
  const other = new pg.Client({ connectionString: storage.DATABASE_URL, application_name: 'other' });
  other.on('error', () => {});
  await other.connect();
  t.teardown(() => other.end());
  const count = async (which: string) =>
    Number(
      (await other.query(`select count(*) from pg_stat_activity where datname = current_database() and ${which}`))
        .rows[0].count,
    );
  await other.query('begin');
  await other.query('select 1 from groups where group_id = $1 for update', [group.groupId]);
  const put = call('PUT', `/v1/groups/${group.groupId}`, { ...newGroup, name: 'ชื่อใหม่' }, etag);
  put.catch(() => {});
  await until('the write waits for the row', async () => (await count(`wait_event_type = 'Lock'`)) > 0);
  return {
    service,
    put,
    release: () => other.query('rollback'),
    nameOf: async () =>
      (await other.query('select name from groups where group_id = $1', [group.groupId])).rows[0].name,
    serviceConnections: () => count(`application_name = 'prot'`),
  };
}

/** Waits until the service takes no more new connections. Until then it may still answer, but never break an answer. */
function refusesConnections({ address }: RunningService): Promise<boolean> {
  return until('new connections are refused', async () => {
    const answer = await fetch(`${address}/livez`, { headers: { connection: 'close' } }).catch(() => null);
    await answer?.text();
    return answer === null;
  });
}

function hasTaken(service: RunningService, wanted: string): boolean {
  return service.log().some(({ operation }) => operation === wanted);
}

function head(method: string, path: string, headers: string[]): string {
  return [`${method} ${path} HTTP/1.1`, 'host: prot', `authorization: Bearer ${secret}`, ...headers, '', ''].join(
    '\r\n',
  );
}

/** A connection that sends exactly what it is told to. */
async function openConnection(t: Test, { address }: RunningService) {
  const socket = connect(Number(new URL(address).port), '127.0.0.1');
  t.teardown(() => socket.destroy());
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise((resolve) => socket.once('connect', resolve));
  return {
    send: (text: string) => void socket.write(text),
    received: () => Buffer.concat(chunks).toString('utf8'),
    closed,
  };
}
