import { z } from 'zod';
import { areaKinds } from '../../domain/area.js';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation, wholeList } from '../../platform/http/operation.js';
import { listQuery, pageOf, pageQuery, wholeNumber } from '../../platform/http/page.js';
import { roundFields } from '../rounds/rounds.record.js';
import { areaCode, bilingual, count, criterionNo, id, instant, percent } from '../shapes.contract.js';

const tag = 'open-data';
const withoutKey = 'Without a key, where the office publishes open data (`PUBLIC_READING`).';
const shared = { browsers: 300, caches: 3_600 };

const groups = count.nullable();
const share = percent.nullable();
const name = bilingual.nullable().meta({ description: 'Null: not known' });
const heldBack = z.boolean().meta({ description: 'Counts here are held back, and null: see `smallestCell`' });
const smallestCell = count.meta({
  description:
    'Counts of fewer groups are held back, with their complement and with whatever would give them away by adding and subtracting; 0: nothing is',
});
const heldBackCells = count.meta({ description: 'How many counts of this answer are held back' });
const inCountry = { description: 'Null: the whole country' };

const kind = component('PublishedAreaKind', z.enum(['country', ...areaKinds]));

/** Of a round what nobody wrote by hand: its title and the reason of a reopening are free texts. */
const { fiscalYearBe, roundNo, instrument, startsOn, endsOn, targetSelection } = roundFields;
const PublishedRound = component(
  'PublishedRound',
  z.strictObject({
    roundId: id,
    fiscalYearBe: fiscalYearBe.shown,
    roundNo: roundNo.shown,
    areaCode: areaCode.nullable().meta(inCountry),
    areaName: bilingual.nullable().meta(inCountry),
    instrument: instrument.shown,
    startsOn: startsOn.shown,
    endsOn: endsOn.shown,
    targetSelection: targetSelection.shown,
    publishedAt: instant,
  }),
);

const counts = {
  assessed: groups.meta({ description: 'Groups with a level for the criterion' }),
  passed: groups,
  passedPercent: share,
  failed: groups,
  failedPercent: share,
  level1: groups,
  level2: groups,
  level3: groups,
  heldBack,
};

const PublishedCriterion = component('PublishedCriterion', z.strictObject({ criterionNo, name, ...counts }));

const ofArea = {
  areaCode: areaCode.nullable().meta(inCountry),
  areaKind: kind,
  areaName: bilingual.nullable().meta(inCountry),
};

const figures = {
  assessed: groups.meta({ description: 'Groups with a submitted score sheet' }),
  heldBack,
  criteria: z.array(PublishedCriterion),
};

const PublishedStatistics = component(
  'PublishedStatistics',
  z.strictObject({ round: PublishedRound, smallestCell, heldBackCells, ...ofArea, ...figures }),
);

const PublishedArea = component('PublishedArea', z.strictObject({ ...ofArea, ...figures }));

const PublishedResult = component(
  'PublishedResult',
  z.strictObject({
    roundId: id,
    fiscalYearBe: fiscalYearBe.shown,
    roundNo: roundNo.shown,
    ...ofArea,
    criterionNo,
    criterionName: name,
    ...counts,
    smallestCell,
  }),
);

const criterionExample = {
  assessed: 160,
  passed: 29,
  passedPercent: 18.12,
  failed: 131,
  failedPercent: 81.87,
  level1: 47,
  level2: 84,
  level3: 29,
  heldBack: false,
};
const nameExample = { th: 'การจัดสวัสดิการให้แก่สมาชิก', en: 'Welfare for members' };
const areaExample = { areaCode: '40', areaKind: 'province', areaName: { th: 'ขอนแก่น', en: 'Khon Kaen' } };
const roundExample = {
  roundId: roundFields.roundId.example,
  fiscalYearBe: 2555,
  roundNo: 1,
  areaCode: '40',
  areaName: areaExample.areaName,
  instrument: 'fhc@1',
  startsOn: '2012-04-01',
  endsOn: '2012-04-30',
  targetSelection: 'designated',
  publishedAt: '2012-05-01T03:15:00.000Z',
};
const figuresExample = {
  ...areaExample,
  assessed: 160,
  heldBack: false,
  criteria: [{ criterionNo: 18, name: nameExample, ...criterionExample }],
};

