/** How a CSV file is written: what parts its cells, and how much stands before its first row. */
export interface Dialect {
  delimiter: string;
  /** Bytes before the first row: a byte order mark, and the line that tells Excel the delimiter. */
  skip: number;
  /** Rows that a spreadsheet shows before the first of ours. */
  rowsBefore: number;
}

/** Excel writes semicolons where the decimal sign is a comma, and tabs as "Unicode text". */
const delimiters = [',', ';', '\t', '|'];

/** How much of a file is looked at; in bytes. */
const longest = 65_536;

/**
 * Finds out how a file is written by its beginning. No name of a column has a delimiter in it, so whichever the first row
 * has most is the one.
 */
export function dialectOf(beginning: Buffer): Dialect {
  const mark = beginning.indexOf('\uFEFF') === 0 ? 3 : 0;
  const text = beginning.toString('latin1', mark, mark + longest);
  const [line = '', said] = /^"?sep=([,;\t|])"?[,;\t|]*(?:\r\n|\n|\r)/i.exec(text) ?? [];
  const skip = mark + line.length;
  const rowsBefore = line === '' ? 0 : 1;
  const row = firstRow(text.slice(line.length));
  // What the line says holds unless somebody converted the file after it was written.
  return { delimiter: said !== undefined && row.includes(said) ? said : mostUsed(row), skip, rowsBefore };
}

/** The first line that says something, without what is quoted. */
function firstRow(text: string): string {
  const line = text.split(/[\r\n]+/).find((some) => /[^\s,;|]/.test(some)) ?? '';
  return line.replace(/"[^"]*"/g, '');
}

function mostUsed(row: string): string {
  const counted = delimiters.map((delimiter) => ({ delimiter, count: row.split(delimiter).length }));
  return counted.reduce((most, other) => (other.count > most.count ? other : most)).delimiter;
}
