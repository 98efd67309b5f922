import { and, asc, count, eq, gt, inArray, type SQL, sql } from 'drizzle-orm';
import type { PgSelect } from 'drizzle-orm/pg-core';
import type { Principal } from '../../domain/access.js';
import { problems } from '../../domain/problem.js';
import type { TeamTier } from '../../domain/team.js';
import { type Db, onlyRow, type Tx } from '../../platform/db/database.js';
import { refusing } from '../../platform/db/driver-error.js';
import { jsonFields, jsonLines } from '../../platform/db/json-lines.js';
import { underPrefix } from '../../platform/db/scope.js';
import type { WholeQuery } from '../../platform/db/whole.js';
import type { PageRequest } from '../../platform/http/page.js';
import type { AcceptedOf } from '../../platform/record/fields.js';
import { viewOf } from '../../platform/record/views.js';
import { teamFields } from './teams.record.js';
import { teams, teamsEverywhere } from './teams.table.js';

export type TeamRow = typeof teamsEverywhere.$inferSelect;

/** What a caller may write of a team. */
export type TeamContent = AcceptedOf<typeof teamFields>;

export interface TeamFilter {
  area?: string | undefined;
  tier?: TeamTier | undefined;
}

export function listTeamRows(db: Db, principal: Principal, filter: TeamFilter, page: PageRequest): Promise<TeamRow[]> {
  const visible = teams.visibleTo(principal);
  return inOrder(db.select().from(visible).$dynamic(), visible, filter, page);
}

/** The same list as JSON lines. */
export function teamLines(db: Db, principal: Principal, filter: TeamFilter, page: PageRequest): WholeQuery {
  const visible = teams.visibleTo(principal);
  const item = jsonFields(viewOf(teamFields, visible, {}));
  return jsonLines(inOrder(db.select(item).from(visible).$dynamic(), visible, filter, page));
}

export async function countTeams(db: Db, principal: Principal, filter: TeamFilter): Promise<number> {
  const visible = teams.visibleTo(principal);
  return onlyRow(await db.select({ total: count() }).from(visible).where(matching(visible, filter))).total;
}

/** A team that the caller may see, or null. */
export async function findTeam(db: Db, principal: Principal, teamId: string): Promise<TeamRow | null> {
  const visible = teams.visibleTo(principal);
  const [team] = await db.select().from(visible).where(eq(visible.teamId, teamId));
  return team ?? null;
}

/** @throws problems.teamNotFound (404) */
export async function getTeamRow(db: Db, principal: Principal, teamId: string): Promise<TeamRow> {
  const team = await findTeam(db, principal, teamId);
  if (team === null) throw problems.teamNotFound(teamId);
  return team;
}

/** Names by team id, for a breakdown; a team's name is in Thai, and stands for both languages. */
export async function teamNames(db: Db, teamIds: readonly string[]): Promise<Map<string, { th: string; en: string }>> {
  if (teamIds.length === 0) return new Map();
  const rows = await db
    .select({ teamId: teamsEverywhere.teamId, name: teamsEverywhere.name })
    .from(teamsEverywhere)
    .where(inArray(teamsEverywhere.teamId, [...teamIds]));
  return new Map(rows.map(({ teamId, name }) => [teamId, { th: name, en: name }]));
}

/** A team wherever it works, held against other writes. */
export async function findAndLockTeam(tx: Tx, teamId: string): Promise<TeamRow | null> {
  const [team] = await tx.select().from(teamsEverywhere).where(eq(teamsEverywhere.teamId, teamId)).for('update');
  return team ?? null;
}

/** @throws problems.idTaken (409) */
export async function insertTeam(tx: Tx, teamId: string, content: TeamContent): Promise<TeamRow> {
  const inserted = tx
    .insert(teamsEverywhere)
    .values({ teamId, ...content })
    .returning();
  return onlyRow(await refusing(inserted.execute(), { teams_pkey: () => problems.idTaken(teamId) }));
}

export async function updateTeam(tx: Tx, teamId: string, content: TeamContent): Promise<TeamRow> {
  const rows = await tx
    .update(teamsEverywhere)
    .set({ ...content, version: sql`${teamsEverywhere.version} + 1`, updatedAt: sql`now()` })
    .where(eq(teamsEverywhere.teamId, teamId))
    .returning();
  return onlyRow(rows);
}

/** @throws problems.teamInUse (409) */
export async function removeTeam(tx: Tx, teamId: string): Promise<void> {
  const removed = tx.delete(teamsEverywhere).where(eq(teamsEverywhere.teamId, teamId)).execute();
  await refusing(removed, {
    targets_team_id_teams_team_id_fk: problems.teamInUse,
    assessments_team_id_teams_team_id_fk: problems.teamInUse,
  });
}

function inOrder<Query extends PgSelect>(
  query: Query,
  visible: typeof teamsEverywhere,
  filter: TeamFilter,
  page: PageRequest,
) {
  const after = page.after === null ? undefined : gt(visible.teamId, String(page.after[0]));
  return query
    .where(and(matching(visible, filter), after))
    .orderBy(asc(visible.teamId))
    .limit(page.fetch);
}

function matching(visible: typeof teamsEverywhere, { area, tier }: TeamFilter): SQL | undefined {
  return and(
    area === undefined ? undefined : underPrefix(visible.areaCode, area),
    tier === undefined ? undefined : eq(visible.tier, tier),
  );
}
