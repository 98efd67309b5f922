/**
 * What people read of a value that does not fit its shape, in place of the validation library's words: no names of types
 * of a programming language and no regular expression, but what to write instead.
 */

import { z } from 'zod';
import type { Bilingual } from '../../domain/bilingual.js';
import { memberOf } from '../record-value.js';
import { sentenceRegistry } from './says.js';

/** The sentence of a shape, also where it is part of another, as in `shape.nullable()`; null when it has none. */
export function ownSentence(shape: z.core.$ZodType): Bilingual | null {
  const own = sentenceRegistry.get(shape);
  if (own?.en !== undefined) return own;
  const inner = innerShape(shape);
  return inner === null ? null : ownSentence(inner);
}

/** The shape within one that only says what may be there beside it, or makes something of it; null when there is none. */
export function innerShape(shape: z.core.$ZodType): z.core.$ZodType | null {
  if (shape instanceof z.ZodOptional || shape instanceof z.ZodNullable || shape instanceof z.ZodDefault) {
    return shape.unwrap();
  }
  if (shape instanceof z.ZodPipe) return shape.in instanceof z.ZodTransform ? shape.out : shape.in;
  return null;
}

/** How a value came: as JSON, which tells numbers from texts, or as text, from a URL or a cell of CSV. */
export type Writing = 'json' | 'text';

/** What an issue says to people; `own` is the sentence of the shape it is about, `allowed` its values where they are few. */
export function sentenceOf(
  issue: z.core.$ZodIssue,
  own: Bilingual | null,
  allowed: readonly string[] | null,
  writing: Writing,
): Bilingual {
  if (writing === 'text' && Array.isArray(issue.input)) return givenTwice;
  if (allowed !== null) return oneOf(issue, own, allowed, writing);
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue, writing);
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return tooBig(issue);
    case 'custom':
      return bilingualIn(issue.params?.detail) ?? own ?? notValid;
    default:
      return own ?? notValid;
  }
}

function bilingualIn(detail: unknown): Bilingual | null {
  const [en, th] = [memberOf(detail, 'en'), memberOf(detail, 'th')];
  return typeof en === 'string' && typeof th === 'string' ? { en, th } : null;
}

/** How long a list may be that a sentence says, in characters. */
const longestList = 160;

const required: Bilingual = { en: 'This is required.', th: 'ต้องระบุข้อมูลนี้' };
const notValid: Bilingual = { en: 'This is not valid.', th: 'ข้อมูลไม่ถูกต้อง' };
const givenTwice: Bilingual = { en: 'This is given more than once.', th: 'ระบุซ้ำ โปรดระบุเพียงครั้งเดียว' };

const kinds: Readonly<Record<string, Bilingual>> = {
  string: { en: 'text', th: 'ข้อความ' },
  number: { en: 'a number', th: 'ตัวเลข' },
  int: { en: 'a whole number', th: 'จำนวนเต็ม' },
  boolean: { en: 'true or false', th: 'ค่าจริงหรือเท็จ (true, false)' },
  array: { en: 'a list [ ]', th: 'รายการข้อมูล [ ]' },
  object: { en: 'a set of fields { }', th: 'ชุดข้อมูล { }' },
  null: { en: 'empty (null)', th: 'ค่าว่าง (null)' },
};

function wrongType({ expected, input }: z.core.$ZodIssueInvalidType, writing: Writing): Bilingual {
  if (input === undefined) return required;
  const wanted = kinds[expected];
  if (wanted === undefined) return notValid;
  const isNumber = expected === 'number' || expected === 'int';
  if (isNumber && typeof input === 'string') return notNumber(input, wanted, writing);
  if (expected === 'int' && typeof input === 'number') return { en: 'Must be a whole number.', th: 'ต้องเป็นจำนวนเต็ม' };
  const given = kinds[input === null ? 'null' : Array.isArray(input) ? 'array' : typeof input];
  if (given === undefined) return notValid;
  return { en: `Must be ${wanted.en}, not ${given.en}.`, th: `ต้องเป็น${wanted.th} แต่ได้รับ${given.th}` };
}

