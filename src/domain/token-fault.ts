/**
 * Why an access token is refused. Nothing of the token is said. The English sentence stands in `WWW-Authenticate` too
 * (RFC 6750), so that it is ASCII without quotes.
 */
import type { Bilingual } from './bilingual.js';

export const tokenFaults = {
  malformed: {
    en: 'The token is no signed JWT (three parts), or cannot be read.',
    th: 'โทเค็นไม่ใช่ JWT แบบลงลายมือชื่อ (สามส่วน) หรืออ่านไม่ได้',
  },
  issuerUnknown: {
    en: 'The issuer of the token is not accepted here.',
    th: 'ระบบนี้ไม่ยอมรับผู้ออกโทเค็นรายนี้',
  },
  algorithm: {
    en: 'The token is signed by an algorithm that is not accepted from its issuer.',
    th: 'ระบบไม่ยอมรับวิธีลงลายมือชื่อของโทเค็นนี้',
  },
  type: {
    en: 'The type in the header of the token is not accepted from its issuer.',
    th: 'ระบบไม่ยอมรับชนิด (typ) ที่ระบุในส่วนหัวของโทเค็น',
  },
  notForApis: {
    en: 'The token is an ID token or another one that is not meant for an API; send the access token.',
    th: 'โทเค็นนี้เป็น ID token หรือโทเค็นชนิดอื่นที่ไม่ได้ออกไว้ใช้กับ API โปรดส่ง access token',
  },
  senderConstrained: {
    en: 'The token is bound to a key of its client (cnf), whose proof is not checked here; ask for a bearer token.',
    th: 'โทเค็นนี้ผูกกับกุญแจของผู้ขอ (cnf) ซึ่งระบบนี้ไม่ได้ตรวจสอบ โปรดขอโทเค็นแบบ bearer',
  },
  key: {
    en: 'The issuer has no key by which the token could be checked.',
    th: 'ผู้ออกโทเค็นไม่มีกุญแจที่ใช้ตรวจสอบโทเค็นนี้',
  },
  signature: {
    en: 'The signature of the token is not that of its issuer.',
    th: 'ลายมือชื่อของโทเค็นไม่ใช่ของผู้ออกโทเค็น',
  },
  audience: {
    en: 'The token is meant for another audience.',
    th: 'โทเค็นนี้ออกไว้ใช้กับระบบอื่น (aud)',
  },
  expired: {
    en: 'The token has expired.',
    th: 'โทเค็นหมดอายุแล้ว',
  },
  notYetValid: {
    en: 'The token is not valid yet, or was issued in the future.',
    th: 'โทเค็นยังไม่ถึงเวลาที่ใช้ได้ หรือระบุเวลาออกในอนาคต',
  },
  claimMissing: {
    en: 'The token lacks a claim that is needed: iss, aud, sub, exp, iat, or one that the operator asks of its issuer.',
    th: 'โทเค็นขาดข้อมูลที่จำเป็น ได้แก่ iss, aud, sub, exp, iat หรือค่าที่ผู้ดูแลระบบกำหนดไว้สำหรับผู้ออกโทเค็นรายนี้',
  },
  subjectCitizenId: {
    en: 'The subject of the token is a citizen id, which is not taken. The operator sets subjectClaim of this issuer to an id that says nothing by itself.',
    th: 'ผู้ถือโทเค็นระบุด้วยเลขประจำตัวประชาชน ซึ่งระบบไม่รับ ผู้ดูแลระบบต้องตั้งค่า subjectClaim ของผู้ออกโทเค็นรายนี้เป็นรหัสที่ไม่มีความหมายในตัวเอง',
  },
  signedOut: {
    en: 'The sign-in was ended; sign in again.',
    th: 'การลงชื่อเข้าใช้นี้สิ้นสุดแล้ว โปรดลงชื่อเข้าใช้ใหม่',
  },
  notLogout: {
    en: 'The token is no logout token: it lacks its event, its jti, or sub and sid, or has a nonce.',
    th: 'โทเค็นนี้ไม่ใช่ logout token เพราะขาด events, jti หรือ sub และ sid หรือมี nonce',
  },
  usedBefore: {
    en: 'The token was taken before.',
    th: 'ระบบเคยรับโทเค็นนี้แล้ว',
  },
} as const satisfies Record<string, Bilingual>;

export type TokenFault = keyof typeof tokenFaults;

/** Why somebody who has signed in may do nothing here: what the claims of the token are mapped to does not fit. */
export const mappingFaults = {
  noArea: {
    en: 'Your sign-in names no area, and the operator has not given you the whole country.',
    th: 'ข้อมูลการลงชื่อเข้าใช้ของท่านไม่ระบุพื้นที่รับผิดชอบ และผู้ดูแลระบบไม่ได้กำหนดให้ท่านรับผิดชอบทั้งประเทศ',
  },
  severalAreas: {
    en: 'Your sign-in names several areas, and one is needed.',
    th: 'ข้อมูลการลงชื่อเข้าใช้ของท่านระบุพื้นที่รับผิดชอบมากกว่าหนึ่งแห่ง',
  },
  areaUnknown: {
    en: 'Your sign-in names an area that is not known here.',
    th: 'ระบบไม่รู้จักพื้นที่ที่ระบุในข้อมูลการลงชื่อเข้าใช้ของท่าน',
  },
  teamUnknown: {
    en: 'Your sign-in names a check team that is not known here, or several.',
    th: 'ระบบไม่รู้จักทีมที่ระบุในข้อมูลการลงชื่อเข้าใช้ของท่าน หรือระบุไว้มากกว่าหนึ่งทีม',
  },
  areaOutsideTeam: {
    en: 'Your sign-in names an area in which your team does not work.',
    th: 'ข้อมูลการลงชื่อเข้าใช้ของท่านระบุพื้นที่ซึ่งทีมของท่านไม่ได้รับผิดชอบ',
  },
} as const satisfies Record<string, Bilingual>;

export type MappingFault = keyof typeof mappingFaults;
