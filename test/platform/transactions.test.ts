/** A connection to PostgreSQL that breaks while a transaction holds it. Each test has a pool of one. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { sql } from 'drizzle-orm';
import t, { type Test } from 'tap';
import { openPool } from '../../src/platform/db/connect.js';
import { type Database, type Db, rowsOf } from '../../src/platform/db/database.js';
import { databaseProblem, driverErrorOf } from '../../src/platform/db/driver-error.js';
import { inTransaction } from '../../src/platform/db/transactions.js';
import { makeLog } from '../../src/platform/log.js';
import { makeBlankDatabase } from '../support/database.js';

const blank = await makeBlankDatabase();
const url = blank.url;
t.teardown(blank.drop);

t.test('a backend that is ended while its transaction waits for nothing: the next statement fails', async (t) => {
  const [database, other] = await Promise.all([open(t, url), open(t, url)]);
  const work = inTransaction(database.db, async (tx) => {
    await endBackend(other, await backendOf(tx));
    // A connection that reports its end while nobody asks it anything must not end the process.
    await until(async () => fails(tx));
    await tx.execute(sql`select 1`);
  });
  await t.rejects(work.catch(asProblem), { code: 'unavailable' });
  t.equal(await one(database.db), 1, 'the pool has another connection');
});

t.test('a backend that is ended in a statement: what it said comes through, not the failed rollback', async (t) => {
  const [database, other] = await Promise.all([open(t, url), open(t, url)]);
  const work = inTransaction(database.db, async (tx) => {
    const backend = await backendOf(tx);
    await Promise.all([tx.execute(sql`select pg_sleep(60)`), endBackend(other, backend)]);
  });
  t.equal(await work.catch((error) => driverErrorOf(error)?.sqlState), '57P01');
  t.equal(await one(database.db), 1);
});

t.test('a connection that breaks at `begin` is given up, and the next transaction has another', async (t) => {
  const database = await open(t, await throughProxyThatCuts(t, 'begin'));
  const work = () => inTransaction(database.db, (tx) => one(tx));
  await t.rejects(work().catch(asProblem), { code: 'unavailable' });
  t.equal(await work(), 1);
});

t.test('a transaction that is left alone too long is ended by the database, and is a 503', async (t) => {
  const database = await open(t, url);
  const work = inTransaction(database.db, async (tx) => {
    await tx.execute(sql`set local idle_in_transaction_session_timeout = 1`);
    await until(async () => fails(tx));
    await tx.execute(sql`select 1`);
  });
  await t.rejects(work.catch(asProblem), { code: 'unavailable' });
  t.equal(await one(database.db), 1);
});

t.test('work that fails is rolled back on a connection that stays', async (t) => {
  const { db } = await open(t, url);
  const backend = await backendOf(db);
  await db.execute(sql`create table kept (n int)`);
  const failing = inTransaction(db, async (tx) => {
    await tx.execute(sql`insert into kept values (1)`);
    throw new Error('on purpose');
  });
  await t.rejects(failing, { message: 'on purpose' });
  t.strictSame(await rowsOf(db, sql`select * from kept`), []);
  t.equal(await backendOf(db), backend);
});

async function open(t: Test, url: string): Promise<Database> {
  const settings = { url, poolSize: 1, connectTimeoutMs: 5_000, statementTimeoutMs: 60_000, lockTimeoutMs: 5_000 };
  const database = openPool(settings, makeLog('silent'));
  t.teardown(() => database.close());
  return database;
}

async function one(db: Db): Promise<number | undefined> {
  return (await rowsOf<{ one: number }>(db, sql`select 1 as one`))[0]?.one;
}

async function backendOf(db: Db): Promise<number> {
  return (await rowsOf<{ pid: number }>(db, sql`select pg_backend_pid() as pid`))[0]?.pid ?? 0;
}

async function endBackend({ db }: Database, pid: number): Promise<void> {
  await db.execute(sql`select pg_terminate_backend(${pid}, 5000)`);
}

/** Whether a connection is known to be broken. */
async function fails(tx: Db): Promise<boolean> {
  return one(tx).then(
    () => false,
    () => true,
  );
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('It did not come to hold.');
}

function asProblem(error: unknown): never {
  throw databaseProblem(error) ?? error;
}

/** The address of the database through a proxy that cuts the first connection on which this is sent. */
async function throughProxyThatCuts(t: Test, word: string): Promise<string> {
  const { hostname, port } = new URL(url);
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const end = () => [client, upstream].forEach((socket: Socket) => void socket.destroy());
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    upstream.pipe(client);
    client.on('data', (bytes) => {
      if (cuts > 0 || !bytes.includes(word)) return void upstream.write(bytes);
      cuts += 1;
      end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = new URL(url);
  address.hostname = '127.0.0.1';
  address.port = String((server.address() as AddressInfo).port);
  return address.href;
}
