import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation, wholeList } from '../../platform/http/operation.js';
import { listQuery, pageOf } from '../../platform/http/page.js';
import { csvColumnsOf, shownOf } from '../../platform/record/fields.js';
import { figuresFields } from '../groups/figures.record.js';
import { groupExample } from '../groups/groups.contract.js';
import { areaCode, day } from '../shapes.contract.js';
import { figuresRecordExample } from './figures.contract.js';

const GroupFigures = component(
  'GroupFigures',
  z.strictObject({
    ...shownOf(figuresFields),
    registrationNo: z.string(),
    groupName: z.string(),
    areaCode: areaCode.meta({ description: 'Where the group lies now' }),
  }),
);

const example = {
  ...figuresRecordExample,
  registrationNo: groupExample.registrationNo,
  groupName: groupExample.name,
  areaCode: groupExample.areaCode,
};

export const listAllFigures = operation({
  operationId: 'listAllFigures',
  method: 'GET',
  path: '/v1/figures',
  tag: 'groups',
  summary: "List all groups' figures",
  description:
    'The figures of every group and day, as far as your area reaches: by area, and the days of a group one after the other.',
  permission: 'read',
  asOf: true,
  params: z.strictObject({}),
  query: z.strictObject({
    area: areaCode.optional().meta({ description: 'Only groups in this area, of any size' }),
    figuresAsOf: day.optional().meta({ description: 'Only the figures of this day' }),
    from: day.optional().meta({ description: 'Only figures of this day and later ones' }),
    to: day.optional().meta({ description: 'Only figures of this day and earlier ones' }),
    ...listQuery,
  }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of figures',
    body: component('GroupFiguresPage', pageOf(GroupFigures)),
    example: { items: [example], next: null },
    paged: true,
    streams: {
      file: 'figures',
      columns: ['groupId', 'registrationNo', 'groupName', 'areaCode', ...csvColumnsOf(figuresFields).slice(1)],
    },
  },
  refusals: [problems.areaNotFound],
});

export const exportAllFigures = wholeList(listAllFigures, {
  operationId: 'exportAllFigures',
  summary: "All groups' figures as a file",
});
