import { sql } from 'drizzle-orm';
import { check, foreignKey, type PgColumn, pgTable, unique } from 'drizzle-orm/pg-core';
import type { Drafts, HangsOn } from '../../platform/db/drafts.js';
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

const drafts: Drafts = { status: roundsEverywhere.status };

export const rounds = scoped(roundsEverywhere, 'rounds', { andAbove: true, drafts });

export const roundKind = recordKind('round', roundsEverywhere, { key: ['roundId'], drafts });

/** What is of a round hangs on it: nothing of it is told before the round is opened. `own` names the round. */
export function ofRound(own: PgColumn): HangsOn {
  return { own, key: roundsEverywhere.roundId, status: roundsEverywhere.status };
}