/** The columns of the file. */
export const resultColumns = [
  'roundId',
  'fiscalYearBe',
  'roundNo',
  'areaCode',
  'areaKind',
  ['areaNameTh', 'areaName.th'],
  ['areaNameEn', 'areaName.en'],
  'criterionNo',
  ['criterionNameTh', 'criterionName.th'],
  ['criterionNameEn', 'criterionName.en'],
  'assessed',
  'passed',
  'passedPercent',
  'failed',
  'failedPercent',
  'level1',
  'level2',
  'level3',
  'heldBack',
  'smallestCell',
] as const;

const none = z.strictObject({});
const ofRound = z.strictObject({ roundId: id });
const kindQuery = { kind: kind.optional().meta({ description: 'Only areas of this kind' }) };
const refusals = [problems.openDataOff, problems.publishedRoundNotFound] as const;

export const listPublishedRounds = operation({
  operationId: 'listPublishedRounds',
  method: 'GET',
  path: '/v1/open-data/rounds',
  tag,
  summary: 'List published rounds',
  description: `Newest first. ${withoutKey}`,
  permission: 'public',
  shared: { browsers: 60, caches: 60 },
  params: none,
  query: z.strictObject({ fiscalYearBe: wholeNumber(fiscalYearBe.shown).optional(), ...pageQuery }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of published rounds',
    body: component('PublishedRoundPage', pageOf(PublishedRound)),
    example: { items: [roundExample], next: null },
    paged: true,
  },
  versioning: 'gives',
  refusals: [problems.openDataOff],
});

export const getPublishedStatistics = operation({
  operationId: 'getPublishedStatistics',
  method: 'GET',
  path: '/v1/open-data/rounds/{roundId}/statistics',
  tag,
  summary: 'What a published round shows',
  description: `Counts of groups and percents, which are cut at two decimals. ${withoutKey}`,
  permission: 'public',
  shared,
  params: ofRound,
  query: none,
  body: null,
  answer: {
    status: 200,
    description: 'The figures',
    body: PublishedStatistics,
    example: { round: roundExample, smallestCell: 5, heldBackCells: 0, ...figuresExample },
  },
  versioning: 'gives',
  refusals: [...refusals],
});

export const listPublishedAreas = operation({
  operationId: 'listPublishedAreas',
  method: 'GET',
  path: '/v1/open-data/rounds/{roundId}/areas',
  tag,
  summary: 'What a published round shows of each area',
  description: `The same figures for the round, its provinces and its districts, each before the areas in it. ${withoutKey}`,
  permission: 'public',
  shared,
  params: ofRound,
  query: z.strictObject({ ...kindQuery, ...pageQuery }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of areas',
    body: component('PublishedAreaPage', pageOf(PublishedArea).extend({ smallestCell, heldBackCells })),
    example: { items: [figuresExample], next: null, smallestCell: 5, heldBackCells: 0 },
    paged: true,
  },
  versioning: 'gives',
  refusals: [...refusals],
});

export const listPublishedResults = operation({
  operationId: 'listPublishedResults',
  method: 'GET',
  path: '/v1/open-data/rounds/{roundId}/results',
  tag,
  summary: 'The results of a published round, one row for each area and criterion',
  description: `The figures of the areas as a flat list. ${withoutKey}`,
  permission: 'public',
  shared,
  params: ofRound,
  query: z.strictObject({ ...kindQuery, ...listQuery }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of results',
    body: component('PublishedResultPage', pageOf(PublishedResult)),
    example: {
      items: [
        {
          roundId: roundExample.roundId,
          fiscalYearBe: 2555,
          roundNo: 1,
          ...areaExample,
          criterionNo: 18,
          criterionName: nameExample,
          ...criterionExample,
          smallestCell: 5,
        },
      ],
      next: null,
    },
    paged: true,
    streams: {
      file: 'results',
      columns: resultColumns,
    },
  },
  versioning: 'gives',
  refusals: [...refusals],
});

export const exportPublishedResults = wholeList(listPublishedResults, {
  operationId: 'exportPublishedResults',
  summary: 'All results of a published round as a file',
});
