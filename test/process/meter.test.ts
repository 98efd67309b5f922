/** What import and export show of their work: how much of what is expected has passed. */
import t from 'tap';
import { Meter } from '../../src/commands/transfer/meter.js';

const file = Buffer.from('registrationNo,name\r\nA-1,"two\r\nlines"\r\nA-2,ก\r\n');

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

t.test('Meter: counts bytes and rows however they are cut; a line end in quotes ends no row', async (t) => {
  for (const size of [1, 7, 1_000]) {
    const meter = new Meter('csv', { rows: null, bytes: file.length }, 'sent');
    const passed: Buffer[] = [];
    for await (const chunk of meter.pass(inPieces(file, size))) passed.push(chunk);
    t.ok(Buffer.concat(passed).equals(file), 'the bytes are handed on as they are');
    t.match(meter.text, new RegExp(`^2 rows, ${file.length} B in `), `pieces of ${size}`);
  }
});

t.test('Meter: says how much of what is expected has passed, and what follows when all has', async (t) => {
  const lines = Buffer.from('{"a":1}\n{"a":2}\n{"a":3}\n{"a":4}\n');
  const byRows = new Meter('ndjson', { rows: 4, bytes: null }, 'received; the file is put in its place');
  const pieces = byRows.pass(inPieces(lines, lines.length / 4));
  for (const _ of [1, 2]) await pieces.next();
  t.equal(byRows.status().part, 1 / 4, 'a piece counts when the next is asked for');
  t.match(byRows.status().text, /^1 of 4 rows {2}8 B {2}/);
  for await (const _ of pieces);
  t.match(byRows.status(), { part: null, text: /^32 B received; the file is put in its place, / });

  const bySize = new Meter('ndjson', { rows: null, bytes: 32 }, 'sent');
  const halves = bySize.pass(inPieces(lines, 16));
  for (const _ of [1, 2]) await halves.next();
  t.equal(bySize.status().part, 1 / 2);
  t.match(bySize.status().text, /^2 rows {2}16 B of 32 B {2}/);
  t.equal(new Meter('csv', { rows: null, bytes: null }, 'sent').status().part, null, 'nobody knows');
});
