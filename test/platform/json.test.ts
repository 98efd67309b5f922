import fc from 'fast-check';
import t from 'tap';
import { readJson } from '../../src/platform/json/read.js';

/** Pointer-like place and code of each fault; none when the document is taken. */
function faultsOf(text: string | Buffer): [string, string][] {
  const read = readJson(Buffer.from(text));
  return 'value' in read ? [] : read.faults.map(({ path, code }) => [path.map((part) => `/${part}`).join(''), code]);
}

function readOf(text: string): unknown {
  const read = readJson(Buffer.from(text));
  if ('faults' in read) throw new Error(`${text}: ${JSON.stringify(read.faults)}`);
  return read.value;
}

const json = fc.jsonValue({ maxDepth: 6 }).filter((value) => !/"(__proto__|constructor)"/.test(JSON.stringify(value)));

t.test('readJson: gives what JSON.parse gives for every document that is written by JSON.stringify', async (t) => {
  fc.assert(
    fc.property(json, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      t.strictSame(readOf(text), JSON.parse(text));
    }),
    { numRuns: 200 },
  );
});

t.test(
  'readJson: a field that is given twice is refused where it stands, at any depth and however it is escaped',
  async (t) => {
    const name = fc
      .string({ minLength: 1, maxLength: 8 })
      .filter((text) => !['__proto__', 'constructor'].includes(text));
    const way = fc.array(fc.oneof(fc.constantFrom('a', 'b c', 'ก'), fc.nat(3)), { maxLength: 10 });
    fc.assert(
      fc.property(name, way, fc.boolean(), fc.boolean(), (twice, path, escaped, others) => {
        const again = escaped ? escapedName(twice) : JSON.stringify(twice);
        const filler = others ? `${JSON.stringify(`${twice}x`)}:[{}],` : '';
        const object = `{${JSON.stringify(twice)}:1,${filler}${again}:1}`;
        t.strictSame(faultsOf(within(path, object)), [
          [[...path, twice].map((part) => `/${part}`).join(''), 'field-repeated'],
        ]);
      }),
      { numRuns: 200 },
    );
    t.strictSame(
      faultsOf('[{"a":1,"b":{"c":1,"c":2,"c":3}},{"a":1,"a":{}}]'),
      [
        ['/0/b/c', 'field-repeated'],
        ['/0/b/c', 'field-repeated'],
        ['/1/a', 'field-repeated'],
      ],
      'every one is named',
    );
    t.strictSame(faultsOf('[{"a":1},{"a":1}]'), [], 'in two objects it is not twice');
  },
);

t.test('readJson: a number is kept with the digits it was sent with, or refused', async (t) => {
  const double = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(double, (number) => t.strictSame(readOf(JSON.stringify([number])), [number === 0 ? 0 : number])),
  );
  // Independent of doubles: decimals as whole numbers and a power of ten, compared as BigInt.
  const digits = fc.bigInt({ min: 1n, max: 10n ** 24n });
  fc.assert(
    fc.property(digits, fc.integer({ min: 0, max: 12 }), (whole, decimals) => {
      const text = whole.toString().padStart(decimals + 1, '0');
      const written = decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
      const kept = exactly(String(Number(written)), decimals);
      t.strictSame(faultsOf(`{"n":${written}}`), kept === whole ? [] : [['/n', 'number-inexact']], written);
    }),
    { numRuns: 300 },
  );
  for (const number of [
    '1e400',
    '-1e400',
    '1e-400',
    '12345678901234567890',
    '9007199254740993',
    '1.00000000000000001',
  ]) {
    t.strictSame(faultsOf(`{"a":[0,${number}]}`), [['/a/1', 'number-inexact']], number);
  }
  for (const number of ['366500.50', '1.0000000000000000000', '1E5', '1e+2', '100000000000000000000', '-0', '0e999']) {
    t.strictSame(faultsOf(number), [], number);
  }
});

t.test('readJson: refuses what would be read as something else, and what no record looks like', async (t) => {
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const cases: [string, string | Buffer, [string, string][]][] = [
    ['a prototype', '{"__proto__":{"name":"x"}}', [['/__proto__', 'field-forbidden']]],
    ['an escaped one', '{"a":{"\\u005f_proto__":1}}', [['/a/__proto__', 'field-forbidden']]],
    ['a constructor', '{"constructor":{"prototype":{}}}', [['/constructor/prototype', 'field-forbidden']]],
    ['half a character', '{"a":"x\\ud800y"}', [['/a', 'unreadable-character']]],
    ['the other half', '["\\uDC00"]', [['/0', 'unreadable-character']]],
    ['half a character in a name', '{"\\ud800":1}', [['/\ufffd', 'unreadable-character']]],
    ['Latin-1', Buffer.from('{"a":"\xe9"}', 'latin1'), [['', 'bad-utf-8']]],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), [['', 'bad-utf-8']]],
    ['21 levels', deep(21), [['', 'too-deep']]],
    ['a million levels', deep(1_000_000), [['', 'too-deep']]],
    ['10,001 members', `[${'0,'.repeat(9_999)}0]`, [['', 'too-many-values']]],
    ['a line end in a text', '{"a":"x\ny"}', [['', 'malformed-json']]],
    ['a comment', '{"a":1 /* one */}', [['', 'malformed-json']]],
    ['a comma at the end', '{"a":1,}', [['', 'malformed-json']]],
    ['NaN', '{"a":NaN}', [['', 'malformed-json']]],
    ['a plus', '[+1]', [['', 'malformed-json']]],
    ['a zero before', '[01]', [['', 'malformed-json']]],
    ['two documents', '{}{}', [['', 'malformed-json']]],
    ['nothing but space', ' ', [['', 'malformed-json']]],
    ['a mark inside', ' \uFEFF{}', [['', 'malformed-json']]],
  ];
  for (const [what, text, expected] of cases) t.strictSame(faultsOf(text), expected, what);
  const taken = [
    '\uFEFF{"a":1}',
    '{"constructor":1}',
    '{"a":"\\ud83d\\ude00"}',
    '{"a":"\\\\ud800"}',
    '"\uFFFD"',
    deep(20),
  ];
  for (const text of taken) t.strictSame(faultsOf(text), [], text.slice(0, 30));
  t.equal(faultsOf(`[${'{"a":1,"a":2},'.repeat(999)}0]`).length, 100, 'a hundred faults are listed');
});

/** A name with every character as an escape. */
function escapedName(name: string): string {
  const escapes = name.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `"${escapes.join('')}"`;
}

/** A document with another at a path: a number is a place in an array. */
function within(path: readonly (string | number)[], inner: string): string {
  return path.reduceRight<string>(
    (text, part) =>
      typeof part === 'number' ? `[${'null,'.repeat(part)}${text}]` : `{"other":0,${JSON.stringify(part)}:${text}}`,
    inner,
  );
}

/** A number as JavaScript writes it, in units of a power of ten; null when it has more decimals. */
function exactly(written: string, decimals: number): bigint | null {
  const [, whole = '', part = '', exponent = '0'] = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(written) ?? [];
  const power = Number(exponent) - part.length + decimals;
  const digits = BigInt(whole + part);
  if (power >= 0) return digits * 10n ** BigInt(power);
  return digits % 10n ** BigInt(-power) === 0n ? digits / 10n ** BigInt(-power) : null;
}
