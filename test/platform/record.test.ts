/** A field is said once: a scratch field of a scratch record is found wherever its kind of field has to be. */
import { sql } from 'drizzle-orm';
import { integer, jsonb, numeric, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import t from 'tap';
import { z } from 'zod';
import { daysOf, numbersOf } from '../../src/platform/bulk/kinds.js';
import { csvNames } from '../../src/platform/csv.js';
import { instant as instantColumn } from '../../src/platform/db/columns.js';
import { rowsOf } from '../../src/platform/db/database.js';
import { jsonFields, jsonLines } from '../../src/platform/db/json-lines.js';
import {
  acceptedColumns,
  anyDiffers,
  assignments,
  columnList,
  namedColumns,
  stagedAs,
  stagedValues,
} from '../../src/platform/record/columns.js';
import { applyChange, differenceOf } from '../../src/platform/record/difference.js';
import {
  acceptedOf,
  acceptedOfNew,
  bodyExampleOf,
  columnsOf,
  csvColumnsOf,
  exampleOf,
  fields,
  givenOf,
  shownOf,
} from '../../src/platform/record/fields.js';
import { differenceJson, rowJson } from '../../src/platform/record/kept-json.js';
import { recordKind } from '../../src/platform/record/record.js';
import { sameAs, viewOf } from '../../src/platform/record/views.js';
import { openTestDatabase } from '../support/database.js';

const id = '01936d5e-6f70-7c3a-9c55-000000000001';
const scratchFields = fields({
  scratchId: {
    shown: z.uuid(),
    acceptedOnce: z.uuid().optional(),
    column: uuid('scratch_id').primaryKey(),
    example: id,
  },
  name: { shown: z.string(), accepted: z.string(), column: text('name').notNull(), example: 'ก' },
  // The field that somebody adds: one line.
  phone: {
    shown: z.string().nullable(),
    accepted: z.string().nullable().default(null),
    column: text('phone'),
    example: '043-000',
    since: '0.2.0',
  },
  amount: { column: numeric('amount', { precision: 16, scale: 2, mode: 'number' }) },
  worth: {
    shown: z.object({ baht: z.number().nullable() }),
    csv: [['worthBaht', 'worth.baht']],
    example: { baht: 1.5 },
  },
  notes: { column: jsonb('notes').notNull().default({}).$type<Record<string, string>>() },
  version: { shown: z.int(), column: integer('version').notNull().default(1), example: 1 },
  updatedAt: { shown: z.string(), column: instantColumn('updated_at').notNull(), example: '2012-03-01T02:00:00.000Z' },
});
const scratch = pgTable('scratch', columnsOf(scratchFields));
const scratchKind = recordKind('scratch', scratch, { key: ['scratchId'], entries: ['notes'] });
const row: typeof scratch.$inferSelect = {
  scratchId: id,
  name: 'กลุ่ม "1"',
  phone: null,
  amount: 1.5,
  notes: { 1: 'เดิม', 2: 'อยู่' },
  version: 1,
  updatedAt: '2012-03-01T02:00:00.000Z',
};
const later: typeof row = {
  ...row,
  phone: '043',
  notes: { 2: 'อยู่', 3: 'ใหม่' },
  version: 2,
  updatedAt: '2012-03-02T02:00:00.000Z',
};

const database = await openTestDatabase();
t.teardown(() => database.close());
const { db } = database;
await db.execute(sql`create table scratch (scratch_id uuid primary key, name text not null, phone text,
  amount numeric(16, 2), notes jsonb not null default '{}', version int not null default 1, updated_at timestamptz(3) not null)`);
const insert = ({ scratchId, name, phone, amount, notes, version, updatedAt }: typeof row, table = 'scratch') =>
  db.execute(sql`insert into ${sql.identifier(table)} values
    (${scratchId}, ${name}, ${phone}, ${amount}, ${JSON.stringify(notes)}, ${version}, ${updatedAt})`);
await insert(row);

t.test('the contract shows it, takes it, says since when, and has an example of it', async (t) => {
  const shape = z.strictObject(shownOf(scratchFields));
  t.strictSame(Object.keys(shape.shape), ['scratchId', 'name', 'phone', 'worth', 'version', 'updatedAt']);
  t.equal(shape.shape.phone.meta()?.['x-since'], '0.2.0');
  t.equal(shape.shape.name.meta()?.['x-since'], undefined, 'what was always there says nothing');
  const content = z.strictObject(acceptedOf(scratchFields));
  t.strictSame(content.parse({ name: 'ข' }), { name: 'ข', phone: null });
  t.notOk(content.safeParse({ name: 'ข', scratchId: id }).success, 'what is chosen once is no content');
  t.ok(z.strictObject(acceptedOfNew(scratchFields)).safeParse({ name: 'ข', scratchId: id }).success);
  t.equal(shape.safeParse(exampleOf(scratchFields)).success, true);
  t.strictSame(bodyExampleOf(scratchFields), { name: 'ก', phone: '043-000' });
});

t.test('a file of rows knows what it holds, and passes over what is shown and not taken', async (t) => {
  const row = z.strictObject({
    ...acceptedOf(scratchFields),
    since: z.iso.date().min(10).nullable().default(null),
    count: z.int().min(7).nullable().optional(),
    degree: z.union([z.literal(1), z.literal(2)]).default(1),
    stamp: z.iso.datetime(),
    code: z.union([z.literal('1'), z.literal(2)]),
  });
  t.strictSame(daysOf(row), ['since'], 'an instant is no day');
  t.strictSame(numbersOf(row), ['count', 'degree'], 'a choice that has a text too is no number');
  t.strictSame(givenOf(scratchFields, row), ['scratchId', 'worth', 'version', 'updatedAt']);
});

t.test('a list has it in CSV, in its place', async (t) => {
  t.strictSame(csvNames(csvColumnsOf(scratchFields)), [
    'scratchId',
    'name',
    'phone',
    'worthBaht',
    'version',
    'updatedAt',
  ]);
});

t.test('the view of a row and the JSON of the database have it, and are the same', async (t) => {
  const view = viewOf(scratchFields, row, { worth: { baht: row.amount } });
  const { notes, amount, ...shown } = row;
  t.strictSame(view, { ...shown, worth: { baht: 1.5 } });
  const worth = sql`json_build_object('baht', trim_scale(${scratch.amount}))`;
  const lines = jsonLines(
    db
      .select(jsonFields(viewOf(scratchFields, scratch, { worth })))
      .from(scratch)
      .$dynamic(),
  );
  const [line] = await rowsOf<{ line: string }>(db, lines);
  t.strictSame(JSON.parse(line?.line ?? ''), view);
  t.strictSame(Object.keys(JSON.parse(line?.line ?? '')), Object.keys(view), 'in the same order');
});

t.test('a body that asks for another one asks for a change', async (t) => {
  t.ok(sameAs(scratchFields, row, { name: row.name, phone: null }));
  t.notOk(sameAs(scratchFields, row, { name: row.name, phone: '043' }));
});

t.test('an import stages, compares, inserts and sets it', async (t) => {
  const columns = acceptedColumns(scratchFields, scratch);
  t.strictSame(stagedAs(columns), { name: 'text', phone: 'text' });
  t.strictSame(stagedValues(columns, { phone: '043' }), { name: null, phone: '043' });
  t.throws(() => namedColumns(scratch, ['nothing']), /nothing has no column/);
  const staged = (phone: string | null) => sql`(values (${row.name}::text, ${phone}::text)) as s (name, phone)`;
  const differs = async (phone: string | null) =>
    (
      await rowsOf<{ yes: boolean }>(
        db,
        sql`select ${anyDiffers(columns, sql`r`, sql`s`)} as yes from scratch r, ${staged(phone)}`,
      )
    )[0]?.yes;
  t.strictSame([await differs(null), await differs('043')], [false, true]);
  await db.execute(sql`update scratch r set ${assignments(columns, sql`s`)} from ${staged('043')}`);
  const listed = await rowsOf(db, sql`select ${columnList(columns)} from scratch`);
  t.strictSame(listed, [{ name: row.name, phone: '043' }]);
});

t.test('a change keeps it under its name, in TypeScript and in SQL', async (t) => {
  const kept = differenceOf(scratchKind, row, later);
  const expected = {
    before: { phone: null, notes: { 1: 'เดิม', 3: null } },
    after: { phone: '043', notes: { 1: null, 3: 'ใหม่' } },
  };
  t.strictSame(kept, expected);
  await db.execute(sql`create table earlier (like scratch)`);
  await db.execute(sql`create table later (like scratch)`);
  await insert(row, 'earlier');
  await insert(later, 'later');
  const { before, after } = differenceJson(scratchKind, sql`earlier`, sql`later`);
  t.strictSame(await rowsOf(db, sql`select ${before} as before, ${after} as after from earlier, later`), [expected]);
  const [whole] = await rowsOf<{ row: object }>(
    db,
    sql`select ${rowJson(scratchKind, sql`earlier`)} as row from earlier`,
  );
  t.strictSame(whole?.row, differenceOf(scratchKind, null, row).after);
  const change = { ...kept, version: 2, happenedAt: later.updatedAt };
  t.strictSame(applyChange(scratchKind, row, change), later, 'from which the record is made again');
});
