import { problems } from '../../domain/problem.js';
import { pointerTo } from '../../domain/refusal.js';
import { type JsonFault, readJson } from '../json/read.js';
import { isRecord } from '../record-value.js';
import { rowTooLong, type UploadLimits } from './bytes.js';
import { type RawRow, type RowFault, shownValue, unreadableRow } from './row.js';

const lineEnd = 0x0a;
const openBrace = 0x7b;
const batch = 1_000;

/**
 * The rows of an NDJSON file, one JSON object a line. Blank lines are passed over and counted.
 * @throws problems.malformedUpload (400) for a line that is too long, problems.tooManyRows (413)
 */
export async function* ndjsonRows(chunks: AsyncIterable<Buffer>, limits: UploadLimits): AsyncGenerator<RawRow[]> {
  let row = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let rows: RawRow[] = [];
    let start = 0;
    for (let end = bytes.indexOf(lineEnd, rest.length); end >= 0; end = bytes.indexOf(lineEnd, start)) {
      row += 1;
      if (end - start > limits.rowBytes) throw rowTooLong(row, limits);
      if (row > limits.rows) throw problems.tooManyRows(limits.rows);
      pushRow(rows, row, bytes.subarray(start, end));
      start = end + 1;
      if (rows.length < batch) continue;
      yield rows;
      rows = [];
    }
    rest = bytes.subarray(start);
    if (rest.length > limits.rowBytes) throw rowTooLong(row + 1, limits);
    if (rows.length > 0) yield rows;
  }
  if (rest.length === 0) return;
  if (row >= limits.rows) throw problems.tooManyRows(limits.rows);
  const last: RawRow[] = [];
  pushRow(last, row + 1, rest);
  if (last.length > 0) yield last;
}

function pushRow(rows: RawRow[], row: number, line: Buffer): void {
  if (line[0] !== openBrace && isBlank(line)) return;
  rows.push(rowOf(row, line));
}

function isBlank(line: Buffer): boolean {
  return line.length === 0 || !/\S/.test(line.toString('utf8'));
}

function rowOf(row: number, line: Buffer): RawRow {
  const read = readJson(line);
  if ('faults' in read) return { row, faults: read.faults.map((fault) => faultOf(row, fault)) };
  const { value } = read;
  if (isRecord(value)) return { row, value, faults: [] };
  const detail = { en: 'A line is one JSON object.', th: 'แต่ละบรรทัดต้องเป็นข้อมูล JSON หนึ่งชุดในรูป {…}' };
  return { row, faults: unreadableRow(row, 'invalid-type', detail, value) };
}

function faultOf(row: number, { path, code, detail, value }: JsonFault): RowFault {
  const column = path.length === 0 ? null : path.join('.');
  return {
    row,
    pointer: pointerTo(path),
    column,
    code,
    detail,
    value: shownValue(value),
    criterionNo: null,
    allowed: null,
  };
}
