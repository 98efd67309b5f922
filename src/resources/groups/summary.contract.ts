import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { areaCode, bahtSum, bilingual, count, day, developmentLevel } from '../shapes.contract.js';
import { groupStatus } from './groups.record.js';

const DevelopmentLevelCount = component(
  'DevelopmentLevelCount',
  z.strictObject({
    developmentLevel: developmentLevel.nullable().meta({ description: 'Null: not known' }),
    groups: count,
  }),
);

const summaryFigures = {
  groups: count,
  groupsWithoutFigures: count.meta({ description: 'They are in `groups` and in none of the sums' }),
  memberCount: count,
  savingsBaht: bahtSum,
  byDevelopmentLevel: z.array(DevelopmentLevelCount),
};

const AreaSummary = component('AreaSummary', z.strictObject({ areaCode, name: bilingual, ...summaryFigures }));

const GroupSummary = component(
  'GroupSummary',
  z.strictObject({
    areaCode: areaCode.nullable().meta({ description: 'What is summed up; null is the whole country' }),
    status: groupStatus,
    figuresAsOf: day
      .nullable()
      .meta({ description: 'The day whose figures are summed up; null: the latest of each group' }),
    ...summaryFigures,
    breakdown: z
      .array(AreaSummary)
      .optional()
      .meta({ description: 'Only with `by`; areas without a group are not listed' }),
  }),
);

export const getGroupSummary = operation({
  operationId: 'getGroupSummary',
  method: 'GET',
  path: '/v1/groups/summary',
  tag: 'groups',
  summary: 'Sum up the registry',
  description:
    'Groups, members, savings, and groups per development level, by the latest figures of each group, or with `figuresAsOf` by its latest figures up to that day. Two times are told apart: `figuresAsOf` is when it was so in the world, `asOf` when the service knew it. Figures of 2012 that were put right in 2014 count for `figuresAsOf=2012-05-31`, but not yet with `asOf=2013-12-31` beside it. Which groups are counted, and where they lie, is what the registry says now, or said at the moment of `asOf`; a group without figures up to the day is one without figures.',
  permission: 'read',
  asOf: true,
  params: z.strictObject({}),
  query: z.strictObject({
    area: areaCode.optional().meta({ description: 'Default: all that your key may see' }),
    by: component('SummaryBreakdown', z.enum(['province', 'district', 'subdistrict'])).optional(),
    figuresAsOf: day.optional().meta({
      description:
        'Sum up the figures as they were on this day: the latest of each group that are not later. Default: the latest of all',
      examples: ['2012-05-31'],
    }),
    status: groupStatus.default('active').meta({ description: 'Which groups are counted' }),
  }),
  body: null,
  answer: {
    status: 200,
    description: 'The sums',
    body: GroupSummary,
    example: {
      areaCode: '40',
      status: 'active',
      figuresAsOf: '2012-05-31',
      groups: 1061,
      groupsWithoutFigures: 0,
      memberCount: 74803,
      savingsBaht: 388961490,
      byDevelopmentLevel: [
        { developmentLevel: 1, groups: 35 },
        { developmentLevel: 2, groups: 240 },
        { developmentLevel: 3, groups: 786 },
        { developmentLevel: null, groups: 0 },
      ],
    },
  },
  refusals: [problems.areaNotFound],
});
