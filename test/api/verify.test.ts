/** `npm run verify`: all is well after any writes, and whatever is touched behind the service is found and named. */

import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import t, { type Test } from 'tap';
import { type Finding, Findings } from '../../src/commands/verify/findings.js';
import type { Known } from '../../src/commands/verify/seals.js';
import { verifyDatabase, verifySnapshot } from '../../src/commands/verify/verify.js';
import { type Database, type Db, rowsOf } from '../../src/platform/db/database.js';
import { inTransaction } from '../../src/platform/db/transactions.js';
import { type RecordKind, recordKinds, tableName } from '../../src/platform/record/record.js';

import { readPublicKey, readSigningKey } from '../../src/platform/sealing/signing.js';
import { theService } from '../../src/resources/api-keys/api-keys.actions.js';
import { write } from '../../src/resources/changes/changes.actions.js';
import { sealNext } from '../../src/resources/seals/seals.actions.js';
import { findAndLockTeam, insertTeam, removeTeam, updateTeam } from '../../src/resources/teams/teams.store.js';
import { teamKind } from '../../src/resources/teams/teams.table.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { assess, made, makeGroup, makeRound, makeTeam, moveRound, setTarget } from '../support/world.js';

const any = { 'if-match': '*' };
const nothing: Known = { keys: [], hashes: new Map() };
const steps = () => ({ changes: 0, sealed: 0, laid: 0 });
const now = { afterSeconds: 0, key: null };

async function findingsOf({ db }: Database, known = nothing): Promise<Finding[]> {
  return (await verifyDatabase(db, known, new Findings(100), steps())).first;
}

const dropChecks = sql`do $$ declare check_of record; begin
    for check_of in select conname, conrelid::regclass as of from pg_constraint
      where contype = 'c' and connamespace = 'public'::regnamespace
    loop execute format('alter table %s drop constraint %I', check_of.of, check_of.conname); end loop; end $$`;

/** Does something as who owns the database, verifies, and undoes it. */
async function touch({ db }: Database, statement: SQL, known = nothing): Promise<Finding[]> {
  const undone = new Error('undone');
  let found: Finding[] = [];
  await inTransaction(db, async (tx) => {
    // Neither triggers nor constraints of the service are in the way.
    await tx.execute(sql`set local session_replication_role = replica`);
    await tx.execute(dropChecks);
    await tx.execute(statement);
    found = (await verifySnapshot(tx, known, new Findings(100), steps())).first;
    throw undone;
  }).catch((error) => {
    if (error !== undone) throw error;
  });
  return found;
}

/** Every kind of record, some changed and some deleted, a published round, and three seals. */
async function startWorld(t: Test): Promise<TestApp> {
  const world = await startTestApp(t);
  const { admin, database } = world;
  const group = await makeGroup(admin);
  const path = `/v1/groups/${group.groupId}`;
  const figures = { memberCount: 5, savingsBaht: 100.5 };
  await made(admin.put(`${path}/figures/2012-03-31`, figures));
  await made(admin.put(`${path}/figures/2012-03-31`, { ...figures, memberCount: 6 }, any));
  await made(admin.patch(path, { name: 'ชื่อใหม่' }, any));
  await made(admin.patch(path, { areaCode: '400101' }, any));
  await made(admin.patch(path, { areaCode: group.areaCode }, any));
  const team = await makeTeam(admin);
  await made(admin.patch(`/v1/teams/${team.teamId}`, { members: [{ name: 'ก', organization: 'cdd' }] }, any));
  const other = await makeTeam(admin);
  await admin.delete(`/v1/teams/${other.teamId}`, any);
  const { roundId } = await makeRound(admin);
  await setTarget(admin, roundId, group.groupId, team.teamId);
  await assess(admin, roundId, group.groupId, `12${'3'.repeat(17)}`);
  await moveRound(admin, roundId, 'closing');
  await moveRound(admin, roundId, 'publication');
  const place = { roundId, tier: 'group', groupId: group.groupId };
  const { planId } = await made(admin.post('/v1/plans', { ...place, title: 'แผน' }));
  await made(admin.post(`/v1/plans/${planId}/actions`, { criterionNo: 1, title: 'อบรม', budgetBaht: 12.5 }));
  await made(admin.post('/v1/api-keys', { name: 'ก', permissions: ['read'], areaCode: '40', expiresAt: null }));
  await made(admin.post('/v1/sign-outs', { personId: crypto.randomUUID(), areaCode: '40', reason: 'แท็บเล็ตหาย' }));
  const hook = await made(admin.post('/v1/webhooks', { url: 'https://1.1.1.1/', areaCode: '40', active: false }));
  await made(admin.patch(`/v1/webhooks/${hook.webhookId}`, { description: 'ก' }, any));
  const {
    instrument: _name,
    version: _version,
    createdAt: _at,
    ...content
  } = (await admin.get('/v1/instruments/fhc@1')).body;
  await made(admin.post('/v1/instruments', { ...content, instrumentVersion: 2 }));
  for (const most of [4, 4]) await sealNext(database.db, { ...now, most });
  await database.db.execute(sql`select nextval('changes_sequence_seq')`);
  await made(admin.patch(`/v1/teams/${team.teamId}`, { name: 'ทีมที่ลงพื้นที่' }, any));
  await sealNext(database.db, now);
  return world;
}

