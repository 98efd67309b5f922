import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { wholeNumber } from '../../platform/http/page.js';
import { draftsWithheld } from '../../platform/http/withheld.js';
import { targetSelection } from '../rounds/rounds.record.js';
import {
  areaCode,
  bilingual,
  count,
  criterionNo,
  id,
  instant,
  instrumentRef,
  level,
  percent,
} from '../shapes.contract.js';

const name = bilingual.nullable().meta({ description: 'Null: not known' });
const share = percent.nullable();
const passedAndFailed = { assessed: count, passed: count, passedPercent: share, failed: count, failedPercent: share };
const ranked = {
  rank: z.int().min(1).meta({ description: 'Ties share a rank: 1, 2, 2, 4' }),
  criterionNo,
  name,
  groups: count,
  total: count.meta({ description: 'Groups with a level for this criterion' }),
};

const PassedCountGroups = component('PassedCountGroups', z.strictObject({ passedCount: count, groups: count }));

const HealthLevelGroups = component('HealthLevelGroups', z.strictObject({ healthLevel: level, groups: count }));

const PassedGroups = component(
  'PassedGroups',
  z.strictObject({
    wellManaged: count,
    mostPassed: count.nullable().meta({ description: 'Most criteria passed by a group; null without a sheet' }),
    fewestPassed: count.nullable(),
    meanPassed: z.number().min(0).nullable().meta({ description: 'Cut at two decimals' }),
    medianPassed: z.number().min(0).nullable(),
    byPassedCount: z.array(PassedCountGroups),
    byHealthLevel: z.array(HealthLevelGroups),
  }),
);

const PercentInterval = component('PercentInterval', z.strictObject({ low: percent, high: percent }));

const CriterionStatistics = component(
  'CriterionStatistics',
  z.strictObject({
    criterionNo,
    name,
    ...passedAndFailed,
    level1: count,
    level2: count,
    level3: count,
    passedInterval: PercentInterval.nullable().meta({
      description: '95 % Wilson interval with finite population correction; only for random samples',
    }),
  }),
);

const MostPassedCriterion = component('MostPassedCriterion', z.strictObject({ ...ranked, passedPercent: share }));
const MostFailedCriterion = component('MostFailedCriterion', z.strictObject({ ...ranked, failedPercent: share }));

const figures = {
  targets: count,
  assessed: count.meta({ description: 'Targets with a submitted sheet; only these count below' }),
  drafts: count.meta({
    description: 'Targets with a draft; 0 when drafts are withheld, and these are counted as not assessed',
  }),
  notAssessed: count.meta({
    description: 'Targets without a sheet that is counted before: assessed + drafts + notAssessed = targets',
  }),
  coveragePercent: share.meta({ description: 'assessed of targets' }),
  groups: PassedGroups,
  criteria: z.array(CriterionStatistics),
  mostPassed: z.array(MostPassedCriterion),
  mostFailed: z.array(MostFailedCriterion),
};

const by = component('StatisticsBreakdown', z.enum(['district', 'team', 'virtue']));

const part = component(
  'StatisticsPart',
  z.strictObject({
    by,
    code: z.string().nullable().meta({ description: 'Area code, team id or virtue; null: no team was named' }),
    name,
    ...figures,
  }),
);

const VirtueStatistics = component(
  'VirtueStatistics',
  z.strictObject({ code: z.string(), name: bilingual, criteria: z.array(criterionNo), ...passedAndFailed }),
);

const Sampling = component(
  'Sampling',
  z.strictObject({
    selection: targetSelection,
    population: count.nullable(),
    sample: count,
    sampledPercent: share,
    intervals: z.boolean(),
    statement: bilingual.meta({ description: 'What the figures say about groups that were not checked' }),
  }),
);

const RoundStatistics = component(
  'RoundStatistics',
  z.strictObject({
    roundId: id,
    areaCode: areaCode.nullable().meta({ description: 'What the figures are about; null is the whole country' }),
    instrument: instrumentRef,
    asOf: instant.meta({
      description:
        'When it stood so: the snapshot that was counted, or the publication of a published round. While the figures stay the same, so may this.',
    }),
    ...figures,
    virtues: z
      .array(VirtueStatistics)
      .nullable()
      .meta({ description: 'Counts of scores, not of groups; null when the instrument does not know its virtues' }),
    virtuesNote: bilingual.nullable().meta({ description: 'Why `virtues` is null' }),
    sampling: Sampling,
    breakdown: z
      .array(part)
      .nullable()
      .optional()
      .meta({ description: 'Only with `by`; null when the instrument does not know its virtues' }),
    ...draftsWithheld,
  }),
);

