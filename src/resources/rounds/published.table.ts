import { integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { baht, codeText } from '../../platform/db/columns.js';
import { groupsEverywhere } from '../groups/groups.table.js';
import { roundsEverywhere } from './rounds.table.js';

/**
 * What the groups of a published round were when it was published: their names, and the figures that its priorities are
 * weighed by. The groups themselves go on to change, and what was published does not.
 */
export const publishedGroups = pgTable(
  'published_groups',
  {
    roundId: uuid('round_id')
      .notNull()
      .references(() => roundsEverywhere.roundId),
    groupId: uuid('group_id')
      .notNull()
      .references(() => groupsEverywhere.groupId),
    registrationNo: codeText('registration_no').notNull(),
    name: text('name').notNull(),
    memberCount: integer('member_count'),
    savingsBaht: baht('savings_baht'),
  },
  (table) => [primaryKey({ columns: [table.roundId, table.groupId] })],
);

/** What teams were called when the round was published. Most of them have no work in it, so they may still be deleted. */
export const publishedTeams = pgTable(
  'published_teams',
  {
    roundId: uuid('round_id')
      .notNull()
      .references(() => roundsEverywhere.roundId),
    teamId: uuid('team_id').notNull(),
    name: text('name').notNull(),
  },
  (table) => [primaryKey({ columns: [table.roundId, table.teamId] })],
);
