/** Migration 0010 on a database that the version before it filled through its own API. */
import { readFile } from 'node:fs/promises';
import { drizzle } from 'drizzle-orm/node-postgres';
import t, { type Test } from 'tap';
import { makeDatabaseBefore } from '../support/database.js';
import { replay } from '../support/replay.js';

const fixture = new URL('../../../test/migrations/before-0010.sql', import.meta.url);

t.test('changes that were twice the whole record become what changed, and nothing of them is lost', async (t) => {
  const { client, migrate } = await filledDatabase(t);
  const bytes = async () => {
    const size = 'coalesce(octet_length(before::jsonb::text), 0) + coalesce(octet_length(after::jsonb::text), 0)';
    const { rows } = await client.query(`select sum(${size})::int as bytes from changes
      where action not in ('plan-action.deleted', 'target.copied')`);
    return rows[0].bytes as number;
  };
  const [before, { rows: made }] = [await bytes(), await client.query('select count(*)::int as changes from changes')];
  await migrate();
  t.ok((await bytes()) < before / 2, 'they take less than half the room');

  const { records, differences } = await replay(drizzle(client));
  t.strictSame(differences, [], 'laid one over the other they are the tables');
  t.equal(records, 29, 'groups, figures, teams, keys, rounds, targets, sheets, plans and actions');

  const { rows: noted } =
    await client.query(`select d.actor_name = p.actor_name and d.happened_at = p.happened_at as told
    from changes d join changes p on p.action = 'plan.deleted' and starts_with(d.resource_id, p.resource_id)
    where d.action = 'plan-action.deleted'`);
  t.strictSame(noted, Array(4).fill({ told: true }), 'the actions of two deleted plans, when and by whom these were');
  const { rows: after } = await client.query('select count(*)::int as changes from changes');
  t.equal(after[0].changes, made[0].changes + 4, 'no other change is new');

  const { rows: copied } = await client.query(`select details, after ->> 'fromRoundId' as own from changes
    where action = 'target.copied'`);
  t.ok(copied.length > 0);
  for (const { details, own } of copied) t.strictSame([Object.keys(details), own], [['fromRoundId'], null]);
  const { rows: scored } = await client.query(`select before, after, version from changes
    where action = 'assessment.scored' order by sequence limit 1`);
  t.strictSame(scored, [
    {
      before: { levels: '0'.repeat(19), reasons: { 3: 'เหตุ' } },
      after: { levels: `002${'0'.repeat(16)}`, reasons: { 3: 'ใหม่' } },
      version: 2,
    },
  ]);
});

t.test('what was so at every moment before it is told by the migration that keeps the past', async (t) => {
  const { client, migrate } = await filledDatabase(t);
  await migrate();
  const next = new URL('../../../migrations/0011_as_of.sql', import.meta.url);
  await client.query(`begin; ${await readFile(next, 'utf8')}; commit`);
  const { rows } = await client.query(`select distinct happened_at as at from changes order by 1`);
  t.ok(rows.length > 40, `${rows.length} moments`);
  await client.query('set search_path = as_of, pg_catalog, public');
  for (const { at } of rows as { at: Date }[]) {
    const moment = at.toISOString();
    await client.query(`set prot.as_of = '${moment}'`);
    const { differences } = await replay(drizzle(client), moment);
    t.strictSame(differences, [], moment);
  }
  await client.query(`set prot.as_of = '9999-12-31'`);
  t.equal((await replay(drizzle(client))).records, 29, 'and the present is what it was');
});

