/**
 * The Thai words for the codes that sentences name. A code is never alone in a Thai sentence: `ร่าง (draft)`. In English
 * the code is the word.
 */
import type { Bilingual } from './bilingual.js';

export const thaiLabels = {
  round: { draft: 'ร่าง', open: 'เปิดรับแบบประเมิน', closed: 'ปิดรับแบบประเมิน', published: 'เผยแพร่แล้ว' },
  sheet: { draft: 'ฉบับร่าง', submitted: 'ส่งแล้ว' },
  plan: {
    draft: 'ร่าง',
    approved: 'อนุมัติแล้ว',
    'in-progress': 'อยู่ระหว่างดำเนินการ',
    completed: 'เสร็จสิ้น',
    cancelled: 'ยกเลิก',
  },
  action: { planned: 'ยังไม่เริ่ม', 'in-progress': 'อยู่ระหว่างดำเนินการ', done: 'แล้วเสร็จ', dropped: 'ยกเลิก' },
  group: { active: 'ดำเนินการอยู่', inactive: 'หยุดดำเนินการ', merged: 'ยุบรวมกับกลุ่มอื่น', dissolved: 'ยุบเลิก' },
  tier: { group: 'กลุ่ม', province: 'จังหวัด', district: 'อำเภอ', subdistrict: 'ตำบล', village: 'หมู่บ้าน' },
  permission: {
    read: 'ดูข้อมูล',
    'read:drafts': 'ดูฉบับร่าง',
    'groups:write': 'บันทึกทะเบียนกลุ่ม',
    'teams:write': 'บันทึกทีมตรวจสุขภาพ',
    'rounds:write': 'บันทึกรอบการตรวจ',
    'rounds:publish': 'เผยแพร่ผลการตรวจ',
    'targets:write': 'กำหนดกลุ่มเป้าหมาย',
    'assessments:write': 'บันทึกแบบประเมิน',
    'assessments:review': 'ตรวจทานแบบประเมิน',
    'plans:write': 'บันทึกแผน',
    'plans:approve': 'อนุมัติแผน',
    'instruments:write': 'บันทึกเครื่องมือตรวจสุขภาพ',
    'keys:write': 'จัดการคีย์เข้าใช้งาน',
    'audit:read': 'ตรวจสอบประวัติการเข้าใช้งาน',
    'metrics:read': 'ดูค่าวัดการทำงานของระบบ',
    'records:restore': 'กู้คืนข้อมูล',
    admin: 'ดูแลระบบ',
  },
  healthLevelRule: { 'weakest-criterion': 'ระดับของข้อที่ต่ำที่สุด', 'passed-share': 'ร้อยละของข้อที่ผ่าน' },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

/** A code as a Thai sentence names it: `เปิดรับแบบประเมิน (open)`. A code without a word stays as it is. */
export function inThai(kind: keyof typeof thaiLabels, code: string): string {
  const words: Readonly<Record<string, string>> = thaiLabels[kind];
  const word = Object.hasOwn(words, code) ? words[code] : undefined;
  return word === undefined ? code : `${word} (${code})`;
}

/** An area inside a sentence; null is the whole country. */
export function areaText(areaCode: string | null): Bilingual {
  return areaCode === null
    ? { en: 'the whole country', th: 'ทั้งประเทศ' }
    : { en: `area ${areaCode}`, th: `พื้นที่ ${areaCode}` };
}
