import { sql } from 'drizzle-orm';
import { check, foreignKey, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import { columnsOf } from '../../platform/record/fields.js';
import { recordKind } from '../../platform/record/record.js';
import { figuresFields } from '../groups/figures.record.js';
import { groupsEverywhere } from '../groups/groups.table.js';

/** The yearly figures of a group, one row a date. Read only for a group that the caller was found to see. */
export const figures = pgTable('figures', columnsOf(figuresFields), (table) => [
  primaryKey({ columns: [table.groupId, table.asOf] }),
  foreignKey({ columns: [table.groupId], foreignColumns: [groupsEverywhere.groupId] }),
  check('figures_member_count', sql`${table.memberCount} >= 0`),
  check('figures_savings_baht', sql`${table.savingsBaht} >= 0`),
  check('figures_development_level', sql`${table.developmentLevel} between 1 and 3`),
]);

export const figuresKind = recordKind('figures', figures, { key: ['groupId', 'asOf'] });
