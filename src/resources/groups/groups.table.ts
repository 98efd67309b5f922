import { sql } from 'drizzle-orm';
import { boolean, foreignKey, index, type PgTableExtraConfigValue, pgTable, unique, uuid } from 'drizzle-orm/pg-core';
import { numberFolding, zerosFolding } from '../../domain/registration-no.js';
import { searchFolding } from '../../domain/search.js';
import { codeText } from '../../platform/db/columns.js';
import { foldedSql } from '../../platform/db/folding.js';
import { scoped } from '../../platform/db/scope.js';
import { columnsOf } from '../../platform/record/fields.js';
import { recordKind } from '../../platform/record/record.js';
import { groupFields } from './groups.record.js';

/**
 * The registry of savings groups. The latest figures stand in the group's own row, so that a list filtered by
 * development level reads one table; `figures` has the whole series.
 */
export const groupsEverywhere = pgTable(
  'groups',
  {
    ...columnsOf(groupFields),
    // What `q` looks into. Name and number are apart by a line break, which no search can contain.
    searchText: codeText('search_text')
      .notNull()
      .generatedAlwaysAs(sql.raw(foldedSql(searchFolding, `(name || U&'\\000A' || registration_no) collate "C"`))),
    // Found when numbers began to be compared as what they are: an older group has the same one. Nothing new gets it.
    sharesNumber: boolean('shares_number').notNull().default(false),
    // What identifies the number; a group that shares one is known by its id, and by the number as it is written.
    numberKey: codeText('number_key')
      .notNull()
      .generatedAlwaysAs(
        sql.raw(
          `case when shares_number then '=' || group_id::text else ${foldedSql(numberFolding, 'registration_no')} end`,
        ),
      ),
  },
  (table): PgTableExtraConfigValue[] => [
    index('groups_by_area').on(table.areaCode, table.groupId),
    index('groups_by_registration_no').on(table.registrationNo, table.groupId),
    index('groups_by_name').on(table.name, table.groupId),
    index('groups_sharing_numbers').on(table.registrationNo).where(sql`shares_number`),
    unique('groups_number').on(table.groupId, table.numberKey),
    // Deferred in the migration, as the one the other way round: each of the two rows needs the other.
    foreignKey({
      name: 'groups_number_is_reserved',
      columns: [table.groupId, table.numberKey],
      foreignColumns: [registrationNumbers.groupId, registrationNumbers.numberKey],
    }),
  ],
);

export const groups = scoped(groupsEverywhere, 'groups');

/** What a group is found by is no column of its own: the database makes it. */
export const groupKind = recordKind('group', groupsEverywhere, {
  key: ['groupId'],
  without: ['searchText', 'sharesNumber', 'numberKey'],
});

/**
 * Guards that a registration number belongs to one group: the group has the number that is reserved for it and no
 * other, which the foreign keys in both directions hold. A separate table, because when groups are distributed by their
 * id the database can no longer keep another column unique in them.
 */
export const registrationNumbers = pgTable(
  'registration_numbers',
  {
    numberKey: codeText('number_key').primaryKey(),
    groupId: uuid('group_id').notNull(),
    // Numbers that differ only by zeros have it in common.
    withoutZeros: codeText('without_zeros')
      .notNull()
      .generatedAlwaysAs(sql.raw(foldedSql(zerosFolding, 'number_key'))),
  },
  (table): PgTableExtraConfigValue[] => [
    unique('registration_numbers_group').on(table.groupId, table.numberKey),
    index('registration_numbers_without_zeros').on(table.withoutZeros, table.numberKey),
    foreignKey({
      name: 'registration_numbers_is_of_group',
      columns: [table.groupId, table.numberKey],
      foreignColumns: [groupsEverywhere.groupId, groupsEverywhere.numberKey],
    }),
  ],
);
