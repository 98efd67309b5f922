import { text, uuid } from 'drizzle-orm/pg-core';
import { codeText } from '../../platform/db/columns.js';
import { fields } from '../../platform/record/fields.js';
import { areaCode, id, paragraphs } from '../shapes.contract.js';
import { versioned } from '../shapes.record.js';

const { updatedAt: _neverChanges, ...made } = versioned;

/** The end of somebody's sign-ins: what was issued to them before `createdAt` opens nothing. It is made and never changed. */
export const signOutFields = fields({
  signOutId: { shown: id, column: uuid('sign_out_id').primaryKey(), example: '01936d5e-6f70-7c3a-9c55-0242ac120040' },
  personId: {
    shown: id.meta({ description: 'Whose sign-ins ended: the `id` of `GET /v1/me` and of the history' }),
    acceptedOnce: id,
    column: uuid('person_id').notNull(),
    example: '0b4c1b0e-6f43-5d0f-8a5e-3c1d7a52c9aa',
  },
  areaCode: {
    shown: areaCode
      .nullable()
      .meta({ description: 'The office that ended them, which reads this; null is the country' }),
    acceptedOnce: areaCode.nullable(),
    column: codeText('area_code'),
    example: '40',
  },
  reason: {
    shown: paragraphs(2_000),
    acceptedOnce: paragraphs(2_000),
    column: text('reason').notNull(),
    example: 'แท็บเล็ตของเจ้าหน้าที่สูญหาย',
  },
  ...made,
});
