/** What people read of a value that does not fit: every shape that anything is sent in, with wrong values of every kind. */
import fc from 'fast-check';
import t from 'tap';
import { z } from 'zod';
import type { Violation } from '../../src/domain/refusal.js';
import { withoutLaxerBounds } from '../../src/platform/violations/first-issues.js';
import { says } from '../../src/platform/violations/says.js';
import { innerShape, type Writing } from '../../src/platform/violations/sentences.js';
import { violationsOf } from '../../src/platform/violations/violations.js';
import { restoredSheetRow, sheetRow } from '../../src/resources/assessments/bulk.contract.js';
import { restoredGroupRows } from '../../src/resources/groups/restored-rows.actions.js';
import { previewScoring } from '../../src/resources/scoring/scoring.contract.js';
import { effectFigures, emptyEffect } from '../../src/scoring/effect.js';
import { virtuesNoteOf } from '../../src/scoring/round-statistics.js';
import { samplingOf } from '../../src/scoring/sampling.js';
import { startTestApp } from '../support/app.js';

const { app, admin } = await startTestApp(t);
const { operations } = app;
const shapes = [
  ...operations.flatMap(({ params, query, body }): [z.core.$ZodType, Writing][] => [
    [params, 'text'],
    [query, 'text'],
    ...(body === null ? [] : ([[body, 'json']] as [z.core.$ZodType, Writing][])),
  ]),
  ...[sheetRow, restoredSheetRow, restoredGroupRows.shape].flatMap((shape): [z.core.$ZodType, Writing][] => [
    [shape, 'text'],
    [shape, 'json'],
  ]),
].flatMap(([shape, writing]) => [...within(shape)].map((one) => ({ shape: one as z.ZodType, writing })));

const wrongs = [
  ...[undefined, null, true, 0, -1, 1.5, 4, 1e9, 1e15, 1e300, [], [1], {}, { x: 1 }],
  ...[
    '',
    ' ',
    'x',
    '๗๑',
    '71',
    ' 366',
    '1,234.50',
    '1E+05',
    '1.5',
    '-',
    '3',
    '4',
    'true',
    '\u0000',
    '"',
    'ก'.repeat(6_000),
  ],
  ...['2012-02-30', '12/04/2555', '2012-04-12T03:15:00', 'not-an-id', 'fhc', 'fhc@0', '40100', '4O10', 'E 2', '1:2:3'],
];

