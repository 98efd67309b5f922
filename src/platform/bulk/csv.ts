import type { Bilingual } from '../../domain/bilingual.js';
import { problems } from '../../domain/problem.js';
import { pointerTo } from '../../domain/refusal.js';
import { badUtf8 } from '../json/read.js';
import type { UploadLimits } from './bytes.js';
import { type CellKind, readCell, trimmed, type Unread } from './cells.js';
import { type CsvRecord, CsvRecords } from './csv-records.js';
import { dialectOf } from './dialect.js';
import { requireKnownColumns } from './header.js';
import { numbersOf } from './kinds.js';
import { type RawRow, type RowFault, type RowForm, shownValue, unreadableRow } from './row.js';

const batch = 1_000;

/**
 * The rows of a CSV file, whose first row names the columns. An empty cell is a field left out, or null where the field
 * can be null; a row of empty cells is passed over, and so are empty cells beyond the last column. Row numbers are those a
 * spreadsheet shows.
 * @throws problems.malformedUpload (400) when the file cannot be read on, problems.invalidInput (400) for its columns,
 *   problems.tooManyRows (413)
 */
export async function* csvRows(
  chunks: AsyncIterable<Buffer>,
  form: RowForm,
  limits: UploadLimits,
): AsyncGenerator<RawRow[]> {
  const table = new Table(form, limits);
  for await (const chunk of chunks) yield* inBatches(table.read(chunk, false));
  yield* inBatches(table.read(Buffer.alloc(0), true));
  if (table.hasHeader) return;
  throw problems.malformedUpload({
    en: 'The file is empty; its first row names the columns.',
    th: 'ไฟล์ว่าง แถวแรกต้องเป็นชื่อคอลัมน์',
  });
}

/**
 * Checks the columns of a file as soon as its first piece is here, so that nobody sends a gigabyte under wrong names. A
 * first row that is not whole in it is checked later.
 * @throws problems.invalidInput (400)
 */
export function requireColumns(first: Buffer, form: RowForm, limits: UploadLimits): void {
  new Table(form, limits).read(first, false).next();
}