function table(kind: RecordKind): SQL {
  return sql.identifier(tableName(kind)) as unknown as SQL;
}

/** One record of a kind that did not come with a migration. */
function oneOf(kind: RecordKind): SQL {
  const made = kind.resource === 'instrument' ? sql`where instrument_version > 1` : sql``;
  return sql`ctid = (select ctid from ${table(kind)} ${made} order by ctid desc limit 1)`;
}

/** The columns of a table that are not made by the database, and another value for each, as near as can be. */
async function touchedColumns({ db }: { db: Db }, name: string): Promise<{ name: string; value: SQL }[]> {
  const columns = await rowsOf<{ name: string; type: string }>(
    db,
    sql`select column_name as name, udt_name as type from information_schema.columns
      where table_schema = 'public' and table_name = ${name} and is_generated = 'NEVER' and is_identity = 'NO'
        -- a database that takes the registry over numbers these anew
        and column_name <> 'transaction_id'`,
  );
  return columns.map(({ name, type }) => ({ name, value: otherValue(type, sql`${sql.identifier(name)}`) }));
}

function otherValue(type: string, column: SQL): SQL {
  const other: Record<string, SQL> = {
    uuid: sql`'01936d5e-6f70-7c3a-9c55-0242ac12ffff'::uuid`,
    int2: sql`coalesce(${column}, 0) + 1`,
    int4: sql`coalesce(${column}, 0) + 1`,
    int8: sql`coalesce(${column}, 0) + 1`,
    numeric: sql`coalesce(${column}, 0) + 0.01`,
    bool: sql`not ${column}`,
    date: sql`coalesce(${column}, '2012-04-01') + 1`,
    timestamptz: sql`coalesce(${column}, now()) + interval '1 ms'`,
    json: sql`'{"x": 1}'::json`,
    jsonb: sql`'{"1": "x"}'::jsonb`,
    _text: sql`array_append(${column}, 'x')`,
    bytea: sql`set_byte(${column}, 0, get_byte(${column}, 0) # 1)`,
    text: sql`left(${column}, -1) || case when right(${column}, 1) = '1' then '2' else '1' end`,
  };
  const value = other[type];
  if (value === undefined) throw new Error(`Nothing is known of the type ${type}.`);
  return type === 'text' ? sql`coalesce(${value}, '1')` : value;
}

function queryText(query: SQL): string {
  return new PgDialect().sqlToQuery(query).sql;
}

t.test('writers that wait for each other leave nothing that does not fit', async (t) => {
  const { admin, database } = await startTestApp(t);
  const { groupId, registrationNo, areaCode } = await makeGroup(admin);
  const path = `/v1/groups/${groupId}`;
  const figures = async (day: number) => {
    for (let memberCount = 1; memberCount < 25; memberCount += 1) {
      const asOf = `2012-03-${10 + (memberCount % 3)}`;
      const content = { memberCount: memberCount * 10 + day, savingsBaht: 100.5 };
      const { status } = await admin.put(`${path}/figures/${asOf}`, content, any);
      if (status === 412) await admin.put(`${path}/figures/${asOf}`, content);
      if (memberCount % 5 === 0) await admin.delete(`${path}/figures/${asOf}`, any);
    }
  };
  const names = async (writer: number) => {
    for (let n = 0; n < 25; n += 1) {
      await admin.put(path, { registrationNo, areaCode, name: `กลุ่มที่ ${writer} ${n}` }, any);
    }
  };
  await Promise.all([figures(1), figures(2), figures(3), names(1), names(2), names(3)]);
  await made(admin.get(path));
  await sealNext(database.db, { afterSeconds: 0, key: null });
  t.strictSame(await findingsOf(database), []);
});

