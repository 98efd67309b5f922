/** What `write` promises: a record never changes without its change, and a change is never left without its record. */
import { sql } from 'drizzle-orm';
import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import t from 'tap';
import { type Db, rowsOf, type Tx } from '../../src/platform/db/database.js';
import { recordKind } from '../../src/platform/record/record.js';
import { theService } from '../../src/resources/api-keys/api-keys.actions.js';
import { type Note, write } from '../../src/resources/changes/changes.actions.js';
import { updateTeam } from '../../src/resources/teams/teams.store.js';
import { startTestApp } from '../support/app.js';
import { stateOf } from '../support/state.js';

const { database } = await startTestApp(t);
const { db } = database;
const parents = pgTable('parents', { parentId: uuid('parent_id').primaryKey(), name: text('name').notNull() });
const children = pgTable('children', {
  childId: uuid('child_id').primaryKey(),
  parentId: uuid('parent_id').references(() => parents.parentId, { onDelete: 'cascade' }),
  version: integer('version').notNull().default(1),
});
const parentKind = recordKind('parent', parents, { key: ['parentId'] });
const childKind = recordKind('child', children, { key: ['childId'] });
await db.execute(sql`create table parents (parent_id uuid primary key, name text not null)`);
await db.execute(sql`create table children (child_id uuid primary key, version int not null default 1,
  parent_id uuid references parents on delete cascade)`);

const idOf = (number: number) => `01936d5e-6f70-7c3a-9c55-00000000000${number}`;
const parent = { parentId: idOf(1), name: 'ก' };
const child = (number: number) => ({ childId: idOf(number), parentId: parent.parentId, version: 1 });
const inTheCountry = { areaCode: null };
const insertParent = (tx: Tx, row = parent) => tx.insert(parents).values(row);
const noteParent = (note: Note, row = parent, areaCode: string | null = null) =>
  note(parentKind, 'parent.made', null, row, { areaCode });

t.test('write: work that notes nothing, or something outside the area, leaves nothing', async (t) => {
  const before = await stateOf(database);
  const silent = write(db, theService, async (tx) => void (await insertParent(tx)));
  await t.rejects(silent, { message: 'A write noted no change.' });
  const district = { ...theService, areaCode: '4002' };
  const outside = write(db, district, async (tx, note) => {
    await insertParent(tx);
    noteParent(note, parent, '4010');
  });
  await t.rejects(outside, { code: 'area-outside-yours' });
  const failing = write(db, theService, async (tx, note) => {
    await insertParent(tx);
    noteParent(note);
    throw new Error('too late');
  });
  await t.rejects(failing, { message: 'too late' });
  t.equal(await write(db, theService, async (_tx, note) => note.unchanged()), undefined);
  t.strictSame(await stateOf(database), before, 'nothing to note is nothing changed');
});

t.test('write: fewer changes than records are refused: a forgotten note', async (t) => {
  const before = await stateOf(database);
  const forgetful = write(db, theService, async (tx, note) => {
    await insertParent(tx);
    await tx.insert(children).values(child(2));
    noteParent(note);
  });
  await t.rejects(forgetful, { message: 'A write of 2 records noted 1 changes.' });
  const pretending = write(db, theService, async (tx, note) => {
    await insertParent(tx);
    note.unchanged();
  });
  await t.rejects(pretending, { message: 'A write of 1 records noted 0 changes.' });
  const byHand = write(db, theService, async (tx, note) => {
    await tx.execute(sql`with made as (insert into parents values (${idOf(3)}, 'ข') returning 1)
      insert into parents values (${idOf(4)}, 'ค')`);
    noteParent(note);
  });
  await t.rejects(byHand, { message: 'A write of 2 records noted 1 changes.' }, 'also in a part of a statement');
  t.strictSame(await stateOf(database), before);
});

