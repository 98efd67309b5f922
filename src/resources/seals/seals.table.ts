import { sql } from 'drizzle-orm';
import { check, pgTable } from 'drizzle-orm/pg-core';
import { columnsOf } from '../../platform/record/fields.js';
import { sealFields } from './seals.record.js';

/** Seals over the log of changes, each chained to the one before. */
export const seals = pgTable('seals', columnsOf(sealFields), (table) => [
  check('seals_positions_in_order', sql`${table.fromPosition} <= ${table.toPosition}`),
]);
