import t from 'tap';
import type { Instrument } from '../../src/domain/instrument.js';
import { sheetWriter } from '../../src/scoring/sheet-lines.js';

const instrument: Instrument = {
  code: 'test',
  instrumentVersion: 1,
  name: { th: 'ทดสอบ', en: 'Test' },
  passLevel: 2,
  healthLevelRule: 'weakest-criterion',
  healthLevelThresholds: null,
  reasonRequired: 'failed',
  virtues: [],
  criteria: [2, 10, 1].map((criterionNo) => ({ criterionNo, name: null, virtueCode: null, levels: [] })),
};
const { lines } = sheetWriter(instrument);
const reasons = { 1: 'กล่าวว่า "ไม่มี", แล้ว', 2: 'ends in \\', 10: '"1": "not a key", ' };

function scoresWritten(levels: string, members: readonly string[]): unknown {
  const line = `{"summary":null,"levels":"${levels}","reasons":{${members.join(', ')}}}\n`;
  return JSON.parse(lines(Buffer.from(line)).toString()).scores;
}

t.test('sheetWriter: each reason goes to its criterion, in whatever order the database writes them', async (t) => {
  const [one, two, ten] = Object.entries(reasons).map(([no, reason]) => `"${no}": ${JSON.stringify(reason)}`);
  const expected = [
    { criterionNo: 2, level: 1, reason: reasons[2] },
    { criterionNo: 10, level: null, reason: reasons[10] },
    { criterionNo: 1, level: 3, reason: reasons[1] },
  ];
  const orders = [
    [one, two, ten],
    [two, ten, one],
    [ten, one, two],
    [one, ten, two],
  ].map((order) => order.filter((member) => member !== undefined));
  for (const order of orders) t.strictSame(scoresWritten('103', order), expected);
});

t.test('sheetWriter: a reason of a criterion that the instrument does not have hides no other', async (t) => {
  t.strictSame(scoresWritten('003', ['"7": "unknown"', '"10": "why"']), [
    { criterionNo: 10, level: null, reason: 'why' },
    { criterionNo: 1, level: 3, reason: null },
  ]);
  t.strictSame(scoresWritten('000', []), []);
});

t.test('sheetWriter: a line of another form is an error and no sheet without reasons', async (t) => {
  t.throws(() => lines(Buffer.from('{"reasons":{},"levels":"103"}\n')), { message: /ends in levels and reasons/ });
});
