import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { is, sql } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import pg from 'pg';
import t from 'tap';
import { openPool } from '../../src/platform/db/connect.js';
import { type Db, rowsOf } from '../../src/platform/db/database.js';
import { migrateDatabase } from '../../src/platform/db/migrate.js';
import { makeLog } from '../../src/platform/log.js';
import { recordKinds, tableName } from '../../src/platform/record/record.js';
import { makeBlankDatabase, makeDatabaseBefore, openTestDatabase } from '../support/database.js';

const migrationsDir = new URL('../../../migrations/', import.meta.url);
const resourcesDir = new URL('../../src/resources/', import.meta.url);

const journal: { entries: { idx: number; when: number; tag: string }[] } = await readJson('meta/_journal.json');
const tables = await declaredTables();

t.test('the last snapshot and the tables in the code agree, so no migration is missing', async (t) => {
  const last = await readJson(`meta/${String(journal.entries.length - 1).padStart(4, '0')}_snapshot.json`);
  const missing = await generateMigration(last, generateDrizzleJson(tables, last.id) as typeof last);
  t.strictSame(missing, [], 'npm run build && npx drizzle-kit generate --name what_changed, then read what it wrote');
});

t.test('the journal lists every SQL file once, in the order of their numbers', async (t) => {
  const files = (await readdir(migrationsDir)).filter((name) => name.endsWith('.sql')).sort();
  t.strictSame(
    files,
    journal.entries.map(({ tag }) => `${tag}.sql`),
  );
  t.strictSame(
    journal.entries.map(({ idx, tag }) => [idx, tag.slice(0, 4)]),
    files.map((_, index) => [index, String(index).padStart(4, '0')]),
  );
});

t.test('a migrated database has exactly the columns that the code declares', async (t) => {
  const database = await openTestDatabase();
  t.teardown(() => database.close());
  const columns = await rowsOf<{ name: string; nullable: string }>(
    database.db,
    sql`select table_name || '.' || column_name as name, is_nullable as nullable
      from information_schema.columns where table_schema = 'public'
        and table_name not like '%\\_past' and column_name <> 'recorded_at'`,
  );
  t.strictSame(columns.map(({ name, nullable }) => `${name} ${nullable}`).sort(), declaredColumns());
});

t.test('every kind of record keeps its past: a table and a view with all of its columns', async (t) => {
  const database = await openTestDatabase();
  t.teardown(() => database.close());
  const columns = await rowsOf<{ relation: string; columns: string[] }>(
    database.db,
    sql`select table_schema || '.' || table_name as relation, array_agg(column_name::text order by column_name) as columns
      from information_schema.columns where table_schema in ('public', 'as_of') group by 1`,
  );
  const of = new Map(columns.map(({ relation, columns }) => [relation, columns]));
  t.ok(recordKinds().length >= 10);
  for (const kind of recordKinds()) {
    const own = of.get(`public.${tableName(kind)}`) ?? [];
    t.ok(own.includes('recorded_at'), `${tableName(kind)}: let its migration call keep_past('${tableName(kind)}')`);
    t.strictSame(of.get(`as_of.${tableName(kind)}`), own, 'the view has them all: call keep_past again');
    t.strictSame(of.get(`public.${tableName(kind)}_past`), [...own, 'replaced_at'].sort());
  }
});

t.test('migrating a database again changes nothing, and one that knows more is refused', async (t) => {
  const { url, drop } = await makeBlankDatabase();
  await migrateDatabase(url);
  const timeouts = { poolSize: 1, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000, lockTimeoutMs: 5_000 };
  const database = openPool({ url, ...timeouts }, makeLog('silent'));
  t.teardown(async () => {
    await database.close();
    await drop();
  });
  const before = await appliedMigrations(database.db);
  await migrateDatabase(url);
  t.equal(before.length, journal.entries.length);
  t.strictSame(await appliedMigrations(database.db), before);
  // A migration of another branch may lie between ours, so the latest instant alone says nothing.
  const [{ when: first = 0 } = {}] = journal.entries;
  await database.db.execute(
    sql`update drizzle.__drizzle_migrations set created_at = created_at + 1 where created_at = ${first}`,
  );
  await t.rejects(migrateDatabase(url), { message: /migrated by a newer program: 1 of its migrations/ });
  t.strictSame(await appliedMigrations(database.db), before);
});

t.test('nodes that start at once on an empty PostgreSQL apply each migration once', async (t) => {
  const blank = await makeBlankDatabase();
  t.teardown(() => blank.drop());
  let first = 0;
  await Promise.all(
    Array.from({ length: 4 }, () =>
      migrateDatabase(blank.url, async () => {
        first += 1;
      }),
    ),
  );
  const timeouts = { poolSize: 1, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000, lockTimeoutMs: 5_000 };
  const database = openPool({ url: blank.url, ...timeouts }, makeLog('silent'));
  t.equal((await appliedMigrations(database.db)).length, journal.entries.length);
  t.equal(first, 4, 'each of them had its turn under the lock');
  await database.close();
});

