/** What happens to a whole list when the client, the database or the data does not hold still. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { rowsOf } from '../../src/platform/db/database.js';
import { adminSecret, startTestApp } from '../support/app.js';
import { insertedGroups } from '../support/inserted-groups.js';
import { until } from '../support/wait.js';
import { makeGroup } from '../support/world.js';

const rows = 20_000;
const service = await startTestApp(t);
const { app, admin, database } = service;
const address = await app.listen({ host: '127.0.0.1', port: 0 });
await makeManyGroups();

t.test('a list of 20,000 rows is read whole in little memory, however slowly', async (t) => {
  await drain(await open('/v1/groups'));
  global.gc?.();
  const before = process.memoryUsage().rss;
  let [most, bytes, lines] = [before, 0, 0];
  const response = await open('/v1/groups');
  for await (const chunk of response) {
    bytes += chunk.length;
    lines += chunk.toString('latin1').split('\n').length - 1;
    most = Math.max(most, process.memoryUsage().rss);
    if (bytes % 10 === 0) await pause(1);
  }
  t.equal(lines, rows);
  t.ok(bytes > 8_000_000, `${bytes} bytes`);
  t.ok(most - before < 60e6, `${Math.round((most - before) / 1e6)} MB more than before for ${bytes} bytes`);
});

t.test('a reader that pauses makes the service pause', async (t) => {
  const response = await open('/v1/groups');
  await once(response, 'readable');
  await pause(300);
  const sent = response.socket.bytesRead;
  await pause(300);
  t.equal(response.socket.bytesRead, sent, `${sent} bytes came and no more`);
  t.equal(linesIn(await drain(response)), rows, 'and then the rest');
});

t.test('rows written while a list is read do not appear in it', async (t) => {
  const response = await open('/v1/groups');
  await once(response, 'readable');
  for (let count = 0; count < 20; count++) await makeGroup(admin, '401001', { registrationNo: `ZZ-${count}` });
  await database.db.execute(sql`update groups set name = 'changed' where registration_no like 'M-%9'`);
  const text = await drain(response);
  t.equal(linesIn(text), rows);
  t.notOk(text.includes('"ZZ-') || text.includes('"changed"'), 'not one of the changes is in it');
  t.ok((await drain(await open('/v1/groups?q=ZZ-'))).includes('"ZZ-19"'), 'the next one has them');
  await database.db.execute(sql`with gone as (delete from groups where registration_no like 'ZZ-%' returning group_id)
    delete from registration_numbers where group_id in (select group_id from gone)`);
});

const waves = 20;
const readers = 5;
/** In the order of an index, so that the database does not sort all of it a hundred times. */
const byNumber = '/v1/groups?sort=registrationNo';

t.test(
  `${waves * readers} clients that hang up in the middle free their connections, and the next request is served`,
  async (t) => {
    for (let wave = 1; wave <= waves; wave += 1) {
      const headers: Record<string, string> = wave % 5 === 0 ? { accept: 'text/csv', 'accept-encoding': 'gzip' } : {};
      const responses = await openTogether(headers);
      await Promise.all(responses.map((response) => once(response, 'readable')));
      t.equal(await openTransactions(), readers, 'each holds a transaction while nobody reads');
      if (wave === 1) t.equal((await open('/v1/groups')).statusCode, 503, 'half of the pool may read lists');
      for (const response of responses) response.destroy();
      t.equal((await admin.get('/v1/groups?limit=1')).status, 200, 'a short request is served at once');
      await until('nobody reads', async () => (await openTransactions()) === 0);
    }
    const together = await Promise.all(Array.from({ length: 20 }, () => admin.get('/v1/groups?limit=1')));
    t.ok(
      together.every(({ status }) => status === 200),
      'the pool is whole again',
    );
    const [first, ...others] = await openTogether({});
    for (const response of others) response.destroy();
    t.equal(first && linesIn(await drain(first)), rows, 'and a whole list comes, among as many as before');
  },
);

