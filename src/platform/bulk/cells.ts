import type { Bilingual } from '../../domain/bilingual.js';
import type { ViolationCode } from '../../domain/violation-code.js';
import { textOfCell } from '../csv.js';
import { isExact } from '../json/exact.js';

/** What a cell is read as: text as it stands; a number; or a code, a day and the like, which have no space around them. */
export type CellKind = 'text' | 'number' | 'code';

/** What a cell says, or why it says nothing: the sentence for whoever has the spreadsheet before him. */
export type CellRead = { content: string | number } | Unread;
export interface Unread {
  code: ViolationCode;
  detail: Bilingual;
}

/**
 * Reads a cell as spreadsheets leave it: `="0101"` is the text 0101, spaces around a code or a number are nothing,
 * digits may be Thai, and in a file with commas a number may have them between its thousands. What may have lost
 * something on its way, such as 1E+05, and what a program writes for "no value" is refused.
 */
export function readCell(cell: string, kind: CellKind, delimiter: string): CellRead {
  // What most cells of a good file are, so that no more is asked of them.
  if (kind === 'number' && /^\d{1,12}(?:\.\d\d?)?$/.test(cell)) return { content: Number(cell) };
  if (kind === 'code' && /^\d{2}[\d-]*$/.test(cell)) return { content: cell };
  if (kind === 'text' && !/^[\s='#\u200b\u2060]/.test(cell)) return { content: cell };
  // A text of ours that a spreadsheet would run has an apostrophe before it: such a cell is taken at its word.
  const guarded = textOfCell(cell);
  if (guarded !== cell) return { content: guarded };
  const bare = trimmed(cell);
  if (bare === '') return { content: '' };
  if (/^#(?:N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NULL!|NUM!|SPILL!|CALC!|#+$)/.test(bare)) {
    return { code: 'not-a-value', detail: spreadsheetError(bare) };
  }
  if (kind === 'text') return { content: withoutFormula(cell) };
  const text = trimmed(withoutFormula(bare));
  if (/^(?:NA|N\/A|NaN|NULL|None)$/i.test(text)) return { code: 'not-a-value', detail: noValue(text) };
  if (/^[-–—]+$/.test(text)) return { code: 'not-a-value', detail: dash(text) };
  if (/^[-+]?\d(?:[.,]\d+)?E[-+]?\d+$/i.test(text) && (kind === 'number' || text.includes('+'))) {
    return { code: 'number-shortened', detail: shortened(text) };
  }
  return kind === 'code' ? { content: text } : readNumber(text, delimiter);
}

/** The number that a text means, with Arabic or Thai digits; null when it means none or more than a double holds. */
export function numberOf(text: string): number | null {
  const plain = plainDigits(text);
  return /^-?\d+(\.\d+)?$/.test(plain) && isExact(plain) ? Number(plain) : null;
}

export function plainDigits(text: string): string {
  return /[๐-๙]/.test(text) ? text.replace(/[๐-๙]/g, (digit) => String(digit.charCodeAt(0) - 0x0e50)) : text;
}

/**
 * Without spaces of any kind at its ends, also those that are not seen: a spreadsheet shows neither. By hand, because a
 * pattern for the end would be tried anew at every space of a long gap.
 */
export function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return end - start === text.length ? text : text.slice(start, end);
}

function isSpace(character: number): boolean {
  if (character <= 0x20) return character === 0x20 || (character >= 0x09 && character <= 0x0d);
  return character >= 0xa0 && /[\s\u200b\u2060]/.test(String.fromCharCode(character));
}

function readNumber(text: string, delimiter: string): CellRead {
  const plain = plainDigits(text);
  // Only where a comma parts cells it cannot be a decimal sign.
  const grouped = delimiter === ',' && /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain);
  const written = grouped ? plain.replaceAll(',', '') : plain;
  const number = numberOf(written);
  if (number !== null) return { content: number };
  if (/^-?\d+(\.\d+)?$/.test(written)) return { code: 'number-inexact', detail: inexact(text) };
  return { code: 'not-a-number', detail: /^-?[\d.,]+$/.test(plain) ? separated(text) : notNumber(text) };
}

/** `="0101"` is how programs write a text that Excel would take for a number. */
function withoutFormula(cell: string): string {
  if (!cell.startsWith('="') || !cell.endsWith('"') || cell.length < 3) return cell;
  const text = cell.slice(2, -1);
  return text.replaceAll('""', '').includes('"') ? cell : text.replaceAll('""', '"');
}

const spreadsheetError = (text: string): Bilingual => ({
  en: `"${text}" is how a spreadsheet shows an error; correct the cell and save the file again.`,
  th: `"${text}" เป็นข้อผิดพลาดจากโปรแกรมตารางคำนวณ โปรดแก้ไขช่องนี้แล้วบันทึกไฟล์ใหม่`,
});

const noValue = (text: string): Bilingual => ({
  en: `"${text}" is no value; leave the cell empty where there is none.`,
  th: `"${text}" ไม่ใช่ข้อมูล หากไม่มีข้อมูล โปรดเว้นช่องนี้ว่างไว้`,
});

/** Where money is shown as accountants do, this is how nought looks. */
const dash = (text: string): Bilingual => ({
  en: `"${text}" may be 0 or no value; write 0, or leave the cell empty.`,
  th: `"${text}" อาจหมายถึง 0 หรือไม่มีข้อมูล โปรดกรอก 0 หรือเว้นช่องนี้ว่างไว้`,
});

const shortened = (text: string): Bilingual => ({
  en: `"${text}" is a number that was shortened; show all its digits in the spreadsheet and save the file again.`,
  th: `"${text}" เป็นตัวเลขแบบย่อ โปรดตั้งให้คอลัมน์แสดงตัวเลขครบทุกหลักแล้วบันทึกไฟล์ใหม่`,
});

const inexact = (text: string): Bilingual => ({
  en: `"${text}" has more digits than can be kept; write at most 15.`,
  th: `"${text}" มีจำนวนหลักมากกว่าที่ระบบเก็บได้ โปรดใช้ตัวเลขไม่เกิน 15 หลัก`,
});

const separated = (text: string): Bilingual => ({
  en: `It is not clear what the commas and points in "${text}" mean; write it as 1234.50.`,
  th: `"${text}" มีเครื่องหมายจุลภาคหรือจุดที่อ่านได้หลายแบบ โปรดเขียนในรูป 1234.50`,
});

const notNumber = (text: string): Bilingual => ({
  en: `"${text}" is not a number; write it as 1234.50.`,
  th: `"${text}" ไม่ใช่ตัวเลข โปรดเขียนในรูป 1234.50`,
});
