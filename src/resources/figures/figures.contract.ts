import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation, wholeList } from '../../platform/http/operation.js';
import { listQuery, pageOf } from '../../platform/http/page.js';
import { patching } from '../../platform/http/patching.js';
import { csvColumnsOf, exampleOf, shownOf } from '../../platform/record/fields.js';
import { FiguresContent, figuresFields } from '../groups/figures.record.js';
import { groupExample } from '../groups/groups.contract.js';
import { day, id, warnings } from '../shapes.contract.js';

const Figures = component('Figures', z.strictObject({ ...shownOf(figuresFields), warnings }));

export const figuresExample = groupExample.figures;
export const figuresRecordExample = {
  ...exampleOf(figuresFields),
  createdAt: groupExample.createdAt,
  updatedAt: groupExample.createdAt,
};

const none = z.strictObject({});
const one = z.strictObject({ groupId: id });
const oneDate = z.strictObject({ groupId: id, asOf: day });
const tag = 'groups';

export const listFigures = operation({
  operationId: 'listFigures',
  method: 'GET',
  path: '/v1/groups/{groupId}/figures',
  tag,
  summary: "List a group's figures over the years",
  description: 'Newest first.',
  permission: 'read',
  asOf: true,
  params: one,
  query: z.strictObject({ ...listQuery }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of figures',
    body: component('FiguresPage', pageOf(Figures)),
    example: { items: [figuresRecordExample], next: null },
    paged: true,
    streams: {
      file: 'figures',
      columns: csvColumnsOf(figuresFields),
    },
  },
  refusals: [problems.groupNotFound],
});

export const exportFigures = wholeList(listFigures, {
  operationId: 'exportFigures',
  summary: 'All figures of a group as a file',
});

export const getFigures = operation({
  operationId: 'getFigures',
  method: 'GET',
  path: '/v1/groups/{groupId}/figures/{asOf}',
  tag,
  summary: "Read a group's figures of one day",
  description: 'Only of the day itself: the figures before it are another record.',
  permission: 'read',
  asOf: true,
  params: oneDate,
  query: none,
  body: null,
  answer: { status: 200, description: 'The figures', body: Figures, example: figuresRecordExample },
  versioning: 'gives',
  historyOf: 'figures',
  refusals: [problems.groupNotFound, problems.figuresNotFound],
});

export const putFigures = operation({
  operationId: 'putFigures',
  method: 'PUT',
  path: '/v1/groups/{groupId}/figures/{asOf}',
  tag,
  summary: "Record a group's figures of one day",
  description:
    "Makes or replaces them. The latest date's figures stand in the group itself, so its version grows with them.",
  permission: 'groups:write',
  params: oneDate,
  query: none,
  body: FiguresContent,
  bodyExample: {
    memberCount: figuresExample.memberCount,
    savingsBaht: figuresExample.savingsBaht,
    developmentLevel: 3,
    source: figuresExample.source,
  },
  answer: {
    status: 200,
    description: 'The figures, replaced or as they were',
    body: Figures,
    example: figuresRecordExample,
    orCreated: true,
  },
  versioning: 'needs',
  refusals: [problems.groupNotFound, problems.rulesBroken],
});

export const patchFigures = patching(putFigures, {
  operationId: 'patchFigures',
  name: 'FiguresPatch',
  summary: 'Change some of the figures of one day',
  bodyExample: { memberCount: 121 },
  notThere: [problems.figuresNotFound],
});

export const deleteFigures = operation({
  operationId: 'deleteFigures',
  method: 'DELETE',
  path: '/v1/groups/{groupId}/figures/{asOf}',
  tag,
  summary: 'Delete figures recorded by mistake',
  description: 'The figures before them become the latest again.',
  permission: 'groups:write',
  params: oneDate,
  query: none,
  body: null,
  answer: { status: 204, description: 'Deleted', body: null },
  versioning: 'needs',
  refusals: [problems.groupNotFound, problems.figuresNotFound],
});
