import { sql } from 'drizzle-orm';
import { check, date, integer, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { baht, instant } from '../../platform/db/columns.js';
import { recordKind } from '../../platform/record/record.js';
import { groupsEverywhere } from '../groups/groups.table.js';

/** The yearly figures of a group, one row a date. Read only for a group that the caller was found to see. */
export const figures = pgTable(
  'figures',
  {
    groupId: uuid('group_id')
      .notNull()
      .references(() => groupsEverywhere.groupId),
    asOf: date('as_of', { mode: 'string' }).notNull(),
    memberCount: integer('member_count').notNull(),
    savingsBaht: baht('savings_baht').notNull(),
    developmentLevel: smallint('development_level'),
    source: text('source'),
    version: integer('version').notNull().default(1),
    createdAt: instant('created_at').notNull().default(sql`now()`),
    updatedAt: instant('updated_at').notNull().default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.groupId, table.asOf] }),
    check('figures_member_count', sql`${table.memberCount} >= 0`),
    check('figures_savings_baht', sql`${table.savingsBaht} >= 0`),
    check('figures_development_level', sql`${table.developmentLevel} between 1 and 3`),
  ],
);

export const figuresKind = recordKind('figures', figures, { key: ['groupId', 'asOf'] });
