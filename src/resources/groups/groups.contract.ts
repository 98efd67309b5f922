import { z } from 'zod';
import { groupStatuses } from '../../domain/group.js';
import { problems } from '../../domain/problem.js';
import { plainNumber } from '../../domain/registration-no.js';
import { component } from '../../platform/http/components.js';
import { operation, wholeList } from '../../platform/http/operation.js';
import { listQuery, pageOf, wholeNumber } from '../../platform/http/page.js';
import { patching } from '../../platform/http/patching.js';
import { says } from '../../platform/violations/says.js';
import { bulk, bulkQuery, importAnswer } from '../imports/import.contract.js';
import {
  areaCode,
  chosenId,
  day,
  developmentLevel,
  id,
  instant,
  line,
  searchTerm,
  version,
  warnings,
} from '../shapes.contract.js';
import { latestFigures } from './latest-figures.contract.js';

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
const status = groupStatus;

const Group = component(
  'Group',
  z.strictObject({
    groupId: id,
    registrationNo: z.string(),
    name: z.string(),
    areaCode,
    villageName: z.string().nullable(),
    foundedOn: day.nullable(),
    status,
    figures: latestFigures,
    version,
    createdAt: instant,
    updatedAt: instant,
    warnings,
  }),
);

export const GroupContent = component(
  'GroupContent',
  z.strictObject({
    registrationNo,
    name: line(200),
    areaCode: areaCode.meta({ description: 'District or smaller' }),
    villageName: line(200).nullable().default(null),
    foundedOn: day.nullable().default(null),
    status: status.default('active'),
  }),
);

const NewGroup = component('NewGroup', z.strictObject({ groupId: chosenId, ...GroupContent.shape }));

export const groupExample = {
  groupId: '01936d5e-6f70-7c3a-9c55-0242ac120002',
  registrationNo: 'KK-4010-0001',
  name: 'กลุ่มออมทรัพย์เพื่อการผลิตบ้านหนองน้ำใส',
  areaCode: '401001',
  villageName: 'บ้านหนองน้ำใส',
  foundedOn: '1985-06-01',
  status: 'active',
  figures: {
    asOf: '2012-03-31',
    memberCount: 71,
    savingsBaht: 366500.5,
    developmentLevel: 3,
    source: 'ผลการจัดระดับการพัฒนา ปี 2555',
  },
  version: 2,
  createdAt: '2012-02-01T02:00:00.000Z',
  updatedAt: '2012-04-02T02:00:00.000Z',
};
const bodyExample = {
  registrationNo: groupExample.registrationNo,
  name: groupExample.name,
  areaCode: groupExample.areaCode,
  villageName: groupExample.villageName,
  foundedOn: groupExample.foundedOn,
  status: 'active',
};

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
  params: none,
  query: z.strictObject({
    area: areaCode.optional().meta({ description: 'Only groups in this area, of any size' }),
    developmentLevel: wholeNumber(developmentLevel).optional(),
    status: status.optional(),
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
      columns: [
        'groupId',
        'registrationNo',
        'name',
        'areaCode',
        'villageName',
        'foundedOn',
        'status',
        ['figuresAsOf', 'figures.asOf'],
        ['memberCount', 'figures.memberCount'],
        ['savingsBaht', 'figures.savingsBaht'],
        ['developmentLevel', 'figures.developmentLevel'],
        ['figuresSource', 'figures.source'],
        'version',
        'createdAt',
        'updatedAt',
      ],
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
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The group', body: Group, example: groupExample },
  versioning: 'gives',
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
