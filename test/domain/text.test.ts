import fc from 'fast-check';
import t from 'tap';
import { invisible } from '../../src/domain/folding.js';
import { butForZeros, numberKey, plainNumber } from '../../src/domain/registration-no.js';
import { faultOfLine, faultOfParagraphs, trimmedLine, trimmedParagraphs } from '../../src/domain/text.js';

/** Thai texts as they come: names of groups and villages, sentences of check teams. */
const thai = [
  'กลุ่มออมทรัพย์เพื่อการผลิตบ้านหนองน้ำใส',
  'บ้านดง',
  'คณะกรรมการชี้แจงและมีหลักฐานครบถ้วน',
  'เธอเธอเธอ เนตเนต',
  'ทีมที่ ๑ (อำเภอพล) ร้อยละ ๗๙.๓๗',
];
/** Readable texts of other kinds. */
const others = [
  'Ban Nong 5',
  'créée à Noël, Ñandú, Ærøskøbing',
  '12/2555',
  'ก',
  '½',
  '群馬',
  'OK?',
  'a\u200bb',
  '❤\ufe0f 1',
  'Ål',
  'çà et là',
  'SÃO TOMÉ, MAÇÃ',
  '3×√2 ≈ 4',
  'R&D; \\u, &#9;',
];

/** The bytes of a text in TIS-620, of which Windows-874 is a superset. */
const tis620 = (text: string) =>
  Buffer.from(Array.from(text, (sign) => (sign >= '\u0e01' ? sign.charCodeAt(0) - 0x0e01 + 0xa1 : sign.charCodeAt(0))));
const decoded = (bytes: Buffer, encoding: string) => new TextDecoder(encoding).decode(bytes);

t.test('a readable text is taken as a line and as paragraphs', async (t) => {
  for (const text of [...thai, ...others])
    t.strictSame([faultOfLine(text), faultOfParagraphs(text)], [null, null], text);
  for (const text of ['-', '...', 'จริงหรือ???', 'ถามว่าใช่ ??', 'บรรทัดหนึ่ง\n\n\tบรรทัดสอง\r\n']) {
    t.equal(faultOfParagraphs(text), null, `${text} in a sentence`);
  }
});

t.test('a text that was read in another encoding than it was written in is said to be that', async (t) => {
  const wrong: [string, (text: string) => string][] = [
    ['UTF-8 read as Latin-1', (text) => Buffer.from(text).toString('latin1')],
    ['UTF-8 read as Windows-1252', (text) => decoded(Buffer.from(text), 'windows-1252')],
    ['UTF-8 read as Windows-874', (text) => decoded(Buffer.from(text), 'windows-874')],
    ['TIS-620 read as Windows-1252', (text) => decoded(tis620(text), 'windows-1252')],
    ['TIS-620 read as UTF-8', (text) => decoded(tis620(text), 'utf-8')],
    ['UTF-8 read as Mac Roman', (text) => decoded(Buffer.from(text), 'macintosh')],
    ['UTF-8 read as ISO 8859-15', (text) => decoded(Buffer.from(text), 'iso-8859-15')],
    ['UTF-8 read as Windows-1250', (text) => decoded(Buffer.from(text), 'windows-1250')],
    ['UTF-8 read as Windows-1251', (text) => decoded(Buffer.from(text), 'windows-1251')],
    ['TIS-620 read as Mac Roman', (text) => decoded(tis620(text), 'macintosh')],
    ['escapes of JSON', (text) => text.replace(/[^ -~]/g, (sign) => `\\u0${sign.charCodeAt(0).toString(16)}`)],
    ['escapes of HTML', (text) => text.replace(/[^ -~]/g, (sign) => `&#${sign.charCodeAt(0)};`)],
    ['question marks for letters', (text) => text.replace(/[^ -~]/g, '?')],
    ['question marks for consonants', (text) => text.replace(/[ก-ฮ]/g, '?')],
  ];
  for (const text of thai) {
    for (const [how, broken] of wrong) {
      t.equal(faultOfLine(broken(text))?.code, 'broken-encoding', `${how}: ${broken(text)}`);
      t.equal(faultOfParagraphs(broken(text))?.code, 'broken-encoding', `${how}: ${broken(text)}`);
    }
  }
  for (const text of ['ดี', 'ออม', 'นา ดี']) {
    const broken = decoded(tis620(text), 'windows-1252');
    t.equal(faultOfLine(broken)?.code, 'broken-encoding', `a short word alone: ${broken}`);
  }
  for (const text of ['Café', 'กลุ่ม\u00a0ออม', 'Größe'])
    t.equal(faultOfLine(Buffer.from(text).toString('latin1'))?.code, 'broken-encoding', text);
  for (const text of ['กลุ่ม \ufffd', 'กลุ่ม ????', '?? 5', 'กลุ่ม??? 5'])
    t.equal(faultOfLine(text)?.code, 'broken-encoding', text);
});

