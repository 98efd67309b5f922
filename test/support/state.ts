import { sql } from 'drizzle-orm';
import { type Database, type Db, rowsOf } from '../../src/platform/db/database.js';

/**
 * A fingerprint of every row of every table, so that a test can show that a refusal changed nothing at all. Areas are
 * left out: no operation writes them, and they are 8,441 rows; and the days on which keys were used, which a refused request is too.
 */
export async function stateOf({ db }: Database): Promise<Record<string, string>> {
  const tables = await rowsOf<{ name: string }>(
    db,
    sql`select tablename as name from pg_tables where schemaname = 'public'
      and tablename not in ('areas', 'api_key_uses') order by 1`,
  );
  const parts = tables.map(({ name }) => {
    const table = sql.identifier(name);
    return sql`select ${name}::text as name, count(*) || ' ' || md5(coalesce(string_agg(r::text, '' order by r::text), '')) as rows from ${table} as r`;
  });
  const rows = await rowsOf<{ name: string; rows: string }>(db, sql.join(parts, sql` union all `));
  return Object.fromEntries(rows.map(({ name, rows }) => [name, rows]));
}

/** A row of `changes` as tests compare it. */
export interface SeenChange {
  action: string;
  resource: string;
  resourceId: string;
  areaCode: string | null;
  reason: string | null;
  actorName: string;
  version: number | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** The rows that `work` leaves in `changes`, in order. */
export async function changesDuring({ db }: Database, work: () => Promise<unknown>): Promise<SeenChange[]> {
  const last = await lastSequence(db);
  await work();
  return rowsOf<SeenChange>(
    db,
    sql`select action, resource, resource_id as "resourceId", area_code as "areaCode", reason,
      actor_name as "actorName", version, before, after from changes where sequence > ${last} order by sequence`,
  );
}

interface Figures {
  asOf?: string;
  memberCount?: number;
  savingsBaht?: number;
  developmentLevel?: number | null;
  source?: string | null;
}

/** A group as clients see it as its own columns, which is how a change keeps it. */
export function groupColumns({
  figures,
  warnings: _never,
  ...group
}: Record<string, unknown> & { figures: Figures | null }) {
  const { asOf = null, memberCount = null, savingsBaht = null, developmentLevel = null, source = null } = figures ?? {};
  return { ...group, figuresAsOf: asOf, memberCount, savingsBaht, developmentLevel, figuresSource: source };
}

async function lastSequence(db: Db): Promise<number> {
  const rows = await rowsOf<{ last: number }>(db, sql`select coalesce(max(sequence), 0)::int as last from changes`);
  return rows[0]?.last ?? 0;
}
