/** The readers of header values, against the grammar of their RFCs. */
import fc from 'fast-check';
import t from 'tap';
import { namesTag, readTagCondition } from '../../src/platform/http/entity-tags.js';
import { readPreferences } from '../../src/platform/http/prefer.js';

const strong = (value: string) => ({ weak: false, value });
const weak = (value: string) => ({ weak: true, value });

t.test('readTagCondition: reads what RFC 9110 calls a list of entity tags, and nothing else', async (t) => {
  const lists: [string, unknown][] = [
    ['*', '*'],
    [' * ', '*'],
    ['"3"', [strong('3')]],
    ['W/"3"', [weak('3')]],
    ['"1",', [strong('1')]],
    [',, "1" ,\t, W/"2",', [strong('1'), weak('2')]],
    ['"a,b"', [strong('a,b')]],
    ['"a,b","c"', [strong('a,b'), strong('c')]],
    ['""', [strong('')]],
    ['"W/"', [strong('W/')]],
    ['"\\", "\xe9"', [strong('\\'), strong('\xe9')]],
  ];
  for (const [header, read] of lists) t.strictSame(readTagCondition(header), read, header);
  for (const header of [
    '',
    ' ',
    ',',
    '3',
    '"3',
    '3"',
    '"1" "2"',
    '"1";"2"',
    'w/"1"',
    'W/ "1"',
    '"1", *',
    '"a b"',
    '"1"x',
  ]) {
    t.equal(readTagCondition(header), null, header);
  }
});

t.test('readTagCondition: whatever tags are listed, with whatever blanks and empty places, come back', async () => {
  const value = fc.string({ unit: fc.constantFrom(...'!#,;*/W3a~\xff') });
  const tags = fc.array(fc.record({ weak: fc.boolean(), value }), { minLength: 1, maxLength: 5 });
  const between = fc.stringMatching(/^[ \t]*,[ \t,]*$/);
  fc.assert(
    fc.property(tags, between, (list, comma) => {
      const header = list.map((tag) => `${tag.weak ? 'W/' : ''}"${tag.value}"`).join(comma);
      return JSON.stringify(readTagCondition(header)) === JSON.stringify(list);
    }),
  );
});

t.test('namesTag: compares the whole value', async (t) => {
  const read = readTagCondition('"13", W/"4"') ?? [];
  for (const [value, named] of Object.entries({ '13': true, '4': true, '3': false, '1': false })) {
    t.equal(namesTag(read, value), named, value);
  }
  t.ok(namesTag('*', 'any'));
});

t.test('readPreferences: reads RFC 7240, of a name given twice the first', async (t) => {
  const headers: [string, object][] = [
    ['count=exact', { count: 'exact' }],
    ['Count = "exact"', { count: 'exact' }],
    ['respond-async, wait=100', { 'respond-async': '', wait: '100' }],
    ['foo; bar="a, count=exact"; b, count=exact', { foo: '', count: 'exact' }],
    ['foo="a, count=exact"', { foo: 'a, count=exact' }],
    ['handling=lenient;x,,count=exact;', { handling: 'lenient', count: 'exact' }],
    ['count=none, count=exact', { count: 'none' }],
    ['count', { count: '' }],
    ['a="say \\"x\\""', { a: 'say "x"' }],
    ['count=exact, "', { count: 'exact' }],
    ['', {}],
  ];
  for (const [header, read] of headers) t.strictSame(Object.fromEntries(readPreferences(header)), read, header);
});
