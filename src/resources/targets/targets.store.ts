import { and, asc, count, eq, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Principal } from '../../domain/access.js';
import type { GroupStatus } from '../../domain/group.js';
import { problems } from '../../domain/problem.js';
import { type Db, onlyRow, type Tx } from '../../platform/db/database.js';
import { refusing } from '../../platform/db/driver-error.js';
import { jsonFields, jsonLines } from '../../platform/db/json-lines.js';
import { columnsOf, underPrefix } from '../../platform/db/scope.js';
import type { WholeQuery } from '../../platform/db/whole.js';
import type { PageRequest } from '../../platform/http/page.js';
import type { AcceptedOf } from '../../platform/record/fields.js';
import { viewOf } from '../../platform/record/views.js';
import { groupsEverywhere } from '../groups/groups.table.js';
import { asPublished, shownNames } from '../rounds/published.store.js';
import { publishedGroups } from '../rounds/published.table.js';
import { teamsEverywhere } from '../teams/teams.table.js';
import { targetFields } from './targets.record.js';
import { targets, targetsEverywhere } from './targets.table.js';

/** What a caller may write of a target. */
export type TargetContent = AcceptedOf<typeof targetFields>;

/** A target that is to be made, where its group lies. */
type NewTarget = TargetContent & { roundId: string; groupId: string; areaCode: string };

/** A target with the names of its group. */
export type TargetRow = typeof targetsEverywhere.$inferSelect & { registrationNo: string; groupName: string };

export interface TargetFilter {
  roundId: string;
  area?: string | undefined;
  team?: string | undefined;
}

export function listTargetRows(
  db: Db,
  principal: Principal,
  filter: TargetFilter,
  page: PageRequest,
): Promise<TargetRow[]> {
  return targetsInOrder(db, principal, filter, page);
}

/** The same list as JSON lines. */
export function targetLines(db: Db, principal: Principal, filter: TargetFilter, page: PageRequest): WholeQuery {
  const listed = targetsInOrder(db, principal, filter, page).as('listed');
  return jsonLines(db.select(jsonFields(viewOf(targetFields, listed, listed))).from(listed));
}

/** How many groups the caller sees among the targets. */
export async function countTargets(db: Db, principal: Principal, filter: TargetFilter): Promise<number> {
  const visible = targets.visibleTo(principal);
  return onlyRow(await db.select({ total: count() }).from(visible).where(matching(visible, filter))).total;
}

/** @throws problems.targetNotFound (404) */
export async function getTargetRow(db: Db, principal: Principal, roundId: string, groupId: string): Promise<TargetRow> {
  const visible = targets.visibleTo(principal);
  const [target] = await withGroup(db, visible).where(ofGroup(visible, roundId, groupId));
  if (target === undefined) throw problems.targetNotFound(groupId);
  return target;
}

/** A target wherever it lies, held against other writes, or null. */
export async function findAndLockTarget(tx: Tx, roundId: string, groupId: string): Promise<TargetRow | null> {
  const [target] = await withGroup(tx, targetsEverywhere)
    .where(ofGroup(targetsEverywhere, roundId, groupId))
    .for('update', { of: targetsEverywhere });
  return target ?? null;
}

/** A target of an earlier round with what decides whether it can be one again. */
export interface CopySource {
  groupId: string;
  registrationNo: string;
  groupName: string;
  status: GroupStatus;
  areaCode: string;
  teamId: string | null;
  teamArea: string | null;
  isTarget: boolean;
}

/** The targets of one round as candidates for another, in registration order: where each group lies today, its team. */
export async function listCopySources(tx: Tx, fromRoundId: string, toRoundId: string): Promise<CopySource[]> {
  const existing = alias(targetsEverywhere, 'existing');
  return tx
    .select({
      groupId: targetsEverywhere.groupId,
      registrationNo: groupsEverywhere.registrationNo,
      groupName: groupsEverywhere.name,
      status: groupsEverywhere.status,
      areaCode: groupsEverywhere.areaCode,
      teamId: targetsEverywhere.teamId,
      teamArea: teamsEverywhere.areaCode,
      isTarget: sql<boolean>`${existing.groupId} is not null`,
    })
    .from(targetsEverywhere)
    .innerJoin(groupsEverywhere, eq(groupsEverywhere.groupId, targetsEverywhere.groupId))
    .leftJoin(teamsEverywhere, eq(teamsEverywhere.teamId, targetsEverywhere.teamId))
    .leftJoin(existing, and(eq(existing.groupId, targetsEverywhere.groupId), eq(existing.roundId, toRoundId)))
    .where(eq(targetsEverywhere.roundId, fromRoundId))
    .orderBy(asc(groupsEverywhere.registrationNo));
}

export async function insertTarget(tx: Tx, target: NewTarget): Promise<void> {
  await tx.insert(targetsEverywhere).values(target);
}

/** Makes many targets at once and gives them back; changes of a province's targets stay a few statements. */
export async function insertTargets(
  tx: Tx,
  rows: readonly NewTarget[],
): Promise<(typeof targetsEverywhere.$inferSelect)[]> {
  const inserted = [];
  for (let start = 0; start < rows.length; start += 1_000) {
    inserted.push(
      ...(await tx
        .insert(targetsEverywhere)
        .values(rows.slice(start, start + 1_000))
        .returning()),
    );
  }
  return inserted;
}

export async function updateTarget(
  tx: Tx,
  { roundId, groupId }: { roundId: string; groupId: string },
  content: TargetContent,
): Promise<void> {
  await tx
    .update(targetsEverywhere)
    .set({ ...content, version: sql`${targetsEverywhere.version} + 1`, updatedAt: sql`now()` })
    .where(ofGroup(targetsEverywhere, roundId, groupId));
}

/** @throws problems.targetInUse (409) */
export async function removeTarget(tx: Tx, roundId: string, groupId: string): Promise<void> {
  const removed = tx
    .delete(targetsEverywhere)
    .where(ofGroup(targetsEverywhere, roundId, groupId))
    .execute();
  await refusing(removed, { assessments_target: problems.targetInUse });
}

function targetsInOrder(db: Db, principal: Principal, filter: TargetFilter, page: PageRequest) {
  const visible = targets.visibleTo(principal);
  const [areaCode, groupId] = page.after ?? [];
  const after =
    page.after === null ? undefined : sql`(${visible.areaCode}, ${visible.groupId}) > (${areaCode}, ${groupId})`;
  return withGroup(db, visible)
    .where(and(matching(visible, filter), after))
    .orderBy(asc(visible.areaCode), asc(visible.groupId))
    .limit(page.fetch);
}

/** The group's names come with it: who may see the target may see them, wherever the group has moved since. */
function withGroup(db: Db, visible: typeof targetsEverywhere) {
  return db
    .select({
      ...columnsOf(targetsEverywhere, visible),
      ...shownNames,
    })
    .from(visible)
    .innerJoin(groupsEverywhere, eq(groupsEverywhere.groupId, visible.groupId))
    .leftJoin(publishedGroups, asPublished(visible));
}

function ofGroup(table: typeof targetsEverywhere, roundId: string, groupId: string): SQL | undefined {
  return and(eq(table.groupId, groupId), eq(table.roundId, roundId));
}

function matching(visible: typeof targetsEverywhere, { roundId, area, team }: TargetFilter): SQL | undefined {
  return and(
    eq(visible.roundId, roundId),
    area === undefined ? undefined : underPrefix(visible.areaCode, area),
    team === undefined ? undefined : eq(visible.teamId, team),
  );
}
