import { json, text, uuid } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { type TeamMember as Member, memberOrganizations, teamTiers } from '../../domain/team.js';
import { codeText, thaiText } from '../../platform/db/columns.js';
import { component } from '../../platform/http/components.js';
import { fields } from '../../platform/record/fields.js';
import { areas } from '../areas/areas.table.js';
import { areaCode, chosenId, id, line } from '../shapes.contract.js';
import { versioned } from '../shapes.record.js';

export const tier = component('TeamTier', z.enum(teamTiers));
const organization = component(
  'MemberOrganization',
  z
    .enum(memberOrganizations)
    .meta({ description: "The Department (cdd), the groups' network, the Government Savings Bank (gsb), or another" }),
);
const TeamMember = component('TeamMember', z.strictObject({ name: z.string(), organization }));
const TeamMemberContent = component('TeamMemberContent', z.strictObject({ name: line(200), organization }));

/** A check team. */
export const teamFields = fields({
  teamId: {
    shown: id,
    acceptedOnce: chosenId,
    column: uuid('team_id').primaryKey(),
    example: '01936d5e-6f70-7c3a-9c55-0242ac120003',
  },
  name: {
    shown: z.string(),
    accepted: line(200),
    column: thaiText('name').notNull(),
    example: 'ทีมตรวจสุขภาพระดับจังหวัด ทีมที่ 1',
  },
  tier: {
    shown: tier,
    accepted: tier,
    column: text('tier', { enum: [...teamTiers] }).notNull(),
    example: 'province',
  },
  areaCode: {
    shown: areaCode,
    accepted: areaCode.meta({ description: 'A province for a provincial team, a district for a district team' }),
    column: codeText('area_code')
      .notNull()
      .references(() => areas.areaCode),
    example: '40',
  },
  members: {
    shown: z.array(TeamMember),
    accepted: z.array(TeamMemberContent).max(50),
    column: json('members').notNull().$type<Member[]>(),
    example: [
      { name: 'นางสาวตัวอย่าง ใจดี', organization: 'cdd' },
      { name: 'นายสมมติ ออมทรัพย์', organization: 'network' },
      { name: 'นายทดลอง ธนาคาร', organization: 'gsb' },
    ],
  },
  ...versioned,
});
