/** The figures of a group on a day. They stand with the groups, because a group repeats its latest ones. */
import { date, integer, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { baht as bahtColumn } from '../../platform/db/columns.js';
import { component } from '../../platform/http/components.js';
import { acceptedOf, fields, shownOf } from '../../platform/record/fields.js';
import { baht, day, developmentLevel, id, line } from '../shapes.contract.js';
import { versioned } from '../shapes.record.js';

const memberCount = z
  .int()
  .min(0)
  .max(10_000_000)
  .meta({ examples: [120] });

export const figuresFields = fields({
  groupId: { shown: id, column: uuid('group_id').notNull(), example: '01936d5e-6f70-7c3a-9c55-0242ac120002' },
  asOf: { shown: day, column: date('as_of', { mode: 'string' }).notNull(), example: '2012-03-31' },
  memberCount: {
    shown: memberCount,
    accepted: memberCount,
    column: integer('member_count').notNull(),
    example: 71,
  },
  savingsBaht: { shown: baht, accepted: baht, column: bahtColumn('savings_baht').notNull(), example: 366500.5 },
  developmentLevel: {
    shown: developmentLevel.nullable(),
    accepted: developmentLevel.nullable().default(null),
    column: smallint('development_level').$type<1 | 2 | 3>(),
    example: 3,
  },
  source: {
    shown: z.string().nullable(),
    accepted: line(500).nullable().default(null),
    column: text('source'),
    example: 'ผลการจัดระดับการพัฒนา ปี 2555',
  },
  ...versioned,
});

const {
  groupId: _ofGroup,
  version: _version,
  createdAt: _createdAt,
  updatedAt: _updatedAt,
  ...latest
} = shownOf(figuresFields);

/** The latest figures of a group, as its record shows them. */
export const latestFigures = component(
  'LatestFigures',
  z.strictObject({
    ...latest,
    source: latest.source.meta({ description: 'Where the figures come from' }),
  }),
)
  .nullable()
  .meta({ description: 'The latest figures; null when there are none yet' });

/** Figures as they are recorded; a restored group brings its latest. */
export const FiguresContent = component('FiguresContent', z.strictObject(acceptedOf(figuresFields)));
