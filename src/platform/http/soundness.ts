import type { FastifyRequest } from 'fastify';
import { problems } from '../../domain/problem.js';

/** Of a header given twice Node takes one in silence, and what is before us may have taken the other. */
const single = ['host', 'authorization', 'content-type'];

/** A name or an address, and perhaps a port; it may be empty (RFC 9110, 7.2; RFC 3986, 3.2.2). */
const hostPattern = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/i;

/**
 * Refuses a request whose address or headers cannot be taken at their word.
 * @throws problems.malformedRequest (400), problems.expectationFailed (417)
 */
export function requireSoundRequest({ raw, url, headers }: FastifyRequest): void {
  if (headers.host === undefined && raw.httpVersion === '1.1') {
    throw problems.malformedRequest({
      en: 'The header Host is missing.',
      th: 'ไม่มีส่วนหัว (header) Host',
    });
  }
  if (headers.host !== undefined && !hostPattern.test(headers.host)) {
    throw problems.malformedRequest({
      en: 'The header Host is no name or address of a host.',
      th: 'ส่วนหัว (header) Host ไม่ใช่ชื่อหรือที่อยู่ของเครื่อง',
    });
  }
  refuseRepeated(raw.rawHeaders);
  const { expect } = headers;
  if (expect !== undefined && expect.toLowerCase() !== '100-continue') throw problems.expectationFailed(expect);
  requireReadableQuery(url);
}

function refuseRepeated(rawHeaders: readonly string[]): void {
  let seen = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length !== 4 && name.length !== 12 && name.length !== 13) continue;
    const bit = 1 << single.indexOf(name.toLowerCase());
    if (bit < 0) continue;
    if ((seen & bit) !== 0) {
      throw problems.malformedRequest({
        en: `The header ${name} is given twice.`,
        th: `ระบุส่วนหัว (header) ${name} ซ้ำ`,
      });
    }
    seen |= bit;
  }
}

/** A broken percent-escape in the query would be read as if it were text, and a search for it would find nothing. */
function requireReadableQuery(url: string): void {
  const start = url.indexOf('?');
  if (start < 0 || !url.includes('%', start)) return;
  try {
    decodeURIComponent(url.slice(start + 1));
  } catch {
    throw problems.malformedRequest({
      en: 'The query has a broken percent-escape.',
      th: 'URL ส่วนหลังเครื่องหมาย ? เข้ารหัส (%) ไม่ถูกต้อง',
    });
  }
}
