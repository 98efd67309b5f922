import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation, wholeList } from '../../platform/http/operation.js';
import { listQuery, pageOf } from '../../platform/http/page.js';
import { patching } from '../../platform/http/patching.js';
import {
  acceptedOf,
  acceptedOfNew,
  bodyExampleOf,
  csvColumnsOf,
  exampleOf,
  shownOf,
} from '../../platform/record/fields.js';
import { areaCode, id } from '../shapes.contract.js';
import { teamFields, tier } from './teams.record.js';

const Team = component('Team', z.strictObject(shownOf(teamFields)));
const TeamContent = component('TeamContent', z.strictObject(acceptedOf(teamFields)));
const NewTeam = component('NewTeam', z.strictObject(acceptedOfNew(teamFields)));
const example = exampleOf(teamFields);
const bodyExample = bodyExampleOf(teamFields);

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
  asOf: true,
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
      columns: csvColumnsOf(teamFields),
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
  permission: 'teams:write',
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
  asOf: true,
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The team', body: Team, example },
  versioning: 'gives',
  historyOf: 'team',
  refusals: [problems.teamNotFound],
});

export const replaceTeam = operation({
  operationId: 'replaceTeam',
  method: 'PUT',
  path: '/v1/teams/{teamId}',
  tag,
  summary: 'Change a check team',
  description: 'Replaces its name, tier, area and members.',
  permission: 'teams:write',
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
  permission: 'teams:write',
  params: one,
  query: none,
  body: null,
  answer: { status: 204, description: 'Deleted', body: null },
  versioning: 'needs',
  refusals: [problems.teamNotFound, problems.areaOutsideYours, problems.teamInUse],
});
