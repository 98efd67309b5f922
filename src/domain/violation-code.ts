/**
 * Every code that `errors[].code` of a problem or of an import report can have, and what it means: first what is wrong
 * with the form of a request or a file, then the rules of the field. A code that is not here does not compile.
 */
import type { Explanation } from './bilingual.js';
import { ruleCodes } from './rule-code.js';

const formCodes = {
  required: {
    title: { en: 'Something that is needed is missing', th: 'ไม่ได้ระบุข้อมูลที่ต้องมี' },
    remedy: {
      en: 'Send the field; in a CSV file fill the cell, or add the column.',
      th: 'โปรดระบุข้อมูลนี้ หากเป็นไฟล์ CSV โปรดเติมช่องว่างหรือเพิ่มคอลัมน์',
    },
  },
  'invalid-type': {
    title: { en: 'The value is of another kind', th: 'ชนิดของข้อมูลไม่ถูกต้อง' },
    remedy: {
      en: 'Send text in quotes and numbers without, whole where they count something.',
      th: 'โปรดส่งข้อความในเครื่องหมายอัญประกาศ และส่งตัวเลขโดยไม่มีเครื่องหมายอัญประกาศ จำนวนนับต้องเป็นจำนวนเต็ม',
    },
  },
  'invalid-format': {
    title: { en: 'The text is not written as it must be', th: 'รูปแบบของข้อมูลไม่ถูกต้อง' },
    remedy: { en: 'Write it as the sentence in detail shows.', th: 'โปรดเขียนตามตัวอย่างใน detail' },
  },
  'invalid-value': {
    title: { en: 'The value is none of those that are possible', th: 'ค่านี้ไม่อยู่ในรายการที่เลือกได้' },
    remedy: { en: 'Send one of those in allowed.', th: 'โปรดเลือกค่าใดค่าหนึ่งใน allowed' },
  },
  'too-small': {
    title: { en: 'The value is too small or too short', th: 'ค่าน้อยเกินไปหรือสั้นเกินไป' },
    remedy: { en: 'The sentence in detail says how much is needed.', th: 'โปรดดูค่าต่ำสุดใน detail' },
  },
  'too-big': {
    title: { en: 'The value is too large or too long', th: 'ค่ามากเกินไปหรือยาวเกินไป' },
    remedy: { en: 'The sentence in detail says how much is taken.', th: 'โปรดดูค่าสูงสุดใน detail' },
  },
  'out-of-range': {
    title: { en: 'The day or instant is earlier or later than can be kept', th: 'วันที่หรือเวลาอยู่นอกช่วงที่ระบบบันทึกได้' },
    remedy: {
      en: 'Look at the year: it has four digits, of the Gregorian calendar. The sentence in detail says the range.',
      th: 'โปรดตรวจสอบปี ซึ่งต้องเป็นปี ค.ศ. 4 หลัก และดูช่วงที่รับได้ใน detail',
    },
  },
  'too-many-decimals': {
    title: { en: 'The amount has more than two decimals', th: 'จำนวนเงินมีทศนิยมเกิน 2 ตำแหน่ง' },
    remedy: { en: 'Send baht with at most two decimals.', th: 'โปรดระบุจำนวนเงินเป็นบาท ทศนิยมไม่เกิน 2 ตำแหน่ง' },
  },
  blank: {
    title: { en: 'The text is blank', th: 'ข้อความว่าง' },
    remedy: { en: 'Write at least one letter or digit.', th: 'โปรดพิมพ์ตัวอักษรหรือตัวเลขอย่างน้อยหนึ่งตัว' },
  },
  'unreadable-character': {
    title: { en: 'The text has a character that cannot be read', th: 'ข้อความมีอักขระที่อ่านไม่ได้' },
    remedy: { en: 'Type the text anew.', th: 'โปรดพิมพ์ข้อความนี้ใหม่' },
  },
  'broken-encoding': {
    title: { en: 'The letters were lost to a wrong character encoding', th: 'อ่านข้อความไม่ได้เพราะเข้ารหัสอักขระผิด' },
    remedy: {
      en: 'Find the text as it was before, type it anew, or save the file as UTF-8 ("CSV UTF-8" in Excel) from its source.',
      th: 'โปรดพิมพ์ข้อความนี้ใหม่ หรือบันทึกไฟล์ต้นฉบับใหม่เป็น UTF-8 (ใน Excel เลือก "CSV UTF-8")',
    },
  },
  'number-inexact': {
    title: { en: 'The number has more digits than can be kept', th: 'ตัวเลขมีจำนวนหลักมากกว่าที่ระบบเก็บได้' },
    remedy: { en: 'Send at most 15 digits.', th: 'โปรดใช้ตัวเลขไม่เกิน 15 หลัก' },
  },
  'field-repeated': {
    title: { en: 'A field is given more than once', th: 'ระบุช่องข้อมูลซ้ำ' },
    remedy: { en: 'Give each field once.', th: 'โปรดระบุช่องข้อมูลแต่ละช่องเพียงครั้งเดียว' },
  },
  'field-forbidden': {
    title: { en: 'This cannot be the name of a field', th: 'ใช้ชื่อนี้เป็นชื่อช่องข้อมูลไม่ได้' },
    remedy: { en: 'Leave the field out.', th: 'โปรดนำช่องข้อมูลนี้ออก' },
  },
  'too-deep': {
    title: { en: 'The JSON is nested too deep', th: 'ข้อมูล JSON ซ้อนกันหลายชั้นเกินไป' },
    remedy: { en: 'Send the shape that the contract gives.', th: 'โปรดส่งข้อมูลตามรูปแบบในเอกสารของระบบ' },
  },
  'too-many-values': {
    title: { en: 'The JSON has too many values', th: 'ข้อมูล JSON มีค่ามากเกินไป' },
    remedy: { en: 'Send many records as a file.', th: 'หากมีหลายรายการ โปรดส่งเป็นไฟล์' },
  },
  'unknown-field': {
    title: { en: 'There is no field, column or parameter of this name', th: 'ไม่มีช่องข้อมูล คอลัมน์ หรือตัวกรองชื่อนี้' },
    remedy: {
      en: 'Correct the name or leave it out; nothing unknown is ignored.',
      th: 'โปรดแก้ไขชื่อหรือนำออก ระบบไม่ข้ามชื่อที่ไม่รู้จัก',
    },
  },
  'cursor-invalid': {
    title: { en: 'The cursor is not one of ours for this list', th: 'ค่า after ใช้กับรายการนี้ไม่ได้' },
    remedy: {
      en: 'Use next as it was given, with the same filters and sort.',
      th: 'โปรดใช้ค่า next ที่ระบบส่งให้ โดยใช้ตัวกรองและการเรียงลำดับเดิม',
    },
  },
  'not-for-streams': {
    title: { en: 'A list that is answered whole has no pages', th: 'การขอข้อมูลทั้งชุดไม่แบ่งหน้า' },
    remedy: { en: 'Leave limit out.', th: 'โปรดนำ limit ออก' },
  },
  'only-for-csv': {
    title: { en: 'Only CSV begins with a byte order mark', th: 'bom ใช้ได้เฉพาะกับ CSV' },
    remedy: { en: 'Send Accept: text/csv, or leave bom out.', th: 'โปรดส่ง Accept: text/csv หรือนำ bom ออก' },
  },
  'only-for-files': {
    title: { en: 'This parameter is for files of rows only', th: 'ตัวเลือกนี้ใช้ได้เฉพาะเมื่อส่งข้อมูลเป็นไฟล์' },
    remedy: { en: 'Leave it out for a single record.', th: 'โปรดนำออกเมื่อส่งข้อมูลทีละรายการ' },
  },

  // Of files
  'bad-utf-8': {
    title: { en: 'The row is not UTF-8', th: 'แถวนี้ไม่ได้เข้ารหัสแบบ UTF-8' },
    remedy: {
      en: 'Save the file as UTF-8 ("CSV UTF-8" in Excel).',
      th: 'โปรดบันทึกไฟล์ใหม่เป็น UTF-8 (ใน Excel เลือก "CSV UTF-8")',
    },
  },
  'malformed-json': {
    title: { en: 'This is not JSON', th: 'ข้อมูลนี้ไม่ใช่ JSON' },
    remedy: {
      en: 'In a file of NDJSON each line is one object {...}.',
      th: 'ในไฟล์ NDJSON แต่ละบรรทัดต้องเป็นข้อมูล JSON หนึ่งชุดในรูป {…}',
    },
  },
  'wrong-number-of-cells': {
    title: { en: 'The row has more or fewer cells than the header', th: 'จำนวนช่องในแถวไม่เท่ากับแถวชื่อคอลัมน์' },
    remedy: {
      en: 'Put a text with a comma into quotes.',
      th: 'โปรดใส่เครื่องหมายอัญประกาศคร่อมข้อความที่มีจุลภาค',
    },
  },
  'not-a-value': {
    title: { en: 'The cell has a mark for an error or for no value', th: 'ช่องนี้มีเครื่องหมายแทนข้อผิดพลาดหรือแทนการไม่มีข้อมูล' },
    remedy: {
      en: 'Correct it in the spreadsheet, or leave the cell empty where there is no value.',
      th: 'โปรดแก้ไขในโปรแกรมตารางคำนวณ หรือเว้นช่องนี้ว่างไว้หากไม่มีข้อมูล',
    },
  },
  'not-a-number': {
    title: { en: 'The cell has no number', th: 'ช่องนี้ไม่ใช่ตัวเลข' },
    remedy: {
      en: 'Write digits and at most one point, as in 1234.50.',
      th: 'โปรดเขียนเป็นตัวเลขและใช้จุดทศนิยมได้จุดเดียว เช่น 1234.50',
    },
  },
  'number-shortened': {
    title: { en: 'The spreadsheet shortened the number', th: 'โปรแกรมตารางคำนวณย่อตัวเลขนี้' },
    remedy: {
      en: 'Show all digits of the column, or make it text, and save the file again.',
      th: 'โปรดตั้งให้คอลัมน์แสดงตัวเลขครบทุกหลักหรือเป็นข้อความ แล้วบันทึกไฟล์ใหม่',
    },
  },
  'column-repeated': {
    title: { en: 'A column is there twice', th: 'มีคอลัมน์ซ้ำ' },
    remedy: { en: 'Keep one of them.', th: 'โปรดเก็บไว้เพียงคอลัมน์เดียว' },
  },
  'not-buddhist-era': {
    title: { en: 'The year is not one of the Buddhist era', th: 'ปีที่ระบุไม่ใช่ปี พ.ศ.' },
    remedy: {
      en: 'Write the year in the Buddhist era, or leave calendar=be out.',
      th: 'โปรดระบุเป็นปี พ.ศ. หรือนำ calendar=be ออก',
    },
  },
  'not-for-restore': {
    title: { en: 'A restore takes no other calendar', th: 'การกู้คืนข้อมูลใช้ปี ค.ศ. เท่านั้น' },
    remedy: { en: 'Leave calendar out.', th: 'โปรดนำ calendar ออก' },
  },
  'area-outside-yours': {
    title: { en: 'That lies outside the area of your key', th: 'อยู่นอกพื้นที่รับผิดชอบของท่าน' },
    remedy: {
      en: 'Use a key whose area contains it.',
      th: 'โปรดใช้คีย์ที่รับผิดชอบพื้นที่นั้น',
    },
  },
  'registration-no-taken': {
    title: { en: 'Another group has this registration number', th: 'มีกลุ่มอื่นใช้เลขทะเบียนนี้แล้ว' },
    remedy: {
      en: 'Look the number up at /v1/groups; give the group one of its own.',
      th: 'โปรดค้นหาเลขทะเบียนที่ /v1/groups แล้วกำหนดเลขอื่นให้กลุ่มนี้',
    },
  },
  'team-not-yours': {
    title: { en: 'It is the work of another team', th: 'เป็นกลุ่มเป้าหมายของทีมอื่น' },
    remedy: {
      en: 'Leave the row to the team of that target.',
      th: 'โปรดให้ทีมของกลุ่มเป้าหมายนั้นเป็นผู้ส่งแถวนี้',
    },
  },
  'assessment-submitted': {
    title: { en: 'The score sheet has been submitted', th: 'แบบประเมินนี้ส่งแล้ว' },
    remedy: {
      en: 'Return it first, with a reason, if it must change.',
      th: 'หากต้องแก้ไข โปรดส่งคืนให้แก้ไขพร้อมเหตุผลก่อน',
    },
  },
} as const satisfies Record<string, Explanation>;

