import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { wholeNumber } from '../../platform/http/page.js';
import { areaCode, bahtSum, bilingual, count, criterionNo, id, instant } from '../shapes.contract.js';

const head = {
  roundId: id,
  areaCode: areaCode.nullable().meta({ description: 'What the figures are about; null is the whole country' }),
  asOf: instant,
  assessed: count.meta({ description: 'Submitted sheets, which are what is counted' }),
};

const area = areaCode.optional().meta({ description: 'Default: the part of the round that your key may see' });
const refusals = [problems.roundNotFound, problems.areaNotFound] as const;
const exampleHead = {
  roundId: '01936d5e-6f70-7c3a-9c55-0242ac120004',
  areaCode: '40',
  asOf: '2012-05-01T03:15:00.000Z',
  assessed: 160,
};

const CriterionPair = component(
  'CriterionPair',
  z.strictObject({
    a: criterionNo,
    b: criterionNo,
    total: count.meta({ description: 'Groups with a level for both' }),
    both: count.meta({ description: 'Failed both' }),
    onlyA: count,
    onlyB: count,
    neither: count,
    either: count.meta({ description: 'Failed at least one' }),
    phi: z.number().min(-1).max(1).nullable().meta({ description: 'Correlation of the two failures' }),
    lift: z
      .number()
      .min(0)
      .nullable()
      .meta({ description: 'How many times as often as if the two had nothing to do with each other' }),
    small: z.boolean(),
  }),
);

const PriorityCriterion = component(
  'PriorityCriterion',
  z.strictObject({
    criterionNo,
    name: bilingual.nullable(),
    groups: count.meta({ description: 'Groups that failed the criterion' }),
    groupsRank: z.int().min(1),
    members: count.meta({
      description: 'Members of those groups, by their latest figures; once the round is published, by those of then',
    }),
    membersRank: z.int().min(1),
    savingsBaht: bahtSum.meta({ description: 'Pledged savings of those groups, by the same figures' }),
    savingsRank: z.int().min(1),
  }),
);

const CoFailure = component(
  'CoFailure',
  z.strictObject({
    ...head,
    minimum: count.meta({ description: 'Pairs with fewer groups failing both, found or expected, are marked small' }),
    pairs: z.array(CriterionPair).meta({ description: 'Every pair, a < b, in instrument order' }),
  }),
);

const Priorities = component(
  'Priorities',
  z.strictObject({
    ...head,
    groupsWithoutFigures: count.meta({ description: 'Assessed groups without figures: no members or savings of them' }),
    criteria: z
      .array(PriorityCriterion)
      .meta({ description: 'By groups, then members, then savings; there is no hidden score' }),
  }),
);

export const getCoFailure = operation({
  operationId: 'getCoFailure',
  method: 'GET',
  path: '/v1/rounds/{roundId}/statistics/co-failure',
  tag: 'statistics',
  summary: 'Which criteria fail together',
  description: 'For each pair of criteria: how many groups failed both, one, or neither.',
  permission: 'read',
  asOf: true,
  params: z.strictObject({ roundId: id }),
  query: z.strictObject({
    area,
    minimum: wholeNumber(z.int().min(0).max(1_000_000))
      .default(5)
      .meta({ description: 'Smallest number of groups worth reading' }),
  }),
  body: null,
  answer: {
    status: 200,
    description: 'The pairs',
    body: CoFailure,
    example: {
      ...exampleHead,
      minimum: 5,
      pairs: [
        {
          a: 18,
          b: 19,
          total: 160,
          both: 110,
          onlyA: 21,
          onlyB: 16,
          neither: 13,
          either: 147,
          phi: 0.273,
          lift: 1.0662,
          small: false,
        },
      ],
    },
  },
  refusals: [...refusals],
});

export const getPriorities = operation({
  operationId: 'getPriorities',
  method: 'GET',
  path: '/v1/rounds/{roundId}/statistics/priorities',
  tag: 'statistics',
  summary: 'Where to start',
  description: 'Failed criteria by the groups, members and savings behind them: three counts, each with its rank.',
  permission: 'read',
  asOf: true,
  params: z.strictObject({ roundId: id }),
  query: z.strictObject({ area }),
  body: null,
  answer: {
    status: 200,
    description: 'The failed criteria',
    body: Priorities,
    example: {
      ...exampleHead,
      groupsWithoutFigures: 0,
      criteria: [
        {
          criterionNo: 18,
          name: { th: 'การจัดสวัสดิการให้แก่สมาชิก', en: 'Welfare for members' },
          groups: 131,
          groupsRank: 1,
          members: 9120,
          membersRank: 1,
          savingsBaht: 51200300.5,
          savingsRank: 2,
        },
      ],
    },
  },
  refusals: [...refusals],
});
