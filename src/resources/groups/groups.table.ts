import { sql } from 'drizzle-orm';
import { check, date, index, integer, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { groupStatuses } from '../../domain/group.js';
import { folding } from '../../domain/search.js';
import { baht, codeText, instant, thaiText } from '../../platform/db/columns.js';
import { columnsOf, scoped } from '../../platform/db/scope.js';
import { areas } from '../areas/areas.table.js';

/**
 * The registry of savings groups. The latest figures stand in the group's own row, so that a list filtered by
 * development level reads one table; `figures` has the whole series.
 */
export const groupsEverywhere = pgTable(
  'groups',
  {
    groupId: uuid('group_id').primaryKey(),
    registrationNo: codeText('registration_no').notNull(),
    name: thaiText('name').notNull(),
    areaCode: codeText('area_code')
      .notNull()
      .references(() => areas.areaCode),
    villageName: text('village_name'),
    foundedOn: date('founded_on', { mode: 'string' }),
    status: text('status', { enum: [...groupStatuses] }).notNull(),
    figuresAsOf: date('figures_as_of', { mode: 'string' }),
    memberCount: integer('member_count'),
    savingsBaht: baht('savings_baht'),
    developmentLevel: smallint('development_level'),
    figuresSource: text('figures_source'),
    version: integer('version').notNull().default(1),
    createdAt: instant('created_at').notNull().default(sql`now()`),
    updatedAt: instant('updated_at').notNull().default(sql`now()`),
    // What `q` looks into. Name and number are apart by a line break, which no search can contain.
    searchText: codeText('search_text')
      .notNull()
      .generatedAlwaysAs(sql.raw(searchableSql(`(name || U&'\\000A' || registration_no) collate "C"`))),
  },
  (table) => [
    index('groups_by_area').on(table.areaCode, table.groupId),
    index('groups_by_registration_no').on(table.registrationNo, table.groupId),
    index('groups_by_name').on(table.name, table.groupId),
  ],
);

export const groups = scoped(groupsEverywhere, 'groups');

/** The columns of a group that are read, of the table or of what a door cut from it: all but what `q` looks into. */
export function shownColumns(table = groupsEverywhere) {
  const { searchText, ...columns } = columnsOf(groupsEverywhere, table);
  return columns;
}

/** `searchable` in SQL, of an expression whose collation folds the letters A to Z alone. */
export function searchableSql(text: string): string {
  const { silent, digits, pairs } = folding;
  const folded = `translate(lower(${text}), ${literal(digits + silent)}, '0123456789')`;
  return pairs.reduce((sql, [pair, sign]) => `replace(${sql}, ${literal(pair)}, ${literal(sign)})`, folded);
}

/** Signs as an SQL text in plain ASCII: marks without a letter under them cannot be read in a migration. */
function literal(signs: string): string {
  const codes = Array.from(signs, (sign) => `\\${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `U&'${codes.join('')}'`;
}

/**
 * Guards that a registration number belongs to one group. A separate table, because when groups are distributed by
 * their id the database can no longer keep another column unique in them.
 */
export const registrationNumbers = pgTable('registration_numbers', {
  registrationNo: codeText('registration_no').primaryKey(),
  groupId: uuid('group_id').notNull(),
});

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
