import { problems } from '../../domain/problem.js';
import { codeOf } from '../record-value.js';

/** How much of an upload is taken: of all its bytes and of one row, and how many rows, blank ones counted. */
export interface UploadLimits {
  bytes: number;
  rowBytes: number;
  rows: number;
}

/** How files begin that are no text: xlsx and ods, which are ZIP, and xls. */
const workbooks = [Buffer.from('PK\x03\x04', 'latin1'), Buffer.from('d0cf11e0', 'hex')];

/** Rows of the field are compressed to a tenth or a thirtieth; what grows more than this was made to. */
const mostExpansion = 100;
/** A file of this size does no harm, however it was compressed; in bytes. */
const harmless = 1_048_576;

/**
 * The bytes of an upload as they come, counted. A client that stops reading or sending holds nothing but its
 * connection; one that goes away in the middle makes this fail, so that half a file is never taken for a whole one.
 * `sent` says how many bytes of a compressed file have come; null for one that is not.
 * @throws problems.bodyTooLarge (413), problems.compressedTooMuch (413), problems.malformedUpload (400) for a file
 *   that is no UTF-8 by its first bytes
 */
export async function* countedBytes(
  bytes: AsyncIterable<Buffer>,
  sent: () => number | null,
  limits: UploadLimits,
): AsyncGenerator<Buffer> {
  let total = 0;
  try {
    for await (const chunk of bytes) {
      if (total === 0) refuseOtherEncodings(chunk);
      total += chunk.length;
      if (total > limits.bytes) throw problems.bodyTooLarge(limits.bytes);
      if (total > harmless && total > (sent() ?? total) * mostExpansion)
        throw problems.compressedTooMuch(mostExpansion);
      yield chunk;
    }
  } catch (error) {
    throw isCutOff(error) ? cutOff() : error;
  }
}

/** The connection ended before the file, or before its answer. */
export function cutOff() {
  return problems.malformedRequest({
    en: 'The upload ended before its end.',
    th: 'การส่งไฟล์หยุดลงก่อนครบทั้งไฟล์ โปรดส่งใหม่',
  });
}

/** A row that is longer than any real one, such as a file without line ends. */
export function rowTooLong(row: number, limits: UploadLimits) {
  return problems.malformedUpload({
    en: `Row ${row} is longer than ${limits.rowBytes} bytes.`,
    th: `แถวที่ ${row} ยาวเกิน ${limits.rowBytes} ไบต์`,
  });
}

function refuseOtherEncodings(first: Buffer): void {
  const [a, b] = first;
  if (workbooks.some((beginning) => first.subarray(0, beginning.length).equals(beginning))) {
    throw problems.malformedUpload({
      en: 'The file is a workbook (Excel or OpenDocument); save the sheet as "CSV UTF-8" and send that.',
      th: 'ไฟล์นี้เป็นสมุดงาน (Excel หรือ OpenDocument) โปรดบันทึกแผ่นงานเป็น "CSV UTF-8" แล้วส่งไฟล์นั้น',
    });
  }
  const isMarked = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff);
  // Without a mark, the first letter shows it: names of columns and braces are ASCII.
  if (!isMarked && a !== 0 && b !== 0) return;
  throw problems.malformedUpload({
    en: 'The file is UTF-16; save it as UTF-8 ("CSV UTF-8" in Excel).',
    th: 'ไฟล์นี้เข้ารหัสแบบ UTF-16 โปรดบันทึกใหม่เป็น UTF-8 (ใน Excel เลือก "CSV UTF-8")',
  });
}

function isCutOff(error: unknown): boolean {
  return ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR', 'EPIPE'].includes(codeOf(error));
}
