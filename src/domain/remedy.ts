/** What to do about each problem, and with it the explanation of every code that a client can meet. */
import type { Bilingual, Explanation } from './bilingual.js';
import { problemCatalogue, type problems } from './problem.js';
import type { ProblemKind } from './refusal.js';
import { violationCodes } from './violation-code.js';

type ProblemCode = (typeof problems)[keyof typeof problems]['code'];

const lookAt = (list: string): Bilingual => ({
  en: `Look it up at ${list}; ask for a key of a wider area if it should be there.`,
  th: `โปรดค้นหาที่ ${list} หากควรมีข้อมูลนี้ โปรดขอคีย์ที่รับผิดชอบพื้นที่กว้างขึ้น`,
});

const asShown: Bilingual = {
  en: 'Each of errors says where and why; correct all of them and send the request again.',
  th: 'โปรดแก้ไขทุกรายการใน errors แล้วส่งใหม่อีกครั้ง',
};

const laterAgain: Bilingual = {
  en: 'Send the same request again after the seconds that Retry-After says.',
  th: 'โปรดส่งใหม่อีกครั้งหลังเวลาที่ระบุใน Retry-After (วินาที)',
};

/** By the code of the problem; the sentence in `detail` says it for one case. */
const remedies: Readonly<Record<ProblemCode, Bilingual>> = {
  'malformed-request': {
    en: 'The sentence in detail names the header or the part of the URL; correct it.',
    th: 'โปรดแก้ไขส่วนหัวหรือส่วนของ URL ที่ระบุใน detail',
  },
  'malformed-json': {
    en: 'Send JSON in UTF-8, as any library writes it; errors says where it breaks off.',
    th: 'โปรดส่งข้อมูล JSON ที่เข้ารหัสแบบ UTF-8 ตำแหน่งที่ผิดอยู่ใน errors',
  },
  'malformed-upload': {
    en: 'Save the file as CSV in UTF-8, or as NDJSON with one object a line.',
    th: 'โปรดบันทึกไฟล์เป็น CSV UTF-8 หรือ NDJSON บรรทัดละหนึ่งชุด',
  },
  'invalid-input': asShown,
  'cursor-invalid': violationCodes['cursor-invalid'].remedy,
  'logout-token-refused': {
    en: 'The sentence in detail says what the identity provider has to send otherwise (OpenID Connect Back-Channel Logout 1.0).',
    th: 'รายละเอียดใน detail ระบุสิ่งที่ระบบยืนยันตัวตนต้องแก้ไข (OpenID Connect Back-Channel Logout 1.0)',
  },
  'as-of-in-future': {
    en: 'Name a moment that has passed; a day means its end in Bangkok, so today is not over. Leave asOf out for the present.',
    th: 'โปรดระบุเวลาที่ผ่านมาแล้ว หากระบุเป็นวันที่ ระบบใช้เวลาสิ้นวันตามเวลาประเทศไทย หากต้องการข้อมูลปัจจุบัน ไม่ต้องระบุ asOf',
  },
  'as-of-before-first-record': {
    en: 'asOf is when the service knew something. For when it was so in the world use figuresAsOf or the days of the records.',
    th: 'asOf คือเวลาที่ระบบบันทึกข้อมูล หากต้องการวันที่ของข้อมูล โปรดใช้ figuresAsOf หรือวันที่ในข้อมูลนั้น',
  },
  'as-of-not-settled': laterAgain,
  'idempotency-key-malformed': {
    en: 'Send a new UUID with each request that is not a repetition, and the same one with each repetition.',
    th: 'โปรดส่ง UUID ใหม่กับคำขอใหม่แต่ละครั้ง และส่งค่าเดิมเมื่อส่งคำขอเดิมซ้ำ',
  },
  'idempotency-key-in-use': laterAgain,
  'idempotency-key-reused': {
    en: 'Make a key for each request, not for each program or day; to repeat a request send it exactly as it was.',
    th: 'โปรดสร้าง Idempotency-Key ใหม่สำหรับแต่ละคำขอ หากต้องการส่งซ้ำ ต้องส่งคำขอเดิมทุกประการ',
  },
  'feed-position-expired': {
    en: 'Read the lists whole once more, and go on from their Feed-Position.',
    th: 'โปรดอ่านรายการทั้งหมดใหม่อีกครั้ง แล้วอ่านการเปลี่ยนแปลงต่อจากตำแหน่งที่ได้จาก Feed-Position',
  },
  unauthenticated: {
    en: 'Send Authorization: Bearer with your key, and ask whoever gave it to you for a new one if it expired; or sign in and send the access token, of which detail says what is wrong.',
    th: 'โปรดส่งส่วนหัว Authorization: Bearer พร้อมคีย์ของท่าน หากคีย์หมดอายุ โปรดขอคีย์ใหม่จากผู้ดูแลระบบ หรือลงชื่อเข้าใช้แล้วส่งโทเค็น หากโทเค็นใช้ไม่ได้ สาเหตุอยู่ใน detail',
  },
  'access-not-mapped': {
    en: 'Ask whoever runs this service, or your identity provider, to give your account its area or team.',
    th: 'โปรดแจ้งผู้ดูแลระบบหรือผู้ดูแลระบบยืนยันตัวตน ให้กำหนดพื้นที่หรือทีมในบัญชีผู้ใช้ของท่าน',
  },
  'on-behalf-of-malformed': {
    en: 'Send an id of your own for the officer, such as the number of an account or a UUID.',
    th: 'โปรดส่งรหัสของเจ้าหน้าที่ที่ระบบของท่านกำหนดเอง เช่น เลขบัญชีผู้ใช้หรือ UUID',
  },
  'on-behalf-of-citizen-id': {
    en: 'Give each officer an id that says nothing by itself, and keep with you whose it is.',
    th: 'โปรดกำหนดรหัสที่ไม่มีความหมายในตัวเองให้เจ้าหน้าที่แต่ละคน และเก็บข้อมูลว่าเป็นของใครไว้ในระบบของท่าน',
  },
  'team-not-yours': {
    en: 'Write the sheets of your own targets (`GET /v1/me` names your team), or let the district change the team of the target.',
    th: 'โปรดบันทึกเฉพาะกลุ่มเป้าหมายของทีมท่าน (ดูทีมได้ที่ `GET /v1/me`) หรือให้อำเภอเปลี่ยนทีมของกลุ่มเป้าหมายนั้น',
  },
  'on-behalf-of-not-yours': {
    en: 'Leave `On-Behalf-Of` out, or have your access made with `actsOnBehalf`.',
    th: 'โปรดไม่ส่งส่วนหัว On-Behalf-Of หรือขอคีย์ที่กำหนด `actsOnBehalf` ไว้',
  },
  'permission-missing': {
    en: 'Use a key with the permission that the problem names.',
    th: 'โปรดใช้คีย์ที่มีสิทธิ์ตามที่ระบุใน permission',
  },
  'area-outside-yours': violationCodes['area-outside-yours'].remedy,
  'permission-not-yours': {
    en: 'Leave those permissions out, or let a key that has them make the new one.',
    th: 'โปรดนำสิทธิ์เหล่านั้นออก หรือให้ผู้ที่มีสิทธิ์นั้นเป็นผู้สร้างคีย์',
  },
  'path-not-found': {
    en: 'Compare the path with the contract at /openapi.json; it has no slash at its end.',
    th: 'โปรดตรวจสอบ URL กับเอกสารที่ /openapi.json โดยไม่มีเครื่องหมาย / ท้าย URL',
  },
  'open-data-off': {
    en: 'Ask the office, whose address stands in the contract. Whoever runs the service switches it on by PUBLIC_READING.',
    th: 'โปรดติดต่อหน่วยงานตามที่อยู่ในเอกสาร /openapi.json ผู้ดูแลระบบเปิดใช้ได้โดยตั้งค่า PUBLIC_READING',
  },
  'published-round-not-found': {
    en: 'Look it up at /v1/open-data/rounds; a round stands there from the day on which it is published.',
    th: 'โปรดค้นหาที่ /v1/open-data/rounds รอบการตรวจจะแสดงเมื่อเผยแพร่แล้ว',
  },
  'area-not-found': lookAt('/v1/areas'),
  'api-key-not-found': lookAt('/v1/api-keys'),
  'sign-out-not-found': lookAt('/v1/sign-outs'),
  'webhook-not-found': lookAt('/v1/webhooks'),
  'instrument-not-found': { en: 'See /v1/instruments.', th: 'โปรดดูรายการเครื่องมือที่ /v1/instruments' },
  'group-not-found': lookAt('/v1/groups'),
  'figures-not-found': {
    en: "List the group's figures: they are kept by day.",
    th: 'โปรดดูข้อมูลตัวเลขทั้งหมดของกลุ่ม ข้อมูลบันทึกแยกตามวัน',
  },
  'team-not-found': lookAt('/v1/teams'),
  'seal-not-found': lookAt('/v1/seals'),
  'round-not-found': lookAt('/v1/rounds'),
  'target-not-found': {
    en: 'See the targets of the round; make the group one of them first.',
    th: 'โปรดดูกลุ่มเป้าหมายของรอบ หากยังไม่มี โปรดเพิ่มกลุ่มนี้ก่อน',
  },
  'assessment-not-found': {
    en: 'Begin the score sheet of the group first.',
    th: 'โปรดเริ่มแบบประเมินของกลุ่มก่อน',
  },
  'score-not-found': { en: 'The criterion has no score yet; put one.', th: 'เกณฑ์ข้อนี้ยังไม่มีผล โปรดบันทึกก่อน' },
  'plan-not-found': lookAt('/v1/plans'),
  'action-not-found': { en: 'List the actions of the plan.', th: 'โปรดดูรายการกิจกรรมในแผน' },
  'problem-not-found': { en: 'See all codes at /problems.', th: 'โปรดดูรหัสทั้งหมดที่ /problems' },
  'method-not-allowed': {
    en: 'Use one of the methods in Allow.',
    th: 'โปรดใช้คำสั่งที่ระบุในส่วนหัว Allow',
  },
  'method-unknown': {
    en: 'Use a method that the contract at /openapi.json lists.',
    th: 'โปรดใช้คำสั่งที่ระบุในเอกสารที่ /openapi.json',
  },
  'not-acceptable': {
    en: 'Name one of the types in detail in Accept, or send no Accept.',
    th: 'โปรดระบุ Accept เป็นรูปแบบที่แสดงใน detail หรือไม่ส่ง Accept',
  },
  'request-timeout': {
    en: 'Check the connection; send a large file from a faster one.',
    th: 'โปรดตรวจสอบการเชื่อมต่อ หากไฟล์ใหญ่โปรดใช้การเชื่อมต่อที่เร็วกว่า',
  },
  'body-too-large': {
    en: 'Send less at once: part the file, or send many records as a file and not as JSON.',
    th: 'โปรดแบ่งไฟล์เป็นส่วน หรือส่งข้อมูลหลายรายการเป็นไฟล์แทน JSON',
  },
  'too-many-rows': {
    en: 'Part the file and send the parts one after the other.',
    th: 'โปรดแบ่งเป็นหลายไฟล์ แล้วส่งทีละไฟล์',
  },
  'compressed-too-much': {
    en: 'Send the file without compression.',
    th: 'โปรดส่งไฟล์โดยไม่บีบอัด',
  },
  'headers-too-large': {
    en: 'Send fewer or shorter headers; a long query is part of them.',
    th: 'โปรดลดจำนวนหรือความยาวของส่วนหัว รวมถึงความยาวของ URL',
  },
  'unsupported-media-type': {
    en: 'Send one of the types in detail, in UTF-8.',
    th: 'โปรดส่งเป็นชนิดที่ระบุใน detail และเข้ารหัสแบบ UTF-8',
  },
  'unsupported-content-encoding': {
    en: 'Compress with gzip, or not at all.',
    th: 'โปรดบีบอัดด้วย gzip หรือไม่บีบอัด',
  },
  'expectation-failed': {
    en: 'Leave the header Expect out, or send 100-continue.',
    th: 'โปรดนำส่วนหัว Expect ออก หรือส่งเป็น 100-continue',
  },
  'id-taken': {
    en: 'Read the record: if you sent it, nothing is left to do. Otherwise choose another id.',
    th: 'โปรดเปิดอ่านข้อมูลนั้น หากเป็นข้อมูลที่ท่านส่ง ไม่ต้องดำเนินการใดอีก หากไม่ใช่ โปรดใช้รหัสอื่น',
  },
  'registration-no-taken': violationCodes['registration-no-taken'].remedy,
  'instrument-exists': {
    en: 'Post it as the next version.',
    th: 'โปรดส่งเป็นรุ่นถัดไป',
  },
  'round-exists': {
    en: 'Use the round that is there, or another number.',
    th: 'โปรดใช้รอบที่มีอยู่แล้ว หรือกำหนดเลขรอบอื่น',
  },
  'round-not-open': {
    en: 'Open the round, or reopen a closed one; a published one stays as it is.',
    th: 'โปรดเปิดรอบ หรือเปิดรอบที่ปิดแล้วอีกครั้ง รอบที่เผยแพร่แล้วแก้ไขไม่ได้',
  },
  'round-state-forbids': {
    en: 'Bring the round into the state that detail names first.',
    th: 'โปรดเปลี่ยนสถานะของรอบตามที่ระบุใน detail ก่อน',
  },
  'round-in-use': {
    en: 'Remove its targets first.',
    th: 'โปรดนำกลุ่มเป้าหมายออกจากรอบก่อน',
  },
  'round-sampled': {
    en: 'Send the targetSelection and the targetPopulation that the round has.',
    th: 'โปรดระบุ targetSelection และ targetPopulation ตามที่บันทึกไว้ในรอบนี้',
  },
  'target-in-use': {
    en: 'Delete the draft of its score sheet first; a submitted one stays.',
    th: 'โปรดลบแบบประเมินฉบับร่างก่อน แบบประเมินที่ส่งแล้วลบไม่ได้',
  },
  'assessment-submitted': violationCodes['assessment-submitted'].remedy,
  'assessment-not-submitted': {
    en: 'A draft needs no return: change it as it is. To have it confirmed, submit it first.',
    th: 'แบบประเมินฉบับร่างแก้ไขได้เลย ไม่ต้องส่งคืน หากต้องการให้ยืนยัน โปรดส่งแบบประเมินก่อน',
  },
  'assessment-confirmed': {
    en: 'There is nothing left to do; return the sheet if something on it is wrong after all.',
    th: 'ไม่ต้องดำเนินการใดเพิ่ม หากพบว่าแบบประเมินยังมีข้อผิดพลาด โปรดส่งคืนให้แก้ไข',
  },
  'same-person': {
    en: 'Ask a colleague who may do it: another key of the same person counts as the same person.',
    th: 'โปรดให้เพื่อนร่วมงานที่มีสิทธิ์เป็นผู้ดำเนินการ คีย์อื่นของคนเดียวกันถือเป็นคนเดียวกัน',
  },
  'api-key-ended': { en: 'Make a new key.', th: 'โปรดสร้างคีย์ใหม่' },
  'plan-state-forbids': {
    en: 'Bring the plan into the state that detail names first.',
    th: 'โปรดเปลี่ยนสถานะของแผนตามที่ระบุใน detail ก่อน',
  },
  'webhook-without-secret': {
    en: 'Give it a new secret first, by secret-rotation, and take that to the receiver.',
    th: 'โปรดสร้างรหัสลับใหม่ด้วย secret-rotation แล้วนำไปตั้งค่าที่ผู้รับก่อน',
  },
  'team-in-use': {
    en: 'Give its targets to another team first.',
    th: 'โปรดมอบหมายกลุ่มเป้าหมายให้ทีมอื่นก่อน',
  },
  'version-stale': {
    en: 'Read the record again, apply your change to it and send it with the new ETag.',
    th: 'โปรดเปิดอ่านข้อมูลใหม่ แก้ไขอีกครั้ง แล้วส่งพร้อมค่า ETag ใหม่',
  },
  'version-required': {
    en: 'Read the record and send its ETag in If-Match.',
    th: 'โปรดเปิดอ่านข้อมูล แล้วส่งค่า ETag ใน If-Match',
  },
  'rules-broken': asShown,
  'sheet-incomplete': {
    en: 'Score every criterion that errors names, with its reason, and submit again.',
    th: 'โปรดระบุระดับและเหตุผลของเกณฑ์ทุกข้อใน errors แล้วส่งแบบประเมินอีกครั้ง',
  },
  'import-refused': {
    en: 'Correct the rows in errors and send the whole file again, or take the good rows with onError=skip.',
    th: 'โปรดแก้ไขแถวที่ระบุใน errors แล้วส่งทั้งไฟล์ใหม่ หรือส่งพร้อม onError=skip เพื่อบันทึกเฉพาะแถวที่ถูกต้อง',
  },
  'too-many-requests': {
    en: 'Wait for the seconds of Retry-After. RateLimit on every answer says what is left; many records go faster as one file.',
    th: 'โปรดรอตามเวลาที่ระบุใน Retry-After (วินาที) ส่วนหัว (header) RateLimit ระบุจำนวนที่ยังเหลือ หากมีข้อมูลจำนวนมาก โปรดส่งเป็นไฟล์',
  },
  'too-many-at-once': {
    en: 'Send and take files one after another, and this one again when another has ended.',
    th: 'โปรดรับส่งไฟล์ทีละรายการ แล้วส่งใหม่อีกครั้งเมื่อรายการอื่นเสร็จ',
  },
  'too-many-failed-sign-ins': {
    en: 'Find the program at your address that uses a key which is not valid any more. Then wait for the seconds of Retry-After.',
    th: 'โปรดตรวจสอบว่ามีโปรแกรมใดในเครือข่ายของท่านใช้คีย์ที่ใช้ไม่ได้แล้ว จากนั้นรอตามเวลาที่ระบุใน Retry-After (วินาที)',
  },
  'internal-error': {
    en: 'Nothing was changed. Send the request again; if it fails again, report the requestId.',
    th: 'ข้อมูลไม่มีการเปลี่ยนแปลง โปรดส่งใหม่อีกครั้ง หากยังไม่สำเร็จ โปรดแจ้งเลข requestId แก่ผู้ดูแลระบบ',
  },
  'identity-provider-away': laterAgain,
  unavailable: laterAgain,
  'storage-full': {
    en: 'Nothing was changed. Tell whoever runs the service that its disk is full.',
    th: 'ข้อมูลไม่มีการเปลี่ยนแปลง โปรดแจ้งผู้ดูแลระบบว่าพื้นที่จัดเก็บเต็ม',
  },
};

/** A code with what it means: of a problem (then it has a kind), of a line of `errors`, or of both. */
export interface ExplainedCode extends Explanation {
  code: string;
  kind: ProblemKind | null;
  inErrors: boolean;
}

/** Every code that a client can meet: those of the problems first, then those that are in `errors` alone. */
export const explainedCodes: ReadonlyMap<string, ExplainedCode> = new Map(
  [...problemCodes(), ...codesOfErrors()].map((explained) => [explained.code, explained]),
);

function problemCodes(): ExplainedCode[] {
  return Object.entries(remedies).flatMap(([code, remedy]) => {
    const problem = problemCatalogue.get(code);
    if (problem === undefined) return [];
    return [{ code, kind: problem.kind, title: problem.title, remedy, inErrors: Object.hasOwn(violationCodes, code) }];
  });
}

function codesOfErrors(): ExplainedCode[] {
  return Object.entries(violationCodes)
    .filter(([code]) => !Object.hasOwn(remedies, code))
    .map(([code, { title, remedy }]) => ({ code, kind: null, title, remedy, inErrors: true }));
}
