import { index, pgTable } from 'drizzle-orm/pg-core';
import { scoped } from '../../platform/db/scope.js';
import { columnsOf } from '../../platform/record/fields.js';
import { recordKind } from '../../platform/record/record.js';
import { teamFields } from './teams.record.js';

/** Check teams. A district can see the provincial teams that visit its groups. */
export const teamsEverywhere = pgTable('teams', columnsOf(teamFields), (table) => [
  index('teams_by_area').on(table.areaCode, table.teamId),
]);

export const teams = scoped(teamsEverywhere, 'teams', { andAbove: true });

export const teamKind = recordKind('team', teamsEverywhere, { key: ['teamId'] });
