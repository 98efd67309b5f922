import type { Bilingual } from '../../domain/bilingual.js';
import type { ViolationCode } from '../../domain/violation-code.js';
import { textOfCell } from '../csv.js';
import { isExact } from '../json/exact.js';

/** What a cell is read as: text as it stands; a number; or a code, a day and the like, which have no space around them. */
export type CellKind = 'text' | 'number' | 'code';

/** What Excel, Google Sheets and LibreOffice show in place of a result, also in some other languages. */
const spreadsheetErrors = /^(?:#N\/A|#[A-Z][A-Z\d/_]*[!?]$|#(?:GETTING_DATA|NV|N\/D)$|#+$|Err:\d{3}$)/;

/** What people and programs write where there is nothing. */
const noValues = /^(?:<?NA>?|N\/A|N\.A\.?|NaN|<?NULL>?|\(null\)|\(blank\)|\\N|None|ไม่มี|ไม่มีข้อมูล|ไม่ทราบ)$/i;

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
  if (kind === 'text' && !/^(?:[\s='#\u200b\u2060]|Err:)|[\t\n\r]$/.test(cell)) return { content: cell };
  // A text of ours that a spreadsheet would run has an apostrophe before it: such a cell is taken at its word.
  const guarded = kind === 'text' ? textOfCell(cell) : cell;
  if (guarded !== cell) return { content: guarded };
  const bare = trimmed(cell);
  if (bare === '') return { content: '' };
  if (spreadsheetErrors.test(bare)) return { code: 'not-a-value', detail: spreadsheetError(bare) };
  const said = withoutFormula(/^\s/.test(cell) ? (unquoted(bare) ?? bare) : bare);
  if (kind === 'text') return { content: said };
  // An apostrophe tells a spreadsheet that digits are a text; no number or code begins with one.
  const text = trimmed(said.replace(/^'/, ''));
  if (noValues.test(text)) return { code: 'not-a-value', detail: noValue(text) };
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
  return character >= 0xa0 && /[\s\p{Default_Ignorable_Code_Point}]/u.test(String.fromCharCode(character));
}

function readNumber(text: string, delimiter: string): CellRead {
  const plain = plainDigits(text);
  // Only where a comma parts cells it is no decimal sign, and not even there behind a nought.
  const grouped = delimiter === ',' && /^-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(plain);
  const written = grouped ? plain.replaceAll(',', '') : plain;
  const number = numberOf(written);
  if (number !== null) return { content: number };
  if (/^-?\d+(\.\d+)?$/.test(written)) return { code: 'number-inexact', detail: inexact(text) };
  return { code: 'not-a-number', detail: /^-?[\d.,]+$/.test(plain) ? separated(text) : notNumber(text) };
}

/** `="0101"` is how programs write a text that Excel would take for a number. */
function withoutFormula(cell: string): string {
  return (cell.startsWith('="') ? unquoted(cell.slice(1)) : null) ?? cell;
}

/** What stands in quotes, or null; behind a space, as after `, `, quotes are no longer those of CSV and come as they are. */
function unquoted(text: string): string | null {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return null;
  const inside = text.slice(1, -1);
  return inside.replaceAll('""', '').includes('"') ? null : inside.replaceAll('""', '"');
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