/** What a reader should never see: names of types and formats of a program, a library's way to say it, or an expression. */
const jargon =
  /\b(string|union|uuid|regex|pattern|object|array|boolean|integer|undefined|NaN|ISO|enum|literal|invalid|expected|received)\b|\\[dpw]|\^[[(]|\)\$/i;

t.test('whatever is wrong with a value is said in words, in both languages', async (t) => {
  t.ok(shapes.length > 300, `${shapes.length} shapes`);
  const said = new Map<string, string>();
  const tell = (value: unknown) => {
    for (const { shape, writing } of shapes) {
      for (const violation of tried(shape, value, writing))
        said.set(plainly(violation, value), faultOf(violation) ?? '');
    }
  };
  for (const wrong of wrongs) tell(wrong);
  fc.assert(
    fc.property(fc.anything(), (value) => tell(value)),
    { numRuns: 30 },
  );
  t.ok(said.size > 50, `${said.size} sentences`);
  t.strictSame(
    [...said].filter(([, fault]) => fault !== ''),
    [],
  );
});

t.test('no value that is refused lacks a sentence of its own: "not valid" is never all that is said', async (t) => {
  const bare = shapes.flatMap(({ shape, writing }) =>
    wrongs.flatMap((wrong) =>
      tried(shape, wrong, writing)
        .filter(({ detail }) => /is not valid|^ข้อมูลไม่ถูกต้อง/.test(`${detail.en}${detail.th}`))
        .map(({ code, pointer }) => `${pointer} ${code} ${JSON.stringify(wrong)?.slice(0, 40)}`),
    ),
  );
  t.strictSame([...new Set(bare)], []);
});

t.test('allowed values are listed for programs, and in words where the list is not long', async (t) => {
  for (const { shape, writing } of shapes) {
    for (const violation of tried(shape, 'no such value', writing)) {
      if (violation.code !== 'invalid-value') continue;
      t.ok((violation.allowed ?? []).length > 0, violation.detail.en);
      const { en, th } = violation.detail;
      const isLong = (violation.allowed ?? []).join(', ').length > 160;
      for (const said of isLong ? ['allowed'] : (violation.allowed ?? []))
        t.ok(en.includes(said) && th.includes(said), `${said}: ${en} ${th}`);
    }
  }
});

const number = z.number().min(0);
const whole = z.int().min(0).max(100);
const day = says(z.iso.date(), { en: 'A day.', th: 'วันที่' });
const choice = z.union([z.literal(1), z.literal(2), z.literal(3)]);

const told: [z.ZodType, Writing, unknown, string, string][] = [
  [number, 'json', '71', 'Send the number without quotes: 71.', 'โปรดส่งตัวเลขโดยไม่ใส่เครื่องหมายอัญประกาศ: 71'],
  [number, 'json', '๗๑', 'Send the number without quotes: 71.', 'โปรดส่งตัวเลขโดยไม่ใส่เครื่องหมายอัญประกาศ: 71'],
  [
    number,
    'json',
    '1,234.50',
    'Send the number without quotes and commas: 1234.50.',
    'โปรดส่งตัวเลขโดยไม่ใส่เครื่องหมายอัญประกาศและจุลภาค: 1234.50',
  ],
  [number, 'text', ' 366', 'Write the number in digits alone: 366.', 'โปรดเขียนเฉพาะตัวเลข: 366'],
  [
    number,
    'text',
    '1,234.50',
    'Write the number without commas: 1234.50.',
    'โปรดเขียนตัวเลขโดยไม่ใช้เครื่องหมายจุลภาค: 1234.50',
  ],
  [
    number,
    'text',
    '1E+05',
    'Write the number with all its digits, not as "1E+05".',
    'โปรดเขียนตัวเลขให้ครบทุกหลัก ไม่ใช่ "1E+05"',
  ],
  [number, 'text', 'many', '"many" is not a number.', '"many" ไม่ใช่ตัวเลข'],
  [number, 'text', undefined, 'This is required.', 'ต้องระบุข้อมูลนี้'],
  [number, 'json', null, 'Must be a number, not empty (null).', 'ต้องเป็นตัวเลข แต่ได้รับค่าว่าง (null)'],
  [number, 'json', -1, 'Must not be less than 0.', 'ต้องไม่น้อยกว่า 0'],
  [whole, 'json', 1.5, 'Must be a whole number.', 'ต้องเป็นจำนวนเต็ม'],
  [whole, 'json', 101, 'Must not be more than 100.', 'ต้องไม่เกิน 100'],
  [whole, 'text', ['1', '2'], 'This is given more than once.', 'ระบุซ้ำ โปรดระบุเพียงครั้งเดียว'],
  [z.string(), 'json', 4010, 'Must be text, not a number.', 'ต้องเป็นข้อความ แต่ได้รับตัวเลข'],
  [z.string().min(1), 'json', '', 'Must not be empty.', 'ต้องไม่เว้นว่าง'],
  [z.string().max(3), 'json', 'long', 'Must have at most 3 characters.', 'ต้องไม่เกิน 3 ตัวอักษร'],
  [z.array(z.int()).min(1), 'json', [], 'Must have at least 1 entry.', 'ต้องมีอย่างน้อย 1 รายการ'],
  [z.enum(['a', 'b']), 'json', 'x', 'Must be one of a, b.', 'ต้องเป็นค่าใดค่าหนึ่งต่อไปนี้: a, b'],
  [z.enum(['a']), 'text', 'x', 'Must be a.', 'ต้องเป็น a'],
  [choice, 'json', 4, 'Must be one of 1, 2, 3.', 'ต้องเป็นค่าใดค่าหนึ่งต่อไปนี้: 1, 2, 3'],
  [
    choice,
    'json',
    '3',
    'Must be one of 1, 2, 3. Send the number without quotes.',
    'ต้องเป็นค่าใดค่าหนึ่งต่อไปนี้: 1, 2, 3 โปรดส่งตัวเลขโดยไม่ใส่เครื่องหมายอัญประกาศ',
  ],
  ...['3 ', '๓', ' ๓'].map((written): (typeof told)[number] => [
    choice,
    'json',
    written,
    'Must be one of 1, 2, 3. Send the number without quotes.',
    'ต้องเป็นค่าใดค่าหนึ่งต่อไปนี้: 1, 2, 3 โปรดส่งตัวเลขโดยไม่ใส่เครื่องหมายอัญประกาศ',
  ]),
  ...['-1', '1.5'].map((written): (typeof told)[number] => [
    whole,
    'text',
    written,
    'Must be a whole number, in digits alone.',
    'ต้องเป็นจำนวนเต็ม และเขียนเฉพาะตัวเลข',
  ]),
  [choice, 'json', '33', 'Must be one of 1, 2, 3.', 'ต้องเป็นค่าใดค่าหนึ่งต่อไปนี้: 1, 2, 3'],
  [whole, 'json', 1e20, 'Must not be more than 100.', 'ต้องไม่เกิน 100'],
  [whole, 'json', -1e20, 'Must not be less than 0.', 'ต้องไม่น้อยกว่า 0'],
  [z.int(), 'json', 1e20, 'Must not be more than 9007199254740991.', 'ต้องไม่เกิน 9007199254740991'],
  [day.nullable().default(null), 'json', '2012-02-30', 'A day.', 'วันที่'],
  [z.preprocess((text) => text, whole).optional(), 'text', 'x', '"x" is not a number.', '"x" ไม่ใช่ตัวเลข'],
];

t.test('what is wrong is said as it is written in the glossary, and how to write it instead', async (t) => {
  for (const [shape, writing, value, en, th] of told) {
    t.strictSame(
      tried(shape, value, writing).map(({ detail }) => detail),
      [{ en, th }],
      `${JSON.stringify(value)}, ${writing}`,
    );
  }
});

t.test('the examples of the contract say what the service says', async (t) => {
  const instrument = (await admin.get('/v1/instruments/fhc@1')).body;
  const preview = (await admin.post('/v1/scoring/preview', previewScoring.bodyExample)).body;
  const given = [
    preview.explanation,
    preview.steps[1].explanation,
    samplingOf('designated', 786, 160).statement,
    virtuesNoteOf(instrument),
    effectFigures(emptyEffect(instrument), instrument).statement,
  ];
  const document = JSON.stringify(app.swagger());
  for (const { en, th } of given) {
    t.ok(document.includes(JSON.stringify(en)), en);
    t.ok(document.includes(JSON.stringify(th)), th);
  }
});

/** What is wrong with a sentence; null when it reads well. */
function faultOf({ detail: { en, th } }: Violation): string | null {
  const withoutQuotes = (text: string) => text.replace(/".*"/gs, '');
  if (jargon.test(withoutQuotes(en))) return `jargon: ${en}`;
  if (jargon.test(withoutQuotes(th))) return `jargon: ${th}`;
  if (!/^["A-Z]/.test(en) || !/[.?]$/.test(en)) return `no sentence: ${en}`;
  if (!/[ก-๛]/.test(th) || /[ก-๛]{2}\.$/.test(th)) return `no Thai: ${th}`;
  if (/Must |Send |Write | is /.test(withoutQuotes(th))) return `English: ${th}`;
  return null;
}

/** The sentence without what was typed, so that each is looked at once. */
function plainly({ code, detail }: Violation, value: unknown): string {
  return `${code}: ${detail.en} ${detail.th}`.replaceAll(typeof value === 'string' && value !== '' ? value : '\n', '…');
}

function tried(shape: z.ZodType, value: unknown, writing: Writing): Violation[] {
  const parsed = shape.safeParse(value, { reportInput: true });
  return withoutLaxerBounds(parsed.error?.issues ?? []).flatMap((issue) => violationsOf(issue, [], shape, writing));
}

/** A shape and every shape within it. */
function* within(shape: z.core.$ZodType): Generator<z.core.$ZodType> {
  yield shape;
  const inner = innerShape(shape);
  if (inner !== null) yield* within(inner);
  else if (shape instanceof z.ZodObject)
    for (const field of Object.values(shape.shape)) yield* within(field as z.ZodType);
  else if (shape instanceof z.ZodArray) yield* within(shape.element);
}
