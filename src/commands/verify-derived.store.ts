/** What follows from records and is kept beside them, compared with what it follows from. */
import { type SQL, sql } from 'drizzle-orm';
import { type Db, rowsOf } from '../platform/db/database.js';
import { apiKeysEverywhere } from '../resources/api-keys/api-keys.table.js';
import { changesEverywhere } from '../resources/changes/changes.table.js';
import { groupsEverywhere, registrationNumbers } from '../resources/groups/groups.table.js';
import { publishedGroups, publishedTeams } from '../resources/rounds/published.table.js';

/** Something derived that does not agree, and the record that it is of. */
export interface Disagreement {
  resource: string;
  resourceId: string;
  what: string;
}

/** Everything derived that does not agree with its records. */
export async function listDisagreements(db: Db): Promise<Disagreement[]> {
  const found: Disagreement[] = [];
  for (const query of queries) found.push(...(await rowsOf<Disagreement>(db, query)));
  return found;
}

/** What a published round shows is copied when it is published, so it is what the log says the record once was. */
const neverWas = (resource: string, id: SQL, field: string, value: SQL) => sql`not exists (
  select from ${changesEverywhere} c where c.resource = ${sql.raw(`'${resource}'`)} and c.resource_id = ${id}::text
    and c.after is not null and (c.after -> ${sql.raw(`'${field}'`)}) is not null
    and (c.after ->> ${sql.raw(`'${field}'`)}) is not distinct from ${value})`;

const amount = (column: SQL) => sql`trim_scale(${column})::text`;
const group = sql`p.group_id`;
const wrongOfGroup: [name: string, wrong: SQL][] = [
  ['registrationNo', neverWas('group', group, 'registrationNo', sql`p.registration_no`)],
  ['name', neverWas('group', group, 'name', sql`p.name`)],
  ['memberCount', neverWas('group', group, 'memberCount', sql`p.member_count::text`)],
  ['savingsBaht', neverWas('group', group, 'savingsBaht', amount(sql`p.savings_baht`))],
];

const queries: SQL[] = [
  sql`select 'group' as resource, g.group_id::text as "resourceId", 'its number is not reserved for it' as what
    from ${groupsEverywhere} g where not exists (select from ${registrationNumbers} n
      where n.group_id = g.group_id and n.number_key = g.number_key)`,
  sql`select 'group' as resource, n.group_id::text as "resourceId", 'a number is reserved that it does not have' as what
    from ${registrationNumbers} n where not exists (select from ${groupsEverywhere} g
      where n.group_id = g.group_id and n.number_key = g.number_key)`,
  sql`select 'api-key' as resource, k.api_key_id::text as "resourceId", 'its secret is not found by its own digits' as what
    from ${apiKeysEverywhere} k where k.secret_lookup <> left(k.secret_hash, 16)`,
  sql`select 'group' as resource, p.group_id::text as "resourceId",
      'round ' || p.round_id || ' shows of it what it never was: ' || p.wrong as what
    from (select p.*, concat_ws(', ', ${sql.join(
      wrongOfGroup.map(([name, wrong]) => sql`case when ${wrong} then ${sql.raw(`'${name}'`)} end`),
      sql`, `,
    )}) as wrong from ${publishedGroups} p) p where p.wrong <> ''`,
  sql`select 'team' as resource, p.team_id::text as "resourceId",
      'round ' || p.round_id || ' shows of it what it never was: name' as what
    from ${publishedTeams} p where ${neverWas('team', sql`p.team_id`, 'name', sql`p.name`)}`,
];
