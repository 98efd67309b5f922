import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { pageOf, pageQuery } from '../../platform/http/page.js';
import { says } from '../../platform/violations/says.js';
import {
  bilingual,
  criterionNo,
  instant,
  instrumentRef,
  level,
  line,
  paragraphs,
  version,
} from '../shapes.contract.js';

const code = says(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/), {
  en: 'A code begins with a-z and goes on with a-z, 0-9 or -, at most 31 characters: fhc.',
  th: 'รหัสต้องขึ้นต้นด้วย a-z ตามด้วย a-z, 0-9 หรือ - ไม่เกิน 31 ตัว เช่น fhc',
});
const virtueCode = says(z.string().regex(/^[a-z][a-z0-9_-]{0,30}$/), {
  en: 'A code begins with a-z and goes on with a-z, 0-9, - or _, at most 31 characters: honesty.',
  th: 'รหัสต้องขึ้นต้นด้วย a-z ตามด้วย a-z, 0-9, - หรือ _ ไม่เกิน 31 ตัว เช่น honesty',
});
export const healthLevelRule = component(
  'HealthLevelRule',
  z
    .enum(['weakest-criterion', 'passed-share'])
    .meta({ description: 'How the levels of a sheet give the health level of the group' }),
);
const thresholds = component(
  'HealthLevelThresholds',
  z.strictObject({ level2Percent: z.number().min(0).max(100), level3Percent: z.number().min(0).max(100) }),
)
  .nullable()
  .meta({ description: 'Only for `passed-share`: percent of criteria passed from which level 2 and 3 are reached' });
const reasonRequired = component(
  'ReasonRequired',
  z.enum(['every', 'failed', 'none']).meta({ description: 'Which scores must be explained' }),
);
const bilingualLine = component('BilingualLine', z.strictObject({ th: line(500), en: line(500) }));
const bilingualText = component('BilingualText', z.strictObject({ th: paragraphs(5_000), en: paragraphs(5_000) }));

const unknownName = 'Null: not known to us, and never invented';

const InstrumentVirtue = component('InstrumentVirtue', z.strictObject({ code: z.string(), name: bilingual }));

const InstrumentLevel = component(
  'InstrumentLevel',
  z.strictObject({
    level,
    descriptor: bilingual.nullable().meta({ description: unknownName }),
    guidance: bilingual.nullable().meta({ description: `What to do to reach this level. ${unknownName}` }),
  }),
);

const InstrumentCriterion = component(
  'InstrumentCriterion',
  z.strictObject({
    criterionNo,
    name: bilingual.nullable().meta({ description: unknownName }),
    virtueCode: z.string().nullable().meta({ description: unknownName }),
    levels: z.array(InstrumentLevel),
  }),
);

const Instrument = component(
  'Instrument',
  z.strictObject({
    instrument: instrumentRef,
    code: z.string(),
    instrumentVersion: z.int().min(1),
    name: bilingual,
    passLevel: level,
    healthLevelRule,
    healthLevelThresholds: thresholds,
    reasonRequired,
    virtues: z.array(InstrumentVirtue),
    criteria: z.array(InstrumentCriterion),
    version,
    createdAt: instant,
  }),
);

const InstrumentVirtueContent = component(
  'InstrumentVirtueContent',
  z.strictObject({ code: virtueCode, name: bilingualLine }),
);

const InstrumentLevelContent = component(
  'InstrumentLevelContent',
  z.strictObject({
    level,
    descriptor: bilingualText.nullable().default(null),
    guidance: bilingualText.nullable().default(null),
  }),
);

const InstrumentCriterionContent = component(
  'InstrumentCriterionContent',
  z.strictObject({
    criterionNo,
    name: bilingualLine.nullable(),
    virtueCode: virtueCode.nullable(),
    levels: z.array(InstrumentLevelContent).max(3),
  }),
);

const NewInstrument = component(
  'NewInstrument',
  z.strictObject({
    code,
    instrumentVersion: z.int().min(1).max(9999),
    name: bilingualLine,
    passLevel: level,
    healthLevelRule,
    healthLevelThresholds: thresholds.default(null),
    reasonRequired,
    virtues: z.array(InstrumentVirtueContent).max(20),
    criteria: z.array(InstrumentCriterionContent).min(1).max(99),
  }),
);

const bodyExample = {
  code: 'handbook',
  instrumentVersion: 1,
  name: { th: 'ปรอทวัดสุขภาพ ฉบับคู่มือ', en: 'Financial Health Check, handbook edition' },
  passLevel: 3,
  healthLevelRule: 'weakest-criterion',
  healthLevelThresholds: null,
  reasonRequired: 'every',
  virtues: [{ code: 'honesty', name: { th: 'ความซื่อสัตย์', en: 'Honesty' } }],
  criteria: [
    {
      criterionNo: 1,
      name: { th: 'การจัดทำบัญชี', en: 'Bookkeeping' },
      virtueCode: 'honesty',
      levels: [
        { level: 1, descriptor: null, guidance: null },
        { level: 2, descriptor: null, guidance: null },
        {
          level: 3,
          descriptor: { th: 'บัญชีครบถ้วนเป็นปัจจุบัน', en: 'Books are complete and up to date' },
          guidance: { th: 'ลงบัญชีทุกวันที่มีรายการ', en: 'Enter every transaction on its day' },
        },
      ],
    },
  ],
};
const example = { instrument: 'handbook@1', ...bodyExample, version: 1, createdAt: '2012-01-05T02:00:00.000Z' };

const none = z.strictObject({});
const tag = 'instruments';

export const listInstruments = operation({
  operationId: 'listInstruments',
  method: 'GET',
  path: '/v1/instruments',
  tag,
  summary: 'List instrument versions',
  description: 'Every version of every health thermometer.',
  permission: 'read',
  asOf: true,
  params: none,
  query: z.strictObject({ ...pageQuery }),
  body: null,
  answer: {
    status: 200,
    description: 'A page of instrument versions',
    body: component('InstrumentPage', pageOf(Instrument)),
    example: { items: [example], next: null },
    paged: true,
  },
  refusals: [],
});

export const getInstrument = operation({
  operationId: 'getInstrument',
  method: 'GET',
  path: '/v1/instruments/{instrument}',
  tag,
  summary: 'Read one instrument version',
  description: 'By `code@version`, such as `fhc@1`, the built-in thermometer with nineteen criteria.',
  permission: 'read',
  asOf: true,
  params: z.strictObject({ instrument: instrumentRef }),
  query: none,
  body: null,
  answer: { status: 200, description: 'The instrument version', body: Instrument, example },
  versioning: 'gives',
  historyOf: 'instrument',
  refusals: [problems.instrumentNotFound],
});

export const createInstrument = operation({
  operationId: 'createInstrument',
  method: 'POST',
  path: '/v1/instruments',
  tag,
  summary: 'Load an instrument version',
  description:
    "An agency's handbook: names, level descriptors, virtues. A version never changes; a correction is the next version. Needs a key of the whole country.",
  permission: 'instruments:write',
  params: none,
  query: none,
  body: NewInstrument,
  bodyExample,
  answer: { status: 201, description: 'The instrument version', body: Instrument, example },
  versioning: 'gives',
  refusals: [problems.areaOutsideYours, problems.instrumentExists, problems.rulesBroken],
});
