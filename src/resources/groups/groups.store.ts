import { and, asc, eq, ne, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import { problems } from '../../domain/problem.js';
import { butForZeros, numberKey } from '../../domain/registration-no.js';
import { type Db, onlyRow, type Tx } from '../../platform/db/database.js';
import { refusing } from '../../platform/db/driver-error.js';
import { jsonOf } from '../../platform/db/json.js';
import type { AcceptedOf, NamesWith } from '../../platform/record/fields.js';
import { storedIn, viewOf } from '../../platform/record/views.js';
import type { figuresFields } from './figures.record.js';
import { groupFields } from './groups.record.js';
import { groups, groupsEverywhere, registrationNumbers } from './groups.table.js';

export type GroupRow = Pick<typeof groupsEverywhere.$inferSelect, NamesWith<typeof groupFields, 'column'>>;

/** What a caller may register and change of a group. */
export type GroupContent = AcceptedOf<typeof groupFields>;

/** @throws problems.groupNotFound (404) */
export async function getGroupRow(db: Db, principal: Principal, groupId: string): Promise<GroupRow> {
  const group = await findGroup(db, principal, groupId);
  if (group === null) throw problems.groupNotFound(groupId);
  return group;
}

/** A group that the caller may see, or null. */
export async function findGroup(db: Db, principal: Principal, groupId: string): Promise<GroupRow | null> {
  const visible = groups.visibleTo(principal);
  const [group] = await db.select(storedIn(groupFields, visible)).from(visible).where(eq(visible.groupId, groupId));
  return group ?? null;
}

/** A group wherever it lies, held against other writes; the caller's area is the action's to check. */
export async function findAndLockGroup(tx: Tx, groupId: string): Promise<GroupRow | null> {
  const [group] = await tx
    .select(storedIn(groupFields, groupsEverywhere))
    .from(groupsEverywhere)
    .where(eq(groupsEverywhere.groupId, groupId))
    .for('update');
  return group ?? null;
}

/**
 * The id comes first, so that a group that is sent again is told that it is there and not that its number is taken.
 * @throws problems.idTaken, problems.registrationNoTaken (409)
 */
export async function insertGroup(tx: Tx, groupId: string, content: GroupContent): Promise<GroupRow> {
  const inserted = tx
    .insert(groupsEverywhere)
    .values({ groupId, ...content })
    .returning(storedIn(groupFields, groupsEverywhere));
  const rows = await refusing(inserted.execute(), { groups_pkey: () => problems.idTaken(groupId) });
  await reserveRegistrationNo(tx, groupId, content.registrationNo);
  return onlyRow(rows);
}

/** @throws problems.registrationNoTaken (409) */
export async function updateGroup(tx: Tx, before: GroupRow, content: GroupContent): Promise<GroupRow> {
  const { groupId } = before;
  if (before.registrationNo === content.registrationNo) return updateColumns(tx, groupId, content);
  if (!(await hasReserved(tx, groupId, content.registrationNo))) {
    await reserveRegistrationNo(tx, groupId, content.registrationNo);
  }
  const after = await updateColumns(tx, groupId, { ...content, sharesNumber: false });
  await tx
    .delete(registrationNumbers)
    .where(and(ofGroup(groupId), ne(registrationNumbers.numberKey, numberKey(content.registrationNo))));
  return after;
}

/** The number of another group that the caller sees which differs from this one only by zeros, as it is written; or null. */
export async function findNumberButForZeros(
  db: Db,
  principal: Principal,
  { groupId, registrationNo }: { groupId: string; registrationNo: string },
): Promise<string | null> {
  const visible = groups.visibleTo(principal);
  const { numberKey: key, groupId: holder, withoutZeros } = registrationNumbers;
  const [other] = await db
    .select({ registrationNo: visible.registrationNo })
    .from(registrationNumbers)
    .innerJoin(visible, eq(visible.groupId, holder))
    .where(and(eq(withoutZeros, butForZeros(registrationNo)), ne(key, numberKey(registrationNo)), ne(holder, groupId)))
    .orderBy(asc(visible.registrationNo))
    .limit(1);
  return other?.registrationNo ?? null;
}

/** The figures of one day, as a group repeats its latest ones. */
export type LatestFigures = AcceptedOf<typeof figuresFields> & { asOf: string };

/** Copies the latest figures into the group, or empties them when there are none. */
export function updateLatestFigures(tx: Tx, groupId: string, latest: LatestFigures | null): Promise<GroupRow> {
  return updateColumns(tx, groupId, columnsOfLatest(latest));
}

/** The columns of a group that have its latest figures. */
export function columnsOfLatest(latest: LatestFigures | null) {
  return {
    figuresAsOf: latest?.asOf ?? null,
    memberCount: latest?.memberCount ?? null,
    savingsBaht: latest?.savingsBaht ?? null,
    developmentLevel: latest?.developmentLevel ?? null,
    figuresSource: latest?.source ?? null,
  };
}

/** A group as clients see it: its latest figures together, or null. */
export function groupView(group: GroupRow) {
  return viewOf(groupFields, group, { figures: latestFiguresOf(group) });
}

/** The same of a table of groups, for the database to put into JSON. */
export function groupColumns(visible: typeof groupsEverywhere) {
  const { figuresAsOf, memberCount, savingsBaht, developmentLevel, figuresSource } = visible;
  const latest = { asOf: figuresAsOf, memberCount, savingsBaht, developmentLevel, source: figuresSource };
  const figures = sql`case when ${figuresAsOf} is not null then ${jsonOf(latest)} end`;
  return viewOf(groupFields, visible, { figures });
}

/** The latest figures of a group together, or null. */
export function latestFiguresOf(group: GroupRow) {
  const { figuresAsOf, memberCount, savingsBaht, developmentLevel, figuresSource } = group;
  if (figuresAsOf === null || memberCount === null || savingsBaht === null) return null;
  return { asOf: figuresAsOf, memberCount, savingsBaht, developmentLevel, source: figuresSource };
}

async function updateColumns(
  tx: Tx,
  groupId: string,
  columns: Partial<typeof groupsEverywhere.$inferInsert>,
): Promise<GroupRow> {
  const rows = await tx
    .update(groupsEverywhere)
    .set({ ...columns, version: sql`${groupsEverywhere.version} + 1`, updatedAt: sql`now()` })
    .where(eq(groupsEverywhere.groupId, groupId))
    .returning(storedIn(groupFields, groupsEverywhere));
  return onlyRow(rows);
}

/** Whether the number, written in whatever way, is this group's already. */
async function hasReserved(tx: Tx, groupId: string, registrationNo: string): Promise<boolean> {
  const own = and(ofGroup(groupId), eq(registrationNumbers.numberKey, numberKey(registrationNo)));
  return (await tx.select({ groupId: registrationNumbers.groupId }).from(registrationNumbers).where(own)).length > 0;
}

function ofGroup(groupId: string) {
  return eq(registrationNumbers.groupId, groupId);
}

function reserveRegistrationNo(tx: Tx, groupId: string, registrationNo: string): Promise<unknown> {
  const reserved = tx
    .insert(registrationNumbers)
    .values({ numberKey: numberKey(registrationNo), groupId })
    .execute();
  return refusing(reserved, { registration_numbers_pkey: () => problems.registrationNoTaken(registrationNo) });
}
