import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { type RoundMove, roundStatuses, targetSelections } from '../../domain/round.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { pageOf, pageQuery, wholeNumber } from '../../platform/http/page.js';
import { patching } from '../../platform/http/patching.js';
import { areaCode, chosenId, day, id, instant, instrumentRef, line, paragraphs, version } from '../shapes.contract.js';

export const roundStatus = component('RoundStatus', z.enum(roundStatuses));

export const targetSelection = component(
  'TargetSelection',
  z.enum(targetSelections).meta({ description: 'How the targets were chosen; only a random sample gives intervals' }),
);

const content = {
  fiscalYearBe: z
    .int()
    .min(2517)
    .max(2700)
    .meta({
      description: 'Fiscal year of the Buddhist era, 1 October to 30 September, named by its end',
      examples: [2555],
    }),
  roundNo: z
    .int()
    .min(1)
    .max(12)
    .meta({ description: 'Round within the year', examples: [1] }),
  areaCode: areaCode.nullable().meta({ description: 'Whose round it is; null is the whole country' }),
  instrument: instrumentRef,
  startsOn: day,
  endsOn: day,
  targetSelection,
};
const targetPopulation = z
  .int()
  .min(1)
  .max(10_000_000)
  .nullable()
  .meta({ description: 'How many groups the targets were chosen from; null when not known', examples: [786] });

const Round = component(
  'Round',
  z.strictObject({
    roundId: id,
    ...content,
    targetPopulation,
    title: z.string(),
    status: roundStatus,
    openedAt: instant.nullable(),
    closedAt: instant.nullable(),
    publishedAt: instant.nullable(),
    version,
    createdAt: instant,
    updatedAt: instant,
  }),
);

const RoundContent = component(
  'RoundContent',
  z.strictObject({ ...content, targetPopulation: targetPopulation.default(null), title: line(300) }),
);

const NewRound = component('NewRound', z.strictObject({ roundId: chosenId, ...RoundContent.shape }));

const Reopening = component(
  'Reopening',
  z.strictObject({ reason: paragraphs(2_000).meta({ description: 'Why; kept in the record of changes' }) }),
);

const bodyExample = {
  fiscalYearBe: 2555,
  roundNo: 1,
  areaCode: '40',
  title: 'ตรวจสุขภาพทางการเงิน จังหวัดขอนแก่น รอบที่ 1 ปีงบประมาณ 2555',
  instrument: 'fhc@1',
  startsOn: '2012-04-01',
  endsOn: '2012-04-30',
  targetSelection: 'designated',
  targetPopulation: 786,
};
const example = {
  roundId: '01936d5e-6f70-7c3a-9c55-0242ac120004',
  ...bodyExample,
  status: 'draft',
  openedAt: null as string | null,
  closedAt: null,
  publishedAt: null,
  version: 1,
  createdAt: '2012-03-01T02:00:00.000Z',
  updatedAt: '2012-03-01T02:00:00.000Z',
};

const none = z.strictObject({});
const one = z.strictObject({ roundId: id });
const tag = 'rounds';

export const listRounds = operation({
  operationId: 'listRounds',
  method: 'GET',
  path: '/v1/rounds',
  tag,
  summary: 'List rounds',
  description: 'Newest first: the rounds of your area and of the areas around it.',
  permission: 'read',
  params: none,
  query: z.strictObject({
    area: areaCode.optional().meta({ description: 'Only rounds of this area and the areas in it' }),
    fiscalYearBe: wholeNumber(content.fiscalYearBe).optional(),
    status: roundStatus.optional(),
    ...pageQuery,
  }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of rounds',
    body: component('RoundPage', pageOf(Round)),
    example: { items: [example], next: null },
    paged: true,
  },
  refusals: [problems.areaNotFound],
});

