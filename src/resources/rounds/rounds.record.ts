import { date, integer, json, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import type { GivenReason } from '../../domain/history.js';
import { roundStatuses, targetSelections } from '../../domain/round.js';
import { codeText, instant as instantColumn } from '../../platform/db/columns.js';
import { component } from '../../platform/http/components.js';
import { fields } from '../../platform/record/fields.js';
import { givenReason } from '../actor.contract.js';
import { areas } from '../areas/areas.table.js';
import { areaCode, chosenId, day, id, instant, instrumentRef, line } from '../shapes.contract.js';
import { versioned } from '../shapes.record.js';

export const roundStatus = component('RoundStatus', z.enum(roundStatuses));

export const targetSelection = component(
  'TargetSelection',
  z.enum(targetSelections).meta({ description: 'How the targets were chosen; only a random sample gives intervals' }),
);

const fiscalYearBe = z
  .int()
  .min(2517)
  .max(2700)
  .meta({
    description: 'Fiscal year of the Buddhist era, 1 October to 30 September, named by its end',
    examples: [2555],
  });

const roundNo = z
  .int()
  .min(1)
  .max(12)
  .meta({ description: 'Round within the year', examples: [1] });

const ofArea = areaCode.nullable().meta({ description: 'Whose round it is; null is the whole country' });

const targetPopulation = z
  .int()
  .min(1)
  .max(10_000_000)
  .nullable()
  .meta({ description: 'How many groups the targets were chosen from; null when not known', examples: [786] });

/** A round of the health check. Its instrument is shown by its name and kept as code and version. */
export const roundFields = fields({
  roundId: {
    shown: id,
    acceptedOnce: chosenId,
    column: uuid('round_id').primaryKey(),
    example: '01936d5e-6f70-7c3a-9c55-0242ac120004',
  },
  fiscalYearBe: {
    shown: fiscalYearBe,
    accepted: fiscalYearBe,
    column: smallint('fiscal_year_be').notNull(),
    example: 2555,
  },
  roundNo: { shown: roundNo, accepted: roundNo, column: smallint('round_no').notNull(), example: 1 },
  areaCode: {
    shown: ofArea,
    accepted: ofArea,
    column: codeText('area_code').references(() => areas.areaCode),
    example: '40',
  },
  instrument: { shown: instrumentRef, accepted: instrumentRef, example: 'fhc@1' },
  instrumentCode: { column: text('instrument_code').notNull() },
  instrumentVersion: { column: integer('instrument_version').notNull() },
  startsOn: {
    shown: day,
    accepted: day,
    column: date('starts_on', { mode: 'string' }).notNull(),
    example: '2012-04-01',
  },
  endsOn: { shown: day, accepted: day, column: date('ends_on', { mode: 'string' }).notNull(), example: '2012-04-30' },
  targetSelection: {
    shown: targetSelection,
    accepted: targetSelection,
    column: text('target_selection', { enum: [...targetSelections] }).notNull(),
    example: 'designated',
  },
  targetPopulation: {
    shown: targetPopulation,
    accepted: targetPopulation.default(null),
    column: integer('target_population'),
    example: 786,
  },
  title: {
    shown: z.string(),
    accepted: line(300),
    column: text('title').notNull(),
    example: 'ตรวจสุขภาพทางการเงิน จังหวัดขอนแก่น รอบที่ 1 ปีงบประมาณ 2555',
  },
  status: { shown: roundStatus, column: text('status', { enum: [...roundStatuses] }).notNull(), example: 'draft' },
  openedAt: { shown: instant.nullable(), column: instantColumn('opened_at'), example: null },
  closedAt: { shown: instant.nullable(), column: instantColumn('closed_at'), example: null },
  publishedAt: { shown: instant.nullable(), column: instantColumn('published_at'), example: null },
  lastReopening: {
    shown: givenReason.nullable().meta({ description: 'Why it was last reopened; null: never' }),
    column: json('last_reopening').$type<GivenReason>(),
    example: null,
    since: '0.2.0',
  },
  ...versioned,
});