/** What keeps a text from being read as the number that it means, as spreadsheets and people write them. */
function notNumber(input: string, wanted: Bilingual, writing: Writing): Bilingual {
  const plain = withPlainDigits(input).replace(/,/g, '');
  if (!/^[-+]?\d{1,15}(\.\d{1,15})?(e[-+]?\d{1,3})?$/i.test(plain)) return noNumber(input, wanted);
  if (/e/i.test(plain)) {
    return {
      en: `Write the number with all its digits, not as "${input}".`,
      th: `โปรดเขียนตัวเลขให้ครบทุกหลัก ไม่ใช่ "${input}"`,
    };
  }
  const value = plain.replace('+', '');
  if (/,/.test(input) && writing === 'json') {
    return {
      en: `Send the number without quotes and commas: ${value}.`,
      th: `โปรดส่งตัวเลขโดยไม่ใส่เครื่องหมายอัญประกาศและจุลภาค: ${value}`,
    };
  }
  if (/,/.test(input)) {
    return { en: `Write the number without commas: ${value}.`, th: `โปรดเขียนตัวเลขโดยไม่ใช้เครื่องหมายจุลภาค: ${value}` };
  }
  if (writing === 'json') {
    return { en: `Send the number without quotes: ${value}.`, th: `โปรดส่งตัวเลขโดยไม่ใส่เครื่องหมายอัญประกาศ: ${value}` };
  }
  // Written plainly, and yet not taken: it has a sign or a fraction where only a count can be.
  if (value === input)
    return { en: 'Must be a whole number, in digits alone.', th: 'ต้องเป็นจำนวนเต็ม และเขียนเฉพาะตัวเลข' };
  return { en: `Write the number in digits alone: ${value}.`, th: `โปรดเขียนเฉพาะตัวเลข: ${value}` };
}

/** Thai digits as Arabic ones, and without blanks. */
function withPlainDigits(text: string): string {
  return text.replace(/[๐-๙]/g, (digit) => String(digit.charCodeAt(0) - 0x0e50)).replace(/\s/g, '');
}

function noNumber(input: string, wanted: Bilingual): Bilingual {
  if (input.trim() === '' || input.length > 50) return { en: `Must be ${wanted.en}.`, th: `ต้องเป็น${wanted.th}` };
  return { en: `"${input}" is not ${wanted.en}.`, th: `"${input}" ไม่ใช่${wanted.th}` };
}

function oneOf(
  issue: z.core.$ZodIssue,
  own: Bilingual | null,
  allowed: readonly string[],
  writing: Writing,
): Bilingual {
  if (issue.input === undefined) return required;
  const list = allowed.join(', ');
  const said = own ?? oneOfThem(allowed, list);
  // Only a number written as text can look like an allowed value and be none.
  if (writing === 'text' || typeof issue.input !== 'string') return said;
  const plain = withPlainDigits(issue.input);
  if (!/^\d+$/.test(plain) || !allowed.includes(plain)) return said;
  return {
    en: `${said.en} Send the number without quotes.`,
    th: `${said.th} โปรดส่งตัวเลขโดยไม่ใส่เครื่องหมายอัญประกาศ`,
  };
}

/** A long list stands in `allowed` beside the sentence, and is not said twice: a hundred faults may name it. */
function oneOfThem(allowed: readonly string[], list: string): Bilingual {
  if (allowed.length === 1) return { en: `Must be ${list}.`, th: `ต้องเป็น ${list}` };
  if (list.length > longestList) {
    return { en: 'Must be one of the values in allowed.', th: 'ต้องเป็นค่าใดค่าหนึ่งที่ระบุใน allowed' };
  }
  return { en: `Must be one of ${list}.`, th: `ต้องเป็นค่าใดค่าหนึ่งต่อไปนี้: ${list}` };
}

function tooSmall({ origin, minimum, inclusive }: z.core.$ZodIssueTooSmall): Bilingual {
  const least = Number(minimum);
  if (origin === 'string') {
    if (least === 1) return { en: 'Must not be empty.', th: 'ต้องไม่เว้นว่าง' };
    return { en: `Must have at least ${least} characters.`, th: `ต้องมีอย่างน้อย ${least} ตัวอักษร` };
  }
  if (origin === 'array') {
    return { en: `Must have at least ${least} ${entries(least)}.`, th: `ต้องมีอย่างน้อย ${least} รายการ` };
  }
  return inclusive === false
    ? { en: `Must be more than ${least}.`, th: `ต้องมากกว่า ${least}` }
    : { en: `Must not be less than ${least}.`, th: `ต้องไม่น้อยกว่า ${least}` };
}

function tooBig({ origin, maximum, inclusive }: z.core.$ZodIssueTooBig): Bilingual {
  const most = Number(maximum);
  if (origin === 'string') {
    return { en: `Must have at most ${most} characters.`, th: `ต้องไม่เกิน ${most} ตัวอักษร` };
  }
  if (origin === 'array') {
    return { en: `Must have at most ${most} ${entries(most)}.`, th: `ต้องมีไม่เกิน ${most} รายการ` };
  }
  return inclusive === false
    ? { en: `Must be less than ${most}.`, th: `ต้องน้อยกว่า ${most}` }
    : { en: `Must not be more than ${most}.`, th: `ต้องไม่เกิน ${most}` };
}

function entries(count: number): string {
  return count === 1 ? 'entry' : 'entries';
}
