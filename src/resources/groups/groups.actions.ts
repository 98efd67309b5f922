import { v7 as uuidv7 } from 'uuid';
import { type Principal, requireArea, requireChangeable } from '../../domain/access.js';
import { notInFuture } from '../../domain/calendar.js';
import { problems } from '../../domain/problem.js';
import type { Violation } from '../../domain/refusal.js';
import { refuseBroken, rules } from '../../domain/rule.js';
import { asksForChange, type Precondition } from '../../domain/version.js';
import { implausibleDay, warnings } from '../../domain/warning.js';
import { databaseNow } from '../../platform/db/clock.js';
import type { Db, Tx } from '../../platform/db/database.js';
import { sameAs } from '../../platform/record/views.js';
import { findArea } from '../areas/areas.store.js';
import { write } from '../changes/changes.actions.js';
import { groupFields } from './groups.record.js';
import {
  findAndLockGroup,
  findNumberButForZeros,
  type GroupContent,
  type GroupRow,
  insertGroup,
  updateGroup,
} from './groups.store.js';
import { groupKind } from './groups.table.js';

/**
 * Registers a group, under the id that the caller chose for it or a new one.
 * @throws problems.areaOutsideYours (403), problems.idTaken, problems.registrationNoTaken (409),
 *   problems.rulesBroken (422)
 */
export async function registerGroup(
  db: Db,
  principal: Principal,
  { groupId = uuidv7(), ...content }: GroupContent & { groupId?: string | undefined },
): Promise<WrittenGroup> {
  await requireSensible(db, principal, content);
  return write(db, principal, async (tx, note) => {
    const group = await insertGroup(tx, groupId, content);
    note(groupKind, 'group.registered', null, group);
    return warned(tx, principal, group);
  });
}

/**
 * Replaces what is registered of a group. A warning comes even when nothing changes, for a client that lost the answer.
 * @throws problems.groupNotFound (404), problems.areaOutsideYours (403), 412/428, 409 and 422 as when registering
 */
export async function changeGroup(
  db: Db,
  principal: Principal,
  groupId: string,
  content: GroupContent,
  precondition: Precondition,
): Promise<WrittenGroup> {
  return write(db, principal, async (tx, note) => {
    const before = await lockGroup(tx, principal, groupId);
    if (!asksForChange(precondition, before.version, sameAs(groupFields, before, content))) {
      note.unchanged();
      return warned(tx, principal, before);
    }
    await requireSensible(tx, principal, content);
    const after = await updateGroup(tx, before, content);
    note(groupKind, 'group.changed', before, after);
    return warned(tx, principal, after);
  });
}

/** A group as it was written, and what looks like a mistake in it. */
export interface WrittenGroup {
  group: GroupRow;
  warnings: Violation[];
}

async function warned(tx: Tx, principal: Principal, group: GroupRow): Promise<WrittenGroup> {
  const other = await findNumberButForZeros(tx, principal, group);
  const found = [
    other === null ? null : warnings.numberDiffersByZeros('/registrationNo', other),
    implausibleDay('/foundedOn', group.foundedOn),
  ];
  return { group, warnings: found.filter((warning) => warning !== null) };
}

/**
 * Holds a group that is to be changed.
 * @throws problems.groupNotFound (404) also when the caller may not see it
 */
export async function lockGroup(tx: Tx, principal: Principal, groupId: string): Promise<GroupRow> {
  const group = await findAndLockGroup(tx, groupId);
  const notThere = () => problems.groupNotFound(groupId);
  if (group === null) throw notThere();
  requireChangeable(principal, group.areaCode, notThere);
  return group;
}

async function requireSensible(db: Db, principal: Principal, content: GroupContent): Promise<void> {
  const area = await findArea(db, content.areaCode);
  refuseBroken([
    area === null && rules.areaUnknown('/areaCode', content.areaCode),
    area?.kind === 'province' && rules.areaTooWide('/areaCode', content.areaCode),
    content.foundedOn === null ? null : notInFuture('/foundedOn', content.foundedOn, await databaseNow(db)),
  ]);
  requireArea(principal, content.areaCode);
}
