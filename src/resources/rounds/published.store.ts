/** What a published round shows of records that are not its own: they stay as they were when it was published. */
import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Db, Tx } from '../../platform/db/database.js';
import { changesEverywhere } from '../changes/changes.table.js';
import { groupsEverywhere } from '../groups/groups.table.js';
import { targetsEverywhere } from '../targets/targets.table.js';
import { teamsEverywhere } from '../teams/teams.table.js';
import { publishedGroups, publishedTeams } from './published.table.js';
import { roundsEverywhere } from './rounds.table.js';

/** Name and number of a group beside a record of a round: as they are, or as they were when the round was published. */
export const shownNames = {
  registrationNo: sql<string>`coalesce(${publishedGroups.registrationNo}, ${groupsEverywhere.registrationNo})`.as(
    'registration_no',
  ),
  groupName: sql<string>`coalesce(${publishedGroups.name}, ${groupsEverywhere.name})`.as('group_name'),
};

/** Joins what was kept of the group of a record; there is none while the round is not published. */
export function asPublished(record: { roundId: PgColumn; groupId: PgColumn }): SQL | undefined {
  return and(eq(publishedGroups.roundId, record.roundId), eq(publishedGroups.groupId, record.groupId));
}

/** What teams were called when a round was published; those that were not kept are not in it. */
export async function publishedTeamNames(
  db: Db,
  roundId: string,
  teamIds: readonly string[],
): Promise<Map<string, { th: string; en: string }>> {
  if (teamIds.length === 0) return new Map();
  const rows = await db
    .select({ teamId: publishedTeams.teamId, name: publishedTeams.name })
    .from(publishedTeams)
    .where(and(eq(publishedTeams.roundId, roundId), inArray(publishedTeams.teamId, [...teamIds])));
  return new Map(rows.map(({ teamId, name }) => [teamId, { th: name, en: name }]));
}

/**
 * Keeps the groups and the teams of a round as they are now. A sheet may name another team than its target does, so
 * all teams are kept that work in the round's area or around it, or did when the sheet was written.
 */
export async function keepAsPublished(tx: Tx, roundId: string): Promise<void> {
  const { registrationNo, name, memberCount, savingsBaht } = groupsEverywhere;
  await tx.execute(sql`
    insert into ${publishedGroups} (round_id, group_id, registration_no, name, member_count, savings_baht)
    select ${targetsEverywhere.roundId}, ${targetsEverywhere.groupId}, ${registrationNo}, ${name}, ${memberCount}, ${savingsBaht}
    from ${targetsEverywhere} join ${groupsEverywhere} on ${groupsEverywhere.groupId} = ${targetsEverywhere.groupId}
    where ${targetsEverywhere.roundId} = ${roundId}`);
  const ofRound = roundsEverywhere.areaCode;
  const reaches = (area: SQL | PgColumn) =>
    sql`(${ofRound} is null or starts_with(${ofRound}, ${area}) or starts_with(${area}, ${ofRound}))`;
  const { resource, resourceId, before } = changesEverywhere;
  await tx.execute(sql`
    insert into ${publishedTeams} (round_id, team_id, name)
    select ${roundId}, ${teamsEverywhere.teamId}, ${teamsEverywhere.name} from ${teamsEverywhere}
    where ${teamsEverywhere.teamId} in (select ${targetsEverywhere.teamId} from ${targetsEverywhere}
        where ${targetsEverywhere.roundId} = ${roundId})
      or exists (select from ${roundsEverywhere} where ${roundsEverywhere.roundId} = ${roundId}
        and (${reaches(teamsEverywhere.areaCode)} or exists (select from ${changesEverywhere} where ${resource} = 'team'
          and ${resourceId} = ${teamsEverywhere.teamId}::text and ${reaches(sql`${before} ->> 'areaCode'`)})))`);
}
