/** What a text for people must be: readable. It says what is wrong with one, in the order of what helps most. */
import type { Bilingual } from './bilingual.js';
import type { ViolationCode } from './violation-code.js';

/** Why a text is not taken: a stable code and the sentence. */
export interface TextFault {
  code: ViolationCode & ('blank' | 'unreadable-character' | 'broken-encoding');
  detail: Bilingual;
}

/** A line without spaces and what does not show at both ends. One that has nothing else stays as it is. */
export function trimmedLine(text: string): string {
  return trimmed(text, /^[\p{Zs}\p{Default_Ignorable_Code_Point}\u2800]$/u);
}

/** A text of several lines likewise, also without line ends and tabs there. */
export function trimmedParagraphs(text: string): string {
  return trimmed(text, /^[\n\r\t\p{Zs}\p{Default_Ignorable_Code_Point}\u2800]$/u);
}

/** What is wrong with a line, such as a name or a title; null when nothing is. */
export function faultOfLine(text: string): TextFault | null {
  // First what says why: bytes that were misread often leave control characters too.
  if (isBrokenEncoding(text)) return faults.encoding;
  if (!text.isWellFormed() || brokenInParagraphs.test(text)) return faults.unreadable;
  if (brokenInLine.test(text)) return faults.lines;
  if (/\?{3}|(?<![^\s\d?])\?\?(?![^\s\d?])/u.test(text)) return faults.encoding;
  return /[\p{L}\p{N}]/u.test(text.replace(hidden, '')) ? null : faults.blank;
}

/** What is wrong with a text of several lines; null when nothing is. A sign alone, such as -, is one. */
export function faultOfParagraphs(text: string): TextFault | null {
  if (isBrokenEncoding(text) || isMostlyLost(text)) return faults.encoding;
  if (!text.isWellFormed() || brokenInParagraphs.test(text)) return faults.unreadable;
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(text.replace(hidden, '')) ? null : faults.blank;
}

/** What is wrong with the characters of a text that is only looked for; null when nothing is. */
export function faultOfTerm(text: string): TextFault | null {
  return text.isWellFormed() && !brokenInLine.test(text) ? null : faults.unreadable;
}

const faults = {
  blank: {
    code: 'blank',
    detail: {
      en: 'Must have a letter or a digit, not only what does not show or marks alone.',
      th: 'ต้องมีตัวอักษรหรือตัวเลขอย่างน้อยหนึ่งตัว',
    },
  },
  unreadable: {
    code: 'unreadable-character',
    detail: { en: 'Has a control or broken character.', th: 'มีอักขระที่อ่านไม่ได้ โปรดพิมพ์ข้อความนี้ใหม่' },
  },
  lines: {
    code: 'unreadable-character',
    detail: {
      en: 'Must be one line; take out its line breaks and tabs.',
      th: 'ต้องเขียนในบรรทัดเดียว โปรดลบการขึ้นบรรทัดใหม่และแท็บ',
    },
  },
  encoding: {
    code: 'broken-encoding',
    detail: {
      en: 'The letters were lost to a wrong character encoding before this was sent; send the text again as UTF-8.',
      th: 'ข้อความนี้อ่านไม่ได้เพราะเข้ารหัสอักขระ (encoding) ผิดก่อนส่งมา โปรดพิมพ์ใหม่ หรือบันทึกไฟล์เป็น UTF-8 แล้วส่งอีกครั้ง',
    },
  },
} satisfies Record<string, TextFault>;

const hidden = /\p{Default_Ignorable_Code_Point}+/gu;

// Control characters; those of private use, which each font shows differently; and code points that are no characters.
const brokenInLine = /[\p{Cc}\p{Co}\p{Noncharacter_Code_Point}\u2028\u2029]/u;
const brokenInParagraphs = /(?![\n\r\t])[\p{Cc}\p{Co}\p{Noncharacter_Code_Point}]/u;

/** The bytes 80 to BF as Windows-1252 and ISO 8859-1 show them. */
const trailing = '[\\u0080-\\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]';

/** What is left of letters that were read in another encoding than they were written in. */
const misread = [
  /\ufffd/u,
  // UTF-8 as Windows-1252 or ISO 8859-1: the three bytes of a Thai letter, of a quotation mark.
  new RegExp(`à[¸¹]|[à-ï]${trailing}{2}`, 'u'),
  // The two bytes of é, or of a no-break space, likewise.
  /[ÂÃ][\u0080-\u00bf]/u,
  // The first two bytes of a Thai letter as Mac Roman, as code pages 437 and 850, as ISO 8859-15, Windows-1250 and 1251.
  /‡[∏π]|α[╕╣]|Ó[©╣]|àž|ŕ[¸ą]|а[ё№]/u,
  // UTF-8 as Windows-874: each Thai letter begins with เธ or เน, here three of them in a row.
  /(?:เ[ธน][\u0080-\u00a0€…‘’“”•–—\u0e01-\u0e1f]){3}/u,
  // Windows-874 or TIS-620 as Windows-1252: Thai words of signs that in no language stand in a row.
  /[\u00a1-\u00fb]{4}|(?:[\u00a1-\u00bf×÷][À-û]|[À-û][\u00a1-\u00bf×÷])[\u00a1-\u00fb]/u,
  // Short words likewise, when they are all there is: ดี, ออม.
  /^(?=.*[\u00a1-\u00bf]|.{3})[\u00a1-\u00fb]{2,}(?: [\u00a1-\u00fb]+)*$/u,
  // The same as Mac Roman, which puts signs of mathematics beside letters.
  /[À-ÖØ-öø-ÿ][≠∞≤≥∂∑∏∫√≈∆◊]|[≠∞≤≥∂∑∏∫√≈∆◊][À-ÖØ-öø-ÿ]/u,
  // A letter was lost from beside its vowel or tone mark; places of the Thai block that have no letter.
  /[\u0e40-\u0e44]\?|\?[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]|[\u0e00\u0e3b-\u0e3e\u0e5c-\u0e7f]/u,
  // Thai letters as escapes of JSON or HTML that nobody undid.
  /\\u0e[0-7][\da-f]|&#(?:3(?:58[4-9]|59\d|6\d\d|70\d|71[01])|x0?e[0-7][\da-f]);/iu,
];

function isBrokenEncoding(text: string): boolean {
  return misread.some((pattern) => pattern.test(text));
}

/** Whether question marks stand where words should: more of them than letters, and not behind a word as people ask. */
function isMostlyLost(text: string): boolean {
  const lost = text.match(/(?<![\p{L}\p{M}\p{P}])\?{2,}/gu)?.join('').length ?? 0;
  return lost >= 3 && lost >= (text.match(/\p{L}/gu)?.length ?? 0);
}

/** By hand, since a regular expression for the end takes the square of the time for a long run in the middle. */
function trimmed(text: string, unseen: RegExp): string {
  let start = 0;
  let end = text.length;
  for (let sign = signAt(text, start); unseen.test(sign); sign = signAt(text, start)) start += sign.length;
  for (let sign = signBefore(text, end); end > start && unseen.test(sign); sign = signBefore(text, end)) {
    end -= sign.length;
  }
  return start < end ? text.slice(start, end) : text;
}

function signAt(text: string, place: number): string {
  const point = text.codePointAt(place);
  return point === undefined ? '' : String.fromCodePoint(point);
}

function signBefore(text: string, place: number): string {
  const pair = place > 1 ? signAt(text, place - 2) : '';
  return pair.length === 2 ? pair : text.charAt(place - 1);
}
