import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { areaCode, bahtSum, bilingual, count, developmentLevel } from '../shapes.contract.js';
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
  description: 'Groups, members, savings, and groups per development level, by the latest figures of each group.',
  permission: 'read',
  asOf: true,
  params: z.strictObject({}),
  query: z.strictObject({
    area: areaCode.optional().meta({ description: 'Default: all that your key may see' }),
    by: component('SummaryBreakdown', z.enum(['province', 'district', 'subdistrict'])).optional(),
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
