/** Migration 0017 on a database with keys of the version before it. */
import { drizzle } from 'drizzle-orm/node-postgres';
import t from 'tap';
import { v7 as uuidv7 } from 'uuid';
import { makeDatabaseBefore } from '../support/database.js';
import { replay } from '../support/replay.js';

const maker = { kind: 'api-key', id: '01a21175-435f-77fc-b5eb-620db0ce30c0', name: 'First admin key' };

/** What each key held, and what lets it do the same now: by hand, from what the operations of the version before asked for. */
const keys: [string, string[], string[]][] = [
  ['reader', ['read'], ['read', 'read:drafts', 'metrics:read']],
  ['registrar', ['groups:write'], ['groups:write']],
  ['rounds', ['rounds:write'], ['teams:write', 'rounds:write', 'rounds:publish', 'targets:write', 'instruments:write']],
  [
    'team',
    ['read', 'assessments:write'],
    ['read', 'read:drafts', 'assessments:write', 'assessments:review', 'metrics:read'],
  ],
  ['plans', ['plans:write'], ['plans:write', 'plans:approve']],
  ['auditor', ['audit:read'], ['audit:read']],
  ['maker of keys', ['admin'], ['keys:write', 'audit:read', 'records:restore']],
  [
    'everything',
    ['admin', 'read', 'groups:write', 'rounds:write', 'assessments:write', 'plans:write'],
    [
      ...['read', 'read:drafts', 'groups:write', 'teams:write', 'rounds:write', 'rounds:publish', 'targets:write'],
      ...['assessments:write', 'assessments:review', 'plans:write', 'plans:approve', 'instruments:write', 'keys:write'],
      ...['audit:read', 'metrics:read', 'records:restore', 'admin'],
    ],
  ],
];

t.test('keys may do what they could, and the log says what became of them', async (t) => {
  const { client, migrate, drop } = await makeDatabaseBefore('_duties.sql');
  t.teardown(drop);
  for (const [name, permissions] of keys) {
    const apiKeyId = uuidv7();
    const createdAt = '2026-01-05T02:00:00.000Z';
    await client.query(
      `insert into api_keys (api_key_id, name, secret_lookup, secret_hash, permissions, area_code, created_at, recorded_at)
        values ($1, $2, repeat('0', 16), repeat('0', 64), $3, '40', $4, $4)`,
      [apiKeyId, name, permissions, createdAt],
    );
    const row = {
      apiKeyId,
      name,
      permissions,
      areaCode: '40',
      expiresAt: null,
      revokedAt: null,
      version: 1,
      createdAt,
    };
    await client.query(
      `insert into changes (happened_at, subject_id, actor_kind, actor_id, actor_name, action, resource, resource_id,
        area_code, version, after)
        values ($1, $2, $3, $4, $5, 'api-key.created', 'api-key', $2::uuid::text, '40', 1, $6)`,
      [createdAt, apiKeyId, maker.kind, maker.id, maker.name, JSON.stringify(row)],
    );
  }
  // A key that was changed before, so that the past has a row of it from before the column came.
  await client.query(`update api_keys set revoked_at = now(), version = 2 where name = 'auditor'`);
  await client.query(
    `insert into changes (subject_id, actor_kind, actor_id, actor_name, action, resource, resource_id, area_code, version,
      before, after) select api_key_id, $1, $2, $3, 'api-key.revoked', 'api-key', api_key_id::text, '40', 2,
        '{"revokedAt":null}', json_build_object('revokedAt', to_char(revoked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      from api_keys where name = 'auditor'`,
    [maker.kind, maker.id, maker.name],
  );
  await migrate();

  const { rows } = await client.query('select name, permissions, version, made_by from api_keys');
  const found = new Map(rows.map((row) => [row.name, row]));
  for (const [name, , now] of keys) {
    const version = name === 'auditor' ? 3 : 2;
    t.hasStrict(found.get(name), { permissions: now, version, made_by: maker }, name);
  }
  t.strictSame((await replay(drizzle(client))).differences, [], 'the changes laid one over the other are the keys');

  await client.query(`set search_path = as_of, pg_catalog, public; set prot.as_of = '2026-02-01'`);
  const { rows: before } = await client.query('select name, permissions, acts_on_behalf from api_keys');
  t.ok(
    before.every((row) => row.acts_on_behalf === false),
    'none was trusted to act for others then',
  );
  const then = new Map(before.map((row) => [row.name, row.permissions]));
  for (const [name, permissions] of keys) t.strictSame(then.get(name), permissions, `${name}, as it was`);
});
