/** What is taken and yet looks like a mistake, in one list. A warning stands in the report of a file or in the answer. */
import type { Bilingual } from './bilingual.js';
import { beMinusCe, firstGroupsOn } from './calendar.js';
import type { Violation } from './refusal.js';
import type { ViolationCode } from './violation-code.js';

export const warnings = {
  numberDiffersByZeros: warning('number-differs-by-zeros', (registrationNo: string) => ({
    en: `Differs from ${registrationNo} only by zeros, which is another group.`,
    th: `ต่างจากเลขทะเบียน ${registrationNo} ของอีกกลุ่มหนึ่งเพียงเลขศูนย์ โปรดตรวจสอบว่าเป็นคนละกลุ่มกัน`,
  })),
  dayImplausible: warning('day-implausible', (day: string) => ({
    en: `${day} comes before ${firstGroupsOn}, when there were no savings groups yet${beTwiceHint(day).en}.`,
    th: `${day} อยู่ก่อนวันที่ ${firstGroupsOn} ซึ่งยังไม่มีกลุ่มออมทรัพย์เพื่อการผลิต โปรดตรวจสอบปี ค.ศ.${beTwiceHint(day).th}`,
  })),
  yearBuddhist: warning('year-buddhist', (year: number) => ({
    en: `${year} looks like a year of the Buddhist era; if it is one, send ${year - beMinusCe}.`,
    th: `${year} น่าจะเป็นปี พ.ศ. หากใช่ โปรดระบุปี ค.ศ. ${year - beMinusCe}`,
  })),
};

/** A day that is taken and can hardly be: a warning at `pointer`, else null. Null days pass. */
export function implausibleDay(pointer: string, day: string | null): Violation | null {
  if (day === null) return null;
  if (day < firstGroupsOn) return warnings.dayImplausible(pointer, day);
  const year = Number(day.slice(0, 4));
  return isOfGroups(year - beMinusCe) ? warnings.yearBuddhist(pointer, year) : null;
}

/** A year such as 1469 is most likely one of the Buddhist era from which 543 was taken off twice. */
function beTwiceHint(day: string): Bilingual {
  const year = Number(day.slice(0, 4)) + beMinusCe;
  if (!isOfGroups(year)) return { en: '', th: '' };
  return { en: `; if 543 was taken off twice, send ${year}`, th: ` หากลบ 543 สองครั้ง โปรดระบุปี ค.ศ. ${year}` };
}

/** Whether there are savings groups in a year of the common era, as far ahead as anybody plans. */
function isOfGroups(year: number): boolean {
  return year >= Number(firstGroupsOn.slice(0, 4)) && year <= 2100;
}

function warning<Facts extends unknown[]>(code: ViolationCode, detail: (...facts: Facts) => Bilingual) {
  const make = (pointer: string, ...facts: Facts): Violation => ({ pointer, code, detail: detail(...facts) });
  return Object.assign(make, { code });
}
