import { sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import type { Tx } from '../../platform/db/database.js';
import { classify, findFaults, findWarnings } from '../../platform/db/staging.js';
import {
  acceptedColumns,
  anyDiffers,
  assignments,
  columnList,
  namedColumns,
  stagedAs,
  stagedValues,
} from '../../platform/record/columns.js';
import type { WrittenSet } from '../changes/changes.store.js';
import { figuresFields } from '../groups/figures.record.js';
import {
  findSharedNumbers,
  groupReferenceColumns,
  joinedGroup,
  referenceColumns,
  referenceFaults,
} from '../groups/group-reference.store.js';
import { groupKind, groupsEverywhere } from '../groups/groups.table.js';
import { implausibleDays } from '../imports/implausible.store.js';
import { historyColumns, historyOfNew } from '../imports/restore.store.js';
import type { FiguresContent } from './figures.store.js';
import { figures, figuresKind } from './figures.table.js';

const recorded = acceptedColumns(figuresFields, figures);
const ofDay = namedColumns(figures, ['asOf']);

/** Figures as they are staged. */
export const stagedFigures = {
  ...groupReferenceColumns,
  ...stagedAs([...ofDay, ...recorded]),
  ...historyColumns,
};

/** The values of figures by the columns of their table. */
export function valuesOfFigures(row: FiguresContent & { asOf: string }) {
  return stagedValues([...ofDay, ...recorded], row);
}

/** Finds out what each staged row is: new, changed or as it was. Holds the groups, whose latest figures may change. */
export async function classifyFigures(tx: Tx, principal: Principal): Promise<void> {
  await findSharedNumbers(tx);
  await tx.execute(sql`select from ${groupsEverywhere} where group_id in (
    select g.group_id from staged s ${joinedGroup(principal)}) order by group_id for update`);
  await classify(
    tx,
    sql`select ${referenceColumns()}, g.area_code, s.as_of, ${columnList(recorded, sql`s`)}, s.version, s.created_at, s.updated_at, g.group_id || '/' || s.as_of as key,
        case when f.group_id is null then 'created'
          when ${anyDiffers(recorded, sql`f`, sql`s`)} then 'updated'
          else 'unchanged' end as action
      from staged s ${joinedGroup(principal)} left join ${figures} f on f.group_id = g.group_id and f.as_of = s.as_of`,
  );
  await findFaults(tx, referenceFaults(principal.areaCode, sql`area_code`));
  await findWarnings(tx, [implausibleDays('as_of', 'asOf')]);
}

export function createdFigures(restore: boolean): WrittenSet {
  return {
    ...ofFigures,
    action: restore ? 'figures.restored' : 'figures.imported',
    statement: sql`insert into ${figures}
        (group_id, as_of, ${columnList(recorded)}, version, created_at, updated_at)
      select group_id, as_of, ${columnList(recorded)}, ${historyOfNew()}
      from classified where action = 'created' order by row
      returning *`,
    how: 'created',
  };
}

export function changedFigures(): WrittenSet {
  return {
    ...ofFigures,
    statement: sql`update ${figures} f set ${assignments(recorded, sql`j`)}, version = f.version + 1, updated_at = now()
      from classified j join ${figures} was on was.group_id = j.group_id and was.as_of = j.as_of
      where f.group_id = j.group_id and f.as_of = j.as_of and j.action = 'updated'
      returning f.*, was`,
    how: 'changed',
  };
}

/** Remembers the groups of a batch whose figures are others now: several days of a group may lie far apart in a file. */
export async function keepTouchedGroups(tx: Tx): Promise<void> {
  await tx.execute(
    sql`insert into touched select group_id from classified where action <> 'unchanged' on conflict do nothing`,
  );
}

export async function openTouchedGroups(tx: Tx): Promise<void> {
  await tx.execute(sql`create temp table touched (group_id uuid primary key) on commit drop`);
}

/** Tells the planner how many they are; it would look for each of them in a loop over all otherwise. */
export async function countTouchedGroups(tx: Tx): Promise<void> {
  await tx.execute(sql`analyze touched`);
}

/**
 * The groups whose latest figures are others now. A restored group has later ones than the days that have come so far:
 * it waits for its own.
 */
export function refreshedGroups(): WrittenSet {
  return {
    kind: groupKind,
    action: 'group.figures-updated',
    how: 'changed',
    statement: sql`update ${groupsEverywhere} g set figures_as_of = latest.as_of, member_count = latest.member_count,
        savings_baht = latest.savings_baht, development_level = latest.development_level,
        figures_source = latest.source, version = g.version + 1, updated_at = now()
      from (select distinct on (f.group_id) f.* from ${figures} f
          where f.group_id in (select group_id from touched)
          order by f.group_id, f.as_of desc) latest
        join ${groupsEverywhere} was on was.group_id = latest.group_id
      where g.group_id = latest.group_id and (g.figures_as_of is null or g.figures_as_of <= latest.as_of)
        and (g.figures_as_of, g.member_count, g.savings_baht, g.development_level, g.figures_source)
          is distinct from
          (latest.as_of, latest.member_count, latest.savings_baht, latest.development_level, latest.source)
      returning g.*, was`,
  };
}

const ofFigures = {
  kind: figuresKind,
  action: 'figures.imported',
  joins: sql`join classified on classified.group_id = written.group_id and classified.as_of = written.as_of`,
  areaCode: sql`classified.area_code`,
} as const;
