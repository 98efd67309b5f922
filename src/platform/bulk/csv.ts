import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { parse as parseAtOnce } from 'csv-parse/sync';
import { problems } from '../../domain/problem.js';
import { textOfCell } from '../csv.js';
import { badUtf8 } from '../json/read.js';
import { rowTooLong, type UploadLimits } from './bytes.js';
import { requireKnownColumns } from './header.js';
import { type RawRow, type RowForm, unreadableRow } from './row.js';

const batch = 1_000;

/**
 * The rows of a CSV file (RFC 4180, commas), whose first row names the columns. An empty cell is a field left out, or
 * null where the field can be null. Row numbers are those a spreadsheet shows.
 * @throws problems.malformedUpload (400) when the file cannot be read on, problems.invalidInput (400) for its columns
 */
export async function* csvRows(
  chunks: AsyncIterable<Buffer>,
  form: RowForm,
  limits: UploadLimits,
): AsyncGenerator<RawRow[]> {
  const bytes = { broken: false };
  const parser = parse({
    bom: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    // A row of another length is one row's fault and named as such below; the parser would stop the file at it.
    relax_column_count: true,
    max_record_size: limits.rowBytes,
  });
  const fed = pipeline(Readable.from(watched(chunks, bytes), { objectMode: false }), parser);
  // The failure is met where the records are read; this only keeps it from counting as unhandled before.
  fed.catch(() => {});
  try {
    yield* rowsOf(parser, form, bytes);
    await fed;
  } catch (error) {
    throw error instanceof CsvError ? unreadable(error, limits) : error;
  } finally {
    parser.destroy();
  }
}

/**
 * Checks the columns of a file as soon as its first piece is here, so that nobody sends a gigabyte under wrong names. A
 * first row that is not whole in it is checked later.
 * @throws problems.invalidInput (400)
 */
export function requireColumns(first: Buffer, form: RowForm): void {
  const end = first.indexOf('\n');
  if (end < 0) return;
  try {
    const [names] = parseAtOnce(first.subarray(0, end), { bom: true, relax_column_count: true });
    if (names !== undefined) columnsOf(names.map(textOfCell), form);
  } catch (error) {
    // A line end within quotes, or what is no CSV: both are met when the rows are read.
    if (!(error instanceof CsvError)) throw error;
  }
}

async function* rowsOf(
  records: AsyncIterable<string[]>,
  form: RowForm,
  bytes: { broken: boolean },
): AsyncGenerator<RawRow[]> {
  let columns: Column[] | null = null;
  let row = 0;
  let rows: RawRow[] = [];
  for await (const record of records) {
    row += 1;
    if (columns === null) {
      columns = columnsOf(record.map(textOfCell), form);
      continue;
    }
    if (record.length === 1 && record[0] === '') continue;
    rows.push(rowOf(row, record, columns, form, bytes.broken));
    if (rows.length === batch) {
      yield rows;
      rows = [];
    }
  }
  if (columns === null) {
    throw problems.malformedUpload({
      en: 'The file is empty; its first row names the columns.',
      th: 'ไฟล์ไม่มีข้อมูล แถวแรกต้องเป็นชื่อคอลัมน์',
    });
  }
  if (rows.length > 0) yield rows;
}

interface Column {
  name: string;
  ignored: boolean;
  /** An empty cell says null and not "left out". */
  emptyIsNull: boolean;
}

function columnsOf(names: readonly string[], form: RowForm): Column[] {
  requireKnownColumns(names, form);
  return names.map((name) => ({
    name,
    ignored: form.given.includes(name),
    emptyIsNull: form.shape.shape[name]?.safeParse(null).success === true,
  }));
}

function rowOf(row: number, record: string[], columns: Column[], form: RowForm, broken: boolean): RawRow {
  if (broken && record.some((cell) => cell.includes('\uFFFD'))) {
    const value = record.find((cell) => cell.includes('\uFFFD'));
    return { row, faults: unreadableRow(row, 'bad-utf-8', badUtf8, value) };
  }
  if (record.length !== columns.length) {
    const detail = {
      en: `The row has ${record.length} cells; the header has ${columns.length}.`,
      th: `แถวนี้มี ${record.length} ช่อง แต่แถวชื่อคอลัมน์มี ${columns.length} ช่อง`,
    };
    return { row, faults: unreadableRow(row, 'wrong-number-of-cells', detail, record.join(',')) };
  }
  const cells: Record<string, unknown> = {};
  for (let index = 0; index < columns.length; index += 1) {
    const column = columns[index] as Column;
    if (column.ignored) continue;
    const cell = record[index] as string;
    if (cell !== '') cells[column.name] = textOfCell(cell);
    else if (column.emptyIsNull) cells[column.name] = null;
  }
  return { row, value: form.csv === undefined ? cells : form.csv.gather(cells) };
}

/** Notes whether any byte was not UTF-8. A character may be cut between two chunks, so what is cut is looked at again. */
async function* watched(chunks: AsyncIterable<Buffer>, bytes: { broken: boolean }): AsyncGenerator<Buffer> {
  let cut: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (!bytes.broken) {
      const joined = cut.length === 0 ? chunk : Buffer.concat([cut, chunk]);
      const whole = joined.subarray(0, joined.length - cutAtEnd(joined));
      bytes.broken = !isUtf8(whole);
      cut = joined.subarray(whole.length);
    }
    yield chunk;
  }
  if (cut.length > 0) bytes.broken = true;
}

/** How many bytes at the end begin a character that is not complete. */
function cutAtEnd(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

function unreadable(error: CsvError, limits: UploadLimits) {
  const { records = 0 } = error as CsvError & { records?: number };
  if (error.code === 'CSV_MAX_RECORD_SIZE') return rowTooLong(records + 1, limits);
  return problems.malformedUpload({
    en: `Row ${records + 1} is not CSV: ${error.message}.`,
    th: `อ่านแถวที่ ${records + 1} เป็น CSV ไม่ได้ (${error.message})`,
  });
}
