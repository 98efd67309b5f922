/**
 * The rules of the field that a well-formed request can break, in one list. Each makes a violation at a place in the
 * request; `refuseBroken` turns what was found into one problem (422) that names them all.
 */
import type { SheetFault } from './assessment.js';
import type { Bilingual } from './bilingual.js';
import { areaText, inThai } from './labels.js';
import { problems } from './problem.js';
import type { Violation } from './refusal.js';
import type { ViolationCode } from './violation-code.js';

export const rules = {
  areaUnknown: rule('area-unknown', (areaCode: string) => ({
    en: `"${areaCode}" is not the code of an area.`,
    th: `"${areaCode}" ไม่ใช่รหัสพื้นที่`,
  })),
  areaTooWide: rule('area-too-wide', (areaCode: string) => ({
    en: `${areaCode} is a province; a group lies in a district or below.`,
    th: `${areaCode} เป็นรหัสจังหวัด โปรดระบุรหัสอำเภอ ตำบล หรือหมู่บ้านของกลุ่ม`,
  })),
  areaNameDiffers: rule('area-name-differs', (areaCode: string, nameTh: string, nameEn: string, given: string) => ({
    en: `${areaCode} is ${nameTh} (${nameEn}), not "${given}".`,
    th: `รหัสพื้นที่ ${areaCode} คือ${nameTh} ไม่ใช่ "${given}" โปรดแก้ไขรหัสหรือชื่อพื้นที่ให้ตรงกัน`,
  })),
  areaOfTier: rule('area-of-other-tier', (areaCode: string, tier: string) => ({
    en: `${areaCode} is not the code of a ${tier}.`,
    th: `${areaCode} ไม่ใช่รหัส${inThai('tier', tier)}`,
  })),
  datesOutOfOrder: rule('dates-out-of-order', (first: string, last: string) => ({
    en: `${last} comes before ${first}.`,
    th: `ลำดับวันไม่ถูกต้อง: ${last} ต้องไม่อยู่ก่อน ${first}`,
  })),
  outsideFiscalYear: rule('outside-fiscal-year', (day: string, year: number, first: string, last: string) => ({
    en: `${day} is not in fiscal year ${year} (${first} to ${last}).`,
    th: `${day} ไม่อยู่ในปีงบประมาณ ${year} (${first} ถึง ${last})`,
  })),
  dayInFuture: rule('day-in-future', (day: string, today: string) => ({
    en: `${day} lies after today (${today} in Bangkok)${beHint(day).en}.`,
    th: `${day} เป็นวันในอนาคต (วันนี้คือ ${today} ตามเวลาประเทศไทย)${beHint(day).th}`,
  })),
  instantInFuture: rule('instant-in-future', (instant: string, now: string) => ({
    en: `${instant} lies after now (${now}).`,
    th: `${instant} เป็นเวลาในอนาคต (เวลาปัจจุบันคือ ${now})`,
  })),
  visitOfAnotherDay: rule('visit-of-another-day', (assessedOn: string) => ({
    en: `The sheet is of a visit on ${assessedOn}; to correct the day change the sheet itself.`,
    th: `แบบประเมินนี้เป็นของการตรวจเมื่อวันที่ ${assessedOn} หากต้องการแก้ไขวันที่ตรวจ โปรดแก้ไขที่แบบประเมิน`,
  })),
  visitDayNeeded: rule('visit-day-needed', (today: string, startsOn: string, endsOn: string) => ({
    en: `The first score begins the sheet. Today (${today}) is no day of the round (${startsOn} to ${endsOn}): send the day of the visit as assessedOn.`,
    th: `ผลประเมินข้อแรกเป็นการเริ่มแบบประเมิน แต่วันนี้ (${today}) ไม่อยู่ในช่วงเวลาของรอบการตรวจ (${startsOn} ถึง ${endsOn}) โปรดระบุวันที่ตรวจ (assessedOn)`,
  })),
  outsideRound: rule('outside-round', (day: string, startsOn: string, endsOn: string) => ({
    en: `${day} is not in the round (${startsOn} to ${endsOn}).`,
    th: `${day} ไม่อยู่ในช่วงเวลาของรอบการตรวจ (${startsOn} ถึง ${endsOn})`,
  })),
  instrumentUnknown: rule('instrument-unknown', (instrument: string) => ({
    en: `There is no instrument ${instrument}.`,
    th: `ไม่พบเครื่องมือ "${instrument}"`,
  })),
  groupUnknown: rule('group-unknown', (groupId: string) => ({
    en: `There is no group ${groupId}.`,
    th: `ไม่พบกลุ่ม "${groupId}"`,
  })),
  groupOutsideRound: rule('group-outside-round', (groupArea: string, roundArea: string | null) => ({
    en: `The group lies in area ${groupArea}, outside that of the round (${areaText(roundArea).en}).`,
    th: `กลุ่มอยู่ในพื้นที่ ${groupArea} ซึ่งอยู่นอกพื้นที่ของรอบการตรวจ (${areaText(roundArea).th})`,
  })),
  groupNotActive: rule('group-not-active', (status: string) => ({
    en: `The group is ${status}; only an active group is checked.`,
    th: `กลุ่มนี้มีสถานะ ${inThai('group', status)} ตรวจได้เฉพาะกลุ่มที่ยังดำเนินการอยู่`,
  })),
  groupNotTargeted: rule('group-not-targeted', () => ({
    en: 'The group is not a target of this round.',
    th: 'กลุ่มนี้ไม่ใช่กลุ่มเป้าหมายของรอบนี้',
  })),
  recordNotNamed: rule('record-not-named', () => ({
    en: 'This is told of one record alone: send resource and resourceId.',
    th: 'ใช้ได้เมื่อดูประวัติของข้อมูลรายการเดียวเท่านั้น โปรดระบุทั้ง resource และ resourceId',
  })),
  rowRepeated: rule('row-repeated', (firstRow: number) => ({
    en: `Row ${firstRow} is about the same.`,
    th: `ซ้ำกับแถวที่ ${firstRow}`,
  })),
  groupMismatch: rule('group-mismatch', (registrationNo: string) => ({
    en: `groupId and registrationNo do not name one group: ${registrationNo} is another one or none.`,
    th: `groupId และ registrationNo ไม่ได้เป็นของกลุ่มเดียวกัน: เลขทะเบียน ${registrationNo} เป็นของกลุ่มอื่นหรือไม่มีในทะเบียน`,
  })),
  groupUnnamed: rule('group-unnamed', () => ({
    en: 'Name the group by registrationNo or groupId.',
    th: 'โปรดระบุกลุ่มด้วยเลขทะเบียน (registrationNo) หรือรหัสกลุ่ม (groupId)',
  })),
  populationTooSmall: rule('population-too-small', (population: number, targets: number) => ({
    en: `The population (${population}) is smaller than the number of targets (${targets}).`,
    th: `จำนวนกลุ่มทั้งหมด (${population} กลุ่ม) น้อยกว่าจำนวนกลุ่มเป้าหมาย (${targets} กลุ่ม)`,
  })),
  teamUnknown: rule('team-unknown', (teamId: string) => ({
    en: `There is no team ${teamId}.`,
    th: `ไม่พบทีม "${teamId}"`,
  })),
  teamOutsideArea: rule('team-outside-area', (teamArea: string, groupArea: string) => ({
    en: `The team works in ${teamArea}; the group lies in ${groupArea}.`,
    th: `ทีมนี้รับผิดชอบพื้นที่ ${teamArea} แต่กลุ่มอยู่ในพื้นที่ ${groupArea}`,
  })),
  teamElsewhere: rule('team-elsewhere', (teamArea: string) => ({
    en: `The team works in ${teamArea}, of which the key sees nothing.`,
    th: `ทีมนี้รับผิดชอบพื้นที่ ${teamArea} ซึ่งอยู่นอกพื้นที่ของคีย์`,
  })),
  permissionBeyondTeam: rule('permission-beyond-team', (beyond: readonly string[]) => ({
    en: `A key that is bound to a team cannot have: ${beyond.join(', ')}.`,
    th: `คีย์ที่ผูกกับทีมมีสิทธิ์ต่อไปนี้ไม่ได้: ${beyond.map((code) => inThai('permission', code)).join(', ')}`,
  })),
  instrumentsDiffer: rule('instruments-differ', () => ({
    en: 'The rounds used different instrument versions; say in `mapping` which criterion became which.',
    th: 'สองรอบนี้ใช้เครื่องมือคนละรุ่น โปรดระบุใน mapping ว่าข้อใดของรอบแรกตรงกับข้อใดของรอบหลัง',
  })),
  roundUnknown: rule('round-unknown', (roundId: string) => ({
    en: `There is no round ${roundId}.`,
    th: `ไม่พบรอบการตรวจ "${roundId}"`,
  })),
  areaMissing: rule('area-missing', (tier: string) => ({
    en: `A plan of the tier ${tier} names its area.`,
    th: `แผนระดับ${inThai('tier', tier)} ต้องระบุพื้นที่`,
  })),
  noFindings: rule('no-findings', () => ({
    en: 'The round has no submitted score sheet of this group, so there is nothing to answer.',
    th: 'กลุ่มนี้ยังไม่มีแบบประเมินที่ส่งแล้วในรอบนี้ จึงยังไม่มีข้อที่ไม่ผ่านให้จัดทำแผน',
  })),
  nothingToDraft: rule('nothing-to-draft', () => ({
    en: 'There is no finding without an action on it.',
    th: 'ไม่มีข้อที่ไม่ผ่านซึ่งยังขาดกิจกรรมรองรับ',
  })),
  planEmpty: rule('plan-empty', () => ({
    en: 'The plan has no action, or all are dropped.',
    th: 'แผนยังไม่มีกิจกรรม หรือยกเลิกทุกกิจกรรมแล้ว',
  })),
  actionOpen: rule('action-open', (title: string) => ({
    en: `"${title}" is neither done nor dropped.`,
    th: `กิจกรรม "${title}" ยังไม่แล้วเสร็จและยังไม่ได้ยกเลิก`,
  })),
  criterionUnknown: rule('criterion-unknown', (criterionNo: number, criteria: number) => ({
    en: `The instrument has no criterion ${criterionNo}; it has 1 to ${criteria}.`,
    th: `เครื่องมือรุ่นนี้ไม่มีเกณฑ์ข้อ ${criterionNo} มีเฉพาะข้อ 1 ถึงข้อ ${criteria}`,
  })),
  criterionRepeated: rule('criterion-repeated', (criterionNo: number) => ({
    en: `Criterion ${criterionNo} is given more than once.`,
    th: `ระบุเกณฑ์ข้อ ${criterionNo} ซ้ำ`,
  })),
  levelMissing: rule('level-missing', (criterionNo: number) => ({
    en: `Criterion ${criterionNo} has no level.`,
    th: `เกณฑ์ข้อ ${criterionNo} ยังไม่ได้ระบุระดับ`,
  })),
  reasonMissing: rule('reason-missing', (criterionNo: number) => ({
    en: `Criterion ${criterionNo} needs a reason.`,
    th: `เกณฑ์ข้อ ${criterionNo} ต้องระบุเหตุผล`,
  })),
  submissionUndated: rule('submission-undated', () => ({
    en: 'A submitted score sheet says when it was submitted.',
    th: 'แบบประเมินที่ส่งแล้วต้องระบุเวลาที่ส่ง',
  })),
  draftSubmitted: rule('draft-submitted', () => ({
    en: 'A draft has not been submitted, so no instant belongs here.',
    th: 'แบบประเมินฉบับร่างยังไม่ได้ส่ง จึงต้องไม่ระบุเวลาที่ส่ง',
  })),
  draftConfirmed: rule('draft-confirmed', () => ({
    en: 'A draft has not been submitted, so nobody can have confirmed it.',
    th: 'แบบประเมินฉบับร่างยังไม่ได้ส่ง จึงต้องไม่ระบุการยืนยัน',
  })),
  areaNotOfTarget: rule('area-not-of-target', (targetArea: string) => ({
    en: `A score sheet lies where its target does, which is ${targetArea}.`,
    th: `พื้นที่ของแบบประเมินต้องตรงกับพื้นที่ของกลุ่มเป้าหมาย คือ ${targetArea}`,
  })),
  planOutsideRound: rule('plan-outside-round', (areaCode: string) => ({
    en: `${areaCode} lies outside the area of the round.`,
    th: `พื้นที่ ${areaCode} อยู่นอกพื้นที่ของรอบการตรวจ`,
  })),
  groupMissing: rule('group-missing', () => ({
    en: 'A plan of the group tier names its group.',
    th: `แผนระดับ${inThai('tier', 'group')} ต้องระบุกลุ่ม`,
  })),
  groupNotExpected: rule('group-not-expected', (tier: string) => ({
    en: `A plan of the tier ${tier} names no group.`,
    th: `แผนระดับ${inThai('tier', tier)} ต้องไม่ระบุกลุ่ม`,
  })),
  areaNotOfGroup: rule('area-not-of-group', (areaCode: string, groupArea: string) => ({
    en: `The group lies in ${groupArea}, not in ${areaCode}.`,
    th: `กลุ่มอยู่ในพื้นที่ ${groupArea} ไม่ใช่พื้นที่ ${areaCode}`,
  })),
  criterionNotFailed: rule('criterion-not-failed', (criterionNo: number) => ({
    en: `Criterion ${criterionNo} is not failed; say in reason why it needs an action.`,
    th: `เกณฑ์ข้อ ${criterionNo} ไม่อยู่ในรายการข้อที่ไม่ผ่าน โปรดระบุเหตุผล (reason) ที่ต้องมีกิจกรรมในข้อนี้`,
  })),
  budgetNegative: rule('budget-negative', (budgetBaht: number) => ({
    en: `A budget is 0 baht or more, not ${budgetBaht}.`,
    th: `งบประมาณต้องไม่น้อยกว่า 0 บาท (ที่ระบุคือ ${budgetBaht} บาท)`,
  })),
  doneNotComplete: rule('done-not-complete', (progressPercent: number) => ({
    en: `An action that is done is at 100 percent, not ${progressPercent}.`,
    th: `กิจกรรมที่แล้วเสร็จต้องมีความก้าวหน้าร้อยละ 100 (ที่ระบุคือร้อยละ ${progressPercent})`,
  })),
  outcomeMissing: rule('outcome-missing', () => ({
    en: 'An action that is done says what came of it.',
    th: 'กิจกรรมที่แล้วเสร็จต้องระบุผลการดำเนินงาน',
  })),
  cancellationUnexplained: rule('cancellation-unexplained', () => ({
    en: 'A cancellation needs a reason.',
    th: 'การยกเลิกต้องระบุเหตุผล',
  })),
  expiryInPast: rule('expiry-in-past', (expiresAt: string) => ({
    en: `${expiresAt} is not in the future.`,
    th: `วันหมดอายุต้องเป็นเวลาในอนาคต (ที่ระบุคือ ${expiresAt})`,
  })),
  urlNotHttps: rule('url-not-https', () => ({
    en: 'Changes are sent by https alone.',
    th: 'ระบบส่งข้อมูลผ่าน https เท่านั้น',
  })),
  urlWithCredentials: rule('url-with-credentials', () => ({
    en: 'The address has a user name or a password in it.',
    th: 'URL นี้มีชื่อผู้ใช้หรือรหัสผ่านอยู่ด้วย',
  })),
  urlNotPublic: rule('url-not-public', (host: string) => ({
    en: `${host} is no address of the public internet.`,
    th: `${host} ไม่ได้อยู่บนอินเทอร์เน็ตสาธารณะ`,
  })),
  positionUnknown: rule('position-unknown', (from: number, last: number) => ({
    en: `${from} lies after the last change (${last}).`,
    th: `ตำแหน่ง ${from} อยู่หลังการเปลี่ยนแปลงล่าสุด (${last})`,
  })),
};

