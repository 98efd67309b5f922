import { sql } from 'drizzle-orm';
import { check, foreignKey, pgTable, unique } from 'drizzle-orm/pg-core';
import { scoped } from '../../platform/db/scope.js';
import { columnsOf } from '../../platform/record/fields.js';
import { recordKind } from '../../platform/record/record.js';
import { instruments } from '../instruments/instruments.table.js';
import { roundFields } from './rounds.record.js';

/** Rounds of the health check. Area null is a round of the whole country; a district sees its province's rounds. */
export const roundsEverywhere = pgTable('rounds', columnsOf(roundFields), (table) => [
  unique('rounds_area_year_no').on(table.areaCode, table.fiscalYearBe, table.roundNo).nullsNotDistinct(),
  foreignKey({
    name: 'rounds_instrument',
    columns: [table.instrumentCode, table.instrumentVersion],
    foreignColumns: [instruments.code, instruments.instrumentVersion],
  }),
  check('rounds_days_in_order', sql`${table.startsOn} <= ${table.endsOn}`),
]);

export const rounds = scoped(roundsEverywhere, 'rounds', { andAbove: true });

export const roundKind = recordKind('round', roundsEverywhere, { key: ['roundId'] });
