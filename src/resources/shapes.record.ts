/** The fields that most records have. */
import { sql } from 'drizzle-orm';
import { integer } from 'drizzle-orm/pg-core';
import { instant as instantColumn } from '../platform/db/columns.js';
import { instant, version } from './shapes.contract.js';

/** Since when the record is there and when it last changed: what the service says itself. */
export const versioned = {
  version: { shown: version, column: integer('version').notNull().default(1), example: 1 },
  createdAt: {
    shown: instant,
    column: instantColumn('created_at').notNull().default(sql`now()`),
    example: '2012-03-01T02:00:00.000Z',
  },
  updatedAt: {
    shown: instant,
    column: instantColumn('updated_at').notNull().default(sql`now()`),
    example: '2012-03-01T02:00:00.000Z',
  },
};
