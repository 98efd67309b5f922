import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { memberOrganizations, teamTiers } from '../../domain/team.js';
import { component } from '../../platform/http/components.js';
import { operation, wholeList } from '../../platform/http/operation.js';
import { listQuery, pageOf } from '../../platform/http/page.js';
import { patching } from '../../platform/http/patching.js';
import { areaCode, chosenId, id, instant, line, version } from '../shapes.contract.js';

const tier = component('TeamTier', z.enum(teamTiers));
const organization = component(
  'MemberOrganization',
  z
    .enum(memberOrganizations)
    .meta({ description: "The Department (cdd), the groups' network, the Government Savings Bank (gsb), or another" }),
);
const TeamMember = component('TeamMember', z.strictObject({ name: z.string(), organization }));
const TeamMemberContent = component('TeamMemberContent', z.strictObject({ name: line(200), organization }));

const Team = component(
  'Team',
  z.strictObject({
    teamId: id,
    name: z.string(),
    tier,
    areaCode,
    members: z.array(TeamMember),
    version,
    createdAt: instant,
    updatedAt: instant,
  }),
);

const TeamContent = component(
  'TeamContent',
  z.strictObject({
    name: line(200),
    tier,
    areaCode: areaCode.meta({ description: 'A province for a provincial team, a district for a district team' }),
    members: z.array(TeamMemberContent).max(50),
  }),
);

const NewTeam = component('NewTeam', z.strictObject({ teamId: chosenId, ...TeamContent.shape }));

const bodyExample = {
  name: 'ทีมตรวจสุขภาพระดับจังหวัด ทีมที่ 1',
  tier: 'province',
  areaCode: '40',
  members: [
    { name: 'นางสาวตัวอย่าง ใจดี', organization: 'cdd' },
    { name: 'นายสมมติ ออมทรัพย์', organization: 'network' },
    { name: 'นายทดลอง ธนาคาร', organization: 'gsb' },
  ],
};
const example = {
  teamId: '01936d5e-6f70-7c3a-9c55-0242ac120003',
  ...bodyExample,
  version: 1,
  createdAt: '2012-03-01T02:00:00.000Z',
  updatedAt: '2012-03-01T02:00:00.000Z',
};

const none = z.strictObject({});
const one = z.strictObject({ teamId: id });
const tag = 'teams';

export const listTeams = operation({
  operationId: 'listTeams',
  method: 'GET',
  path: '/v1/teams',
  tag,
  summary: 'List check teams',
  description: 'The teams of your area, and those of the areas around it that may visit its groups.',
  permission: 'read',
  params: none,
  query: z.strictObject({
    area: areaCode.optional().meta({ description: 'Only teams of this area and the areas in it' }),
    tier: tier.optional(),
    ...listQuery,
  }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of teams',
    body: component('TeamPage', pageOf(Team)),
    example: { items: [example], next: null },
    paged: true,
    streams: {
      file: 'teams',
      columns: ['teamId', 'name', 'tier', 'areaCode', 'members', 'version', 'createdAt', 'updatedAt'],
    },
  },
  refusals: [problems.areaNotFound],
});

export const exportTeams = wholeList(listTeams, { operationId: 'exportTeams', summary: 'All check teams as a file' });

export const createTeam = operation({
  operationId: 'createTeam',
  method: 'POST',
  path: '/v1/teams',
  tag,
  summary: 'Form a check team',
  description: 'A provincial team works in its whole province, a district team in its district.',
  permission: 'rounds:write',
  params: none,
  query: none,
  body: NewTeam,
  bodyExample,
  answer: { status: 201, description: 'The team', body: Team, example },
  versioning: 'gives',
  refusals: [problems.areaOutsideYours, problems.idTaken, problems.rulesBroken],
});

export const getTeam = operation({
  operationId: 'getTeam',
  method: 'GET',
  path: '/v1/teams/{teamId}',
  tag,
  summary: 'Read one check team',
  description: 'With its members.',
  permission: 'read',
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The team', body: Team, example },
  versioning: 'gives',
  refusals: [problems.teamNotFound],
});

export const replaceTeam = operation({
  operationId: 'replaceTeam',
  method: 'PUT',
  path: '/v1/teams/{teamId}',
  tag,
  summary: 'Change a check team',
  description: 'Replaces its name, tier, area and members.',
  permission: 'rounds:write',
  params: one,
  query: none,
  body: TeamContent,
  bodyExample,
  answer: { status: 200, description: 'The changed team', body: Team, example: { ...example, version: 2 } },
  versioning: 'needs',
  refusals: [problems.teamNotFound, problems.areaOutsideYours, problems.rulesBroken],
});

export const patchTeam = patching(replaceTeam, {
  operationId: 'patchTeam',
  name: 'TeamPatch',
  summary: 'Change some fields of a team',
  bodyExample: { name: bodyExample.name },
});

export const deleteTeam = operation({
  operationId: 'deleteTeam',
  method: 'DELETE',
  path: '/v1/teams/{teamId}',
  tag,
  summary: 'Delete a check team made by mistake',
  description: 'Only while it has neither targets nor score sheets.',
  permission: 'rounds:write',
  params: one,
  query: none,
  body: null,
  answer: { status: 204, description: 'Deleted', body: null },
  versioning: 'needs',
  refusals: [problems.teamNotFound, problems.areaOutsideYours, problems.teamInUse],
});
