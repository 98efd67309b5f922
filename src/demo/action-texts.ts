import type { ActionKind, GovernancePrinciple } from '../domain/plan.js';

/** What a plan may do about a criterion, in Thai, and what came of it once it was done. */
export interface ActionText {
  title: string;
  kind: ActionKind;
  principle: GovernancePrinciple;
  outcome: string;
}

/** The ten criteria the report names have texts of their own; of the nine others nothing is said but "the evidence". */
export function actionTextFor(criterionNo: number): ActionText {
  return (
    actionTexts.get(criterionNo) ?? {
      title: `จัดเตรียมหลักฐานตามเกณฑ์ข้อ ${criterionNo} ให้ครบ`,
      kind: 'activity',
      principle: 'accountability',
      outcome: 'รวบรวมหลักฐานครบและเก็บไว้ ณ ที่ทำการกลุ่ม',
    }
  );
}

const actionTexts: ReadonlyMap<number, ActionText> = new Map<number, ActionText>([
  [
    2,
    {
      title: 'อบรมการลงบัญชีเงินสดและบัญชีรับจ่ายให้เป็นปัจจุบัน',
      kind: 'training',
      principle: 'transparency',
      outcome: 'เหรัญญิกลงบัญชีเป็นปัจจุบันและปิดยอดทุกสิ้นเดือน',
    },
  ],
  [
    4,
    {
      title: 'แต่งตั้งผู้ตรวจสอบ และตรวจสอบบัญชีกับหลักฐานการเงินทุกไตรมาส',
      kind: 'activity',
      principle: 'accountability',
      outcome: 'ผู้ตรวจสอบลงนามรับรองบัญชีไตรมาสล่าสุดแล้ว',
    },
  ],
  [
    6,
    {
      title: 'ประชุมสมาชิกจัดทำแผนการดำเนินงานประจำปี',
      kind: 'activity',
      principle: 'participation',
      outcome: 'ที่ประชุมสมาชิกรับรองแผนการดำเนินงานประจำปี',
    },
  ],
  [
    10,
    {
      title: 'ทบทวนสัญญาเงินกู้และเยี่ยมผู้ค้างชำระรายครัวเรือน',
      kind: 'visit',
      principle: 'rule_of_law',
      outcome: 'ผู้ค้างชำระทำข้อตกลงผ่อนชำระเป็นรายเดือน',
    },
  ],
  [
    11,
    {
      title: 'กำหนดวันส่งเงินสัจจะประจำเดือนและแจ้งผ่านหอกระจายข่าว',
      kind: 'activity',
      principle: 'morality',
      outcome: 'สมาชิกส่งเงินสัจจะตรงวันมากขึ้น',
    },
  ],
  [
    13,
    {
      title: 'ศึกษาดูงานกลุ่มต้นแบบในอำเภอใกล้เคียง',
      kind: 'visit',
      principle: 'value_for_money',
      outcome: 'คณะกรรมการนำระบบงานของกลุ่มต้นแบบมาปรับใช้',
    },
  ],
  [
    16,
    {
      title: 'ส่งเสริมอาชีพเสริมแก่ครัวเรือนสมาชิกที่มีรายได้น้อย',
      kind: 'project',
      principle: 'value_for_money',
      outcome: 'ครัวเรือนสมาชิกเริ่มอาชีพเสริมและมีรายได้เพิ่ม',
    },
  ],
  [
    17,
    {
      title: 'สำรวจหนี้นอกระบบและช่วยเจรจากับเจ้าหนี้',
      kind: 'activity',
      principle: 'rule_of_law',
      outcome: 'สมาชิกบางรายย้ายหนี้นอกระบบมาเป็นเงินกู้ของกลุ่ม',
    },
  ],
  [
    18,
    {
      title: 'จัดตั้งกองทุนสวัสดิการจากผลกำไรของกลุ่ม',
      kind: 'project',
      principle: 'participation',
      outcome: 'กลุ่มมีระเบียบกองทุนสวัสดิการและจ่ายสวัสดิการรายแรกแล้ว',
    },
  ],
  [
    19,
    {
      title: 'จัดกิจกรรมสาธารณประโยชน์ร่วมกับหมู่บ้าน',
      kind: 'activity',
      principle: 'morality',
      outcome: 'สมาชิกร่วมพัฒนาวัดและถนนของหมู่บ้านแล้วหนึ่งครั้ง',
    },
  ],
]);
