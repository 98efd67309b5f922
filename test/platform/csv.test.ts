import fc from 'fast-check';
import t from 'tap';
import { CsvRecords } from '../../src/platform/bulk/csv-records.js';

const limits = { bytes: 1e9, rowBytes: 1_000, rows: 100 };

/** The cells of each record, and the rows they stand in, of bytes that come in pieces of these lengths. */
function read(bytes: Buffer, cuts: readonly number[] = [], delimiter = ','): [number, string[]][] {
  const records = new CsvRecords(delimiter, 0, limits);
  const found: [number, string[]][] = [];
  let start = 0;
  for (const cut of cuts) {
    for (const { row, cells } of records.read(bytes.subarray(start, start + cut), false)) found.push([row, cells]);
    start += cut;
  }
  for (const { row, cells } of records.read(bytes.subarray(start), true)) found.push([row, cells]);
  return found;
}

/** RFC 4180: a cell that has a quote, the delimiter or a line end is quoted; any other may be. */
function written(cell: string, delimiter: string, always: boolean): string {
  const needed = ['"', delimiter, '\r', '\n'].some((character) => cell.includes(character));
  return needed || always ? `"${cell.replaceAll('"', '""')}"` : cell;
}

const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'ก', '้', '"', ',', ';', '\t', '\r', '\n', ' ', '๑', '😀'), maxLength: 6 }),
  fc.string({ maxLength: 5 }),
);

t.test('CsvRecords: reads back what is written by RFC 4180, however the bytes are cut', async (t) => {
  const file = fc.record({
    rows: fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { maxLength: 6 }),
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    lineEnd: fc.constantFrom('\r\n', '\n', '\r'),
    quoted: fc.boolean(),
    endsWithLineEnd: fc.boolean(),
    cuts: fc.array(fc.nat(9), { maxLength: 12 }),
  });
  fc.assert(
    fc.property(file, ({ rows, delimiter, lineEnd, quoted, endsWithLineEnd, cuts }) => {
      const lines = rows.map((cells) => cells.map((text) => written(text, delimiter, quoted)).join(delimiter));
      const text = lines.join(lineEnd) + (endsWithLineEnd && rows.length > 0 ? lineEnd : '');
      // A lone surrogate has no bytes of its own; it is written as the mark of one that is broken.
      const expected = rows.map((cells, index) => [index + 1, cells.map((value) => value.toWellFormed())]);
      t.strictSame(read(Buffer.from(text), cuts, delimiter), expected);
    }),
    { numRuns: 500 },
  );
});

t.test('CsvRecords: counts rows as a spreadsheet does, and gives no empty ones', async (t) => {
  t.strictSame(read(Buffer.from('a\n\n\r\n"b\n\nc",d\r\r"",e\n""\n \nf')), [
    [1, ['a']],
    [4, ['b\n\nc', 'd']],
    [6, ['', 'e']],
    [8, [' ']],
    [9, ['f']],
  ]);
  t.strictSame(read(Buffer.from('\n'.repeat(99))), []);
  t.strictSame(read(Buffer.alloc(0)), []);
  t.strictSame(
    read(Buffer.from('กลุ่ม "รวมใจ",5" x\n')),
    [[1, ['กลุ่ม "รวมใจ"', '5" x']]],
    'a quote inside is a character',
  );
});

t.test('CsvRecords: says which record has bytes that are no UTF-8, even when a character was cut', async (t) => {
  const bytes = Buffer.concat([Buffer.from('ก,ข\n'), Buffer.from([0xa1, 0x2c, 0x41, 0x0a]), Buffer.from('\uFFFD,ค\n')]);
  for (let cut = 0; cut < bytes.length; cut += 1) {
    const records = new CsvRecords(',', 0, limits);
    const found = [...records.read(bytes.subarray(0, cut), false), ...records.read(bytes.subarray(cut), true)];
    t.strictSame(
      found.map(({ broken }) => broken),
      [false, true, false],
      `cut at ${cut}`,
    );
  }
});

t.test('CsvRecords: what cannot be read on, or goes beyond the limits, is refused by its row', async (t) => {
  const cases: [string, string, string, RegExp][] = [
    ['a quote that is never closed', 'a,b\n"c,d\n', 'malformed-upload', /Row 2 .*never closed/],
    ['text after a closing quote', 'a\n\n"b"c\n', 'malformed-upload', /Row 3 .*after a closing quote/],
    ['a row without an end', `a\n${'x'.repeat(1_001)}`, 'malformed-upload', /Row 2 is longer than 1000 bytes/],
    ['a row that is too long', `a\n${'x'.repeat(1_001)}\n`, 'malformed-upload', /Row 2 is longer than 1000 bytes/],
    ['a quote before everything', `a\n"${'x\n'.repeat(600)}`, 'malformed-upload', /Row 2 /],
    ['too many rows', 'a\n'.repeat(101), 'too-many-rows', /At most 100 rows/],
    ['too many blank rows', `${'\n'.repeat(100)}a`, 'too-many-rows', /At most 100 rows/],
  ];
  for (const [what, text, code, message] of cases) t.throws(() => read(Buffer.from(text)), { code, message }, what);
  const wide = new CsvRecords(',', 0, { ...limits, rowBytes: 100_000 });
  t.throws(() => [...wide.read(Buffer.from(','.repeat(20_000)), true)], { message: /Row 1 has more than 16384 cells/ });
});
