import { date, integer, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { groupStatuses } from '../../domain/group.js';
import { plainNumber } from '../../domain/registration-no.js';
import { baht, codeText, thaiText } from '../../platform/db/columns.js';
import { component } from '../../platform/http/components.js';
import { fields } from '../../platform/record/fields.js';
import { says } from '../../platform/violations/says.js';
import { areas } from '../areas/areas.table.js';
import { areaCode, chosenId, day, id, line } from '../shapes.contract.js';
import { versioned } from '../shapes.record.js';
import { latestFigures } from './figures.record.js';

export const registrationNo = z
  .string()
  .overwrite(plainNumber)
  .regex(/^[\p{L}\p{N}][\p{L}\p{M}\p{N}/.-]{0,49}$/u)
  .meta({
    contract: { type: 'string', maxLength: 50, pattern: '^[^\\x00-/:-@\\[-`{-\\xa0][^\\x00-,:-@\\[-`{-\\xa0]*$' },
    description:
      'Number in the registry, unique in the country. Capital and small letters, Thai and Arabic digits, full width and signs that do not show make no other number: `KK-๐๑` is `kk-01`',
    examples: ['KK-4010-0001'],
  });

says(registrationNo, {
  en: 'A registration number begins with a letter or a digit, has no marks but / . - and at most 50 characters, such as KK-4010-0001.',
  th: 'เลขทะเบียนต้องขึ้นต้นด้วยตัวอักษรหรือตัวเลข ใช้เครื่องหมายได้เฉพาะ / . - และไม่เกิน 50 ตัว เช่น KK-4010-0001',
});

export const groupStatus = component('GroupStatus', z.enum(groupStatuses));

/** A savings group. Its latest figures are shown together; each has a column, so that a list can be filtered by them. */
export const groupFields = fields({
  groupId: {
    shown: id,
    acceptedOnce: chosenId,
    column: uuid('group_id').primaryKey(),
    example: '01936d5e-6f70-7c3a-9c55-0242ac120002',
  },
  registrationNo: {
    shown: z.string(),
    accepted: registrationNo,
    column: codeText('registration_no').notNull(),
    example: 'KK-4010-0001',
  },
  name: {
    shown: z.string(),
    accepted: line(200),
    column: thaiText('name').notNull(),
    example: 'กลุ่มออมทรัพย์เพื่อการผลิตบ้านหนองน้ำใส',
  },
  areaCode: {
    shown: areaCode,
    accepted: areaCode.meta({ description: 'District or smaller' }),
    column: codeText('area_code')
      .notNull()
      .references(() => areas.areaCode),
    example: '401001',
  },
  villageName: {
    shown: z.string().nullable(),
    accepted: line(200).nullable().default(null),
    column: text('village_name'),
    example: 'บ้านหนองน้ำใส',
  },
  foundedOn: {
    shown: day.nullable(),
    accepted: day.nullable().default(null),
    column: date('founded_on', { mode: 'string' }),
    example: '1985-06-01',
  },
  status: {
    shown: groupStatus,
    accepted: groupStatus.default('active'),
    column: text('status', { enum: [...groupStatuses] }).notNull(),
    example: 'active',
  },
  figures: {
    shown: latestFigures,
    csv: [
      ['figuresAsOf', 'figures.asOf'],
      ['memberCount', 'figures.memberCount'],
      ['savingsBaht', 'figures.savingsBaht'],
      ['developmentLevel', 'figures.developmentLevel'],
      ['figuresSource', 'figures.source'],
    ],
    example: {
      asOf: '2012-03-31',
      memberCount: 71,
      savingsBaht: 366500.5,
      developmentLevel: 3,
      source: 'ผลการจัดระดับการพัฒนา ปี 2555',
    },
  },
  figuresAsOf: { column: date('figures_as_of', { mode: 'string' }) },
  memberCount: { column: integer('member_count') },
  savingsBaht: { column: baht('savings_baht') },
  developmentLevel: { column: smallint('development_level').$type<1 | 2 | 3>() },
  figuresSource: { column: text('figures_source') },
  ...versioned,
});
