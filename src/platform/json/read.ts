import { isUtf8 } from 'node:buffer';
import type { Bilingual } from '../../domain/bilingual.js';
import { type JsonFault, locateFaults } from './locate.js';
import { scanJson } from './scan.js';

export type { JsonFault } from './locate.js';

/** A JSON document as it was read, or everything that keeps it from being read. */
export type JsonRead = { value: unknown } | { faults: [JsonFault, ...JsonFault[]] };

const deepest = 20;
/** Several times what the largest instrument has; what is checked value by value must end soon. */
const mostValues = 10_000;

/**
 * Reads one JSON document, strictly: what JSON.parse would take and change on the way is refused. That is a field given
 * twice (the last would win), `__proto__`, a number that a double does not hold as it is written, half of a character
 * (RFC 7493 forbids them all), and bytes that are not UTF-8. So is what no record looks like: nesting of more than 20, and
 * more than 10,000 values. A byte order mark at the beginning is passed over, as RFC 8259 allows.
 *
 * Every body and every line of a file comes through here, so a good document costs little more than JSON.parse: the text
 * is scanned once, and where a fault is stands to be looked for only when the scan does not agree with what was parsed.
 */
export function readJson(bytes: Buffer): JsonRead {
  const text = textOf(bytes);
  if (text === null) return unreadable('bad-utf-8', badUtf8, bytes.toString('utf8'));
  const { depth, fields, values, longNumbers } = scanJson(text);
  if (depth > deepest) return unreadable('too-deep', tooDeep, text);
  if (values > mostValues) return unreadable('too-many-values', tooManyValues, text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return unreadable('malformed-json', notJson(error), text);
  }
  if (fields !== fieldsOf(value) || longNumbers || surrogate.test(text)) {
    const [first, ...others] = locateFaults(text);
    if (first !== undefined) return { faults: [first, ...others] };
  }
  return { value };
}

/** What a text that is not UTF-8 is told, wherever it is found. */
export const badUtf8 = {
  en: 'Has characters that are not UTF-8; save a file of Windows-874 or TIS-620 as UTF-8 ("CSV UTF-8" in Excel).',
  th: 'มีอักขระที่ไม่ได้เข้ารหัสแบบ UTF-8 หากไฟล์เป็น Windows-874 หรือ TIS-620 โปรดบันทึกใหม่เป็น UTF-8 (ใน Excel เลือก "CSV UTF-8")',
};

const tooDeep = { en: `This is nested more than ${deepest} deep.`, th: `ข้อมูล JSON ซ้อนกันเกิน ${deepest} ชั้น` };
const tooManyValues = {
  en: `This has more than ${mostValues} values; no record has.`,
  th: `ข้อมูลนี้มีมากกว่า ${mostValues} ค่า ซึ่งมากเกินกว่าข้อมูลหนึ่งรายการ`,
};

/** What the parser says is English; where it stopped can be said in Thai too. */
function notJson(error: unknown): Bilingual {
  const message = error instanceof Error ? error.message : '';
  const [, position] = /position (\d+)/.exec(message) ?? [];
  const where = position === undefined ? '' : ` (ผิดที่ตัวอักษรที่ ${Number(position) + 1})`;
  // It shows where it stopped, and may have cut a character in half.
  return { en: `This is not JSON: ${message.toWellFormed()}.`, th: `ข้อมูลนี้ไม่ใช่ JSON${where}` };
}

/** The escape of half a character; most have their other half beside them. */
const surrogate = /\\u[dD][89a-fA-F]/;

/** Looking for the mark of a broken byte in the text is quicker than checking all bytes. */
function textOf(bytes: Buffer): string | null {
  const text = bytes.toString('utf8', startsWithMark(bytes) ? 3 : 0);
  return text.includes('\uFFFD') && !isUtf8(bytes) ? null : text;
}

function startsWithMark([first, second, third]: Buffer): boolean {
  return first === 0xef && second === 0xbb && third === 0xbf;
}

/** How many fields the objects of a value have together. One of a forbidden name is left out, so that it is looked for. */
function fieldsOf(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0;
  let fields = 0;
  if (Array.isArray(value)) {
    for (const item of value) fields += fieldsOf(item);
    return fields;
  }
  for (const [name, content] of Object.entries(value)) {
    if (name !== '__proto__' && name !== 'constructor') fields += 1;
    if (typeof content === 'object') fields += fieldsOf(content);
  }
  return fields;
}

function unreadable(code: JsonFault['code'], detail: Bilingual, value: string): JsonRead {
  return { faults: [{ path: [], code, detail, value }] };
}
