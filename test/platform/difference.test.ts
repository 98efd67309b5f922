/** What a change keeps gives the row back, and the database makes the same of it as the service does, whatever the rows are. */
import { deepStrictEqual } from 'node:assert/strict';
import { type SQL, sql } from 'drizzle-orm';
import { boolean, date, integer, json, jsonb, numeric, pgTable, smallint, text, uuid } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import t from 'tap';
import { instant } from '../../src/platform/db/columns.js';
import { rowsOf } from '../../src/platform/db/database.js';
import { applyChange, differenceOf } from '../../src/platform/record/difference.js';
import { differenceJson, rowJson } from '../../src/platform/record/kept-json.js';
import { recordKind } from '../../src/platform/record/record.js';
import { openTestDatabase } from '../support/database.js';

/** A table with each type of column that records have. */
const scratch = pgTable('scratch', {
  scratchId: uuid('scratch_id').notNull(),
  name: text('name'),
  day: date('day', { mode: 'string' }),
  amount: numeric('amount', { precision: 16, scale: 2, mode: 'number' }),
  level: smallint('level'),
  closed: boolean('closed'),
  permissions: text('permissions').array(),
  members: jsonb('members').$type<fc.JsonValue>(),
  content: json('content').$type<fc.JsonValue>(),
  reasons: jsonb('reasons').notNull().$type<Record<string, string>>(),
  startedAt: instant('started_at'),
  version: integer('version').notNull(),
  updatedAt: instant('updated_at').notNull(),
});
type Row = typeof scratch.$inferSelect;
const kind = recordKind('scratch', scratch, { key: ['scratchId'], entries: ['reasons'] });

// PostgreSQL takes neither NUL nor half a surrogate pair.
const words = fc.oneof(
  fc.constantFrom('', 'ก', 'กลุ่ม "ออม"', "d'or\\n", 'สอง\nบรรทัด\t', '{"a":1}', 'null', '💰'),
  fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll('\u0000', '')),
);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null, freq: 3 });
const instants = fc
  .date({ min: new Date('1950-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
  .map((at) => at.toISOString());
/** JSON whose keys no engine treats in a way of its own, and whose numbers no engine rounds. */
const { nested } = fc.letrec<{ nested: fc.JsonValue }>((tie) => ({
  nested: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    words,
    fc.array(tie('nested'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('name', 'ชื่อ', 'a "b"', 'criterionNo'), tie('nested'), { noNullPrototype: true }),
  ),
}));
const rows: fc.Arbitrary<Row> = fc.record(
  {
    scratchId: fc.constant('01936d5e-6f70-7c3a-9c55-000000000001'),
    name: maybe(words),
    day: maybe(instants.map((at) => at.slice(0, 10))),
    amount: maybe(fc.integer({ min: -(10 ** 12), max: 10 ** 12 }).map((satang) => satang / 100)),
    level: maybe(fc.integer({ min: -32768, max: 32767 })),
    closed: maybe(fc.boolean()),
    permissions: maybe(fc.array(words, { maxLength: 3 })),
    members: maybe(nested),
    content: maybe(nested),
    reasons: fc.dictionary(fc.integer({ min: 1, max: 19 }).map(String), words, { maxKeys: 5, noNullPrototype: true }),
    startedAt: maybe(instants),
    version: fc.integer({ min: 1, max: 9 }),
    updatedAt: instants,
  },
  { noNullPrototype: true },
);
/** A row and what became of it: some of its columns are other ones, the rest as they were. */
const pairs = fc.tuple(rows, rows, fc.subarray(Object.keys(kind.columns))).map(([before, other, changed]) => {
  const kept = Object.entries(before).filter(([name]) => !changed.includes(name));
  return { before, after: { ...other, ...Object.fromEntries(kept) } };
});

t.test('the row before and what changed give the row after, and a change of nothing keeps nothing', async (t) => {
  const runs = { numRuns: 300 };
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(pairs, ({ before, after }) => {
        const change = { ...differenceOf(kind, before, after), version: after.version, happenedAt: after.updatedAt };
        // Through JSON, as the table of changes has it.
        const read = JSON.parse(JSON.stringify(change));
        deepStrictEqual(applyChange(kind, before, read), after);
        const back = { ...read, before: read.after, after: read.before };
        const again = { ...back, version: before.version, happenedAt: before.updatedAt };
        // Backwards it gives the row before.
        deepStrictEqual(applyChange(kind, after, again), before);
      }),
      runs,
    ),
  );
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(rows, (row) => {
        deepStrictEqual(differenceOf(kind, row, structuredClone(row)), { before: {}, after: {} });
        const made = { ...differenceOf(kind, null, row), version: row.version, happenedAt: row.updatedAt };
        deepStrictEqual(applyChange(kind, null, made), row);
      }),
      runs,
    ),
  );
});

t.test('a column that was added after a record was made is empty in it', (t) => {
  const { content, level, ...kept } = (fc.sample(rows, 1) as unknown as Record<string, unknown>[])[0] ?? {};
  const made = { before: null, after: kept, version: 1, happenedAt: String(kept.updatedAt) };
  t.strictSame(applyChange(kind, null, made), { ...kept, content: null, level: null });
  t.end();
});

t.test('the database makes of two rows what the service makes of them', async (t) => {
  const database = await openTestDatabase();
  t.teardown(() => database.close());
  const { db } = database;
  for (const name of ['scratch', 'first', 'second']) {
    await db.execute(sql`create table ${sql.identifier(name)} (place int, scratch_id uuid, name text, day date,
      amount numeric(16, 2), level smallint, closed boolean, permissions text[], members jsonb, content json,
      reasons jsonb, started_at timestamptz(3), version int, updated_at timestamptz(3))`);
  }
  const sample = fc.sample(pairs, 300);
  const values = (side: 'before' | 'after') =>
    JSON.stringify(sample.map((pair, place) => ({ place, ...bySqlName(pair[side]) })));
  const fill = (table: SQL, side: 'before' | 'after') =>
    db.execute(sql`insert into ${table} select * from json_populate_recordset(null::scratch, ${values(side)}::json)`);
  await fill(sql`first`, 'before');
  await fill(sql`second`, 'after');
  const { before, after } = differenceJson(kind, sql`first`, sql`second`);
  const made = await rowsOf(
    db,
    sql`select ${before} as before, ${after} as after, ${rowJson(kind, sql`first`)} as row
      from first join second using (place) order by place`,
  );
  const expected = sample.map(({ before, after }) => ({
    ...differenceOf(kind, before, after),
    row: differenceOf(kind, null, before).after,
  }));
  t.strictSame(made, expected);
});

function bySqlName(row: Row): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(kind.columns).map(([name, { name: column }]) => [column, Reflect.get(row, name)]),
  );
}