t.test('write: children that a deletion takes along are records too', async (t) => {
  await write(db, theService, async (tx, note) => {
    await insertParent(tx);
    await tx.insert(children).values([child(2), child(3)]);
    noteParent(note);
    for (const number of [2, 3]) note(childKind, 'child.made', null, child(number), inTheCountry);
  });
  const before = await stateOf(database);
  const remove = (alsoNoted: readonly number[]) =>
    write(db, theService, async (tx, note) => {
      await tx.delete(parents);
      note(parentKind, 'parent.deleted', parent, null, inTheCountry);
      for (const number of alsoNoted) note(childKind, 'child.deleted', child(number), null, inTheCountry);
    });
  await t.rejects(remove([]), { message: 'A write of 3 records noted 1 changes.' });
  await t.rejects(remove([2]), { message: 'A write of 3 records noted 2 changes.' });
  t.strictSame(await stateOf(database), before);
  await remove([2, 3]);
  t.strictSame(await rowsOf(db, sql`select 1 from parents union all select 1 from children`), []);
});

t.test('write: outside of it nothing writes', async (t) => {
  const team = { name: 'ทีม', tier: 'district' as const, areaCode: '4010', members: [] };
  const before = await stateOf(database);
  // What counts is that these do not compile: `tsc` fails on an expected error that is none.
  const outside = [
    // @ts-expect-error what reads has nothing to insert with
    () => db.insert(parents),
    // @ts-expect-error a function that writes takes a transaction, and only `write` has one
    () => updateTeam(db, idOf(1), team),
  ];
  t.equal(outside.length, 2);
  const read = async (reader: Db) => rowsOf(reader, sql`select 1 as one`);
  const nested = write(db, theService, async (tx, note) => {
    t.strictSame(await read(tx), [{ one: 1 }], 'a transaction reads as well');
    await write(tx, theService, async () => {});
    note.unchanged();
  });
  await t.rejects(nested, /not inside another transaction/);
  t.strictSame(await stateOf(database), before);
});

t.test(
  'write: numbers its changes in order, names the version each made and dates them by its transaction',
  async (t) => {
    await write(db, theService, async (tx, note) => {
      await insertParent(tx);
      await tx.insert(children).values(child(2));
      note(parentKind, 'parent.made', null, parent, { ...inTheCountry, details: { of: 'one' } });
      note(childKind, 'child.made', null, child(2), { ...inTheCountry, reason: 'because' });
    });
    const rows = await rowsOf<Record<string, unknown>>(
      db,
      sql`select resource_id as id, reason, details, version, actor_kind as kind, after,
      happened_at = max(happened_at) over () as together,
      transaction_id = max(transaction_id::text) over ()::xid8 as one from changes order by sequence desc limit 2`,
    );
    const shared = { kind: 'service', together: true, one: true };
    t.strictSame(rows.reverse(), [
      { id: idOf(1), reason: null, details: { of: 'one' }, version: 1, after: parent, ...shared },
      { id: idOf(2), reason: 'because', details: null, version: 1, after: child(2), ...shared },
    ]);
  },
);

t.test('write: a deadlock is lived through: both writes are made, once each', async (t) => {
  const [a, b] = [
    { parentId: idOf(7), name: '0' },
    { parentId: idOf(8), name: '0' },
  ];
  await write(db, theService, async (tx, note) => {
    for (const row of [a, b]) {
      await insertParent(tx, row);
      noteParent(note, row);
    }
  });
  let attempts = 0;
  const addTo = (rows: readonly (typeof a)[]) =>
    write(db, theService, async (tx, note) => {
      attempts += 1;
      for (const { parentId } of rows) {
        await tx.execute(sql`update parents set name = name::int + 1 where parent_id = ${parentId}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      for (const row of rows) note(parentKind, 'parent.counted', row, { ...row, name: 'more' }, inTheCountry);
    });
  await Promise.all([addTo([a, b]), addTo([b, a])]);
  t.strictSame(await rowsOf(db, sql`select name from parents where parent_id in (${idOf(7)}, ${idOf(8)})`), [
    { name: '2' },
    { name: '2' },
  ]);
  t.ok(attempts > 2, 'one of them ran again');
  const counted = await rowsOf(db, sql`select 1 from changes where action = 'parent.counted'`);
  t.equal(counted.length, 4);
});
