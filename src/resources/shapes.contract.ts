/** The shapes that several resources share. Inputs may coerce; what is answered is plain. */
import { z } from 'zod';
import type { Bilingual } from '../domain/bilingual.js';
import { dayBounds, instantBounds } from '../domain/calendar.js';
import { searchable } from '../domain/search.js';
import {
  faultOfLine,
  faultOfParagraphs,
  faultOfTerm,
  type TextFault,
  trimmedLine,
  trimmedParagraphs,
} from '../domain/text.js';
import type { ViolationCode } from '../domain/violation-code.js';
import { component, violationCode } from '../platform/http/components.js';
import { says } from '../platform/violations/says.js';

/** A check of ours on a shape: its stable code and its sentence in both languages. */
const check = (code: ViolationCode, en: string, th: string) => ({
  params: { code, detail: { en, th } satisfies Bilingual },
});

/** A UUID is a value and not a text (RFC 9562): however it is written, it goes on in small letters. */
export const id = z
  .uuid()
  .toLowerCase()
  .meta({ examples: ['01936d5e-6f70-7c3a-9c55-0242ac120002'] });

/** The id of a record that is to be made, chosen by the caller. */
export const chosenId = id.optional().meta({
  description:
    'Id that the new record is to have, so that sending it again cannot make a second one; left out, the service chooses',
  examples: ['01936d5e-6f70-7c3a-9c55-0242ac120002'],
});

const withinInstants = (text: string) => text >= instantBounds.first && text <= instantBounds.last;
const instantRange = `${instantBounds.first} to ${instantBounds.last}`;

export const instant = z.iso
  .datetime({ precision: 3 })
  .refine(withinInstants, outOfRange(instantBounds))
  .meta({
    description: `Instant in UTC with milliseconds, ${instantRange}`,
    examples: ['2012-04-12T03:15:00.000Z'],
    contract: {
      type: 'string',
      format: 'date-time',
      pattern: '^(19[7-9][0-9]|[2-9][0-9]{3})-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$',
    },
  });

/** An instant as a caller may write it, with any offset and any fraction of a second; it goes on in UTC. */
export const anyInstant = z.iso
  .datetime({ offset: true })
  .overwrite((text) => inUtc(text))
  .refine(withinInstants, outOfRange(instantBounds))
  .meta({
    description: `Instant with its offset from UTC, ${instantRange}; what is finer than a millisecond is cut`,
    examples: ['2027-04-12T10:15:00+07:00'],
    contract: {
      type: 'string',
      format: 'date-time',
      pattern: '^(1969|19[7-9][0-9]|[2-9][0-9]{3})-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})$',
    },
  });

export const day = z.iso
  .date()
  .refine((text) => text >= dayBounds.first, outOfRange(dayBounds))
  .meta({
    description: `Day in Asia/Bangkok, Gregorian calendar, ${dayBounds.first} to ${dayBounds.last}`,
    examples: ['2012-04-12'],
    contract: {
      type: 'string',
      format: 'date',
      pattern: '^([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-[0-9]{2}-[0-9]{2}$',
    },
  });

export const areaCode = z
  .string()
  .regex(/^([0-9]{2}){1,4}$/)
  .meta({ description: 'DOPA code: 2 digits province, 4 district, 6 subdistrict, 8 village', examples: ['4010'] });

export const version = z
  .int()
  .min(1)
  .meta({ description: 'Grows by one with each change; the ETag begins with it', examples: [1] });

export const count = z.int().min(0);

export const percent = z
  .number()
  .min(0)
  .max(100)
  .meta({ description: 'Percent with two decimals, cut and not rounded; its count and total stand beside it' });

const mostBaht = 999_999_999_999.99;

export const baht = z
  .number()
  .min(0)
  .max(mostBaht)
  .refine((amount) => amount > mostBaht || /^-?\d+(\.\d{1,2})?$/.test(String(amount)), {
    abort: true,
    ...check('too-many-decimals', 'An amount in baht has at most two decimals.', 'จำนวนเงินต้องมีทศนิยมไม่เกิน 2 ตำแหน่ง'),
  })
  .meta({ description: 'Baht, exact, at most two decimals', examples: [366_500.5] });

/** A sum of amounts, which may be larger than any one of them. */
export const bahtSum = z
  .number()
  .min(0)
  .meta({ description: 'Sum in baht, added in whole satang', examples: [388_961_490] });

export const level = component(
  'Level',
  z
    .union([z.literal(1), z.literal(2), z.literal(3)])
    .meta({ description: 'Level of a criterion, or the health level that follows', examples: [3] }),
);

export const developmentLevel = component(
  'DevelopmentLevel',
  z.union([z.literal(1), z.literal(2), z.literal(3)]).meta({
    description: 'Development level of a group: registry data of another exercise, never computed from criteria',
    examples: [3],
  }),
);

export const criterionNo = z
  .int()
  .min(1)
  .max(99)
  .meta({ description: 'Number of a criterion', examples: [2] });

export const instrumentRef = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}@[1-9][0-9]{0,3}$/)
  .meta({ description: 'Instrument version, `code@version`', examples: ['fhc@1'] });

export const position = z
  .int()
  .min(0)
  .meta({
    description: 'A place in the log of changes. Later changes have larger ones; not every number is used',
    examples: [1042],
  });

export const actionName = z
  .string()
  .regex(/^[a-z-]{1,40}\.[a-z-]{1,40}$/)
  .meta({ description: 'What was done: the kind of record and a verb', examples: ['assessment.submitted'] });

/** What figures can be broken down by where only districts make sense. */
export const districtBreakdown = component('DistrictBreakdown', z.enum(['district']));