/** Of what is taken and yet looks like a mistake: they stand in `warnings`. */
const warningCodes = {
  'day-implausible': {
    title: { en: 'The day comes before there were savings groups', th: 'วันที่อยู่ก่อนมีกลุ่มออมทรัพย์เพื่อการผลิต' },
    remedy: {
      en: 'Look at the year: 543 is taken off a Buddhist year once, and a file in it wants calendar=be.',
      th: 'โปรดตรวจสอบปี การแปลง พ.ศ. เป็น ค.ศ. ให้ลบ 543 เพียงครั้งเดียว หากไฟล์ใช้ปี พ.ศ. โปรดระบุ calendar=be',
    },
  },
  'year-buddhist': {
    title: { en: 'The year looks like one of the Buddhist era', th: 'ปีน่าจะเป็นปี พ.ศ.' },
    remedy: {
      en: 'Send the year of the Gregorian calendar, 543 less.',
      th: 'โปรดระบุปี ค.ศ. คือปี พ.ศ. ลบ 543',
    },
  },
  'number-differs-by-zeros': {
    title: { en: 'The number differs from another only by zeros', th: 'เลขทะเบียนต่างจากเลขอื่นเพียงเลขศูนย์' },
    remedy: {
      en: 'Look whether the two groups are one: a spreadsheet drops the zeros before a number.',
      th: 'โปรดตรวจสอบว่าเป็นกลุ่มเดียวกันหรือไม่ โปรแกรมตารางคำนวณมักตัดเลขศูนย์หน้าตัวเลขออก',
    },
  },
} as const satisfies Record<string, Explanation>;

export const violationCodes = { ...formCodes, ...ruleCodes, ...warningCodes };

export type ViolationCode = keyof typeof violationCodes;

/** Whether a text is a code of the list. */
export function isViolationCode(code: unknown): code is ViolationCode {
  return typeof code === 'string' && Object.hasOwn(violationCodes, code);
}
