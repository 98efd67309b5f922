import { sql } from 'drizzle-orm';
import { index, integer, json, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { type TeamMember, teamTiers } from '../../domain/team.js';
import { codeText, instant, thaiText } from '../../platform/db/columns.js';
import { scoped } from '../../platform/db/scope.js';
import { recordKind } from '../../platform/record/record.js';
import { areas } from '../areas/areas.table.js';

/** Check teams. A district can see the provincial teams that visit its groups. */
export const teamsEverywhere = pgTable(
  'teams',
  {
    teamId: uuid('team_id').primaryKey(),
    name: thaiText('name').notNull(),
    tier: text('tier', { enum: [...teamTiers] }).notNull(),
    areaCode: codeText('area_code')
      .notNull()
      .references(() => areas.areaCode),
    members: json('members').notNull().$type<TeamMember[]>(),
    version: integer('version').notNull().default(1),
    createdAt: instant('created_at').notNull().default(sql`now()`),
    updatedAt: instant('updated_at').notNull().default(sql`now()`),
  },
  (table) => [index('teams_by_area').on(table.areaCode, table.teamId)],
);

export const teams = scoped(teamsEverywhere, 'teams', { andAbove: true });

export const teamKind = recordKind('team', teamsEverywhere, { key: ['teamId'] });
