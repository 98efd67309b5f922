/** What is taken and yet looks like a mistake, in one list. A warning stands in the report of a file or in the answer. */
import type { Bilingual } from './bilingual.js';
import type { Violation } from './refusal.js';
import type { ViolationCode } from './violation-code.js';

export const warnings = {
  numberDiffersByZeros: warning('number-differs-by-zeros', (registrationNo: string) => ({
    en: `Differs from ${registrationNo} only by zeros, which is another group.`,
    th: `ต่างจากเลขทะเบียน ${registrationNo} ของอีกกลุ่มหนึ่งเพียงเลขศูนย์ โปรดตรวจสอบว่าเป็นคนละกลุ่มกัน`,
  })),
};

function warning<Facts extends unknown[]>(code: ViolationCode, detail: (...facts: Facts) => Bilingual) {
  const make = (pointer: string, ...facts: Facts): Violation => ({ pointer, code, detail: detail(...facts) });
  return Object.assign(make, { code });
}
