/** The service behind a PgBouncer that gives each transaction any of its connections. */
import { sql } from 'drizzle-orm';
import pg from 'pg';
import t from 'tap';
import { rowsOf } from '../../src/platform/db/database.js';
import { databaseProblem } from '../../src/platform/db/driver-error.js';
import { migrateDatabase } from '../../src/platform/db/migrate.js';
import { inTransaction } from '../../src/platform/db/transactions.js';
import { startTestApp } from '../support/app.js';
import { countsOf, ndjson, upload } from '../support/bulk.js';
import { makeBlankDatabase } from '../support/database.js';
import { noPgBouncer, startPgBouncer } from '../support/pgbouncer.js';
import { made, makeGroup, makeRound, scoresFrom, setTarget, sheetPath } from '../support/world.js';

const blank = await makeBlankDatabase();
t.teardown(blank.drop);
const url = blank.url;
const skip = noPgBouncer;
const why = skip === false ? '' : ` (${skip})`;
const behind = { DATABASE_POOLER: 'transaction', STATEMENT_TIMEOUT_MS: '1500', LOCK_TIMEOUT_MS: '1400' };

t.setTimeout(110_000);

t.test(`PgBouncer: nodes that start at once migrate an empty database and leave no lock${why}`, { skip }, async (t) => {
  const through = (await startPgBouncer(t, url))(url);
  await Promise.all([1, 2, 3].map(() => migrateDatabase(through, undefined, { pooler: true })));
  const client = new pg.Client(url);
  await client.connect();
  t.teardown(() => client.end());
  const { rows } = await client.query(`select (select count(*)::int from areas) as areas,
    (select count(*)::int from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())) as locks`);
  t.strictSame(rows, [{ areas: 8441, locks: 0 }]);
});

t.test(`PgBouncer: a start that was not told of it is refused, and says what to set${why}`, { skip }, async (t) => {
  const plain = await startPgBouncer(t, url);
  const ignoring = await startPgBouncer(t, url, [
    'ignore_startup_parameters = statement_timeout, lock_timeout, idle_in_transaction_session_timeout',
  ]);
  for (const through of [plain, ignoring]) {
    await t.rejects(migrateDatabase(through(url)), { message: /set DATABASE_POOLER=transaction/ });
  }
});

t.test(`PgBouncer: many clients at once write, read and send files, and none fails${why}`, { skip }, async (t) => {
  const { admin, database } = await startTestApp(t, behind, await startPgBouncer(t, url));
  const round = await makeRound(admin);
  const groups = await Promise.all(Array.from({ length: 12 }, () => makeGroup(admin)));
  await Promise.all(groups.map(({ groupId }) => setTarget(admin, round.roundId, groupId)));
  // Every statement that has a name of its own elsewhere runs on whatever connection comes.
  await Promise.all(
    groups.map(async ({ groupId }) => {
      const path = sheetPath(round.roundId, groupId);
      const sheet = { assessedOn: '2012-04-12', scores: scoresFrom('3333333333333333333'), summary: null };
      const { version } = await made(admin.put(path, sheet));
      await made(admin.post(`${path}/submission`, undefined, { 'if-match': `"${version}"` }));
      await made(admin.get(path));
      await made(admin.get(`/v1/groups/${groupId}`));
    }),
  );
  const statistics = await made(admin.get(`/v1/rounds/${round.roundId}/statistics`));
  t.equal(statistics.assessed, groups.length);
  const file = ndjson(
    groups.map(({ groupId, registrationNo, areaCode }) => ({ groupId, registrationNo, areaCode, name: 'ชื่อใหม่' })),
  );
  const answers = await Promise.all([upload(admin, '/v1/groups', file), upload(admin, '/v1/groups?dryRun=true', file)]);
  t.equal(answers[0] && countsOf(answers[0]).updated, groups.length);
  t.strictSame(
    answers.map(({ status }) => status),
    [200, 200],
  );
  const whole = await admin.get('/v1/groups', { accept: 'application/x-ndjson' });
  t.equal(String(whole.body).trimEnd().split('\n').length, groups.length);
  t.hasStrict((await admin.get('/readyz')).body, { status: 'ready', writable: true });
  const left = await rowsOf(database.db, sql`select name from pg_prepared_statements`);
  t.strictSame(left, [], 'no statement stays with a connection');
});

t.test(
  `PgBouncer: the time limits hold in every transaction and outside, and do not leak${why}`,
  { skip },
  async (t) => {
    const through = await startPgBouncer(t, url);
    let address = '';
    const { database } = await startTestApp(t, behind, (direct) => {
      address = through(direct);
      return address;
    });
    const { db } = database;
    const limits = sql`select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock`;
    const expected = [{ statement: '1500ms', lock: '1400ms' }];
    t.strictSame(await rowsOf(db, limits), expected, 'a single statement');
    t.strictSame(await inTransaction(db, (tx) => rowsOf(tx, limits)), expected, 'a transaction');
    const slow = sql`select pg_sleep(60)`;
    for (const work of [() => db.execute(slow), () => inTransaction(db, (tx) => tx.execute(slow))]) {
      t.match(await work().catch((error) => databaseProblem(error)?.content.detail.en), /took too long/);
    }
    const stranger = new pg.Client(address);
    await stranger.connect();
    t.teardown(() => stranger.end());
    const { rows } = await stranger.query(`select current_setting('statement_timeout') as statement`);
    t.strictSame(rows, [{ statement: '0' }], 'another client of the pooler has its own limits');
  },
);
