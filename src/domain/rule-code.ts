/** What each rule of the field means and what to do about a breach of it; rule.ts has the sentence for one case. */
import type { Explanation } from './bilingual.js';

export const ruleCodes = {
  // Areas, days and instants
  'area-unknown': {
    title: { en: 'There is no area with this code', th: 'ไม่มีพื้นที่รหัสนี้' },
    remedy: { en: 'Look the code up at /v1/areas.', th: 'โปรดค้นหารหัสพื้นที่ที่ /v1/areas' },
  },
  'area-too-wide': {
    title: { en: 'The area is a province, too wide for a group', th: 'พื้นที่ของกลุ่มต้องเล็กกว่าจังหวัด' },
    remedy: {
      en: 'Send the code of the district, subdistrict or village of the group.',
      th: 'โปรดระบุรหัสอำเภอ ตำบล หรือหมู่บ้านของกลุ่ม',
    },
  },
  'area-name-differs': {
    title: { en: 'The name is not that of the area', th: 'ชื่อพื้นที่ไม่ตรงกับรหัส' },
    remedy: {
      en: 'Correct the code or the name, or leave the name out.',
      th: 'โปรดแก้ไขรหัสหรือชื่อพื้นที่ให้ตรงกัน หรือไม่ระบุชื่อ',
    },
  },
  'area-of-other-tier': {
    title: { en: 'The area is not of the tier that was named', th: 'รหัสพื้นที่ไม่ตรงกับระดับที่ระบุ' },
    remedy: {
      en: 'Send a code of 2 digits for a province or of 4 for a district, or name the other tier.',
      th: 'โปรดระบุรหัส 2 หลักสำหรับจังหวัด หรือ 4 หลักสำหรับอำเภอ หรือเปลี่ยนระดับให้ตรงกัน',
    },
  },
  'area-missing': {
    title: { en: 'A plan of this tier names its area', th: 'แผนระดับนี้ต้องระบุพื้นที่' },
    remedy: { en: 'Send areaCode.', th: 'โปรดระบุรหัสพื้นที่ (areaCode)' },
  },
  'area-not-of-group': {
    title: { en: 'The group lies in another area', th: 'กลุ่มอยู่ในพื้นที่อื่น' },
    remedy: {
      en: "Leave areaCode out or send the group's own.",
      th: 'โปรดเว้น areaCode ไว้ หรือระบุพื้นที่ของกลุ่มนั้น',
    },
  },
  'area-not-of-target': {
    title: { en: 'The score sheet lies elsewhere than its target', th: 'พื้นที่ของแบบประเมินไม่ตรงกับกลุ่มเป้าหมาย' },
    remedy: { en: "Send the area of the round's target.", th: 'โปรดระบุพื้นที่ของกลุ่มเป้าหมายในรอบนั้น' },
  },
  'dates-out-of-order': {
    title: { en: 'The last day or instant comes before the first', th: 'วันหรือเวลาสิ้นสุดอยู่ก่อนวันหรือเวลาเริ่มต้น' },
    remedy: { en: 'Put them in order.', th: 'โปรดตรวจสอบลำดับของวันและเวลา' },
  },
  'outside-fiscal-year': {
    title: { en: 'The day is not in the fiscal year of the round', th: 'วันไม่อยู่ในปีงบประมาณของรอบการตรวจ' },
    remedy: {
      en: 'Fiscal year 2555 runs from 2011-10-01 to 2012-09-30; correct the day or the year.',
      th: 'ปีงบประมาณ 2555 คือ 2011-10-01 ถึง 2012-09-30 โปรดแก้ไขวันหรือปีงบประมาณ',
    },
  },
  'day-in-future': {
    title: { en: 'The day has not come yet', th: 'วันที่ระบุเป็นวันในอนาคต' },
    remedy: {
      en: 'Send the day in the Gregorian calendar: a year of the Buddhist era is 543 too high. For a file, calendar=be.',
      th: 'โปรดระบุเป็นปี ค.ศ. (ปี พ.ศ. ลบ 543) หากเป็นไฟล์ที่ใช้ปี พ.ศ. โปรดส่งพร้อม calendar=be',
    },
  },
  'instant-in-future': {
    title: { en: 'The instant has not come yet', th: 'เวลาที่ระบุเป็นเวลาในอนาคต' },
    remedy: { en: 'Send the instant as the list gave it.', th: 'โปรดระบุเวลาตามข้อมูลที่ดาวน์โหลดจากระบบ' },
  },
  'expiry-in-past': {
    title: { en: 'The expiry has passed already', th: 'วันหมดอายุผ่านไปแล้ว' },
    remedy: { en: 'Send an instant in the future, or null.', th: 'โปรดระบุเวลาในอนาคต หรือ null หากไม่มีวันหมดอายุ' },
  },

  // Webhooks
  'url-not-https': {
    title: { en: 'The address of the receiver is not https', th: 'URL ของผู้รับไม่ใช่ https' },
    remedy: { en: 'Send an address that begins with https://.', th: 'โปรดระบุ URL ที่ขึ้นต้นด้วย https://' },
  },
  'url-with-credentials': {
    title: { en: 'The address has a password in it', th: 'URL มีรหัสผ่านอยู่ด้วย' },
    remedy: {
      en: 'Leave user name and password out: what is sent is signed, and the receiver checks the signature.',
      th: 'โปรดนำชื่อผู้ใช้และรหัสผ่านออก ข้อมูลที่ระบบส่งมีลายมือชื่ออิเล็กทรอนิกส์ให้ผู้รับตรวจสอบได้',
    },
  },
  'url-not-public': {
    title: { en: 'The receiver is not on the public internet', th: 'ผู้รับไม่ได้อยู่บนอินเทอร์เน็ตสาธารณะ' },
    remedy: {
      en: 'Send a public address, or ask whoever runs the service to allow private ones (WEBHOOK_ALLOW_PRIVATE).',
      th: 'โปรดระบุ URL สาธารณะ หรือขอให้ผู้ดูแลระบบอนุญาต URL ภายใน (WEBHOOK_ALLOW_PRIVATE)',
    },
  },
  'position-unknown': {
    title: { en: 'The position lies after the last change', th: 'ตำแหน่งอยู่หลังการเปลี่ยนแปลงล่าสุด' },
    remedy: {
      en: 'Send a position that was delivered, or that the feed of changes gave.',
      th: 'โปรดระบุตำแหน่งที่เคยส่งแล้ว หรือที่ได้จากรายการเปลี่ยนแปลง',
    },
  },

  // Groups, teams and rounds
  'group-unknown': {
    title: { en: 'There is no such group, or your key may not see it', th: 'ไม่พบกลุ่มนี้ หรือคีย์ของท่านไม่มีสิทธิ์ดูข้อมูลนี้' },
    remedy: { en: 'Look the group up at /v1/groups.', th: 'โปรดค้นหากลุ่มที่ /v1/groups' },
  },
  'group-unnamed': {
    title: { en: 'No group is named', th: 'ไม่ได้ระบุกลุ่ม' },
    remedy: {
      en: 'Name the group by registrationNo or groupId.',
      th: 'โปรดระบุกลุ่มด้วยเลขทะเบียน (registrationNo) หรือรหัสกลุ่ม (groupId)',
    },
  },
  'group-mismatch': {
    title: {
      en: 'The id and the registration number do not name one group',
      th: 'รหัสกลุ่มและเลขทะเบียนไม่ได้เป็นของกลุ่มเดียวกัน',
    },
    remedy: { en: 'Correct one of the two or leave it out.', th: 'โปรดแก้ไขค่าใดค่าหนึ่ง หรือระบุเพียงค่าเดียว' },
  },
  'group-missing': {
    title: { en: 'A plan of a group names the group', th: 'แผนของกลุ่มต้องระบุกลุ่ม' },
    remedy: { en: 'Send groupId.', th: 'โปรดระบุรหัสกลุ่ม (groupId)' },
  },
  'group-not-expected': {
    title: { en: 'A plan of an area names no group', th: 'แผนของพื้นที่ต้องไม่ระบุกลุ่ม' },
    remedy: { en: 'Leave groupId out.', th: 'โปรดนำ groupId ออก' },
  },
  'group-outside-round': {
    title: { en: 'The group lies outside the area of the round', th: 'กลุ่มอยู่นอกพื้นที่ของรอบการตรวจ' },
    remedy: { en: 'Choose a group that lies in the area.', th: 'โปรดเลือกกลุ่มที่อยู่ในพื้นที่ของรอบการตรวจ' },
  },
  'group-not-active': {
    title: { en: 'The group is not active', th: 'กลุ่มไม่ได้ดำเนินการอยู่' },
    remedy: {
      en: 'Only an active group is checked; correct its status if it works still.',
      th: 'ตรวจได้เฉพาะกลุ่มที่ยังดำเนินการอยู่ หากกลุ่มยังดำเนินการอยู่ โปรดแก้ไขสถานะของกลุ่ม',
    },
  },
  'group-not-targeted': {
    title: { en: 'The group is not a target of the round', th: 'กลุ่มนี้ไม่ใช่กลุ่มเป้าหมายของรอบ' },
    remedy: { en: 'Make it a target first.', th: 'โปรดเพิ่มเป็นกลุ่มเป้าหมายก่อน' },
  },
  'record-not-named': {
    title: { en: 'The record is not named', th: 'ยังไม่ได้ระบุข้อมูลที่ต้องการดูประวัติ' },
    remedy: {
      en: 'Send resource and resourceId together; newest first is for the history of one record.',
      th: 'โปรดระบุ resource และ resourceId คู่กัน การเรียงจากใหม่ไปเก่าใช้ได้กับประวัติของข้อมูลรายการเดียว',
    },
  },
  'row-repeated': {
    title: { en: 'An earlier row of the file is about the same', th: 'ข้อมูลซ้ำกับแถวก่อนหน้าในไฟล์' },
    remedy: { en: 'Keep one of the rows.', th: 'โปรดเก็บไว้เพียงแถวเดียว' },
  },
  'population-too-small': {
    title: { en: 'There are more targets than groups', th: 'จำนวนกลุ่มเป้าหมายมากกว่าจำนวนกลุ่มทั้งหมด' },
    remedy: { en: 'Correct targetPopulation.', th: 'โปรดแก้ไขจำนวนกลุ่มทั้งหมด (targetPopulation)' },
  },
  'team-unknown': {
    title: { en: 'There is no such team, or your key may not see it', th: 'ไม่พบทีมนี้ หรือคีย์ของท่านไม่มีสิทธิ์ดูข้อมูลนี้' },
    remedy: { en: 'Look the team up at /v1/teams.', th: 'โปรดค้นหาทีมที่ /v1/teams' },
  },
  'team-outside-area': {
    title: { en: 'The team works elsewhere', th: 'กลุ่มอยู่นอกพื้นที่รับผิดชอบของทีม' },
    remedy: { en: 'Choose a team whose area contains the group.', th: 'โปรดเลือกทีมที่รับผิดชอบพื้นที่ของกลุ่ม' },
  },
  'team-elsewhere': {
    title: { en: 'The team works outside the area of the key', th: 'ทีมรับผิดชอบพื้นที่นอกพื้นที่ของคีย์' },
    remedy: {
      en: 'Give the key the area of its team, or one around it.',
      th: 'โปรดกำหนดพื้นที่ของคีย์ให้ตรงกับพื้นที่ของทีม หรือครอบคลุมพื้นที่ของทีม',
    },
  },
  'permission-beyond-team': {
    title: { en: 'A team has no such permission', th: 'ทีมตรวจสุขภาพมีสิทธิ์นี้ไม่ได้' },
    remedy: {
      en: 'Give a key that is bound to a team no more than read, read:drafts and assessments:write.',
      th: 'คีย์ที่ผูกกับทีมให้มีได้เฉพาะสิทธิ์ read, read:drafts และ assessments:write',
    },
  },
  'round-unknown': {
    title: { en: 'There is no such round, or your key may not see it', th: 'ไม่พบรอบการตรวจนี้ หรือคีย์ของท่านไม่มีสิทธิ์ดูข้อมูลนี้' },
    remedy: { en: 'Look the round up at /v1/rounds.', th: 'โปรดค้นหารอบการตรวจที่ /v1/rounds' },
  },
  'outside-round': {
    title: { en: 'The day is not within the round', th: 'วันไม่อยู่ในช่วงเวลาของรอบการตรวจ' },
    remedy: { en: 'Correct the day, or the days of the round.', th: 'โปรดแก้ไขวัน หรือแก้ไขช่วงเวลาของรอบการตรวจ' },
  },
  'visit-day-needed': {
    title: { en: 'The day of the visit is needed', th: 'ต้องระบุวันที่ตรวจ' },
    remedy: {
      en: 'The first score begins the sheet, and today is no day of the round: send assessedOn with the score.',
      th: 'ผลประเมินข้อแรกเป็นการเริ่มแบบประเมิน และวันนี้ไม่อยู่ในช่วงเวลาของรอบการตรวจ โปรดระบุวันที่ตรวจ (assessedOn) พร้อมผลประเมิน',
    },
  },
  'visit-of-another-day': {
    title: { en: 'The sheet is of a visit on another day', th: 'แบบประเมินเป็นของการตรวจในวันอื่น' },
    remedy: {
      en: 'Leave assessedOn out of the score, or correct the day of the sheet itself.',
      th: 'โปรดนำ assessedOn ออกจากผลประเมินรายข้อ หรือแก้ไขวันที่ตรวจที่แบบประเมิน',
    },
  },

  // Instruments
  'instrument-unknown': {
    title: { en: 'There is no such instrument version', th: 'ไม่พบเครื่องมือรุ่นนี้' },
    remedy: { en: 'See /v1/instruments.', th: 'โปรดดูรายการเครื่องมือที่ /v1/instruments' },
  },
  'instruments-differ': {
    title: { en: 'The rounds used different instrument versions', th: 'สองรอบใช้เครื่องมือคนละรุ่น' },
    remedy: {
      en: 'Say in mapping which criterion became which, such as 1:1,2:3.',
      th: 'โปรดระบุใน mapping ว่าข้อใดของรอบแรกตรงกับข้อใดของรอบหลัง เช่น 1:1,2:3',
    },
  },
  'thresholds-missing': {
    title: { en: 'The rule passed-share needs thresholds', th: 'กฎร้อยละของข้อที่ผ่าน (passed-share) ต้องระบุร้อยละขั้นต่ำ' },
    remedy: { en: 'Send healthLevelThresholds.', th: 'โปรดระบุร้อยละขั้นต่ำ (healthLevelThresholds)' },
  },
  'thresholds-not-used': {
    title: {
      en: 'Only the rule passed-share has thresholds',
      th: 'ร้อยละขั้นต่ำใช้กับกฎร้อยละของข้อที่ผ่าน (passed-share) เท่านั้น',
    },
    remedy: { en: 'Send null for healthLevelThresholds.', th: 'โปรดระบุ healthLevelThresholds เป็น null' },
  },
  'thresholds-order': {
    title: { en: 'The thresholds are not in order', th: 'ลำดับของร้อยละขั้นต่ำไม่ถูกต้อง' },
    remedy: {
      en: 'Send two percents above 0 and up to 100, that of level 3 the higher one.',
      th: 'โปรดระบุร้อยละที่มากกว่า 0 และไม่เกิน 100 โดยร้อยละของระดับ 3 ต้องสูงกว่าของระดับ 2',
    },
  },
  'thresholds-decimals': {
    title: { en: 'A threshold has more than two decimals', th: 'ร้อยละขั้นต่ำมีทศนิยมเกิน 2 ตำแหน่ง' },
    remedy: { en: 'Send at most two decimals.', th: 'โปรดระบุทศนิยมไม่เกิน 2 ตำแหน่ง' },
  },
  'criteria-missing': {
    title: { en: 'The instrument has no criterion', th: 'เครื่องมือไม่มีเกณฑ์' },
    remedy: { en: 'List its criteria.', th: 'โปรดระบุเกณฑ์อย่างน้อย 1 ข้อ' },
  },
  'criterion-order': {
    title: { en: 'The criteria are not numbered in order', th: 'ลำดับของเกณฑ์ไม่ถูกต้อง' },
    remedy: { en: 'Number them from 1 without a gap.', th: 'โปรดเรียงเกณฑ์ตั้งแต่ข้อ 1 โดยไม่ข้าม' },
  },
  'virtue-repeated': {
    title: { en: 'A virtue is listed twice', th: 'ระบุคุณธรรมซ้ำ' },
    remedy: { en: 'List each virtue once.', th: 'โปรดระบุคุณธรรมแต่ละข้อเพียงครั้งเดียว' },
  },
  'virtue-unknown': {
    title: { en: 'The criterion names a virtue that is not listed', th: 'เกณฑ์ระบุคุณธรรมที่ไม่มีในรายการ' },
    remedy: { en: 'Add it to virtues or send null.', th: 'โปรดเพิ่มคุณธรรมใน virtues หรือระบุเป็น null' },
  },
  'levels-incomplete': {
    title: { en: 'A criterion does not have its three levels', th: 'เกณฑ์มีระดับไม่ครบ' },
    remedy: { en: 'Give levels 1, 2 and 3 once each.', th: 'โปรดระบุระดับ 1 ระดับ 2 และระดับ 3 ระดับละหนึ่งรายการ' },
  },

  // Scores and score sheets
  'criterion-unknown': {
    title: { en: 'The instrument has no such criterion', th: 'เครื่องมือรุ่นนี้ไม่มีเกณฑ์ข้อนี้' },
    remedy: { en: 'See the criteria at /v1/instruments.', th: 'โปรดดูเกณฑ์ของเครื่องมือที่ /v1/instruments' },
  },
  'criterion-repeated': {
    title: { en: 'A criterion is given more than once', th: 'ระบุเกณฑ์ข้อเดียวมากกว่าหนึ่งครั้ง' },
    remedy: { en: 'Give each criterion once.', th: 'โปรดระบุเกณฑ์แต่ละข้อเพียงครั้งเดียว' },
  },
  'level-missing': {
    title: { en: 'A criterion has no level yet', th: 'เกณฑ์ยังไม่ได้ระบุระดับ' },
    remedy: { en: 'Score it before you submit the sheet.', th: 'โปรดระบุระดับก่อนส่งแบบประเมิน' },
  },
  'reason-missing': {
    title: { en: 'A level has no reason', th: 'เกณฑ์ต้องระบุเหตุผล' },
    remedy: {
      en: 'Write the reason before you submit the sheet; reasonRequired of the instrument says where one is needed.',
      th: 'โปรดระบุเหตุผลก่อนส่งแบบประเมิน ข้อใดต้องระบุเหตุผลดูได้จาก reasonRequired ของเครื่องมือ',
    },
  },
  'submission-undated': {
    title: { en: 'A submitted score sheet does not say when', th: 'แบบประเมินที่ส่งแล้วไม่ได้ระบุเวลาที่ส่ง' },
    remedy: { en: 'Send submittedAt.', th: 'โปรดระบุเวลาที่ส่ง (submittedAt)' },
  },
  'draft-submitted': {
    title: { en: 'A draft has the instant of a submission', th: 'แบบประเมินฉบับร่างมีเวลาที่ส่ง' },
    remedy: { en: 'Leave submittedAt empty.', th: 'โปรดเว้น submittedAt ว่างไว้' },
  },
  'draft-confirmed': {
    title: { en: 'A draft has a confirmation', th: 'แบบประเมินฉบับร่างมีการยืนยัน' },
    remedy: { en: 'Leave confirmation empty.', th: 'โปรดเว้น confirmation ว่างไว้' },
  },

  // Plans
  'plan-outside-round': {
    title: { en: 'The plan lies outside the area of the round', th: 'แผนอยู่นอกพื้นที่ของรอบการตรวจ' },
    remedy: { en: 'Choose an area within that of the round.', th: 'โปรดเลือกพื้นที่ที่อยู่ในรอบการตรวจ' },
  },
  'no-findings': {
    title: { en: 'There is no submitted score sheet to plan for', th: 'ยังไม่มีแบบประเมินที่ส่งแล้วให้จัดทำแผน' },
    remedy: { en: 'Submit the score sheet of the group first.', th: 'โปรดส่งแบบประเมินของกลุ่มก่อน' },
  },
  'nothing-to-draft': {
    title: { en: 'Every failed criterion has an action already', th: 'ทุกข้อที่ไม่ผ่านมีกิจกรรมรองรับแล้ว' },
    remedy: { en: 'Add actions of your own to the plan.', th: 'หากต้องการเพิ่ม โปรดเพิ่มกิจกรรมในแผนด้วยตนเอง' },
  },
  'plan-empty': {
    title: { en: 'The plan has no action to approve', th: 'แผนยังไม่มีกิจกรรมให้อนุมัติ' },
    remedy: { en: 'Add an action first.', th: 'โปรดเพิ่มกิจกรรมก่อน' },
  },
  'action-open': {
    title: { en: 'An action is neither done nor dropped', th: 'กิจกรรมยังไม่แล้วเสร็จและยังไม่ได้ยกเลิก' },
    remedy: {
      en: 'Finish or drop it before you complete the plan.',
      th: 'โปรดดำเนินการให้แล้วเสร็จหรือยกเลิกกิจกรรมก่อนปิดแผน',
    },
  },
  'criterion-not-failed': {
    title: { en: 'The criterion is not failed', th: 'เกณฑ์ข้อนี้ไม่อยู่ในรายการข้อที่ไม่ผ่าน' },
    remedy: {
      en: 'Say in reason why it needs an action.',
      th: 'โปรดระบุเหตุผล (reason) ที่ต้องมีกิจกรรมในข้อนี้',
    },
  },
  'budget-negative': {
    title: { en: 'The budget is below zero', th: 'งบประมาณน้อยกว่า 0 บาท' },
    remedy: { en: 'Send 0 or more, or null.', th: 'โปรดระบุ 0 บาทขึ้นไป หรือ null' },
  },
  'done-not-complete': {
    title: { en: 'An action is done and not at 100 percent', th: 'กิจกรรมที่แล้วเสร็จมีความก้าวหน้าไม่ถึงร้อยละ 100' },
    remedy: { en: 'Send 100 as progressPercent.', th: 'โปรดระบุความก้าวหน้า (progressPercent) เป็น 100' },
  },
  'outcome-missing': {
    title: { en: 'An action is done and does not say what came of it', th: 'กิจกรรมที่แล้วเสร็จไม่ได้ระบุผลการดำเนินงาน' },
    remedy: { en: 'Send outcome.', th: 'โปรดระบุผลการดำเนินงาน (outcome)' },
  },
  'cancellation-unexplained': {
    title: { en: 'A cancellation has no reason', th: 'การยกเลิกต้องระบุเหตุผล' },
    remedy: { en: 'Send reason.', th: 'โปรดระบุเหตุผล (reason)' },
  },
} as const satisfies Record<string, Explanation>;