t.test('a text without a letter or digit that shows is blank', async (t) => {
  const marks = fc.constantFrom('\u0e31', '\u0e48', '\u0e4c', '\u0e4d', '\u0301', '\u20e3');
  const unseen = fc.constantFrom(...invisible.flat()).map((point) => String.fromCodePoint(point));
  const spaces = fc.constantFrom(' ', '\u00a0', '\u3000', '\u2003');
  const nothing = fc
    .array(fc.oneof(marks, unseen, spaces), { minLength: 1, maxLength: 8 })
    .map((signs) => signs.join(''));
  fc.assert(
    fc.property(nothing, (text) => faultOfLine(text)?.code === 'blank' && faultOfParagraphs(text)?.code === 'blank'),
  );
  t.equal(faultOfLine('-')?.code, 'blank', 'a name needs a letter or a digit');
});

t.test('a control character, one of private use and half a character are unreadable', async (t) => {
  for (const sign of ['\0', '\u0007', '\u0085', '\uf70a', '\u{10ffff}', '\ufdd0', '\ud800']) {
    t.equal(faultOfLine(`ก${sign}ข`)?.code, 'unreadable-character', JSON.stringify(sign));
    t.equal(faultOfParagraphs(`ก${sign}ข`)?.code, 'unreadable-character', JSON.stringify(sign));
  }
  for (const sign of ['\n', '\r', '\t', '\u2028']) {
    const { code, detail } = faultOfLine(`ก${sign}ข`) ?? {};
    t.match([code, detail?.en], ['unreadable-character', /one line/], `${sign.charCodeAt(0)} is said to be what it is`);
  }
});

t.test('trimming takes off both ends what does not show, and nothing of the middle', async () => {
  const signs = [' ', '\u2800', '\u00a0', '\u3000', '\u200b', '\u00ad', '\u3164', '\ufe0f', '\u{e0100}', '\ufeff'];
  const core = fc.constantFrom('ก', 'ก\u200bข', 'a  b', '😀', '-');
  for (const [trimmed, unseen] of [
    [trimmedLine, signs],
    [trimmedParagraphs, [...signs, '\n', '\r', '\t']],
  ] as const) {
    const ends = fc.array(fc.constantFrom(...unseen), { maxLength: 5 }).map((found) => found.join(''));
    fc.assert(fc.property(ends, core, ends, (before, text, after) => trimmed(before + text + after) === text));
    fc.assert(fc.property(ends, (text) => trimmed(text) === text));
  }
});

t.test('what counts as not shown is what Unicode says', async (t) => {
  const differing = [];
  for (let point = 0; point <= 0x10ffff; point += 1) {
    const ignorable = /^\p{Default_Ignorable_Code_Point}$/u.test(String.fromCodePoint(point));
    if (ignorable !== invisible.some(([first, last]) => first <= point && point <= last)) differing.push(point);
  }
  t.strictSame(differing, []);
});

t.test('numberKey: compares numbers and not writings; butForZeros passes over zeros that lead', async (t) => {
  const different = [
    ['0101', '101'],
    ['KK-1', 'KK1'],
    ['KK-1', 'KK/1'],
    ['ก1', 'ข1'],
    ['กา', 'ก่า'],
    ['10', '1'],
  ];
  for (const [one = '', other = ''] of different) t.not(numberKey(one), numberKey(other), `${one} is not ${other}`);
  const alike: [string, string, boolean][] = [
    ['0101', '101', true],
    ['KK-01/002', 'kk-1/๒', true],
    ['A0B00', 'A0B0', true],
    ['000', '0', true],
    ['0', '', false],
    ['110', '11', false],
    ['1-01', '10-1', false],
    ['A', 'A0', false],
  ];
  for (const [one, other, same] of alike) t.equal(butForZeros(one) === butForZeros(other), same, `${one} and ${other}`);
  t.equal(plainNumber('\u200bทบ-\u2060๑๒'), 'ทบ-๑๒');
});
