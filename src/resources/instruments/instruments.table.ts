import { sql } from 'drizzle-orm';
import { integer, json, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { Instrument } from '../../domain/instrument.js';
import { instant } from '../../platform/db/columns.js';
import { recordKind } from '../../platform/record/record.js';

/** Versions of the thermometer. A version is one immutable document; `instrument` is its name, such as `fhc@1`. */
export const instruments = pgTable(
  'instruments',
  {
    code: text('code').notNull(),
    instrumentVersion: integer('instrument_version').notNull(),
    instrumentId: uuid('instrument_id').notNull(),
    content: json('content').notNull().$type<Instrument>(),
    createdAt: instant('created_at').notNull().default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.code, table.instrumentVersion] }),
    unique('instruments_instrument_id').on(table.instrumentId),
  ],
);

export const instrumentKind = recordKind('instrument', instruments, {
  key: ['code', 'instrumentVersion'],
  separator: '@',
});
