import { type CsvColumn, textOfCell } from '../../src/platform/csv.js';

/** What a reader of RFC 4180 gets: rows of cells, a quoted empty one as `''` and an unquoted one as null. */
export function parseCsv(text: string): (string | null)[][];
export function parseCsv(text: string, options: { raw: true }): string[][];
export function parseCsv(text: string, { raw = false } = {}): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex;
    const found = cell.exec(text);
    if (found === null) throw new Error(`no CSV at ${at}: ${text.slice(at, at + 60)}`);
    const [, quoted, plain = '', end] = found;
    const written = quoted?.replaceAll('""', '"') ?? (plain === '' && !raw ? null : plain);
    row.push(written === null || raw ? written : textOfCell(written));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) throw new Error('the last line of the CSV has no end');
  return rows;
}

type Item = Record<string, unknown>;

/**
 * Items from the rows of CSV, by the paths of the columns. CSV has no types, so a cell is read as the type that `like`
 * has at its place: what differs is the value.
 */
export function unflatten(rows: (string | null)[][], columns: readonly CsvColumn[], like: readonly Item[]): Item[] {
  const [header = [], ...lines] = rows;
  const paths = new Map(
    columns.map((column) => (typeof column === 'string' ? [column, column] : [...column])) as never,
  );
  return lines.map((line, index) => {
    const item: Item = {};
    const model = like[index] ?? {};
    for (const [at, name] of header.entries()) setAt(item, model, String(paths.get(name) ?? name).split('.'), line[at]);
    return 'scores' in model ? sheetOf(item, model) : item;
  });
}

function setAt(item: Item, model: Item, [name = '', ...rest]: string[], cell: string | null | undefined): void {
  const known = model[name];
  if (rest.length === 0) {
    item[name] = typedCell(cell ?? null, known);
    return;
  }
  // Every cell of an object that is null is empty.
  item[name] ??= known === null ? null : {};
  if (known === null && cell !== null) throw new Error(`${name} is null and has a cell ${cell}`);
  if (item[name] !== null) setAt(item[name] as Item, known as Item, rest, cell);
}

function typedCell(cell: string | null, like: unknown): unknown {
  const isText = typeof like === 'string' || like === null || like === undefined;
  return cell === null || isText ? cell : JSON.parse(cell);
}

/** A score sheet from its cells: `c` and `r` with the number of a criterion are its score, other cells its result. */
function sheetOf(cells: Item, model: Item): Item {
  const sheet: Item = {};
  const like = model.result as Item;
  const result: Item = { failedCriteria: like.failedCriteria };
  const scores = new Map<string, Item>();
  for (const [name, value] of Object.entries(cells)) {
    const [, kind, no] = /^([cr])(\d+)$/.exec(name) ?? [];
    if (no === undefined && name in model) sheet[name] = value;
    else if (no === undefined) result[name] = typedCell(value as string | null, like[name]);
    else if (kind === 'c' && value !== null)
      scores.set(no, { criterionNo: Number(no), level: Number(value), reason: null });
    else if (kind === 'r' && value !== null) Object.assign(scores.get(no) ?? {}, { reason: value });
  }
  return { ...sheet, scores: [...scores.values()], result };
}
