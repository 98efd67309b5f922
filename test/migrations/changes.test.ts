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

/** A database that the version before migration 0010 filled. */
async function filledDatabase(t: Test) {
  const { client, migrate, drop } = await makeDatabaseBefore('_changes_as_differences.sql');
  t.teardown(drop);
  await client.query(`begin; ${await readFile(fixture, 'utf8')} commit`);
  await client.query(`select setval(pg_get_serial_sequence('changes', 'sequence'), max(sequence)) from changes`);
  return { client, migrate };
}
