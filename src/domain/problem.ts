/**
 * Everything that can be refused, in one list. A refusal is thrown by name, `throw problems.roundNotOpen(round)`;
 * its code is stable, its texts are in both languages, and its kind decides the HTTP status. The rules of the field
 * that a well-formed request can break are listed beside it, in rule.ts.
 */
import { areaText, inThai } from './labels.js';
import type { EarlierAct, ImportFacts } from './problem-facts.js';
import { type ProblemDefinition, refusal, type Violation } from './refusal.js';
import { type MappingFault, mappingFaults, type TokenFault, tokenFaults } from './token-fault.js';

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
    { en: 'The body is not JSON', th: 'ข้อมูลที่ส่งมาไม่ใช่ JSON' },
    (violations: [Violation, ...Violation[]]) => ({ detail: violations[0].detail, violations }),
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
    { en: 'The request does not fit the contract', th: 'ข้อมูลที่ส่งมาไม่ถูกต้อง' },
    (violations: Violation[], notListed?: number) => {
      const errorsTruncated = notListed ?? 0;
      const all = violations.length + errorsTruncated;
      return {
        detail: {
          en: `${all} thing(s) in the request do not fit; see errors.`,
          th: `พบข้อผิดพลาด ${all} รายการ ดูรายละเอียดใน errors`,
        },
        violations,
        facts: { errorsTruncated },
      };
    },
  ),
  idempotencyKeyMalformed: refusal(
    'idempotency-key-malformed',
    'malformed',
    { en: 'The Idempotency-Key is malformed', th: 'Idempotency-Key ผิดรูปแบบ' },
    () => ({
      detail: {
        en: 'An Idempotency-Key is 1 to 255 visible ASCII characters, in quotes as RFC 8941 writes a string or bare; a UUID is best.',
        th: 'Idempotency-Key ต้องเป็นอักขระ ASCII ที่มองเห็นได้ 1 ถึง 255 ตัว อยู่ในเครื่องหมายอัญประกาศหรือไม่ก็ได้ แนะนำให้ใช้ UUID',
      },
    }),
  ),
  onBehalfOfMalformed: refusal(
    'on-behalf-of-malformed',
    'malformed',
    { en: 'On-Behalf-Of is malformed', th: 'On-Behalf-Of ผิดรูปแบบ' },
    () => ({
      detail: {
        en: '`On-Behalf-Of` is 1 to 128 visible ASCII characters, by which your system knows the officer.',
        th: 'On-Behalf-Of ต้องเป็นอักขระ ASCII ที่มองเห็นได้ 1 ถึง 128 ตัว ซึ่งระบบของท่านใช้อ้างถึงเจ้าหน้าที่',
      },
    }),
  ),
  onBehalfOfCitizenId: refusal(
    'on-behalf-of-citizen-id',
    'malformed',
    { en: 'On-Behalf-Of holds a citizen id', th: 'On-Behalf-Of มีเลขประจำตัวประชาชน' },
    () => ({
      detail: {
        en: 'A citizen id is never taken: the history keeps for good what `On-Behalf-Of` says. Nothing of it was kept or logged.',
        th: 'ระบบไม่รับเลขประจำตัวประชาชน เพราะประวัติการแก้ไขเก็บค่าใน On-Behalf-Of ไว้ถาวร ระบบไม่ได้บันทึกค่าที่ส่งมา',
      },
    }),
  ),
  logoutTokenRefused: refusal(
    'logout-token-refused',
    'malformed',
    { en: 'The logout token is not taken', th: 'ระบบไม่รับ logout token นี้' },
    (fault: TokenFault) => ({ detail: tokenFaults[fault] }),
  ),
  cursorInvalid: refusal(
    'cursor-invalid',
    'malformed',
    { en: 'The cursor is not one of ours for this list', th: 'ค่า after ใช้กับรายการนี้ไม่ได้' },
    () => {
      const detail = {
        en: 'Use `next` as it was given, with the same filters and sort; a cursor cannot be made or moved to another list.',
        th: 'โปรดใช้ค่า next ที่ระบบส่งให้ โดยใช้ตัวกรองและการเรียงลำดับเดิม ค่านี้สร้างขึ้นเองหรือนำไปใช้กับรายการอื่นไม่ได้',
      };
      return { detail, violations: [{ pointer: '/query/after', code: 'cursor-invalid', detail }] };
    },
  ),
  asOfInFuture: refusal(
    'as-of-in-future',
    'malformed',
    { en: 'That moment has not come yet', th: 'ยังไม่ถึงเวลาที่ระบุใน asOf' },
    (asOf: string, now: string) => {
      const detail = {
        en: `asOf is ${asOf}, and by the clock of the service it is ${now}; nobody knows yet what will be recorded until then.`,
        th: `asOf คือ ${asOf} แต่ขณะนี้เวลาของระบบคือ ${now} จึงยังไม่มีข้อมูล ณ เวลานั้น`,
      };
      return { detail, violations: [{ pointer: '/query/asOf', code: 'out-of-range', detail }] };
    },
  ),
  asOfBeforeRecords: refusal(
    'as-of-before-first-record',
    'malformed',
    { en: 'That moment lies before the first record', th: 'เวลาที่ระบุใน asOf อยู่ก่อนข้อมูลแรกของระบบ' },
    (asOf: string, first: string | null) => {
      const detail = {
        en:
          first === null
            ? 'Nothing has been recorded yet.'
            : `asOf is ${asOf}, and the first record is of ${first}. When something was so in the world is told by other fields (figuresAsOf, assessedOn).`,
        th:
          first === null
            ? 'ระบบยังไม่มีข้อมูลที่บันทึกไว้'
            : `asOf คือ ${asOf} แต่ข้อมูลแรกของระบบบันทึกเมื่อ ${first} หากหมายถึงวันที่ของข้อมูล โปรดใช้ figuresAsOf หรือ assessedOn`,
      };
      return { detail, violations: [{ pointer: '/query/asOf', code: 'out-of-range', detail }] };
    },
  ),

  // 401 and 403: who the caller is, and what it may do
  unauthenticated: refusal(
    'unauthenticated',
    'unauthenticated',
    { en: 'A valid API key or access token is needed', th: 'ต้องมีคีย์เข้าใช้งาน (API key) หรือโทเค็นการลงชื่อเข้าใช้ที่ยังใช้ได้' },
    (fault?: TokenFault) =>
      fault === undefined
        ? {
            detail: {
              en: 'Send `Authorization: Bearer prot_...` with a key that exists and is neither expired nor revoked, or an access token of an identity provider that is accepted here.',
              th: 'โปรดส่งส่วนหัว Authorization: Bearer prot_... โดยใช้คีย์ที่มีอยู่จริง ยังไม่หมดอายุ และยังไม่ถูกเพิกถอน หรือใช้โทเค็นของผู้ให้บริการยืนยันตัวตนที่ระบบนี้ยอมรับ',
            },
          }
        : { detail: tokenFaults[fault], tokenFault: fault },
  ),
  accessNotMapped: refusal(
    'access-not-mapped',
    'forbidden',
    { en: 'Your sign-in does not say where you work', th: 'ข้อมูลการลงชื่อเข้าใช้ไม่ระบุขอบเขตงานของท่าน' },
    (fault: MappingFault) => ({ detail: mappingFaults[fault] }),
  ),
  permissionMissing: refusal(
    'permission-missing',
    'forbidden',
    { en: 'You lack the permission', th: 'ท่านไม่มีสิทธิ์ดำเนินการนี้' },
    (permission: string) => ({
      detail: {
        en: `This operation needs the permission "${permission}".`,
        th: `การดำเนินการนี้ต้องมีสิทธิ์ ${inThai('permission', permission)}`,
      },
      facts: { permission },
    }),
  ),
  areaOutsideYours: refusal(
    'area-outside-yours',
    'forbidden',
    { en: 'That lies outside the area of your key', th: 'อยู่นอกพื้นที่รับผิดชอบของท่าน' },
    (areaCode: string | null, yours: string | null) => ({
      detail: {
        en: `Your key changes what lies in ${areaText(yours).en}; this lies in ${areaText(areaCode).en}.`,
        th: `คีย์นี้แก้ไขได้เฉพาะข้อมูลของ${areaText(yours).th} แต่ข้อมูลนี้เป็นของ${areaText(areaCode).th}`,
      },
      facts: { areaCode },
    }),
  ),
  permissionNotYours: refusal(
    'permission-not-yours',
    'forbidden',
    { en: 'You can only pass on permissions that you have', th: 'ให้สิทธิ์แก่ผู้อื่นได้เฉพาะสิทธิ์ที่ท่านมี' },
    (missing: readonly string[]) => ({
      detail: {
        en: `You do not have: ${missing.join(', ')}.`,
        th: `ท่านไม่มีสิทธิ์: ${missing.map((code) => inThai('permission', code)).join(', ')}`,
      },
    }),
  ),
  teamNotYours: refusal(
    'team-not-yours',
    'forbidden',
    { en: 'It is the work of another team', th: 'เป็นกลุ่มเป้าหมายของทีมอื่น' },
    () => ({
      detail: {
        en: 'You are bound to a team, and write the score sheets of its targets only, in its name.',
        th: 'สิทธิ์ของท่านผูกกับทีมตรวจสุขภาพทีมหนึ่ง จึงบันทึกแบบประเมินได้เฉพาะกลุ่มเป้าหมายของทีมนั้น และในนามของทีมนั้นเท่านั้น',
      },
    }),
  ),
  onBehalfOfNotYours: refusal(
    'on-behalf-of-not-yours',
    'forbidden',
    { en: 'You may not act for others', th: 'ท่านไม่มีสิทธิ์ดำเนินการแทนผู้อื่น' },
    () => ({
      detail: {
        en: 'Only a system that is trusted with it names in `On-Behalf-Of` the officer for whom it acts.',
        th: 'เฉพาะระบบที่ได้รับความไว้วางใจเท่านั้นจึงระบุเจ้าหน้าที่ที่ดำเนินการแทนในส่วนหัว On-Behalf-Of ได้',
      },
    }),
  ),

  // 404: not there, or not visible to the caller
  pathNotFound: refusal(
    'path-not-found',
    'not-found',
    { en: 'There is nothing at this address', th: 'ไม่พบ URL นี้' },
    (path: string) => ({
      detail: { en: `No resource has the path ${path}.`, th: `ระบบไม่มีบริการที่ ${path}` },
    }),
  ),
  openDataOff: refusal(
    'open-data-off',
    'not-found',
    { en: 'No open data is published here', th: 'ระบบนี้ไม่เผยแพร่ข้อมูลเปิด (open data)' },
    () => ({
      detail: {
        en: 'The office that runs this service does not publish open data here; its figures are read with an API key.',
        th: 'หน่วยงานที่ดูแลระบบนี้ไม่เผยแพร่ข้อมูลเปิด (open data) ผ่านระบบนี้ การดูข้อมูลต้องใช้คีย์เข้าใช้งาน (API key)',
      },
    }),
  ),
  publishedRoundNotFound: refusal(
    'published-round-not-found',
    'not-found',
    { en: 'There is no such published round', th: 'ไม่พบรอบการตรวจที่เผยแพร่แล้ว' },
    (roundId: string) => ({
      detail: {
        en: `No round with the id ${roundId} has been published.`,
        th: `ไม่พบรอบการตรวจที่เผยแพร่แล้ว (${roundId})`,
      },
    }),
  ),
  areaNotFound: notFound('area', 'area', 'พื้นที่'),
  apiKeyNotFound: notFound('api-key', 'API key', 'คีย์เข้าใช้งาน'),
  signOutNotFound: notFound('sign-out', 'end of sign-ins', 'รายการยุติการลงชื่อเข้าใช้'),
  instrumentNotFound: notFound('instrument', 'instrument version', 'เครื่องมือรุ่นที่ระบุ'),
  groupNotFound: notFound('group', 'group', 'กลุ่ม'),
  figuresNotFound: notFound('figures', 'figures of that day', 'ข้อมูลตัวเลข ณ วันที่ระบุ'),
  teamNotFound: notFound('team', 'team', 'ทีม'),
  roundNotFound: notFound('round', 'round', 'รอบการตรวจ'),
  targetNotFound: notFound('target', 'target', 'กลุ่มเป้าหมาย'),
  assessmentNotFound: notFound('assessment', 'score sheet', 'แบบประเมิน'),
  scoreNotFound: notFound('score', 'score', 'ผลประเมินรายข้อ'),
  planNotFound: notFound('plan', 'plan', 'แผน'),
  actionNotFound: notFound('action', 'action', 'กิจกรรมในแผน'),
  webhookNotFound: notFound('webhook', 'webhook', 'เว็บฮุก (webhook)'),
  sealNotFound: notFound('seal', 'seal', 'ตราประทับข้อมูล'),
  problemNotFound: notFound('problem', 'problem', 'คำอธิบายข้อผิดพลาด'),

  // 405, 406, 408, 413, 415, 417, 431, 501: what HTTP itself asks for
  methodNotAllowed: refusal(
    'method-not-allowed',
    'method-not-allowed',
    { en: 'This address does not take that method', th: 'URL นี้ไม่รับคำสั่งดังกล่าว' },
    (method: string, allowed: readonly string[]) => ({
      detail: {
        en: `${method} is not possible here; possible are ${allowed.join(', ')}.`,
        th: `ใช้ ${method} กับ URL นี้ไม่ได้ ใช้ได้เฉพาะ ${allowed.join(', ')}`,
      },
      facts: { allow: allowed.join(', ') },
    }),
  ),
  methodUnknown: refusal(
    'method-unknown',
    'not-implemented',
    { en: 'This service does not know that method', th: 'ระบบไม่รู้จักคำสั่งดังกล่าว' },
    () => ({
      detail: {
        en: 'The methods are GET, HEAD, POST, PUT, PATCH and DELETE; the contract says which of them a path takes.',
        th: 'คำสั่งที่ใช้ได้คือ GET, HEAD, POST, PUT, PATCH และ DELETE โปรดดูที่ /docs ว่า URL ใดใช้คำสั่งใดได้',
      },
    }),
  ),
  notAcceptable: refusal(
    'not-acceptable',
    'not-acceptable',
    { en: 'No representation fits the Accept header', th: 'ระบบไม่มีข้อมูลในรูปแบบที่ขอ (Accept)' },
    (offered: readonly string[]) => ({
      detail: { en: `Offered: ${offered.join(', ')}.`, th: `รูปแบบที่มีให้: ${offered.join(', ')}` },
    }),
  ),
  requestTimeout: refusal(
    'request-timeout',
    'timeout',
    { en: 'The request did not arrive in time', th: 'ระบบได้รับข้อมูลไม่ครบภายในเวลาที่กำหนด' },
    () => ({ detail: { en: 'Check the connection and send the request again.', th: 'โปรดตรวจสอบการเชื่อมต่อแล้วส่งใหม่' } }),
  ),
  bodyTooLarge: refusal(
    'body-too-large',
    'too-large',
    { en: 'The body is too large', th: 'ข้อมูลที่ส่งมามีขนาดใหญ่เกินไป' },
    (limitBytes: number) => ({
      detail: { en: `At most ${limitBytes} bytes are taken.`, th: `รับได้ไม่เกิน ${limitBytes} ไบต์` },
      facts: { limitBytes },
    }),
  ),
  tooManyRows: refusal(
    'too-many-rows',
    'too-large',
    { en: 'The file has too many rows', th: 'ไฟล์มีจำนวนแถวมากเกินไป' },
    (limitRows: number) => ({
      detail: {
        en: `At most ${limitRows} rows are taken, blank ones counted; send the others as another file.`,
        th: `รับได้ไม่เกินไฟล์ละ ${limitRows} แถว รวมแถวว่าง โปรดแบ่งเป็นหลายไฟล์`,
      },
      facts: { limitRows },
    }),
  ),
  compressedTooMuch: refusal(
    'compressed-too-much',
    'too-large',
    { en: 'The file grows too much when it is unpacked', th: 'ไฟล์ที่บีบอัดมามีขนาดใหญ่เกินไปเมื่อคลายออก' },
    (limitRatio: number) => ({
      detail: {
        en: `It has more than ${limitRatio} times the bytes that were sent; send it without compression.`,
        th: `ไฟล์มีขนาดเกิน ${limitRatio} เท่าของข้อมูลที่ส่งมา โปรดส่งโดยไม่บีบอัด`,
      },
      facts: { limitRatio },
    }),
  ),
  headersTooLarge: refusal(
    'headers-too-large',
    'headers-too-large',
    { en: 'The headers are too large', th: 'ส่วนหัว (header) ยาวเกินไป' },
    () => ({ detail: { en: 'Send fewer or shorter headers.', th: 'โปรดลดจำนวนหรือความยาวของส่วนหัว' } }),
  ),
  unsupportedMediaType: refusal(
    'unsupported-media-type',
    'unsupported-media-type',
    { en: 'The body has a type that is not taken here', th: 'ไม่รองรับข้อมูลชนิดนี้' },
    (given: string | null, taken: readonly string[]) => ({
      detail: {
        en: `${given ?? 'A body without Content-Type'} is not taken; send ${taken.join(' or ')}.`,
        th: `ไม่รองรับ ${given ?? 'ข้อมูลที่ไม่ระบุ Content-Type'} โปรดส่งเป็น ${taken.join(' หรือ ')}`,
      },
    }),
  ),

  unsupportedContentEncoding: refusal(
    'unsupported-content-encoding',
    'unsupported-media-type',
    { en: 'The body is packed in a way that is not taken', th: 'ไม่รองรับวิธีบีบอัดข้อมูลนี้' },
    (given: string) => ({
      detail: {
        en: `Content-Encoding "${given}" is not taken; send the body as it is, or packed once with gzip.`,
        th: `ไม่รองรับ Content-Encoding "${given}" โปรดส่งข้อมูลแบบไม่บีบอัด หรือบีบอัดด้วย gzip เพียงชั้นเดียว`,
      },
    }),
  ),
  expectationFailed: refusal(
    'expectation-failed',
    'expectation-failed',
    { en: 'The Expect header asks for what is not known', th: 'ระบบทำตามส่วนหัว (header) Expect ที่ระบุไม่ได้' },
    (given: string) => ({
      detail: {
        en: `Expect "${given}" is not known; leave it out or send 100-continue.`,
        th: `ระบบไม่รู้จัก Expect "${given}" โปรดไม่ส่งส่วนหัวนี้ หรือส่งเป็น 100-continue`,
      },
    }),
  ),

  // 409: the state of the record forbids it
  idTaken: refusal(
    'id-taken',
    'conflict',
    { en: 'There is a record with this id', th: 'มีข้อมูลที่ใช้รหัสนี้แล้ว' },
    (id: string) => ({
      detail: {
        en: `The id ${id} is in use. If it was you who sent it before, the record is there.`,
        th: `มีข้อมูลที่ใช้รหัส ${id} แล้ว หากท่านเคยส่งข้อมูลนี้มาก่อน แสดงว่าระบบบันทึกไว้แล้ว`,
      },
      facts: { id },
    }),
  ),
  registrationNoTaken: refusal(
    'registration-no-taken',
    'conflict',
    { en: 'Another group has this registration number', th: 'มีกลุ่มอื่นใช้เลขทะเบียนนี้แล้ว' },
    (registrationNo: string) => ({
      detail: {
        en: `The registration number ${registrationNo} is in use.`,
        th: `มีกลุ่มอื่นใช้เลขทะเบียน ${registrationNo} แล้ว`,
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
        th: `มีเครื่องมือ ${instrument} อยู่แล้ว รุ่นที่บันทึกแล้วแก้ไขไม่ได้ โปรดส่งเป็นรุ่นถัดไป`,
      },
      facts: { instrument },
    }),
  ),
  webhookWithoutSecret: refusal(
    'webhook-without-secret',
    'conflict',
    { en: 'The webhook has no secret', th: 'เว็บฮุก (webhook) นี้ยังไม่มีรหัสลับ' },
    () => ({
      detail: {
        en: 'It came from a backup, which has no secrets, and nothing is sent unsigned.',
        th: 'เว็บฮุกนี้มาจากข้อมูลสำรอง ซึ่งไม่มีรหัสลับ และระบบไม่ส่งข้อมูลที่ไม่มีลายมือชื่ออิเล็กทรอนิกส์',
      },
    }),
  ),
  roundExists: refusal(
    'round-exists',
    'conflict',
    { en: 'This area has that round already', th: 'พื้นที่นี้มีรอบดังกล่าวแล้ว' },
    (round: { areaCode: string | null; fiscalYearBe: number; roundNo: number }) => ({
      detail: {
        en: `Round ${round.roundNo} of FY${round.fiscalYearBe} exists for ${areaText(round.areaCode).en}.`,
        th: `มีรอบที่ ${round.roundNo} ปีงบประมาณ ${round.fiscalYearBe} ของ${areaText(round.areaCode).th} อยู่แล้ว`,
      },
    }),
  ),
  roundNotOpen: refusal(
    'round-not-open',
    'conflict',
    { en: 'The round is not open', th: 'รอบนี้ไม่ได้เปิดรับแบบประเมิน' },
    (round: { status: string }) => ({
      detail: {
        en: `Only an open round takes scores; this one is ${round.status}.`,
        th: `บันทึกแบบประเมินได้เฉพาะในรอบที่เปิดอยู่ รอบนี้มีสถานะ ${inThai('round', round.status)}`,
      },
      facts: { roundStatus: round.status },
    }),
  ),
  roundStateForbids: refusal(
    'round-state-forbids',
    'conflict',
    { en: 'The state of the round forbids this', th: 'สถานะของรอบไม่อนุญาตให้ดำเนินการนี้' },
    (round: { status: string }, needed: readonly string[]) => ({
      detail: {
        en: `The round is ${round.status}; it must be ${needed.join(' or ')}.`,
        th: `รอบนี้มีสถานะ ${inThai('round', round.status)} แต่ต้องเป็น ${needed.map((code) => inThai('round', code)).join(' หรือ ')}`,
      },
      facts: { roundStatus: round.status },
    }),
  ),
  roundInUse: refusal('round-in-use', 'conflict', { en: 'The round has targets', th: 'รอบนี้มีกลุ่มเป้าหมายแล้ว' }, () => ({
    detail: {
      en: 'Remove its targets before you delete the round or change its area or instrument.',
      th: 'โปรดนำกลุ่มเป้าหมายออกจากรอบก่อน จึงจะลบรอบ เปลี่ยนพื้นที่ หรือเปลี่ยนเครื่องมือได้',
    },
  })),
  roundSampled: refusal(
    'round-sampled',
    'conflict',
    { en: 'How the targets were chosen stays', th: 'แก้ไขวิธีเลือกกลุ่มเป้าหมายไม่ได้แล้ว' },
    () => ({
      detail: {
        en: 'A score sheet of this round has been submitted, so targetSelection and targetPopulation stay as they are. A population may be given where there was none, or where it was smaller than the number of targets.',
        th: 'รอบนี้มีแบบประเมินที่ส่งแล้ว จึงแก้ไขวิธีเลือกกลุ่มเป้าหมาย (targetSelection) และจำนวนกลุ่มทั้งหมด (targetPopulation) ไม่ได้ เว้นแต่ยังไม่เคยระบุจำนวนกลุ่มทั้งหมด หรือจำนวนที่ระบุไว้น้อยกว่าจำนวนกลุ่มเป้าหมาย',
      },
    }),
  ),
  targetInUse: refusal(
    'target-in-use',
    'conflict',
    { en: 'The target has a score sheet', th: 'กลุ่มเป้าหมายนี้มีแบบประเมินแล้ว' },
    () => ({
      detail: {
        en: 'Delete the draft score sheet first; a submitted one stays.',
        th: 'โปรดลบแบบประเมินฉบับร่างก่อน ส่วนแบบประเมินที่ส่งแล้วลบไม่ได้',
      },
    }),
  ),
  assessmentSubmitted: refusal(
    'assessment-submitted',
    'conflict',
    { en: 'The score sheet has been submitted', th: 'แบบประเมินนี้ส่งแล้ว' },
    () => ({
      detail: {
        en: 'A submitted score sheet is frozen until it is returned.',
        th: 'แบบประเมินที่ส่งแล้วแก้ไขไม่ได้ จนกว่าจะมีการส่งคืนให้แก้ไข',
      },
    }),
  ),
  assessmentNotSubmitted: refusal(
    'assessment-not-submitted',
    'conflict',
    { en: 'The score sheet has not been submitted', th: 'แบบประเมินนี้ยังไม่ได้ส่ง' },
    () => ({
      detail: {
        en: 'Only a submitted score sheet can be returned or confirmed.',
        th: 'ส่งคืนให้แก้ไขหรือยืนยันได้เฉพาะแบบประเมินที่ส่งแล้ว',
      },
    }),
  ),
  assessmentConfirmed: refusal(
    'assessment-confirmed',
    'conflict',
    { en: 'The score sheet has been confirmed', th: 'แบบประเมินนี้ยืนยันแล้ว' },
    () => ({
      detail: {
        en: 'A score sheet is confirmed once; `confirmation` says by whom and when.',
        th: 'แบบประเมินยืนยันได้ครั้งเดียว ดูผู้ยืนยันและเวลาที่ยืนยันได้ใน `confirmation`',
      },
    }),
  ),
  samePerson: refusal(
    'same-person',
    'conflict',
    { en: 'Somebody else has to sign this off', th: 'ต้องให้ผู้อื่นเป็นผู้ตรวจทานหรืออนุมัติ' },
    (actedAs: EarlierAct, actedAt: string) => ({
      detail: {
        submitted: {
          en: `You submitted this score sheet yourself, at ${actedAt}; somebody else has to return or confirm it.`,
          th: `ท่านเป็นผู้ส่งแบบประเมินนี้เองเมื่อ ${actedAt} ผู้อื่นเท่านั้นที่ส่งคืนให้แก้ไขหรือยืนยันได้`,
        },
        wrote: {
          en: `You wrote this plan or a part of it yourself, last at ${actedAt}; somebody else has to approve it.`,
          th: `ท่านเป็นผู้บันทึกแผนนี้หรือบางส่วนของแผนเอง ครั้งล่าสุดเมื่อ ${actedAt} ผู้อื่นเท่านั้นที่อนุมัติได้`,
        },
      }[actedAs],
      facts: { actedAs, actedAt },
    }),
  ),
  planStateForbids: refusal(
    'plan-state-forbids',
    'conflict',
    { en: 'The state of the plan forbids this', th: 'สถานะของแผนไม่อนุญาตให้ดำเนินการนี้' },
    (plan: { status: string }, needed: readonly string[]) => ({
      detail: {
        en: `The plan is ${plan.status}; it must be ${needed.join(' or ')}.`,
        th: `แผนนี้มีสถานะ ${inThai('plan', plan.status)} แต่ต้องเป็น ${needed.map((code) => inThai('plan', code)).join(' หรือ ')}`,
      },
      facts: { planStatus: plan.status },
    }),
  ),
  apiKeyEnded: refusal(
    'api-key-ended',
    'conflict',
    { en: 'The key is revoked or has expired', th: 'คีย์นี้ถูกเพิกถอนหรือหมดอายุแล้ว' },
    () => ({
      detail: {
        en: 'A key that is not valid any more gets no new secret.',
        th: 'คีย์ที่ใช้ไม่ได้แล้วไม่สามารถออกรหัสลับใหม่ได้',
      },
    }),
  ),
  teamInUse: refusal(
    'team-in-use',
    'conflict',
    { en: 'The team has targets or score sheets', th: 'ทีมนี้มีกลุ่มเป้าหมายหรือแบบประเมินแล้ว' },
    () => ({
      detail: { en: 'A team that was given work stays on record.', th: 'ทีมที่ได้รับมอบหมายกลุ่มแล้วลบไม่ได้' },
    }),
  ),

  asOfNotSettled: refusal(
    'as-of-not-settled',
    'conflict',
    { en: 'What was recorded by then is not settled yet', th: 'ข้อมูล ณ เวลาที่ระบุยังบันทึกไม่เสร็จสมบูรณ์' },
    (since: string | null) => ({
      detail: {
        en: `A write that began ${since === null ? 'before that moment' : `at ${since}`} is still under way, such as a file of rows. Ask for a moment before it began, or again when it has ended.`,
        th:
          since === null
            ? 'การบันทึกที่เริ่มก่อนเวลานั้นยังไม่เสร็จ เช่น การนำเข้าไฟล์ โปรดระบุเวลาก่อนหน้านั้น หรือลองใหม่เมื่อบันทึกเสร็จแล้ว'
            : `การบันทึกที่เริ่มเมื่อ ${since} ยังไม่เสร็จ เช่น การนำเข้าไฟล์ โปรดระบุเวลาก่อนหน้านั้น หรือลองใหม่เมื่อบันทึกเสร็จแล้ว`,
      },
      retryLater: true,
    }),
  ),

  idempotencyKeyInUse: refusal(
    'idempotency-key-in-use',
    'conflict',
    { en: 'The first request with this key is still under way', th: 'คำขอแรกที่ใช้ Idempotency-Key นี้ยังดำเนินการไม่เสร็จ' },
    () => ({
      detail: {
        en: 'Its answer is not there yet; send the same request again with the same key after the seconds of Retry-After.',
        th: 'ยังไม่มีคำตอบ โปรดส่งคำขอเดิมพร้อม Idempotency-Key เดิมอีกครั้งหลังเวลาที่ระบุใน Retry-After (วินาที)',
      },
      retryLater: true,
    }),
  ),

  // 410: what can be had no more
  feedPositionExpired: refusal(
    'feed-position-expired',
    'gone',
    { en: 'The changes after that position are told no more', th: 'ระบบไม่แสดงการเปลี่ยนแปลงหลังตำแหน่งนี้แล้ว' },
    (days: number) => ({
      detail: {
        en: `The feed goes back ${days} days, and older changes follow that position.`,
        th: `ระบบแสดงการเปลี่ยนแปลงย้อนหลังได้ ${days} วัน แต่ตำแหน่งนี้อยู่ก่อนช่วงดังกล่าว`,
      },
    }),
  ),

  // 412 and 428: versions
  versionStale: refusal(
    'version-stale',
    'version-stale',
    { en: 'The record has changed since', th: 'ข้อมูลนี้มีการแก้ไขหลังจากท่านเปิดอ่าน' },
    (currentVersion: number | null, unwanted?: 'unwanted') => ({
      detail: {
        en:
          currentVersion === null
            ? 'There is no such record, so no version of it can match.'
            : unwanted === undefined
              ? `The current version is ${currentVersion}; read it again and decide anew.`
              : `The record exists, and If-None-Match excludes its version ${currentVersion}.`,
        th:
          currentVersion === null
            ? 'ยังไม่มีข้อมูลนี้ จึงไม่มีฉบับที่ตรงกับ If-Match'
            : unwanted === undefined
              ? `ฉบับล่าสุดคือฉบับที่ ${currentVersion} โปรดเปิดอ่านใหม่ก่อนแก้ไขอีกครั้ง`
              : `มีข้อมูลนี้อยู่แล้ว (ฉบับที่ ${currentVersion}) ซึ่ง If-None-Match ระบุว่าต้องไม่มี`,
      },
      facts: { currentVersion },
    }),
  ),
  versionRequired: refusal(
    'version-required',
    'version-required',
    { en: 'If-Match is needed to change this record', th: 'ต้องส่ง If-Match เพื่อแก้ไขข้อมูลนี้' },
    (currentVersion: number) => ({
      detail: {
        en: `Send If-Match with the ETag you read (now "${currentVersion}"), or * to overwrite on purpose.`,
        th: `โปรดส่ง If-Match พร้อมค่า ETag ที่ได้จากการอ่านข้อมูล (ขณะนี้คือ "${currentVersion}") หรือส่ง * หากต้องการบันทึกทับ`,
      },
      facts: { currentVersion },
    }),
  ),

  // 422: a well-formed request that breaks a rule of the field, or of repeating one
  idempotencyKeyReused: refusal(
    'idempotency-key-reused',
    'rule-broken',
    { en: 'This key came with another request before', th: 'Idempotency-Key นี้ใช้กับคำขออื่นไปแล้ว' },
    () => ({
      detail: {
        en: 'A key stands for one request: method, address, If-Match and body. Nothing was done; send another request with a new key.',
        th: 'Idempotency-Key หนึ่งค่าใช้ได้กับคำขอเดียวเท่านั้น (คำสั่ง URL, If-Match และข้อมูลที่ส่ง) จึงยังไม่มีการดำเนินการ โปรดใช้ค่าใหม่กับคำขออื่น',
      },
    }),
  ),
  rulesBroken: refusal(
    'rules-broken',
    'rule-broken',
    { en: 'The request breaks a rule of the health check', th: 'ข้อมูลไม่เป็นไปตามข้อกำหนดของการตรวจสุขภาพทางการเงิน' },
    (violations: Violation[]) => ({
      detail: {
        en: `${violations.map((v) => v.detail.en).join(' ')}`,
        th: `${violations.map((v) => v.detail.th).join('; ')}`,
      },
      violations,
    }),
  ),
  sheetIncomplete: refusal(
    'sheet-incomplete',
    'rule-broken',
    { en: 'The score sheet is not complete', th: 'แบบประเมินยังไม่ครบถ้วน' },
    (violations: Violation[]) => ({
      detail: {
        en: `${violations.length} thing(s) are missing; see errors.`,
        th: `ยังขาดข้อมูล ${violations.length} รายการ ดูรายละเอียดใน errors`,
      },
      violations,
    }),
  ),
  importRefused: refusal(
    'import-refused',
    'rule-broken',
    { en: 'The file has errors and nothing was written', th: 'ไฟล์มีข้อผิดพลาด จึงยังไม่มีการบันทึก' },
    (report: ImportFacts, violations: Violation[], warnings: Violation[]) => ({
      detail: {
        en: `${report.rejected} of ${report.rows} rows have errors, so nothing was written; the other counts say what the rest would do.`,
        th: `พบข้อผิดพลาด ${report.rejected} แถว จากทั้งหมด ${report.rows} แถว จึงไม่ได้บันทึกข้อมูล จำนวนอื่นในรายงานนี้คือผลที่จะเกิดกับแถวที่เหลือหากบันทึก`,
      },
      facts: { ...report },
      violations,
      warnings,
    }),
  ),

  // 429: more than one caller, or one address, may ask
  tooManyRequests: refusal(
    'too-many-requests',
    'too-many',
    { en: 'Too many requests in a short time', th: 'ส่งคำขอมากเกินไปในช่วงเวลาสั้น' },
    (policies: readonly string[], seconds: number) => ({
      detail: {
        en: `The limit ${policies.join(' and ')} is used up; it is renewed in ${seconds} s.`,
        th: `ส่งคำขอครบตามจำนวนที่กำหนดแล้ว (${policies.join(', ')}) โปรดรอ ${seconds} วินาที`,
      },
      facts: { violatedPolicies: [...policies] },
      retryAfterSeconds: seconds,
    }),
  ),
  tooManyAtOnce: refusal(
    'too-many-at-once',
    'too-many',
    { en: 'Too many files at once', th: 'รับส่งไฟล์พร้อมกันมากเกินไป' },
    (policy: string, most: number, seconds: number) => ({
      detail: {
        en: `A caller may have ${most} file(s) or whole list(s) under way at once; wait until one of yours has ended.`,
        th: `รับส่งไฟล์หรือข้อมูลทั้งชุดพร้อมกันได้ไม่เกิน ${most} รายการ โปรดรอให้รายการใดรายการหนึ่งเสร็จก่อน`,
      },
      facts: { violatedPolicies: [policy] },
      retryAfterSeconds: seconds,
    }),
  ),
  tooManyFailedSignIns: refusal(
    'too-many-failed-sign-ins',
    'too-many',
    { en: 'Too many requests with a key that is not valid', th: 'มีคำขอที่ใช้คีย์ไม่ถูกต้องมากเกินไป' },
    (policy: string, seconds: number) => ({
      detail: {
        en: `Too many keys from your address were not valid; for ${seconds} s no key is looked at that this node does not know.`,
        th: `มีการใช้คีย์ไม่ถูกต้องจากเครือข่ายของท่านมากเกินไป โปรดรอ ${seconds} วินาที`,
      },
      facts: { violatedPolicies: [policy] },
      retryAfterSeconds: seconds,
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
        th: 'ระบบบันทึกข้อผิดพลาดนี้ไว้แล้ว โปรดแจ้งเลข requestId แก่ผู้ดูแลระบบ ข้อมูลไม่มีการเปลี่ยนแปลง',
      },
    }),
  ),
  identityProviderAway: refusal(
    'identity-provider-away',
    'unavailable',
    { en: 'The identity provider does not answer', th: 'ระบบยืนยันตัวตนไม่ตอบสนอง' },
    () => ({
      detail: {
        en: 'The token cannot be checked, since its issuer does not give its keys and none of before are known.',
        th: 'ตรวจสอบโทเค็นไม่ได้ เพราะผู้ออกโทเค็นไม่ส่งกุญแจมา และระบบไม่มีกุญแจเดิม',
      },
      retryAfterSeconds: 10,
    }),
  ),
  unavailable: refusal(
    'unavailable',
    'unavailable',
    { en: 'The service cannot answer now', th: 'ขณะนี้ระบบยังไม่พร้อมให้บริการ' },
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

function notFound<const What extends string>(what: What, en: string, th: string) {
  return refusal(`${what}-not-found`, 'not-found', { en: `No such ${en}`, th: `ไม่พบ${th}` }, (id: string) => ({
    detail: {
      en: `There is no ${en} ${id}, or your key may not see it.`,
      th: `ไม่พบ${th} (${id}) หรือคีย์ของท่านไม่มีสิทธิ์ดูข้อมูลนี้`,
    },
  }));
}