/**
 * Refuses a request in which rules of the field were found broken; does nothing when none was.
 * @throws problems.rulesBroken (422) with every violation
 */
export function refuseBroken(violations: readonly (Violation | null | false)[]): void {
  const found = violations.filter((violation) => violation !== null && violation !== false);
  if (found.length > 0) throw problems.rulesBroken(found);
}

/**
 * Where a sheet's faults lie in what was sent: in its list of scores, at the criterion that the path names, or nowhere in
 * particular where the request has no body (the empty pointer).
 */
export type SheetPlace = { scores: readonly { criterionNo: number }[] } | '/path/criterionNo' | '';

/** What is wrong with a sheet, as violations, each with its criterion. */
export function violationsOfSheet(
  faults: readonly SheetFault[],
  instrument: { criteria: readonly unknown[] },
  place: SheetPlace,
): Violation[] {
  return faults.map((fault) => ({
    ...violationOfSheet(fault, instrument.criteria.length, pointerOfFault(fault, place)),
    criterionNo: fault.criterionNo,
  }));
}

/** A criterion that the list does not have is a fault of the list. */
function pointerOfFault({ code, criterionNo, index }: SheetFault, place: SheetPlace): string {
  if (typeof place === 'string') return place;
  const at = index ?? place.scores.findIndex((score) => score.criterionNo === criterionNo);
  if (at < 0) return '/scores';
  const part = code === 'level-missing' ? 'level' : code === 'reason-missing' ? 'reason' : 'criterionNo';
  return `/scores/${at}/${part}`;
}

function violationOfSheet({ code, criterionNo }: SheetFault, criteria: number, pointer: string): Violation {
  switch (code) {
    case 'criterion-unknown':
      return rules.criterionUnknown(pointer, criterionNo, criteria);
    case 'criterion-repeated':
      return rules.criterionRepeated(pointer, criterionNo);
    case 'level-missing':
      return rules.levelMissing(pointer, criterionNo);
    case 'reason-missing':
      return rules.reasonMissing(pointer, criterionNo);
  }
}

function rule<Facts extends unknown[]>(code: ViolationCode, detail: (...facts: Facts) => Bilingual) {
  const make = (pointer: string, ...facts: Facts): Violation => ({ pointer, code, detail: detail(...facts) });
  return Object.assign(make, { code });
}

/** A year above 2400 in a Gregorian date is almost always one of the Buddhist era. */
function beHint(day: string): Bilingual {
  const year = Number(day.slice(0, 4));
  return year > 2400
    ? {
        en: `; if ${year} is a Buddhist year, send ${year - 543}`,
        th: ` หาก ${year} เป็นปี พ.ศ. โปรดระบุเป็นปี ค.ศ. ${year - 543}`,
      }
    : { en: '', th: '' };
}
