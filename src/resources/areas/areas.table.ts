import { sql } from 'drizzle-orm';
import { check, date, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { areaKinds } from '../../domain/area.js';
import { codeText, thaiText } from '../../platform/db/columns.js';

/**
 * Areas by DOPA code. Codes change over time, so each may carry the days it is valid on; null is unknown or unlimited.
 * Public data that every caller may read, so it is not cut to anybody's area.
 */
export const areas = pgTable(
  'areas',
  {
    areaCode: codeText('area_code').primaryKey(),
    kind: text('kind', { enum: [...areaKinds] }).notNull(),
    nameTh: thaiText('name_th').notNull(),
    nameEn: text('name_en').notNull(),
    parentCode: codeText('parent_code'),
    validFrom: date('valid_from', { mode: 'string' }),
    validTo: date('valid_to', { mode: 'string' }),
    version: integer('version').notNull().default(1),
  },
  (table) => [
    index('areas_by_parent').on(table.parentCode, table.areaCode),
    check('areas_code_digits', sql`${table.areaCode} ~ '^([0-9]{2}){1,4}$'`),
    check(
      'areas_parent_contains',
      sql`${table.parentCode} is not distinct from nullif(left(${table.areaCode}, -2), '')`,
    ),
  ],
);