t.test('each change is of the instant of its row, also in a write that meets a later one half-way', async (t) => {
  const { admin, database } = await startTestApp(t);
  const { db } = database;
  const [{ teamId: first }, { teamId: second }, { teamId: third }] = [
    await makeTeam(admin),
    await makeTeam(admin),
    await makeTeam(admin),
  ];
  const content = { name: 'ทีมใหม่', tier: 'province', areaCode: '40', members: [] } as const;
  await write(db, theService, async (tx, note) => {
    const change = async (teamId: string) => {
      const before = await findAndLockTeam(tx, teamId);
      note(teamKind, 'team.changed', before, await updateTeam(tx, teamId, { ...content, members: [] }));
    };
    await change(first);
    const made = await insertTeam(tx, '01936d5e-6f70-7c3a-9c55-0242ac12aaaa', { ...content, members: [] });
    note(teamKind, 'team.formed', null, made);
    await admin.patch(`/v1/teams/${second}`, { name: 'เริ่มทีหลัง เสร็จก่อน' }, any);
    await change(second);
    note(teamKind, 'team.deleted', await findAndLockTeam(tx, third), null);
    await removeTeam(tx, third);
  });
  t.strictSame(await findingsOf(database), []);
});

t.test('signatures, and seals that were noted elsewhere', async (t) => {
  const { database } = await startWorld(t);
  const { db } = database;
  const directory = await mkdtemp(join(tmpdir(), 'prot-verify-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const keyIn = async (name: string) => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const files = [join(directory, `${name}.pem`), join(directory, `${name}.pub.pem`)] as const;
    await writeFile(files[0], privateKey.export({ format: 'pem', type: 'pkcs8' }));
    await writeFile(files[1], publicKey.export({ format: 'pem', type: 'spki' }));
    return { key: readSigningKey(files[0]), publicKey: readPublicKey(files[1]) };
  };
  const [ours, another] = [await keyIn('ours'), await keyIn('another')];
  const known: Known = { ...nothing, keys: [ours.publicKey] };
  t.strictSame(await findingsOf(database, known), [], 'seals from before there was a key are not signed');
  for (const key of [ours.key, ours.key]) {
    await db.execute(sql`insert into changes (subject_id, actor_kind, actor_id, actor_name, action, resource, resource_id, version)
      select gen_random_uuid(), 'service', 'x', 'x', 'x.x', 'registration-number', 'x', 1`);
    await sealNext(db, { ...now, key });
  }
  t.strictSame(await findingsOf(database, known), []);
  const [seal] = await rowsOf<{ no: number; hash: string }>(
    db,
    sql`select seal_no::int as no, hash from seals order by seal_no desc limit 1`,
  );
  const { no, hash } = seal ?? { no: 0, hash: '' };
  t.equal(no, 5);
  const wrong = { code: 'signature-wrong', sealNo: no };
  t.match(await findingsOf(database, { ...nothing, keys: [another.publicKey] }), [{ sealNo: 4 }, wrong]);
  t.strictSame(await findingsOf(database, { ...nothing, keys: [another.publicKey, ours.publicKey] }), []);
  for (const set of ["sealed_at = sealed_at + interval '1 ms'", "signature = translate(signature, 'abc', 'bca')"]) {
    t.match(await touch(database, sql.raw(`update seals set ${set} where seal_no = ${no}`), known), [wrong], set);
  }
  const unsigned = sql`update seals set signature = null, key_id = null where seal_no = ${no}`;
  t.match(await touch(database, unsigned, known), [wrong]);
  t.strictSame(await touch(database, unsigned), [], 'without the key nobody can tell');

  // Who owns the database and has no key makes the last seals anew: the chain holds, and what was noted does not.
  const forged = sql`with gone as (delete from seals where seal_no = ${no})
    update changes set reason = 'x' where sequence = (select to_position from seals where seal_no = ${no})`;
  t.match(await touch(database, forged, { ...nothing, hashes: new Map([[no, hash]]) }), [
    { code: 'seal-missing', sealNo: no },
  ]);
  t.strictSame(await touch(database, forged), []);
  t.strictSame(await findingsOf(database, { ...nothing, hashes: new Map([[no, hash]]) }), []);
  const other = new Map([[2, '0'.repeat(64)]]);
  t.match(await findingsOf(database, { ...nothing, hashes: other }), [{ code: 'seal-altered', sealNo: 2 }]);
});

t.test('whatever is touched behind the service is found, and named', async (t) => {
  const { database } = await startWorld(t);
  const { db } = database;
  const untouched = await findingsOf(database);
  t.strictSame(untouched, [], 'all is well before');

  const touching = (statement: SQL) => touch(database, statement);

  await t.test('a column of a record', async (t) => {
    for (const kind of recordKinds()) {
      const kept = await rowsOf(db, sql`select from ${table(kind)} where ${oneOf(kind)}`);
      t.equal(kept.length, 1, `${kind.resource}: put one into the world of this test`);
      const columns = await touchedColumns(database, tableName(kind));
      for (const { name, value } of columns) {
        const own = Object.entries(kind.columns).find(([, one]) => one.name === name)?.[0];
        const column = own ?? (name === 'recorded_at' ? 'recordedAt' : null);
        // What follows from others is below; of the hash of a secret the log has nothing.
        if (column === null || kind.key.includes(column)) continue;
        const update = sql`update ${table(kind)} set ${sql.identifier(name)} = ${value} where ${oneOf(kind)}`;
        const [finding] = await touching(update);
        t.match(
          finding,
          { code: 'record-differs', resource: kind.resource, columns: [column] },
          `${kind.resource} ${name}`,
        );
      }
    }
  });

  await t.test('a record that is taken away, or put there', async (t) => {
    for (const kind of recordKinds()) {
      const { resource } = kind;
      const [missing] = await touching(sql`delete from ${table(kind)} where ${oneOf(kind)}`);
      t.match(missing, { code: 'record-missing', resource }, `${resource} taken away`);
      const gone = await touching(sql`delete from changes where resource = ${resource}`);
      t.ok(
        gone.some(({ code, resource: named }) => code === 'record-without-changes' && named === resource),
        `${resource} put there`,
      );
      t.match(gone[0], { code: 'change-missing' }, 'and the changes are missed');
    }
  });

  await t.test('the built-in instrument', async (t) => {
    const [finding] = await touching(sql`update instruments
      set content = replace(content::text, 'weakest-criterion', 'passed-share')::json where instrument_version = 1`);
    t.match(finding, { code: 'record-differs', resource: 'instrument', resourceId: 'fhc@1' });
  });

  await t.test('what a record was', async (t) => {
    const [changed] = await touching(
      sql`update groups_past set name = name || '.' where ctid = (select ctid from groups_past limit 1)`,
    );
    t.match(changed, { code: 'past-differs', resource: 'group', columns: ['name'] });
    const [until] = await touching(sql`update groups_past set replaced_at = replaced_at + interval '1 ms'`);
    t.match(until, { code: 'past-differs', resource: 'group', columns: ['replacedAt'] });
    const [taken] = await touching(sql`delete from teams_past where ctid = (select ctid from teams_past limit 1)`);
    t.match(taken, { code: 'past-differs', resource: 'team' });
    const [put] = await touching(sql`insert into teams_past select * from teams_past limit 1`);
    t.match(put, { code: 'past-differs', resource: 'team' });
  });

  await t.test('what follows from records', async (t) => {
    const touched: [SQL, Partial<Finding>][] = [
      [sql`update published_groups set name = name || '.'`, { resource: 'group' }],
      [sql`update published_groups set savings_baht = savings_baht + 0.01`, { resource: 'group' }],
      [sql`update published_groups set member_count = 7`, { resource: 'group' }],
      [sql`update published_groups set registration_no = 'X'`, { resource: 'group' }],
      [sql`update published_teams set name = name || '.'`, { resource: 'team' }],
      [
        sql`update registration_numbers set number_key = 'x' where ctid = (select ctid from registration_numbers limit 1)`,
        { resource: 'group' },
      ],
      [
        sql`delete from registration_numbers where ctid = (select ctid from registration_numbers limit 1)`,
        { resource: 'group' },
      ],
      [
        sql`update groups set shares_number = true where ctid = (select ctid from groups limit 1)`,
        { resource: 'group' },
      ],
      [
        sql`update api_keys set secret_lookup = 'x' where ctid = (select ctid from api_keys limit 1)`,
        { resource: 'api-key' },
      ],
    ];
    for (const [statement, finding] of touched) {
      t.match((await touching(statement))[0], { code: 'derived-differs', ...finding }, queryText(statement));
    }
  });

  await t.test('a column of a change, each that there is', async (t) => {
    const columns = await touchedColumns(database, 'changes');
    for (const { name, value } of columns) {
      const [one] = await rowsOf<{ sequence: number; resource: string; resource_id: string }>(
        db,
        sql`select sequence::int, resource, resource_id from changes where ${sql.identifier(name)} is not null
          and resource in ('group', 'team') order by (before is null), sequence limit 1`,
      );
      const row = one ?? { sequence: 2 };
      const found = await touching(
        sql`update changes set ${sql.identifier(name)} = ${value} where sequence = ${row.sequence}`,
      );
      const named = name === 'sequence' ? { code: /change-(altered|missing)/ } : { position: row.sequence };
      const derived = ['area_code_before', 'draft_before', 'draft_after'].includes(name);
      t.match(found[0], { code: derived ? 'change-unfit' : /change-(altered|missing)/, ...named }, name);
    }
  });

  await t.test('a change that is taken out, put in, exchanged, or put before the first', async (t) => {
    const [missing] = await touching(sql`delete from changes where sequence = 5`);
    t.match(missing, { code: 'change-missing', detail: 'A change after 4 and before 6 is missing, in seal 2.' });
    const copied = sql`subject_id, transaction_id, happened_at, actor_kind, actor_id, actor_name, action, resource, resource_id,
      area_code, reason, version, before, after, details`;
    const put = (sequence: SQL) => sql`insert into changes (sequence, ${copied}) overriding system value
      select ${sequence}, ${copied} from changes where sequence = 3`;
    const gap = await rowsOf<{ gap: number }>(
      db,
      sql`select (sequence + 1)::int as gap from changes c where not exists (select from changes d where d.sequence = c.sequence + 1)
        and sequence < (select max(to_position) from seals) limit 1`,
    );
    const position = gap[0]?.gap ?? 0;
    t.ok(position > 1, 'there is a position that nobody used');
    t.match((await touching(put(sql`${position}`)))[0], { code: 'change-inserted', position });
    t.match((await touching(put(sql`-1`)))[0], { code: 'change-inserted' });
    const exchanged =
      await touching(sql`update changes set (action, reason, actor_name) = (select action, 'x', actor_name
      from changes where sequence = 4) where sequence = 3`);
    t.match(exchanged[0], { code: 'change-altered', position: 3 });
    const last = await touching(sql`delete from changes where sequence = (select max(to_position) from seals)`);
    t.match(last[0], { code: 'change-missing' });
  });

  await t.test('a change that is not sealed yet', async (t) => {
    const [{ last } = { last: 0 }] = await rowsOf<{ last: number }>(
      db,
      sql`select max(seal_no)::int as last from seals`,
    );
    const unsealed = sql`delete from seals where seal_no = ${last}`;
    const change = sql`(select max(sequence) from changes where resource = 'team' and before is not null and after is not null)`;
    const both = sql`with gone as (${unsealed}) update changes set before = replace(before::text, 'ท', 'น')::json where sequence = ${change}`;
    const found = await touching(both);
    t.match(found[0], { code: 'change-unfit', resource: 'team' });
  });

  await t.test('a seal: each of its columns, and one that is missing', async (t) => {
    for (const { name, value } of await touchedColumns(database, 'seals')) {
      // Without a key the instant and the signature are anybody's to say.
      if (['seal_no', 'sealed_at', 'signature', 'key_id'].includes(name)) continue;
      const found = await touching(sql`update seals set ${sql.identifier(name)} = ${value} where seal_no = 2`);
      t.ok(
        found.some(
          ({ code, sealNo }) => ['seal-altered', 'seal-missing'].includes(code) && [2, 3].includes(sealNo ?? 0),
        ),
        `${name}: ${found.map(({ detail }) => detail)}`,
      );
    }
    t.match((await touching(sql`delete from seals where seal_no = 2`))[0], { code: 'seal-missing', sealNo: 2 });
    t.match((await touching(sql`delete from seals where seal_no = 1`))[0], { code: 'seal-missing', sealNo: 1 });
    const swapped = sql`update seals set seal_no = case seal_no when 1 then -1 when 2 then 1 else seal_no end where seal_no < 3`;
    t.ok((await touching(swapped)).length > 0);
  });
});