function* inBatches(rows: Iterable<RawRow>): Generator<RawRow[]> {
  let some: RawRow[] = [];
  for (const row of rows) {
    some.push(row);
    if (some.length < batch) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}

interface Column {
  name: string;
  kind: CellKind;
  ignored: boolean;
  /** An empty cell says null and not "left out". */
  emptyIsNull: boolean;
}

/** A file as it comes: what its first rows said about the others. */
class Table {
  readonly #form: RowForm;
  readonly #limits: UploadLimits;
  #records: CsvRecords | null = null;
  #delimiter = '';
  #columns: Column[] | null = null;

  constructor(form: RowForm, limits: UploadLimits) {
    this.#form = form;
    this.#limits = limits;
  }

  get hasHeader(): boolean {
    return this.#columns !== null;
  }

  *read(bytes: Buffer, isLast: boolean): Generator<RawRow> {
    for (const record of this.#recordsOf(bytes, isLast)) {
      if (record.cells.every(isBlank)) continue;
      if (this.#columns === null) {
        if (record.broken) throw problems.malformedUpload(badUtf8);
        this.#columns = columnsOf(record.cells, this.#form);
      } else yield rowOf(record, this.#columns, this.#form, this.#delimiter);
    }
  }

  #recordsOf(bytes: Buffer, isLast: boolean): Generator<CsvRecord> {
    if (this.#records !== null) return this.#records.read(bytes, isLast);
    const { delimiter, skip, rowsBefore } = dialectOf(bytes);
    this.#delimiter = delimiter;
    this.#records = new CsvRecords(delimiter, rowsBefore, this.#limits);
    return this.#records.read(bytes.subarray(skip), isLast);
  }
}

function isBlank(cell: string): boolean {
  return cell === '' || trimmed(cell) === '';
}

/** A spreadsheet writes as many commas after the names as there were columns in use at any time. */
function columnsOf(cells: readonly string[], form: RowForm): Column[] {
  const names = cells.map((cell) => {
    const read = readCell(cell, 'code', ',');
    return 'content' in read ? String(read.content) : cell;
  });
  while (names.at(-1) === '') names.pop();
  requireKnownColumns(names, form);
  return names.map((name) => ({
    name,
    kind: kindOf(name, form),
    ignored: form.given.includes(name),
    emptyIsNull: form.shape.shape[name]?.safeParse(null).success === true,
  }));
}

/** A field that takes spaces around its content is text; around anything else they are the spreadsheet's. */
function kindOf(name: string, form: RowForm): CellKind {
  if (numbersOf(form.shape).includes(name)) return 'number';
  return form.csv?.columns[name] ?? (form.shape.shape[name]?.safeParse(' x ').success ? 'text' : 'code');
}

function rowOf(record: CsvRecord, columns: readonly Column[], form: RowForm, delimiter: string): RawRow {
  const { row, cells, broken } = record;
  if (broken) {
    const value = cells.find((cell) => cell.includes('\uFFFD'));
    return { row, faults: unreadableRow(row, 'bad-utf-8', badUtf8, value) };
  }
  if (cells.length < columns.length || !cells.slice(columns.length).every(isBlank)) {
    return {
      row,
      faults: unreadableRow(
        row,
        'wrong-number-of-cells',
        wrongLength(cells, columns, delimiter),
        cells.join(delimiter),
      ),
    };
  }
  const content: Record<string, unknown> = {};
  const faults: RowFault[] = [];
  for (let index = 0; index < columns.length; index += 1) {
    const column = columns[index];
    if (column === undefined || column.ignored) continue;
    const cell = cells[index] ?? '';
    const read = cell === '' ? null : readCell(cell, column.kind, delimiter);
    if (read !== null && 'code' in read) faults.push(faultOf(row, column, cell, read));
    else if (read !== null && read.content !== '') content[column.name] = read.content;
    else if (column.emptyIsNull) content[column.name] = null;
  }
  return { row, value: form.csv === undefined ? content : form.csv.gather(content), faults };
}

/** What parts cells, in words. */
const parting: Readonly<Record<string, Bilingual>> = {
  ',': { en: 'comma', th: 'จุลภาค' },
  ';': { en: 'semicolon', th: 'อัฒภาค' },
  '\t': { en: 'tab', th: 'แท็บ' },
  '|': { en: 'vertical bar', th: 'ขีดตั้ง' },
};

/** Too many cells come of a text with the sign that parts them; too few of a program that leaves out empty ones at the end. */
function wrongLength({ length }: readonly string[], columns: readonly Column[], delimiter: string): Bilingual {
  const counted = {
    en: `The row has ${length} cells, the first row has ${columns.length};`,
    th: `แถวนี้มี ${length} ช่อง แต่แถวชื่อคอลัมน์มี ${columns.length} ช่อง`,
  };
  const { en, th } = parting[delimiter] ?? { en: delimiter, th: delimiter };
  if (length < columns.length) {
    return {
      en: `${counted.en} a row has a ${en} for each cell that is empty too.`,
      th: `${counted.th} โปรดใส่เครื่องหมาย${th}ให้ครบ แม้ช่องนั้นไม่มีข้อมูล`,
    };
  }
  return {
    en: `${counted.en} put a text that has a ${en} into quotes.`,
    th: `${counted.th} หากข้อความมีเครื่องหมาย${th} โปรดใส่เครื่องหมาย " คร่อมข้อความ`,
  };
}

function faultOf(row: number, { name }: Column, cell: string, { code, detail }: Unread): RowFault {
  const value = shownValue(cell);
  return { row, pointer: pointerTo([name]), column: name, code, detail, value, criterionNo: null, allowed: null };
}
