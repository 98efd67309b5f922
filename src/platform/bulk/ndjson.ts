import { isUtf8 } from 'node:buffer';
import { badUtf8, rowTooLong, type UploadLimits } from './bytes.js';
import { type RawRow, unreadableRow } from './row.js';

const lineEnd = 0x0a;
const byteOrderMark = '\uFEFF';

/** The rows of an NDJSON file, one JSON object a line. Empty lines are passed over and counted. */
export async function* ndjsonRows(chunks: AsyncIterable<Buffer>, limits: UploadLimits): AsyncGenerator<RawRow[]> {
  let row = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const rows: RawRow[] = [];
    let start = 0;
    for (let end = bytes.indexOf(lineEnd, rest.length); end >= 0; end = bytes.indexOf(lineEnd, start)) {
      row += 1;
      if (end - start > limits.rowBytes) throw rowTooLong(row, limits);
      pushRow(rows, row, bytes.subarray(start, end));
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > limits.rowBytes) throw rowTooLong(row + 1, limits);
    if (rows.length > 0) yield rows;
  }
  const last: RawRow[] = [];
  pushRow(last, row + 1, rest);
  if (last.length > 0) yield last;
}

function pushRow(rows: RawRow[], row: number, bytes: Buffer): void {
  const decoded = bytes.toString('utf8');
  if (decoded.includes('\uFFFD') && !isUtf8(bytes)) {
    rows.push({ row, fault: unreadableRow(row, 'bad-utf-8', badUtf8, decoded) });
    return;
  }
  const text = row === 1 && decoded.startsWith(byteOrderMark) ? decoded.slice(1) : decoded;
  if (/^\s*$/.test(text)) return;
  rows.push(rowOf(row, text));
}

function rowOf(row: number, text: string): RawRow {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const detail = { en: 'This line is not JSON.', th: 'บรรทัดนี้ไม่ใช่ JSON' };
    return { row, fault: unreadableRow(row, 'malformed-json', detail, text) };
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    return { row, value: value as Record<string, unknown> };
  }
  const detail = { en: 'A line is one JSON object.', th: 'แต่ละบรรทัดต้องเป็นข้อมูล JSON หนึ่งชุดในรูป {…}' };
  return { row, fault: unreadableRow(row, 'invalid-type', detail, text) };
}