export const bilingual = component(
  'Bilingual',
  z.strictObject({ th: z.string(), en: z.string() }).meta({ description: 'A text in Thai and English' }),
);

export const nextLevel = component(
  'NextLevel',
  z
    .strictObject({ level, descriptor: bilingual.nullable(), guidance: bilingual.nullable() })
    .meta({ description: 'The next level of the criterion and what to do to reach it, as the instrument says' }),
);

/**
 * A line of text, such as a name: readable, with a letter or a digit, and without control characters. What does not
 * show is taken off its ends.
 */
export const line = (longest: number) =>
  readable(longest, trimmedLine, faultOfLine).meta({
    contract: {
      type: 'string',
      minLength: 1,
      maxLength: longest,
      pattern: '^ *[^\\x00- \\x7f-\\x9f][^\\x00-\\x1f\\x7f-\\x9f]*$',
    },
  });

/** A part of a text to look for, of which something is left once what a search ignores is gone. */
export const searchTerm = (longest: number) =>
  readable(longest, trimmedLine, faultOfTerm).refine(
    (value) => !/\S/u.test(value) || /\S/u.test(searchable(value)),
    check('blank', 'Must have a letter or a digit, not marks alone.', 'ต้องมีตัวอักษรหรือตัวเลขอย่างน้อยหนึ่งตัว'),
  );

/** A text of several lines. */
export const paragraphs = (longest: number) =>
  readable(longest, trimmedParagraphs, faultOfParagraphs).meta({
    contract: {
      type: 'string',
      minLength: 1,
      maxLength: longest,
      pattern: '^[\\t\\n\\r ]*[^\\x00- \\x7f-\\x9f][^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]*$',
    },
  });

/** What looks like a mistake in a record that was written. */
export const warnings = z
  .array(
    component(
      'Warning',
      z.strictObject({
        pointer: z.string().meta({ description: 'JSON Pointer into the body that was sent, or `/path/asOf`' }),
        code: violationCode,
        detail: z.string().meta({ description: 'What to look at again, in the language of Accept-Language' }),
      }),
    ),
  )
  .optional()
  .meta({
    description: 'Only in the answer to a POST, PUT or PATCH, when something was taken that looks like a mistake',
  });

function readable(longest: number, trimmed: (text: string) => string, faultOf: (text: string) => TextFault | null) {
  return z
    .string()
    .overwrite(trimmed)
    .min(1, { abort: true })
    .max(longest)
    .refine((value) => /\S/u.test(value), { abort: true, ...check('blank', 'Must not be blank.', 'ต้องไม่เว้นว่าง') })
    .superRefine((value, context) => {
      const fault = faultOf(value);
      if (fault !== null) context.addIssue({ code: 'custom', input: value, params: fault });
    });
}

function outOfRange({ first, last }: { first: string; last: string }) {
  const en = `Must lie from ${first} to ${last}.`;
  // What is no day or instant at all is told so and no more.
  const when = ({ issues }: { issues: readonly unknown[] }) => issues.length === 0;
  return { ...check('out-of-range', en, `ต้องอยู่ในช่วง ${first} ถึง ${last}`), when };
}

/** What is no instant stays, for zod to refuse; a year of five or six digits, with its sign, sorts before all others. */
function inUtc(text: string): string {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? text : new Date(ms).toISOString();
}

const oneToThree = { en: '1, 2 or 3', th: '1, 2 หรือ 3' };

says(level, { en: `A level is ${oneToThree.en}.`, th: `ระดับต้องเป็น ${oneToThree.th}` });
says(developmentLevel, {
  en: `A development level is ${oneToThree.en}.`,
  th: `ระดับการพัฒนาต้องเป็น ${oneToThree.th}`,
});
says(id, {
  en: 'An id is written as 01936d5e-6f70-7c3a-9c55-0242ac120002.',
  th: 'รหัสต้องอยู่ในรูป 01936d5e-6f70-7c3a-9c55-0242ac120002',
});
says(instant, {
  en: 'An instant is written in UTC to the millisecond: 2012-04-12T03:15:00.000Z.',
  th: 'วันเวลาต้องเป็นเวลา UTC ถึงมิลลิวินาที เช่น 2012-04-12T03:15:00.000Z',
});
says(day, {
  en: 'A day is written year-month-day in the Gregorian calendar, and must exist: 2012-04-12.',
  th: 'วันที่ต้องอยู่ในรูป ปี ค.ศ.-เดือน-วัน และต้องมีอยู่จริงในปฏิทิน เช่น 2012-04-12',
});
says(areaCode, {
  en: 'The code of an area has 2, 4, 6 or 8 digits, such as 4010.',
  th: 'รหัสพื้นที่ต้องเป็นตัวเลข 2, 4, 6 หรือ 8 หลัก เช่น 4010',
});
says(instrumentRef, {
  en: 'An instrument is named code@version, such as fhc@1.',
  th: 'เครื่องมือต้องอยู่ในรูป รหัส@รุ่น เช่น fhc@1',
});
says(anyInstant, {
  en: 'An instant is written with its offset: 2027-04-12T03:15:00Z or 2027-04-12T10:15:00+07:00.',
  th: 'วันเวลาต้องระบุเขตเวลา เช่น 2027-04-12T03:15:00Z หรือ 2027-04-12T10:15:00+07:00',
});
says(actionName, {
  en: 'An action is a kind of record and a verb, such as assessment.submitted.',
  th: 'การกระทำต้องอยู่ในรูป ประเภทข้อมูล.การกระทำ เช่น assessment.submitted',
});
