import { sql } from 'drizzle-orm';
import { check, foreignKey, index, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import type { Drafts } from '../../platform/db/drafts.js';
import { scoped } from '../../platform/db/scope.js';
import { acceptedColumns, namedColumns } from '../../platform/record/columns.js';
import { columnsOf } from '../../platform/record/fields.js';
import { recordKind } from '../../platform/record/record.js';
import { targetsEverywhere } from '../targets/targets.table.js';
import { assessmentFields } from './assessments.record.js';

/**
 * Score sheets, one row a sheet: `levels` has one digit per criterion in instrument order, 0 where there is no score
 * yet, and `reasons` maps criterion numbers to texts. A row per score would be three times as large and make the
 * statistics of a round fifty times slower. What is passed follows from the instrument's pass level, so it is never
 * stored. The area is where the group was assessed and stays if the group moves.
 */
export const assessmentsEverywhere = pgTable('assessments', columnsOf(assessmentFields), (table) => [
  primaryKey({ columns: [table.groupId, table.roundId] }),
  // A sheet belongs to a target, which in turn belongs to a group and a round: one key instead of three.
  foreignKey({
    name: 'assessments_target',
    columns: [table.groupId, table.roundId],
    foreignColumns: [targetsEverywhere.groupId, targetsEverywhere.roundId],
  }),
  // Covers lists and every statistic of a round: they are read from this index alone.
  index('assessments_by_round').on(table.roundId, table.areaCode, table.groupId, table.status, table.levels),
  index('assessments_by_team').on(table.teamId),
  check('assessments_levels_digits', sql`${table.levels} ~ '^[0-3]+$'`),
]);

/** There are none in a round that was not opened, so that their own state says it all, and the index of a round has it. */
const drafts: Drafts = { status: assessmentsEverywhere.status };

export const assessments = scoped(assessmentsEverywhere, 'assessments', { drafts });

/** What a team writes on a sheet, as it is kept: what it sends, and its scores as levels and reasons. */
export const sentColumns = acceptedColumns(assessmentFields, assessmentsEverywhere);
export const contentColumns = [...sentColumns, ...namedColumns(assessmentsEverywhere, ['levels', 'reasons'])];

export const assessmentKind = recordKind('assessment', assessmentsEverywhere, {
  key: ['roundId', 'groupId'],
  entries: ['reasons'],
  drafts,
});
