import { sql } from 'drizzle-orm';
import {
  check,
  date,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { roundStatuses, targetSelections } from '../../domain/round.js';
import { baht, codeText, instant } from '../../platform/db/columns.js';
import { scoped } from '../../platform/db/scope.js';
import { areas } from '../areas/areas.table.js';
import { groupsEverywhere } from '../groups/groups.table.js';
import { instruments } from '../instruments/instruments.table.js';
import { teamsEverywhere } from '../teams/teams.table.js';

/** Rounds of the health check. Area null is a round of the whole country; a district sees its province's rounds. */
export const roundsEverywhere = pgTable(
  'rounds',
  {
    roundId: uuid('round_id').primaryKey(),
    fiscalYearBe: smallint('fiscal_year_be').notNull(),
    roundNo: smallint('round_no').notNull(),
    areaCode: codeText('area_code').references(() => areas.areaCode),
    title: text('title').notNull(),
    instrumentCode: text('instrument_code').notNull(),
    instrumentVersion: integer('instrument_version').notNull(),
    startsOn: date('starts_on', { mode: 'string' }).notNull(),
    endsOn: date('ends_on', { mode: 'string' }).notNull(),
    targetSelection: text('target_selection', { enum: [...targetSelections] }).notNull(),
    targetPopulation: integer('target_population'),
    status: text('status', { enum: [...roundStatuses] }).notNull(),
    openedAt: instant('opened_at'),
    closedAt: instant('closed_at'),
    publishedAt: instant('published_at'),
    version: integer('version').notNull().default(1),
    createdAt: instant('created_at').notNull().default(sql`now()`),
    updatedAt: instant('updated_at').notNull().default(sql`now()`),
  },
  (table) => [
    unique('rounds_area_year_no').on(table.areaCode, table.fiscalYearBe, table.roundNo).nullsNotDistinct(),
    foreignKey({
      name: 'rounds_instrument',
      columns: [table.instrumentCode, table.instrumentVersion],
      foreignColumns: [instruments.code, instruments.instrumentVersion],
    }),
    check('rounds_days_in_order', sql`${table.startsOn} <= ${table.endsOn}`),
  ],
);

export const rounds = scoped(roundsEverywhere, 'rounds', { andAbove: true });

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