async function openTogether(headers: Record<string, string>): Promise<IncomingMessage[]> {
  const responses = await Promise.all(Array.from({ length: readers }, () => open(byNumber, headers)));
  if (responses.some(({ statusCode }) => statusCode !== 200)) throw new Error('A list was refused.');
  return responses;
}

t.test('a client that leaves before the first row comes frees its connection too', async (t) => {
  for (let round = 0; round < 20; round++) {
    const request = get(`${address}/v1/groups`, { headers: headersFor('application/x-ndjson') });
    request.on('error', () => {});
    setTimeout(() => request.destroy(), round);
    await new Promise((resolve) => request.once('close', resolve));
  }
  await until('nobody reads', async () => (await openTransactions()) === 0);
  t.equal((await open('/v1/groups?q=none')).statusCode, 200);
});

for (const encoding of ['identity', 'gzip']) {
  t.test(`a database that fails half-way breaks the connection and is no clean end (${encoding})`, async (t) => {
    const lines = [
      'GET /v1/groups HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept: text/csv',
      `Accept-Encoding: ${encoding}\r\nAuthorization: Bearer ${adminSecret}\r\n\r\n`,
    ];
    const whole = (await service.sendRaw(lines.join('\r\n'))).slice(-5);
    t.equal(whole, '0\r\n\r\n', 'one that does not fail ends as it should');
    const response = await open('/v1/groups', { 'accept-encoding': encoding });
    await once(response, 'readable');
    await pause(200);
    const killed = await rowsOf(
      database.db,
      sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null`,
    );
    t.equal(killed.length, 1);
    await t.rejects(drain(response), { code: 'ECONNRESET' }, 'what the client sees is a broken connection');
    t.notOk(response.complete, 'and no last chunk');
    t.equal((await open('/v1/groups?q=none')).statusCode, 200, 'the pool goes on');
  });
}

t.test('a database that fails before the first row is a problem document', async (t) => {
  await database.db.execute(sql`alter table groups rename to hidden`);
  const { status, headers, body } = await admin.get('/v1/groups', { accept: 'text/csv', 'accept-encoding': 'gzip' });
  t.strictSame([status, body.code, headers['content-encoding']], [500, 'internal-error', undefined]);
  t.notOk('x-snapshot-at' in headers || 'content-disposition' in headers);
  await database.db.execute(sql`alter table hidden rename to groups`);
  t.equal((await open('/v1/groups?q=none')).statusCode, 200, 'and the connection is given back');
});

/**
 * Groups without a change row each: what is tested is how they are read. Packed too they are more than the 4 MB that the
 * system takes from a service whose client does not read.
 */
async function makeManyGroups(): Promise<void> {
  const columns = ['group_id', 'registration_no', 'name', 'area_code', 'village_name', 'status'];
  const query = sql`
    select gen_random_uuid(), 'M-' || lpad(i::text, 6, '0'), 'กลุ่มออมทรัพย์เพื่อการผลิตบ้านหนองน้ำใส ' || i, '401001',
      (select string_agg(encode(sha512((i || '/' || part)::bytea), 'hex'), '') from generate_series(1, 3) as part), 'active'
    from generate_series(1, ${rows}::int) as i`;
  await database.db.execute(insertedGroups(columns, query));
}

function headersFor(accept: string): Record<string, string> {
  return { authorization: `Bearer ${adminSecret}`, accept };
}

async function open(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const request = get(address + path, { headers: { ...headersFor('application/x-ndjson'), ...headers }, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  // A test that destroys it hears of it by other means.
  request.on('error', () => {});
  response.on('error', () => {});
  return response;
}

async function drain(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function linesIn(text: string): number {
  return text.split('\n').length - 1;
}

async function openTransactions(): Promise<number> {
  const found = await rowsOf<{ count: number }>(
    database.db,
    sql`select count(*)::int as count from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null`,
  );
  return found[0]?.count ?? -1;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
