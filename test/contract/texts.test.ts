import t from 'tap';
import { z } from 'zod';
import { startTestApp } from '../support/app.js';

/** A place in a body where people write what they like. */
interface FreeText {
  place: string;
  shape: z.ZodType;
}

const { app } = await startTestApp(t);
const texts = app.operations.flatMap(({ operationId, body }) => (body ? freeTexts(operationId, body) : []));

t.test('no text of any body takes what is broken, invisible or blank', async (t) => {
  t.ok(texts.length > 20, `${texts.length} texts were found`);
  const broken = [
    'กลุ่ม\ufffd',
    '?????',
    'à¸à¸¥à¸¸à¹ˆà¸¡',
    'เธเธฅเธธเนเธกเธญเธญเธก',
    '¡ÅØèÁÍÍÁ',
    '\u2060',
    '\u3164\u00ad',
    ' ',
    '\u0e48',
    'ก\0',
  ];
  for (const { place, shape } of texts) {
    for (const text of broken) t.notOk(shape.safeParse(text).success, `${place}: ${JSON.stringify(text)}`);
    t.equal(shape.safeParse('\ufeff กลุ่ม\u200bออม\u00a0').data, 'กลุ่ม\u200bออม', `${place} is trimmed`);
  }
});

/** Strings that have neither a pattern nor a format: codes, days and ids have one. */
function freeTexts(place: string, shape: z.ZodType): FreeText[] {
  if (shape instanceof z.ZodObject) {
    return Object.entries(shape.shape).flatMap(([name, field]) => freeTexts(`${place}/${name}`, field as z.ZodType));
  }
  if (shape instanceof z.ZodArray) return freeTexts(`${place}/0`, shape.element as z.ZodType);
  if (shape instanceof z.ZodOptional || shape instanceof z.ZodNullable || shape instanceof z.ZodDefault) {
    return freeTexts(place, shape.unwrap() as z.ZodType);
  }
  if (!(shape instanceof z.ZodString)) return [];
  const { pattern, format } = z.toJSONSchema(shape, { io: 'input' });
  return pattern === undefined && format === undefined ? [{ place, shape }] : [];
}
