import { sql } from 'drizzle-orm';
import { type Db, rowsOf } from '../../src/platform/db/database.js';

/**
 * Lays all changes one over the other and compares what comes out with the tables. It knows nothing of how the service
 * writes changes or reads them: only what `changes` says of itself, and how columns are called. With a moment it takes the
 * changes until then; the database is to be read as of it.
 */
export async function replay(db: Db, moment = 'infinity'): Promise<{ records: number; differences: string[] }> {
  const differences = await unknownResources(db);
  const records = new Map<string, Row>();
  for (const change of await changesOf(db, moment)) differences.push(...lay(records, change));
  let compared = 0;
  const alive = new Set<string>();
  for (const [resource, { table, key, separator = '/' }] of Object.entries(kinds)) {
    for (const row of await rowsOfTable(db, table)) {
      const name = `${resource} ${key.map((column) => row[column]).join(separator)}`;
      const replayed = records.get(name);
      alive.add(name);
      // The built-in instrument came with a migration.
      if (replayed === undefined && resource === 'instrument') continue;
      compared += 1;
      if (replayed === undefined) differences.push(`${name} has no changes`);
      else differences.push(...differing(name, replayed, row));
    }
  }
  for (const name of records.keys()) if (!alive.has(name)) differences.push(`${name} was deleted without a change`);
  return { records: compared, differences };
}

type Row = Record<string, unknown>;

interface Kind {
  table: string;
  key: readonly string[];
  separator?: string;
}

const kinds: Record<string, Kind> = {
  group: { table: 'groups', key: ['groupId'] },
  figures: { table: 'figures', key: ['groupId', 'asOf'] },
  team: { table: 'teams', key: ['teamId'] },
  round: { table: 'rounds', key: ['roundId'] },
  target: { table: 'targets', key: ['roundId', 'groupId'] },
  assessment: { table: 'assessments', key: ['roundId', 'groupId'] },
  plan: { table: 'plans', key: ['planId'] },
  'plan-action': { table: 'plan_actions', key: ['planId', 'actionId'] },
  'api-key': { table: 'api_keys', key: ['apiKeyId'] },
  'sign-out': { table: 'sign_outs', key: ['signOutId'] },
  webhook: { table: 'webhooks', key: ['webhookId'] },
  instrument: { table: 'instruments', key: ['code', 'instrumentVersion'], separator: '@' },
};

/** The resources whose records are replayed. */
export const replayedResources: readonly string[] = Object.keys(kinds);

/** Resources with changes that nothing here knows the table of; a number that was released is no record. */
async function unknownResources(db: Db): Promise<string[]> {
  const rows = await rowsOf<{ resource: string }>(db, sql`select distinct resource from changes`);
  const known = new Set([...Object.keys(kinds), 'registration-number']);
  return rows
    .filter(({ resource }) => !known.has(resource))
    .map(({ resource }) => `${resource} is no kind that is replayed`);
}

/** What the database makes itself, and what is secret. */
const noColumns = new Set([
  ...['recordedAt', 'searchText', 'sharesNumber', 'numberKey'],
  ...['secretHash', 'secretLookup', 'previousHash', 'previousLookup'],
]);

/** What a column was given that came later and is never empty. */
const whenAdded: Row = { actsOnBehalf: false };

interface Change {
  name: string;
  action: string;
  version: number | null;
  before: Row | null;
  after: Row | null;
  at: string;
}

function changesOf(db: Db, moment: string): Promise<Change[]> {
  return rowsOf<Change>(
    db,
    sql`select resource || ' ' || resource_id as name, action, version, before, after,
        to_char(happened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
      from changes where happened_at <= ${moment} and resource in (select json_array_elements_text(${JSON.stringify(Object.keys(kinds))}::json))
      order by sequence`,
  );
}

/** Rows by the names of their columns in camel case, instants in UTC with milliseconds. */
async function rowsOfTable(db: Db, table: string): Promise<Row[]> {
  const columns = await rowsOf<{ name: string; type: string }>(
    db,
    sql`select column_name as name, data_type as type from information_schema.columns
      where table_schema = 'public' and table_name = ${table}`,
  );
  // A database of before has no table of what came later.
  if (columns.length === 0) return [];
  const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const shown = columns.map(({ name, type }) => {
    const column = sql.identifier(name);
    const value = type.startsWith('timestamp')
      ? sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
      : sql`${column}`;
    return sql`${camel(name)}::text, ${value}`;
  });
  const rows = await rowsOf<{ row: Row }>(
    db,
    sql`select json_build_object(${sql.join(shown, sql`, `)}) as row from ${sql.identifier(table)}`,
  );
  return rows.map(({ row }) => Object.fromEntries(Object.entries(row).filter(([name]) => !noColumns.has(name))));
}

/** What is wrong with a change after those before it. */
function lay(records: Map<string, Row>, { name, action, version, before, after, at }: Change): string[] {
  const row = records.get(name);
  const said = `${action} of ${name}`;
  if (after === null) {
    records.delete(name);
    return row === undefined ? [`${said}: there was none`] : differing(said, row, before ?? {});
  }
  if (before === null) {
    records.set(name, { ...after });
    return row === undefined ? [] : [`${said}: there was one`];
  }
  if (row === undefined) return [`${said}: there was none`];
  const wrong = Object.entries(before).filter(([column, value]) => !holds(row[column] ?? null, value, column));
  const next: Row = { ...row, ...('updatedAt' in row ? { updatedAt: at } : {}), version };
  for (const [column, value] of Object.entries(after)) {
    next[column] = column === 'reasons' ? withEntries(row.reasons, value) : value;
  }
  records.set(name, next);
  return [
    ...wrong.map(([column]) => `${said}: ${column} was something else before`),
    ...(version === Number(row.version) + 1 ? [] : [`${said}: version ${version} after ${row.version}`]),
  ];
}

function holds(value: unknown, said: unknown, column: string): boolean {
  if (column !== 'reasons') return same(value, said);
  return Object.entries(said ?? {}).every(([key, reason]) => ((value as Row)[key] ?? null) === reason);
}

function withEntries(old: unknown, changed: unknown): Row {
  const entries = Object.entries({ ...(old as Row), ...(changed as Row) });
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}

function differing(name: string, replayed: Row, row: Row): string[] {
  const columns = new Set([...Object.keys(replayed), ...Object.keys(row)]);
  return (
    [...columns]
      // What is younger than a change is not in it.
      .filter((column) => !same(replayed[column] ?? whenAdded[column] ?? null, row[column] ?? null))
      .map((column) => `${name}: ${column} differs`)
  );
}

/** Values of JSON, whatever the order of their keys. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