export const createRound = operation({
  operationId: 'createRound',
  method: 'POST',
  path: '/v1/rounds',
  tag,
  summary: 'Prepare a round',
  description: 'As a draft. One area has each round of a year once.',
  permission: 'rounds:write',
  params: none,
  query: none,
  body: NewRound,
  bodyExample,
  answer: { status: 201, description: 'The round, as a draft', body: Round, example },
  versioning: 'gives',
  refusals: [problems.areaOutsideYours, problems.idTaken, problems.roundExists, problems.rulesBroken],
});

export const getRound = operation({
  operationId: 'getRound',
  method: 'GET',
  path: '/v1/rounds/{roundId}',
  tag,
  summary: 'Read one round',
  description: 'Its frame and its state.',
  permission: 'read',
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The round', body: Round, example },
  versioning: 'gives',
  refusals: [problems.roundNotFound],
});

export const replaceRound = operation({
  operationId: 'replaceRound',
  method: 'PUT',
  path: '/v1/rounds/{roundId}',
  tag,
  summary: 'Change a round',
  description:
    'While it is a draft or open. Its area and instrument stay once it has targets; how these were chosen, and from how many groups, stays once a sheet was submitted.',
  permission: 'rounds:write',
  params: one,
  query: none,
  body: RoundContent,
  bodyExample,
  answer: { status: 200, description: 'The changed round', body: Round, example: { ...example, version: 2 } },
  versioning: 'needs',
  refusals: [
    problems.roundNotFound,
    problems.areaOutsideYours,
    problems.roundExists,
    problems.roundStateForbids,
    problems.roundInUse,
    problems.roundSampled,
    problems.rulesBroken,
  ],
});

export const patchRound = patching(replaceRound, {
  operationId: 'patchRound',
  name: 'RoundPatch',
  summary: 'Change some fields of a round',
  bodyExample: { endsOn: '2012-05-15' },
});

export const deleteRound = operation({
  operationId: 'deleteRound',
  method: 'DELETE',
  path: '/v1/rounds/{roundId}',
  tag,
  summary: 'Delete a draft round',
  description: 'Only a draft without targets.',
  permission: 'rounds:write',
  params: one,
  query: none,
  body: null,
  answer: { status: 204, description: 'Deleted', body: null },
  versioning: 'needs',
  refusals: [problems.roundNotFound, problems.areaOutsideYours, problems.roundStateForbids, problems.roundInUse],
});

const moved = { ...example, status: 'open', openedAt: '2012-04-01T01:00:00.000Z', version: 2 };

/** A change of state: what it is called, and what it does. */
function move<Body extends z.ZodType | null>(
  operationId: string,
  name: RoundMove,
  texts: { summary: string; description: string },
  body: { body: Body; bodyExample?: unknown },
) {
  return operation({
    operationId,
    method: 'POST',
    path: `/v1/rounds/{roundId}/${name}`,
    tag,
    ...texts,
    permission: 'rounds:write',
    params: one,
    query: none,
    ...body,
    answer: { status: 200, description: 'The round in its new state', body: Round, example: moved },
    versioning: 'needs',
    refusals: [problems.roundNotFound, problems.areaOutsideYours, problems.roundStateForbids, problems.rulesBroken],
  });
}

export const openRound = move(
  'openRound',
  'opening',
  { summary: 'Open a round', description: 'From draft. It takes scores from now on.' },
  { body: null },
);

export const closeRound = move(
  'closeRound',
  'closing',
  { summary: 'Close a round', description: 'From open. It takes no more scores; drafts left over do not count.' },
  { body: null },
);

export const reopenRound = move(
  'reopenRound',
  'reopening',
  {
    summary: 'Open a closed round again',
    description: 'From closed, with a reason. A published round stays as it is.',
  },
  { body: Reopening, bodyExample: { reason: 'ทีมที่ 3 ส่งแบบประเมินไม่ครบ' } },
);

export const publishRound = move(
  'publishRound',
  'publication',
  {
    summary: 'Publish a round',
    description:
      'From closed. Frozen for good: its figures can be cited, and the names and figures of groups and teams in it stay as they are now. Plans go on.',
  },
  { body: null },
);
