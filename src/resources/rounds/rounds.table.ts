import { sql } from 'drizzle-orm';
import { check, date, foreignKey, integer, pgTable, smallint, text, unique, uuid } from 'drizzle-orm/pg-core';
import { roundStatuses, targetSelections } from '../../domain/round.js';
import { codeText, instant } from '../../platform/db/columns.js';
import { scoped } from '../../platform/db/scope.js';
import { recordKind } from '../../platform/record/record.js';
import { areas } from '../areas/areas.table.js';
import { instruments } from '../instruments/instruments.table.js';

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

export const roundKind = recordKind('round', roundsEverywhere, { key: ['roundId'] });
