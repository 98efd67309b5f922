import type { Principal } from '../../domain/access.js';
import { notInFuture } from '../../domain/calendar.js';
import { problems } from '../../domain/problem.js';
import { refuseBroken } from '../../domain/rule.js';
import { asksForChange, type Precondition, requireAbsence, requireVersion } from '../../domain/version.js';
import { databaseNow } from '../../platform/db/clock.js';
import type { Db, Tx } from '../../platform/db/database.js';
import { sameAs } from '../../platform/record/views.js';
import { type Note, write } from '../changes/changes.actions.js';
import { figuresFields } from '../groups/figures.record.js';
import { lockGroup } from '../groups/groups.actions.js';
import { type GroupRow, updateLatestFigures } from '../groups/groups.store.js';
import { groupKind } from '../groups/groups.table.js';
import {
  type FiguresContent,
  type FiguresRow,
  findFigures,
  findLatestFigures,
  insertFigures,
  removeFigures,
  updateFigures,
} from './figures.store.js';
import { figuresKind } from './figures.table.js';

/**
 * Records the figures of a group on one day, or replaces them; `created` says which.
 * @throws problems.groupNotFound (404), problems.rulesBroken (422), 412/428
 */
export function recordFigures(
  db: Db,
  principal: Principal,
  { groupId, asOf }: { groupId: string; asOf: string },
  content: FiguresContent,
  precondition: Precondition,
): Promise<{ figures: FiguresRow; created: boolean }> {
  return write(db, principal, async (tx, note) => {
    const group = await lockGroup(tx, principal, groupId);
    refuseBroken([notInFuture('/path/asOf', asOf, await databaseNow(tx))]);
    const before = await findFigures(tx, groupId, asOf);
    if (before === null) requireAbsence(precondition);
    else if (!asksForChange(precondition, before.version, sameAs(figuresFields, before, content))) {
      note.unchanged();
      return { figures: before, created: false };
    }
    const save = before === null ? insertFigures : updateFigures;
    const after = await save(tx, groupId, asOf, content);
    note(figuresKind, before === null ? 'figures.recorded' : 'figures.changed', before, after, {
      areaCode: group.areaCode,
    });
    await refreshLatest(tx, note, group);
    return { figures: after, created: before === null };
  });
}

/**
 * Deletes the figures of one day.
 * @throws problems.groupNotFound, problems.figuresNotFound (404), 412/428
 */
export function dropFigures(
  db: Db,
  principal: Principal,
  { groupId, asOf }: { groupId: string; asOf: string },
  precondition: Precondition,
): Promise<void> {
  return write(db, principal, async (tx, note) => {
    const group = await lockGroup(tx, principal, groupId);
    const before = await findFigures(tx, groupId, asOf);
    if (before === null) throw problems.figuresNotFound(asOf);
    requireVersion(precondition, before.version);
    await removeFigures(tx, groupId, asOf);
    note(figuresKind, 'figures.deleted', before, null, { areaCode: group.areaCode });
    await refreshLatest(tx, note, group);
  });
}

/** The group's own row repeats its latest figures; its version grows when they do. */
async function refreshLatest(tx: Tx, note: Note, group: GroupRow): Promise<void> {
  const latest = await findLatestFigures(tx, group.groupId);
  if (latest !== null && group.figuresAsOf !== null && latest.asOf === group.figuresAsOf && isCopied(group, latest))
    return;
  note(groupKind, 'group.figures-updated', group, await updateLatestFigures(tx, group.groupId, latest));
}

function isCopied(group: GroupRow, latest: FiguresRow): boolean {
  return (
    group.memberCount === latest.memberCount &&
    group.savingsBaht === latest.savingsBaht &&
    group.developmentLevel === latest.developmentLevel &&
    group.figuresSource === latest.source
  );
}
