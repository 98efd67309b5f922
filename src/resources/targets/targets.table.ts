import { index, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import type { Drafts } from '../../platform/db/drafts.js';
import { scoped } from '../../platform/db/scope.js';
import { columnsOf } from '../../platform/record/fields.js';
import { recordKind } from '../../platform/record/record.js';
import { ofRound } from '../rounds/rounds.table.js';
import { targetFields } from './targets.record.js';

/** The groups a round checks, each with the team that visits it; the area is the group's when it became a target. */
export const targetsEverywhere = pgTable('targets', columnsOf(targetFields), (table) => [
  primaryKey({ columns: [table.groupId, table.roundId] }),
  index('targets_by_round').on(table.roundId, table.areaCode, table.groupId),
  index('targets_by_team').on(table.teamId),
]);

const drafts: Drafts = { on: [ofRound(targetsEverywhere.roundId)] };

export const targets = scoped(targetsEverywhere, 'targets', { drafts });

export const targetKind = recordKind('target', targetsEverywhere, { key: ['roundId', 'groupId'], drafts });
