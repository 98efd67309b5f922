import { index, pgTable } from 'drizzle-orm/pg-core';
import { scoped } from '../../platform/db/scope.js';
import { columnsOf } from '../../platform/record/fields.js';
import { recordKind } from '../../platform/record/record.js';
import { signOutFields } from './sign-outs.record.js';

export const signOutsEverywhere = pgTable('sign_outs', columnsOf(signOutFields), (table) => [
  index('sign_outs_by_person').on(table.personId, table.createdAt),
]);

export const signOuts = scoped(signOutsEverywhere, 'sign_outs');

export const signOutKind = recordKind('sign-out', signOutsEverywhere, { key: ['signOutId'] });
