import { sql } from 'drizzle-orm';
import { index, integer, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core';
import { codeText, instant } from '../../platform/db/columns.js';
import { scoped } from '../../platform/db/scope.js';
import { recordKind } from '../../platform/record/record.js';
import { groupsEverywhere } from '../groups/groups.table.js';
import { roundsEverywhere } from '../rounds/rounds.table.js';
import { teamsEverywhere } from '../teams/teams.table.js';

/** The groups a round checks, each with the team that visits it; the area is the group's when it became a target. */
export const targetsEverywhere = pgTable(
  'targets',
  {
    groupId: uuid('group_id')
      .notNull()
      .references(() => groupsEverywhere.groupId),
    roundId: uuid('round_id')
      .notNull()
      .references(() => roundsEverywhere.roundId),
    areaCode: codeText('area_code').notNull(),
    teamId: uuid('team_id').references(() => teamsEverywhere.teamId),
    version: integer('version').notNull().default(1),
    createdAt: instant('created_at').notNull().default(sql`now()`),
    updatedAt: instant('updated_at').notNull().default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.groupId, table.roundId] }),
    index('targets_by_round').on(table.roundId, table.areaCode, table.groupId),
    index('targets_by_team').on(table.teamId),
  ],
);

export const targets = scoped(targetsEverywhere, 'targets');

export const targetKind = recordKind('target', targetsEverywhere, { key: ['roundId', 'groupId'] });