t.test('reasons of returns and reopenings stand on sheet and round, as far back as the changes go', async (t) => {
  const { client, migrate } = await filledDatabase(t);
  await migrate();
  const next = async (file: string) => {
    const sql = await readFile(new URL(`../../../migrations/${file}.sql`, import.meta.url), 'utf8');
    await client.query(`begin; ${sql}; commit`);
  };
  await next('0011_as_of');
  await next('0012_area_code_before');
  await next('0013_idempotency');
  await next('0014_seals');
  const { rows: told } = await client.query(`select resource, resource_id, reason, happened_at, actor_id, actor_name
    from changes where action in ('assessment.returned', 'round.reopening') order by sequence`);
  t.strictSame(
    told.map(({ resource, reason }) => [resource, typeof reason]),
    [
      ['assessment', 'string'],
      ['round', 'string'],
    ],
  );
  const returned = told[0].resource_id;
  // It is returned once more, deleted, and made anew: by hand, as the version before would have done it.
  const note = (action: string, columns: string, values: string) =>
    client.query(`insert into changes (subject_id, actor_kind, actor_id, actor_name, action, resource, resource_id, ${columns})
      values ('${returned.slice(37)}', 'service', 'prot', 'Prot', 'assessment.${action}', 'assessment', '${returned}', ${values})`);
  const found = `round_id || '/' || group_id = '${returned}'`;
  const { rows: olds } = await client.query(`select version, submitted_at from assessments where ${found}`);
  const { version, submitted_at: submittedAt } = olds[0];
  await client.query('begin');
  await client.query(`update assessments set status = 'draft', submitted_at = null, version = version + 1, updated_at = now()
    where ${found}`);
  const [was, is] = [
    { status: 'submitted', submittedAt: submittedAt.toISOString() },
    { status: 'draft', submittedAt: null },
  ].map((row) => `'${JSON.stringify(row)}'`);
  await note('returned', 'reason, version, before, after', `'อีกครั้ง', ${version + 1}, ${was}, ${is}`);
  await client.query('commit');
  const { rows: twice } = await client.query('select now() as at');
  const { rows: copies } = await client.query(`select to_jsonb(a) as row from assessments a where ${found}`);
  const camel = Object.entries(copies[0].row).filter(([name]) => name !== 'recorded_at');
  const whole = camel.map(([name, value]) => [
    name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    name.endsWith('ed_at') && value !== null ? new Date(String(value)).toISOString() : value,
  ]);
  const row = JSON.stringify(Object.fromEntries(whole)).replaceAll("'", "''");
  await client.query('begin');
  await client.query(`delete from assessments where ${found}`);
  await note('deleted', 'before', `'${row}'`);
  await client.query('commit');
  await client.query('begin');
  await client.query(
    `insert into assessments select * from
      jsonb_populate_record(null::assessments, $1::jsonb || jsonb_build_object('recorded_at', now()))`,
    [copies[0].row],
  );
  await note('imported', 'version, after', `${version + 1}, '${row}'`);
  await client.query('commit');

  await next('0015_given_reasons');
  const { rows: rounds } = await client.query(
    `select last_reopening as act from rounds where last_reopening is not null`,
  );
  const act = ({ reason, happened_at, actor_id: id, actor_name: name }: Record<string, string & Date>) => {
    return { reason, at: happened_at?.toISOString(), by: { kind: 'api-key', id, name } };
  };
  t.strictSame(rounds, [{ act: act(told[1]) }]);
  const { rows: none } = await client.query(`select last_return from assessments where last_return is not null`);
  t.strictSame(none, [], 'a sheet that was made anew was never returned');
  await client.query('set search_path = as_of, pg_catalog, public');
  const at = async (moment: Date) => {
    await client.query(`set prot.as_of = '${moment.toISOString()}'`);
    return (await client.query(`select last_return as act from assessments where ${found}`)).rows;
  };
  t.strictSame(await at(told[0].happened_at), [{ act: act(told[0]) }], 'from its first return');
  t.strictSame(await at(new Date(told[0].happened_at - 1)), [{ act: null }], 'and not before');
  t.hasStrict(await at(twice[0].at), [{ act: { reason: 'อีกครั้ง', by: { kind: 'service', id: 'prot', name: 'Prot' } } }]);

  const { rows } = await client.query('select distinct happened_at as at from public.changes order by 1');
  for (const { at: moment } of rows as { at: Date }[]) {
    await client.query(`set prot.as_of = '${moment.toISOString()}'`);
    const { differences } = await replay(drizzle(client), moment.toISOString());
    t.strictSame(differences, [], moment.toISOString());
  }
});

/** A database that the version before migration 0010 filled. */
async function filledDatabase(t: Test) {
  const { client, migrate, drop } = await makeDatabaseBefore('_changes_as_differences.sql');
  t.teardown(drop);
  await client.query(`begin; ${await readFile(fixture, 'utf8')} commit`);
  await client.query(`select setval(pg_get_serial_sequence('changes', 'sequence'), max(sequence)) from changes`);
  return { client, migrate };
}
