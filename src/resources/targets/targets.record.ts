import { uuid } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { codeText } from '../../platform/db/columns.js';
import { fields } from '../../platform/record/fields.js';
import { groupsEverywhere } from '../groups/groups.table.js';
import { roundsEverywhere } from '../rounds/rounds.table.js';
import { areaCode, id } from '../shapes.contract.js';
import { versioned } from '../shapes.record.js';
import { teamsEverywhere } from '../teams/teams.table.js';

const teamId = id.nullable().meta({ description: 'The team that visits the group; null while none is named' });

/** A target: a group that a round checks. The names of the group are shown with it. */
export const targetFields = fields({
  roundId: {
    shown: id,
    column: uuid('round_id')
      .notNull()
      .references(() => roundsEverywhere.roundId),
    example: '01936d5e-6f70-7c3a-9c55-0242ac120004',
  },
  groupId: {
    shown: id,
    column: uuid('group_id')
      .notNull()
      .references(() => groupsEverywhere.groupId),
    example: '01936d5e-6f70-7c3a-9c55-0242ac120002',
  },
  registrationNo: { shown: z.string(), example: 'KK-4010-0001' },
  groupName: { shown: z.string(), example: 'กลุ่มออมทรัพย์เพื่อการผลิตบ้านหนองน้ำใส' },
  areaCode: {
    shown: areaCode.meta({ description: 'Where the group lay when it became a target' }),
    column: codeText('area_code').notNull(),
    example: '401001',
  },
  teamId: {
    shown: teamId,
    accepted: teamId,
    column: uuid('team_id').references(() => teamsEverywhere.teamId),
    example: '01936d5e-6f70-7c3a-9c55-0242ac120003',
  },
  ...versioned,
});