const criterionExample = {
  criterionNo: 18,
  name: { th: 'การจัดสวัสดิการให้แก่สมาชิก', en: 'Welfare for members' },
  assessed: 160,
  level1: 47,
  level2: 84,
  level3: 29,
  passed: 29,
  passedPercent: 18.12,
  failed: 131,
  failedPercent: 81.87,
  passedInterval: null,
};
const { criterionNo: exampleNo, name: exampleName } = criterionExample;
const rankedExample = { rank: 1, criterionNo: exampleNo, name: exampleName, total: 160 };
const example = {
  roundId: '01936d5e-6f70-7c3a-9c55-0242ac120004',
  areaCode: '40',
  instrument: 'fhc@1',
  asOf: '2012-05-01T03:15:00.000Z',
  targets: 160,
  assessed: 160,
  drafts: 0,
  notAssessed: 0,
  coveragePercent: 100,
  groups: {
    wellManaged: 0,
    mostPassed: 18,
    fewestPassed: 1,
    meanPassed: 10.88,
    medianPassed: 12,
    byPassedCount: [{ passedCount: 18, groups: 2 }],
    byHealthLevel: [
      { healthLevel: 1, groups: 120 },
      { healthLevel: 2, groups: 40 },
      { healthLevel: 3, groups: 0 },
    ],
  },
  criteria: [criterionExample],
  mostPassed: [{ ...rankedExample, groups: 29, passedPercent: 18.12 }],
  mostFailed: [{ ...rankedExample, groups: 131, failedPercent: 81.87 }],
  virtues: null,
  virtuesNote: {
    th: 'เครื่องมือรุ่นนี้ไม่ได้ระบุว่าเกณฑ์แต่ละข้ออยู่ในคุณธรรมข้อใด จึงไม่มีตัวเลขแยกตามคุณธรรม',
    en: 'This instrument version does not know which virtue each criterion belongs to, so there are no figures by virtue.',
  },
  sampling: {
    selection: 'designated',
    population: 786,
    sample: 160,
    sampledPercent: 20.35,
    intervals: false,
    statement: {
      th: 'กลุ่มเป้าหมายมาจากการกำหนด ไม่ได้มาจากการสุ่ม ตรวจแล้ว 160 กลุ่ม จากกลุ่มทั้งหมด 786 กลุ่ม (ร้อยละ 20.35) ตัวเลขนี้ใช้อธิบายเฉพาะกลุ่มที่ตรวจ จึงไม่แสดงช่วงความเชื่อมั่น',
      en: 'The targets were designated, not drawn at random. Groups assessed: 160 of a population of 786 (20.35 %). The figures describe the groups assessed and no others, so no interval is given.',
    },
  },
};

export const getRoundStatistics = operation({
  operationId: 'getRoundStatistics',
  method: 'GET',
  path: '/v1/rounds/{roundId}/statistics',
  tag: 'statistics',
  summary: 'What a round shows',
  description:
    'Counted anew from the submitted sheets at every call; the ETag changes when the figures do, and once the round is published it stays. Percents are cut at two decimals and stand beside count and total; what is missing is shown and never counted as failed.',
  permission: 'read',
  withholdsDrafts: true,
  asOf: true,
  params: z.strictObject({ roundId: id }),
  query: z.strictObject({
    area: areaCode.optional().meta({ description: 'Default: the part of the round that your key may see' }),
    top: wholeNumber(z.int().min(1).max(99))
      .default(5)
      .meta({ description: 'How many criteria the ranked lists name; a tie at the end is kept whole' }),
    by: by.optional().meta({ description: 'Adds the same figures for each' }),
  }),
  body: null,
  answer: { status: 200, description: 'The figures', body: RoundStatistics, example },
  versioning: 'gives',
  refusals: [problems.roundNotFound, problems.areaNotFound],
});
