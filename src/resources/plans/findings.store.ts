import { and, asc, eq, type SQL } from 'drizzle-orm';
import { failedOf, type Sheet } from '../../domain/assessment.js';
import type { Instrument, Level } from '../../domain/instrument.js';
import type { Db } from '../../platform/db/database.js';
import { underPrefix } from '../../platform/db/scope.js';
import { assessmentsEverywhere } from '../assessments/assessments.table.js';
import { groupsEverywhere } from '../groups/groups.table.js';
import { actionsEverywhere, plansEverywhere } from './plans.table.js';

/** A group that failed a criterion: at which level, why, and whether an open plan of its own has an action on it. */
export interface FailedGroup {
  groupId: string;
  registrationNo: string;
  groupName: string;
  level: Level;
  reason: string | null;
  planning: boolean;
}

/** Whose findings: a group's own, wherever it lay on the day of its sheet, or those of all groups assessed in an area. */
export interface FindingsPlace {
  roundId: string;
  areaCode: string;
  groupId: string | null;
}

/** The submitted sheet of a group in a round, or null: what a plan of the group answers. */
export async function findSubmittedSheet(db: Db, roundId: string, groupId: string): Promise<Sheet | null> {
  const [sheet] = await db
    .select({ levels: assessmentsEverywhere.levels, reasons: assessmentsEverywhere.reasons })
    .from(assessmentsEverywhere)
    .where(
      and(
        eq(assessmentsEverywhere.groupId, groupId),
        eq(assessmentsEverywhere.roundId, roundId),
        eq(assessmentsEverywhere.status, 'submitted'),
      ),
    );
  return sheet ?? null;
}

/**
 * Per criterion the groups of an area that failed it, in registration order; criteria that nobody failed are left out.
 * The area or group is one that the caller was found to plan for.
 */
export async function listFailedGroups(
  db: Db,
  place: FindingsPlace,
  instrument: Instrument,
): Promise<Map<number, FailedGroup[]>> {
  const sheets = await db
    .select({
      groupId: assessmentsEverywhere.groupId,
      registrationNo: groupsEverywhere.registrationNo,
      groupName: groupsEverywhere.name,
      levels: assessmentsEverywhere.levels,
      reasons: assessmentsEverywhere.reasons,
    })
    .from(assessmentsEverywhere)
    .innerJoin(groupsEverywhere, eq(groupsEverywhere.groupId, assessmentsEverywhere.groupId))
    .where(
      and(
        eq(assessmentsEverywhere.roundId, place.roundId),
        inPlace(assessmentsEverywhere, place),
        eq(assessmentsEverywhere.status, 'submitted'),
      ),
    )
    .orderBy(asc(groupsEverywhere.registrationNo));
  const planned = await plannedCriteria(db, place);
  const failed = new Map<number, FailedGroup[]>();
  for (const { levels, reasons, ...group } of sheets) {
    for (const { criterionNo, level } of failedOf(levels, instrument)) {
      const planning = planned.has(`${group.groupId}/${criterionNo}`);
      const groups = failed.get(criterionNo) ?? [];
      failed.set(criterionNo, groups);
      groups.push({ ...group, level, reason: reasons[criterionNo] ?? null, planning });
    }
  }
  return failed;
}

/** `groupId/criterionNo` of every action that a group of the area has and has not dropped, in a plan not cancelled. */
async function plannedCriteria(db: Db, place: FindingsPlace): Promise<Set<string>> {
  const rows = await db
    .selectDistinct({
      groupId: actionsEverywhere.groupId,
      criterionNo: actionsEverywhere.criterionNo,
      actionStatus: actionsEverywhere.status,
      planStatus: plansEverywhere.status,
    })
    .from(actionsEverywhere)
    .innerJoin(
      plansEverywhere,
      and(
        eq(plansEverywhere.subjectId, actionsEverywhere.subjectId),
        eq(plansEverywhere.planId, actionsEverywhere.planId),
      ),
    )
    .where(and(eq(actionsEverywhere.roundId, place.roundId), inPlace(actionsEverywhere, place)));
  const counted = rows.filter(
    (row) => row.groupId !== null && row.actionStatus !== 'dropped' && row.planStatus !== 'cancelled',
  );
  return new Set(counted.map(({ groupId, criterionNo }) => `${groupId}/${criterionNo}`));
}

function inPlace(
  table: typeof assessmentsEverywhere | typeof actionsEverywhere,
  { areaCode, groupId }: FindingsPlace,
): SQL | undefined {
  return groupId === null ? underPrefix(table.areaCode, areaCode) : eq(table.groupId, groupId);
}
