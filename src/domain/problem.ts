/**
 * Everything that can be refused, in one list. A refusal is thrown by name, `throw problems.roundNotOpen(round)`;
 * its code is stable, its texts are in both languages, and its kind decides the HTTP status. The rules of the field
 * that a well-formed request can break are listed beside it, in rule.ts.
 */
import { type ProblemDefinition, refusal, type Violation } from './refusal.js';

export { Problem, type Violation } from './refusal.js';

export const problems = {
  // 400: malformed, or not of the shape the contract gives
  malformedRequest: refusal(
    'malformed-request',
    'malformed',
    { en: 'The request is malformed', th: 'คำขอผิดรูปแบบ' },
    (why: { en: string; th: string }) => ({ detail: why }),
  ),
  malformedJson: refusal(
    'malformed-json',
    'malformed',
    { en: 'The body is not JSON', th: 'เนื้อหาไม่ใช่ JSON' },
    (why: { en: string; th: string }) => ({
      detail: why,
      violations: [{ pointer: '', code: 'malformed-json', detail: why }],
    }),
  ),
  malformedUpload: refusal(
    'malformed-upload',
    'malformed',
    { en: 'The file cannot be read', th: 'อ่านไฟล์ไม่ได้' },
    (why: { en: string; th: string }) => ({ detail: why }),
  ),
  invalidInput: refusal(
    'invalid-input',
    'malformed',
    { en: 'The request does not fit the contract', th: 'คำขอไม่ตรงตามสัญญาของบริการ' },
    (violations: Violation[]) => ({
      detail: {
        en: `${violations.length} thing(s) in the request do not fit; see errors.`,
        th: `พบสิ่งที่ไม่ตรงตามสัญญา ${violations.length} รายการ ดูใน errors`,
      },
      violations,
    }),
  ),
  cursorInvalid: refusal(
    'cursor-invalid',
    'malformed',
    { en: 'The cursor is not one of ours for this list', th: 'เคอร์เซอร์ใช้กับรายการนี้ไม่ได้' },
    () => {
      const detail = {
        en: 'Use `next` as it was given, with the same filters and sort; a cursor cannot be made or moved to another list.',
        th: 'โปรดใช้ค่า next ตามที่ได้รับ กับตัวกรองและการเรียงเดิม เคอร์เซอร์สร้างเองหรือย้ายไปใช้กับรายการอื่นไม่ได้',
      };
      return { detail, violations: [{ pointer: '/query/after', code: 'cursor-invalid', detail }] };
    },
  ),

  // 401 and 403: who the caller is, and what it may do
  unauthenticated: refusal(
    'unauthenticated',
    'unauthenticated',
    { en: 'A valid API key is needed', th: 'ต้องใช้คีย์ API ที่ใช้ได้' },
    () => ({
      detail: {
        en: 'Send `Authorization: Bearer prot_...` with a key that exists and is neither expired nor revoked.',
        th: 'โปรดส่ง Authorization: Bearer prot_... ด้วยคีย์ที่มีอยู่จริง ยังไม่หมดอายุ และไม่ถูกเพิกถอน',
      },
    }),
  ),
  permissionMissing: refusal(
    'permission-missing',
    'forbidden',
    { en: 'The key lacks the permission', th: 'คีย์ไม่มีสิทธิ์ที่ต้องใช้' },
    (permission: string) => ({
      detail: {
        en: `This operation needs the permission "${permission}".`,
        th: `การทำงานนี้ต้องใช้สิทธิ์ "${permission}"`,
      },
      facts: { permission },
    }),
  ),
  areaOutsideYours: refusal(
    'area-outside-yours',
    'forbidden',
    { en: 'That lies outside the area of your key', th: 'อยู่นอกพื้นที่ของคีย์' },
    (areaCode: string | null, yours: string | null) => ({
      detail: {
        en: `Your key changes what lies in ${areaText(yours).en}; this lies in ${areaText(areaCode).en}.`,
        th: `คีย์นี้แก้ไขได้เฉพาะใน${areaText(yours).th} แต่รายการนี้อยู่ใน${areaText(areaCode).th}`,
      },
      facts: { areaCode },
    }),
  ),
  permissionNotYours: refusal(
    'permission-not-yours',
    'forbidden',
    { en: 'A key can only pass on permissions it has', th: 'ให้สิทธิ์ได้เฉพาะที่ตนมี' },
    (missing: readonly string[]) => ({
      detail: {
        en: `Your key does not have: ${missing.join(', ')}.`,
        th: `คีย์ของท่านไม่มีสิทธิ์: ${missing.join(', ')}`,
      },
    }),
  ),

  // 404: not there, or not visible to the caller
  pathNotFound: refusal(
    'path-not-found',
    'not-found',
    { en: 'There is nothing at this address', th: 'ไม่มีสิ่งใดที่ที่อยู่นี้' },
    (path: string) => ({
      detail: { en: `No resource has the path ${path}.`, th: `ไม่มีทรัพยากรที่เส้นทาง ${path}` },
    }),
  ),
  areaNotFound: notFound('area', 'area', 'พื้นที่'),
  apiKeyNotFound: notFound('api-key', 'API key', 'คีย์ API'),
  instrumentNotFound: notFound('instrument', 'instrument version', 'รุ่นของเครื่องมือ'),
  groupNotFound: notFound('group', 'group', 'กลุ่ม'),
  figuresNotFound: notFound('figures', 'figures of that day', 'ตัวเลขของวันนั้น'),
  teamNotFound: notFound('team', 'team', 'ทีม'),
  roundNotFound: notFound('round', 'round', 'รอบ'),
  targetNotFound: notFound('target', 'target', 'เป้าหมาย'),
  assessmentNotFound: notFound('assessment', 'score sheet', 'แบบให้คะแนน'),
  scoreNotFound: notFound('score', 'score', 'คะแนน'),
  planNotFound: notFound('plan', 'plan', 'แผน'),
  actionNotFound: notFound('action', 'action', 'กิจกรรมของแผน'),
  problemNotFound: notFound('problem', 'problem', 'ปัญหา'),

  // 405, 406, 408, 413, 415, 431: what HTTP itself asks for
  methodNotAllowed: refusal(
    'method-not-allowed',
    'method-not-allowed',
    { en: 'This address does not take that method', th: 'ที่อยู่นี้ไม่รับเมธอดดังกล่าว' },
    (method: string, allowed: readonly string[]) => ({
      detail: {
        en: `${method} is not possible here; possible are ${allowed.join(', ')}.`,
        th: `ใช้ ${method} ที่นี่ไม่ได้ ใช้ได้ ${allowed.join(', ')}`,
      },
      facts: { allow: allowed.join(', ') },
    }),
  ),
  notAcceptable: refusal(
    'not-acceptable',
    'not-acceptable',
    { en: 'No representation fits the Accept header', th: 'ไม่มีรูปแบบที่ตรงกับหัวข้อ Accept' },
    (offered: readonly string[]) => ({
      detail: { en: `Offered: ${offered.join(', ')}.`, th: `มีให้: ${offered.join(', ')}` },
    }),
  ),
  requestTimeout: refusal(
    'request-timeout',
    'timeout',
    { en: 'The request did not arrive in time', th: 'คำขอมาไม่ครบภายในเวลา' },
    () => ({ detail: { en: 'Send the whole request sooner.', th: 'โปรดส่งคำขอให้ครบเร็วขึ้น' } }),
  ),
  bodyTooLarge: refusal(
    'body-too-large',
    'too-large',
    { en: 'The body is too large', th: 'เนื้อหาใหญ่เกินไป' },
    (limitBytes: number) => ({
      detail: { en: `At most ${limitBytes} bytes are taken.`, th: `รับได้ไม่เกิน ${limitBytes} ไบต์` },
      facts: { limitBytes },
    }),
  ),
  headersTooLarge: refusal(
    'headers-too-large',
    'headers-too-large',
    { en: 'The headers are too large', th: 'ส่วนหัวใหญ่เกินไป' },
    () => ({ detail: { en: 'Send fewer or shorter headers.', th: 'โปรดส่งส่วนหัวให้น้อยหรือสั้นลง' } }),
  ),
  unsupportedMediaType: refusal(
    'unsupported-media-type',
    'unsupported-media-type',
    { en: 'The body has a type that is not taken here', th: 'ชนิดของเนื้อหาใช้ที่นี่ไม่ได้' },
    (given: string | null, taken: readonly string[]) => ({
      detail: {
        en: `${given ?? 'A body without Content-Type'} is not taken; send ${taken.join(' or ')}.`,
        th: `ไม่รับ ${given ?? 'เนื้อหาที่ไม่มี Content-Type'} โปรดส่ง ${taken.join(' หรือ ')}`,
      },
    }),
  ),

  // 409: the state of the record forbids it
  idTaken: refusal(
    'id-taken',
    'conflict',
    { en: 'There is a record with this id', th: 'มีรายการที่ใช้รหัสนี้แล้ว' },
    (id: string) => ({
      detail: {
        en: `The id ${id} is in use. If it was you who sent it before, the record is there.`,
        th: `รหัส ${id} ถูกใช้แล้ว หากท่านเคยส่งรายการนี้มาก่อน แสดงว่าบันทึกไว้แล้ว`,
      },
      facts: { id },
    }),
  ),
  registrationNoTaken: refusal(
    'registration-no-taken',
    'conflict',
    { en: 'Another group has this registration number', th: 'เลขทะเบียนนี้มีกลุ่มอื่นใช้แล้ว' },
    (registrationNo: string) => ({
      detail: {
        en: `The registration number ${registrationNo} is in use.`,
        th: `เลขทะเบียน ${registrationNo} ถูกใช้แล้ว`,
      },
      facts: { registrationNo },
    }),
  ),
  instrumentExists: refusal(
    'instrument-exists',
    'conflict',
    { en: 'This instrument version exists', th: 'มีเครื่องมือรุ่นนี้แล้ว' },
    (instrument: string) => ({
      detail: {
        en: `${instrument} exists and a version never changes; post the next version.`,
        th: `มี ${instrument} แล้ว และรุ่นที่มีแล้วไม่เปลี่ยน โปรดส่งเป็นรุ่นถัดไป`,
      },
      facts: { instrument },
    }),
  ),
  roundExists: refusal(
    'round-exists',
    'conflict',
    { en: 'This area has that round already', th: 'พื้นที่นี้มีรอบดังกล่าวแล้ว' },
    (round: { areaCode: string | null; fiscalYearBe: number; roundNo: number }) => ({
      detail: {
        en: `Round ${round.roundNo} of FY${round.fiscalYearBe} exists for ${areaText(round.areaCode).en}.`,
        th: `มีรอบที่ ${round.roundNo} ปีงบประมาณ ${round.fiscalYearBe} ของ${areaText(round.areaCode).th}แล้ว`,
      },
    }),
  ),
  roundNotOpen: refusal(
    'round-not-open',
    'conflict',
    { en: 'The round is not open', th: 'รอบนี้ไม่ได้เปิดรับคะแนน' },
    (round: { status: string }) => ({
      detail: {
        en: `Only an open round takes scores; this one is ${round.status}.`,
        th: `เฉพาะรอบที่เปิดอยู่จึงรับคะแนน รอบนี้มีสถานะ ${round.status}`,
      },
      facts: { roundStatus: round.status },
    }),
  ),
  roundStateForbids: refusal(
    'round-state-forbids',
    'conflict',
    { en: 'The state of the round forbids this', th: 'สถานะของรอบไม่อนุญาต' },
    (round: { status: string }, needed: readonly string[]) => ({
      detail: {
        en: `The round is ${round.status}; it must be ${needed.join(' or ')}.`,
        th: `รอบมีสถานะ ${round.status} ต้องเป็น ${needed.join(' หรือ ')}`,
      },
      facts: { roundStatus: round.status },
    }),
  ),
  roundInUse: refusal('round-in-use', 'conflict', { en: 'The round has targets', th: 'รอบนี้มีเป้าหมายแล้ว' }, () => ({
    detail: {
      en: 'Remove its targets before you delete the round or change its area or instrument.',
      th: 'โปรดลบเป้าหมายออกก่อนลบรอบ หรือเปลี่ยนพื้นที่หรือเครื่องมือ',
    },
  })),
  targetInUse: refusal(
    'target-in-use',
    'conflict',
    { en: 'The target has a score sheet', th: 'เป้าหมายนี้มีแบบให้คะแนนแล้ว' },
    () => ({
      detail: {
        en: 'Delete the draft score sheet first; a submitted one stays.',
        th: 'โปรดลบแบบร่างก่อน แบบที่ส่งแล้วลบไม่ได้',
      },
    }),
  ),
  assessmentSubmitted: refusal(
    'assessment-submitted',
    'conflict',
    { en: 'The score sheet has been submitted', th: 'แบบให้คะแนนถูกส่งแล้ว' },
    () => ({
      detail: {
        en: 'A submitted score sheet is frozen until it is returned.',
        th: 'แบบที่ส่งแล้วแก้ไขไม่ได้จนกว่าจะส่งคืน',
      },
    }),
  ),
  assessmentNotSubmitted: refusal(
    'assessment-not-submitted',
    'conflict',
    { en: 'The score sheet has not been submitted', th: 'แบบให้คะแนนยังไม่ถูกส่ง' },
    () => ({
      detail: { en: 'Only a submitted score sheet can be returned.', th: 'ส่งคืนได้เฉพาะแบบที่ส่งแล้ว' },
    }),
  ),
  planStateForbids: refusal(
    'plan-state-forbids',
    'conflict',
    { en: 'The state of the plan forbids this', th: 'สถานะของแผนไม่อนุญาต' },
    (plan: { status: string }, needed: readonly string[]) => ({
      detail: {
        en: `The plan is ${plan.status}; it must be ${needed.join(' or ')}.`,
        th: `แผนมีสถานะ ${plan.status} ต้องเป็น ${needed.join(' หรือ ')}`,
      },
      facts: { planStatus: plan.status },
    }),
  ),
  teamInUse: refusal(
    'team-in-use',
    'conflict',
    { en: 'The team has targets or score sheets', th: 'ทีมนี้มีเป้าหมายหรือแบบให้คะแนนแล้ว' },
    () => ({
      detail: { en: 'A team that was given work stays on record.', th: 'ทีมที่ได้รับมอบหมายงานแล้วต้องคงไว้ในทะเบียน' },
    }),
  ),

  // 412 and 428: versions
  versionStale: refusal(
    'version-stale',
    'version-stale',
    { en: 'The record has changed since', th: 'รายการเปลี่ยนไปแล้ว' },
    (currentVersion: number | null) => ({
      detail: {
        en:
          currentVersion === null
            ? 'There is no such record, so no version of it can match.'
            : `The current version is ${currentVersion}; read it again and decide anew.`,
        th:
          currentVersion === null
            ? 'ยังไม่มีรายการนี้ จึงไม่มีรุ่นที่ตรงกัน'
            : `รุ่นปัจจุบันคือ ${currentVersion} โปรดอ่านใหม่แล้วตัดสินใจอีกครั้ง`,
      },
      facts: { currentVersion },
    }),
  ),
  versionRequired: refusal(
    'version-required',
    'version-required',
    { en: 'If-Match is needed to change this record', th: 'ต้องส่ง If-Match เพื่อแก้ไขรายการนี้' },
    (currentVersion: number) => ({
      detail: {
        en: `Send If-Match with the ETag you read (now "${currentVersion}"), or * to overwrite on purpose.`,
        th: `โปรดส่ง If-Match ด้วย ETag ที่อ่านได้ (ขณะนี้ "${currentVersion}") หรือ * หากตั้งใจเขียนทับ`,
      },
      facts: { currentVersion },
    }),
  ),

  // 422: a well-formed request that breaks a rule of the field
  rulesBroken: refusal(
    'rules-broken',
    'rule-broken',
    { en: 'The request breaks a rule of the health check', th: 'คำขอขัดกับกติกาของการตรวจสุขภาพ' },
    (violations: Violation[]) => ({
      detail: {
        en: `${violations.map((v) => v.detail.en).join(' ')}`,
        th: `${violations.map((v) => v.detail.th).join(' ')}`,
      },
      violations,
    }),
  ),
  sheetIncomplete: refusal(
    'sheet-incomplete',
    'rule-broken',
    { en: 'The score sheet is not complete', th: 'แบบให้คะแนนยังไม่ครบ' },
    (violations: Violation[]) => ({
      detail: {
        en: `${violations.length} thing(s) are missing; see errors.`,
        th: `ยังขาด ${violations.length} รายการ ดูใน errors`,
      },
      violations,
    }),
  ),
  importRefused: refusal(
    'import-refused',
    'rule-broken',
    { en: 'The file has errors and nothing was written', th: 'ไฟล์มีข้อผิดพลาด จึงยังไม่มีการบันทึก' },
    (
      report: {
        dryRun: boolean;
        rows: number;
        created: number;
        updated: number;
        unchanged: number;
        rejected: number;
        errorsTruncated: number;
      },
      violations: Violation[],
    ) => ({
      detail: {
        en: `${report.rejected} of ${report.rows} rows have errors, so nothing was written; the other counts say what the rest would do.`,
        th: `${report.rejected} จาก ${report.rows} แถวมีข้อผิดพลาด จึงไม่มีการบันทึก จำนวนอื่นคือสิ่งที่แถวที่เหลือจะทำ`,
      },
      facts: { ...report },
      violations,
    }),
  ),

  // 500, 503 and 507: ours
  internalError: refusal(
    'internal-error',
    'internal',
    { en: 'Something failed on our side', th: 'เกิดข้อผิดพลาดในระบบ' },
    () => ({
      detail: {
        en: 'The failure is logged under this requestId; nothing was changed.',
        th: 'บันทึกข้อผิดพลาดไว้ตาม requestId นี้แล้ว ไม่มีสิ่งใดถูกเปลี่ยน',
      },
    }),
  ),
  unavailable: refusal(
    'unavailable',
    'unavailable',
    { en: 'The service cannot answer now', th: 'ขณะนี้ระบบยังตอบไม่ได้' },
    (why: { en: string; th: string }) => ({ detail: why }),
  ),
  storageFull: refusal(
    'storage-full',
    'insufficient-storage',
    { en: 'The service has no room to store this', th: 'ระบบไม่มีพื้นที่จัดเก็บเพียงพอ' },
    (why: { en: string; th: string }) => ({ detail: why }),
  ),
};

/** Every definition by its code, for contracts, pages and tests. */
export const problemCatalogue: ReadonlyMap<string, ProblemDefinition<never[]>> = new Map(
  Object.values(problems).map((definition) => [definition.code, definition as ProblemDefinition<never[]>]),
);

function notFound(code: string, en: string, th: string) {
  return refusal(`${code}-not-found`, 'not-found', { en: `No such ${en}`, th: `ไม่พบ${th}` }, (id: string) => ({
    detail: {
      en: `There is no ${en} ${id}, or your key may not see it.`,
      th: `ไม่มี${th} ${id} หรือคีย์ของท่านไม่มีสิทธิ์เห็น`,
    },
  }));
}

function areaText(areaCode: string | null): { en: string; th: string } {
  return areaCode === null
    ? { en: 'the whole country', th: 'ทั้งประเทศ' }
    : { en: `area ${areaCode}`, th: `พื้นที่ ${areaCode}` };
}