t.test('a role that may not create extensions migrates as well, and searches without an index', async (t) => {
  const blank = await makeBlankDatabase();
  const role = `prot_test_${randomUUID().slice(0, 8)}`;
  const admin = new pg.Client({ connectionString: blank.url });
  await admin.connect();
  t.teardown(async () => {
    await admin.query(`drop owned by ${role}; drop role ${role}`);
    await admin.end();
    await blank.drop();
  });
  // As hosts do that forbid it: whoever owns a database may else create the extensions that PostgreSQL trusts.
  await admin.query(`create role ${role} login password '${role}'`);
  await admin.query(`grant create on database ${admin.database} to ${role}; grant create on schema public to ${role}`);
  await admin.query(`create function refuse() returns event_trigger language plpgsql as $$
    begin raise insufficient_privilege using message = 'not allow-listed'; end $$`);
  await admin.query(`create event trigger no_extensions on ddl_command_start when tag in ('CREATE EXTENSION')
    execute function refuse()`);
  const url = Object.assign(new URL(blank.url), { username: role, password: role });
  await migrateDatabase(url.href);
  const { rows } =
    await admin.query(`select (select count(*) from pg_extension where extname = 'pg_trgm')::int as extensions,
    (select count(*) from pg_indexes where indexname = 'groups_by_search_text')::int as indexes,
    (select count(*) from drizzle.__drizzle_migrations)::int as migrations`);
  t.strictSame(rows, [{ extensions: 0, indexes: 0, migrations: journal.entries.length }]);
});

t.test(
  'a registry with one number in two writings and numbers reserved in vain is migrated, and nothing is lost',
  async (t) => {
    const { client, migrate, drop } = await makeDatabaseBefore('_identity.sql');
    t.teardown(drop);
    const id = (number: number) => `01936d5e-6f70-7c3a-9c55-00000000000${number}`;
    const group = (number: number, registrationNo: string) =>
      client.query(
        `insert into groups (group_id, registration_no, name, area_code, status, created_at)
        values ($1, $2, 'ก', '4010', 'active', now() + make_interval(secs => $3))`,
        [id(number), registrationNo, number],
      );
    for (const [number, registrationNo] of [
      [1, 'ทบ-๑๒'],
      [2, 'ทบ-12'],
      [3, 'KK-1'],
      [4, 'kk-1'],
      [5, 'KK-1'],
    ] as const)
      await group(number, registrationNo);
    for (const [registrationNo, number] of [
      ['ทบ-๑๒', 1],
      ['GHOST', 1],
      ['KK-1', 3],
      ['NOBODY', 9],
    ] as const)
      await client.query('insert into registration_numbers values ($1, $2)', [registrationNo, id(number)]);
    await migrate();
    const { rows } = await client.query(
      `select g.registration_no, n.number_key, g.shares_number from groups g
      left join registration_numbers n using (group_id, number_key) order by g.group_id`,
    );
    t.strictSame(rows, [
      { registration_no: 'ทบ-๑๒', number_key: 'ทบ-12', shares_number: false },
      { registration_no: 'ทบ-12', number_key: `=${id(2)}`, shares_number: true },
      { registration_no: 'KK-1', number_key: 'kk-1', shares_number: false },
      { registration_no: 'kk-1', number_key: `=${id(4)}`, shares_number: true },
      { registration_no: 'KK-1', number_key: `=${id(5)}`, shares_number: true },
    ]);
    const released = await client.query(
      `select resource_id from changes where action = 'registration-number.released'`,
    );
    t.strictSame(released.rows, [{ resource_id: 'GHOST' }, { resource_id: 'NOBODY' }]);
    const orphan = client.query(`insert into registration_numbers (number_key, group_id) values ('free', $1)`, [id(1)]);
    await t.rejects(orphan, /registration_numbers_is_of_group/);
  },
);

function appliedMigrations(db: Db): Promise<{ hash: string }[]> {
  return rowsOf(db, sql`select hash from drizzle.__drizzle_migrations order by id`);
}

function declaredColumns(): string[] {
  const declared = Object.values(tables).flatMap((table) => {
    const { name, columns } = getTableConfig(table);
    return columns.map((column) => `${name}.${column.name} ${column.notNull ? 'NO' : 'YES'}`);
  });
  return declared.sort();
}

async function declaredTables(): Promise<Record<string, PgTable>> {
  const files = (await readdir(resourcesDir, { recursive: true })).filter((name) => name.endsWith('.table.js'));
  const modules: Record<string, unknown>[] = await Promise.all(
    files.map((file) => import(new URL(file, resourcesDir).href)),
  );
  const exported = modules.flatMap((module) => Object.entries(module));
  return Object.fromEntries(exported.filter((entry): entry is [string, PgTable] => is(entry[1], PgTable)));
}

async function readJson(path: string) {
  return JSON.parse(await readFile(new URL(path, migrationsDir), 'utf8'));
}
