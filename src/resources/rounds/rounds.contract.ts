import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import type { RoundMove } from '../../domain/round.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { pageQuery, pageWithDraftsOf, wholeNumber } from '../../platform/http/page.js';
import { patching } from '../../platform/http/patching.js';
import { acceptedOf, acceptedOfNew, bodyExampleOf, exampleOf, shownOf } from '../../platform/record/fields.js';
import { areaCode, id, paragraphs } from '../shapes.contract.js';
import { roundFields, roundStatus } from './rounds.record.js';

const Round = component('Round', z.strictObject(shownOf(roundFields)));
const RoundContent = component('RoundContent', z.strictObject(acceptedOf(roundFields)));
const NewRound = component('NewRound', z.strictObject(acceptedOfNew(roundFields)));

const Reopening = component(
  'Reopening',
  z.strictObject({ reason: paragraphs(2_000).meta({ description: 'Why; stands in `lastReopening`' }) }),
);

const bodyExample = bodyExampleOf(roundFields);
const example = exampleOf(roundFields);

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
  withholdsDrafts: true,
  asOf: true,
  params: none,
  query: z.strictObject({
    area: areaCode.optional().meta({ description: 'Only rounds of this area and the areas in it' }),
    fiscalYearBe: wholeNumber(roundFields.fiscalYearBe.shown).optional(),
    status: roundStatus.optional(),
    ...pageQuery,
  }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of rounds',
    body: component('RoundPage', pageWithDraftsOf(Round)),
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
  description: 'Its context and its state.',
  permission: 'read',
  asOf: true,
  params: one,
  query: none,
  body: null,
  answer: { status: 200, description: 'The round', body: Round, example },
  versioning: 'gives',
  historyOf: 'round',
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
  permission: 'rounds:write' | 'rounds:publish' = 'rounds:write',
) {
  return operation({
    operationId,
    method: 'POST',
    path: `/v1/rounds/{roundId}/${name}`,
    tag,
    ...texts,
    permission,
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
  'rounds:publish',
);
