import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation, wholeList } from '../../platform/http/operation.js';
import { listQuery, pageOf, wholeNumber } from '../../platform/http/page.js';
import { patching } from '../../platform/http/patching.js';
import {
  acceptedOf,
  acceptedOfNew,
  bodyExampleOf,
  csvColumnsOf,
  exampleOf,
  shownOf,
} from '../../platform/record/fields.js';
import { bulk, bulkQuery, importAnswer } from '../imports/import.contract.js';
import { areaCode, developmentLevel, id, searchTerm, warnings } from '../shapes.contract.js';
import { groupFields, groupStatus, registrationNo } from './groups.record.js';

const Group = component('Group', z.strictObject({ ...shownOf(groupFields), warnings }));
export const GroupContent = component('GroupContent', z.strictObject(acceptedOf(groupFields)));
const NewGroup = component('NewGroup', z.strictObject(acceptedOfNew(groupFields)));

export const groupExample = {
  ...exampleOf(groupFields),
  version: 2,
  createdAt: '2012-02-01T02:00:00.000Z',
  updatedAt: '2012-04-02T02:00:00.000Z',
};
const bodyExample = bodyExampleOf(groupFields);

const none = z.strictObject({});
const one = z.strictObject({ groupId: id });
const tag = 'groups';

export const listGroups = operation({
  operationId: 'listGroups',
  method: 'GET',
  path: '/v1/groups',
  tag,
  summary: 'List savings groups',
  description:
    'The registry, as far as your area reaches. `q` finds a part of the name or of the registration number, also in the middle of a Thai word. It ignores what people leave out or write in two ways: capital letters, tone marks, ็ and ์, and whether digits are Thai or Arabic, so that `กลุม` finds กลุ่ม and `หมู่ ๕` finds หมู่ 5. Every other sign is taken as it is.',
  permission: 'read',
  asOf: true,
  params: none,
  query: z.strictObject({
    area: areaCode.optional().meta({ description: 'Only groups in this area, of any size' }),
    developmentLevel: wholeNumber(developmentLevel).optional(),
    status: groupStatus.optional(),
    q: searchTerm(100).optional().meta({
      description: 'Part of the name or of the registration number, Thai or English, with or without tone marks',
    }),
    registrationNo: registrationNo.optional().meta({ description: 'The one group with this number' }),
    sort: component('GroupSort', z.enum(['registrationNo', 'name']))
      .default('registrationNo')
      .meta({ description: 'Names in Thai order' }),
    ...listQuery,
  }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of groups',
    body: component('GroupPage', pageOf(Group)),
    example: { items: [groupExample], next: null },
    paged: true,
    streams: {
      file: 'groups',
      columns: csvColumnsOf(groupFields),
    },
  },
  refusals: [problems.areaNotFound],
});

export const exportGroups = wholeList(listGroups, { operationId: 'exportGroups', summary: 'All groups as a file' });

const groupFiles = bulk(
  'A row has the fields of a group as it is registered; `groupId` becomes the id of a new group, `areaName`, where it is given, must be the name of the area of `areaCode`, with or without อำเภอ, ตำบล and what contains it; and what else the list of groups gives is ignored, unless it is restored: then a new group has its figures and its history from the file.',
  bodyExample,
);

export const createGroup = operation({
  operationId: 'createGroup',
  method: 'POST',
  path: '/v1/groups',
  tag,
  summary: 'Register a savings group',
  description: 'Its registration number must be new.',
  permission: 'groups:write',
  params: none,
  query: z.strictObject(bulkQuery),
  body: NewGroup,
  bodyExample,
  bulk: groupFiles,
  answer: {
    status: 201,
    description: 'The registered group',
    body: Group,
    example: { ...groupExample, figures: null, version: 1 },
  },
  versioning: 'gives',
  refusals: [problems.areaOutsideYours, problems.idTaken, problems.registrationNoTaken, problems.rulesBroken],
});

export const importGroups = operation({
  operationId: 'importGroups',
  method: 'POST',
  path: '/v1/groups/rows',
  tag,
  summary: 'Register many groups',
  description:
    'A file of groups by registration number: those not there yet are registered, the others replaced as by a PUT, so that a field left out gets its default; the same file twice changes nothing the second time.',
  permission: 'groups:write',
  params: none,
  query: z.strictObject(bulkQuery),
  body: null,
  bulk: groupFiles,
  answer: importAnswer,
  refusals: [],
});

export const getGroup = operation({
  operationId: 'getGroup',
  method: 'GET',
  path: '/v1/groups/{groupId}',
  tag,
  summary: 'Read one group',
  description: 'With its latest figures.',
  permission: 'read',
  asOf: true,
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The group', body: Group, example: groupExample },
  versioning: 'gives',
  historyOf: 'group',
  refusals: [problems.groupNotFound],
});

export const replaceGroup = operation({
  operationId: 'replaceGroup',
  method: 'PUT',
  path: '/v1/groups/{groupId}',
  tag,
  summary: 'Change a group',
  description: 'Replaces what is registered; figures stay. A group is never deleted: set its status instead.',
  permission: 'groups:write',
  params: one,
  query: none,
  body: GroupContent,
  bodyExample,
  answer: { status: 200, description: 'The changed group', body: Group, example: groupExample },
  versioning: 'needs',
  refusals: [problems.groupNotFound, problems.areaOutsideYours, problems.registrationNoTaken, problems.rulesBroken],
});

export const patchGroup = patching(replaceGroup, {
  operationId: 'patchGroup',
  name: 'GroupPatch',
  summary: 'Change some fields of a group',
  bodyExample: { status: 'inactive' },
});
