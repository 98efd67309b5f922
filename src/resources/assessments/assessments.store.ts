import { and, asc, count, eq, type SQL, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import { type AssessmentStatus, scoresOf } from '../../domain/assessment.js';
import { criterionIndex, type Instrument } from '../../domain/instrument.js';
import { problems } from '../../domain/problem.js';
import { type Db, onlyRow } from '../../platform/db/database.js';
import { jsonFields, jsonLines } from '../../platform/db/json-lines.js';
import { columnsOf, underPrefix } from '../../platform/db/scope.js';
import type { WholeQuery } from '../../platform/db/whole.js';
import type { PageRequest } from '../../platform/http/page.js';
import { resultOf } from '../../scoring/verdict.js';
import { groupsEverywhere } from '../groups/groups.table.js';
import { assessments, assessmentsEverywhere } from './assessments.table.js';

type Table = typeof assessmentsEverywhere;
type Columns = Table['$inferSelect'];

/** A score sheet with the names of its group. */
export type AssessmentRow = Columns & { registrationNo: string; groupName: string };

/** What a team writes on a sheet. */
export type SheetContent = Pick<Columns, 'teamId' | 'assessedOn' | 'levels' | 'reasons' | 'summary'>;

interface SheetIds {
  roundId: string;
  groupId: string;
}

export interface AssessmentFilter {
  roundId: string;
  area?: string | undefined;
  status?: AssessmentStatus | undefined;
  team?: string | undefined;
  failedCriterion?: number | undefined;
  wellManaged?: boolean | undefined;
}

/** A page of sheets by area and group. Which criteria are failed follows from the instrument's pass level. */
export function listAssessmentRows(
  db: Db,
  principal: Principal,
  filter: AssessmentFilter,
  instrument: Instrument,
  page: PageRequest,
): Promise<AssessmentRow[]> {
  return sheetsInOrder(db, principal, filter, instrument, page);
}

/** The same list as JSON lines that end in `levels` and `reasons`; `sheetWriter` makes scores and result of them. */
export function sheetLines(
  db: Db,
  principal: Principal,
  filter: AssessmentFilter,
  instrument: Instrument,
  page: PageRequest,
): WholeQuery {
  const listed = sheetsInOrder(db, principal, filter, instrument, page).as('listed');
  const { roundId, groupId, registrationNo, groupName, areaCode, teamId, assessedOn, status, summary } = listed;
  const { submittedAt, version, createdAt, updatedAt, levels, reasons } = listed;
  const names = { roundId, groupId, registrationNo, groupName, areaCode, teamId, assessedOn, status, summary };
  const item = jsonFields({ ...names, submittedAt, version, createdAt, updatedAt, levels, reasons });
  return jsonLines(db.select(item).from(listed));
}

export async function countAssessments(
  db: Db,
  principal: Principal,
  filter: AssessmentFilter,
  instrument: Instrument,
): Promise<number> {
  const visible = assessments.visibleTo(principal);
  const rows = await db
    .select({ total: count() })
    .from(visible)
    .where(matching(visible, filter, instrument));
  return onlyRow(rows).total;
}

/** @throws problems.assessmentNotFound (404) */
export async function getAssessmentRow(db: Db, principal: Principal, ids: SheetIds): Promise<AssessmentRow> {
  const visible = assessments.visibleTo(principal);
  const [sheet] = await withGroup(db, visible).where(ofGroup(visible, ids));
  if (sheet === undefined) throw problems.assessmentNotFound(ids.groupId);
  return sheet;
}

/** A sheet wherever it lies, held against other writes, or null. */
export async function findAndLockAssessment(tx: Db, ids: SheetIds): Promise<AssessmentRow | null> {
  const [sheet] = await withGroup(tx, assessmentsEverywhere)
    .where(ofGroup(assessmentsEverywhere, ids))
    .for('update', { of: assessmentsEverywhere });
  return sheet ?? null;
}

/**
 * Makes a draft. Null when another writer made the sheet first: the primary key decides between two at once.
 */
export async function insertAssessment(
  tx: Db,
  sheet: SheetIds & SheetContent & { areaCode: string },
): Promise<Columns | null> {
  const [inserted] = await tx
    .insert(assessmentsEverywhere)
    .values({ ...sheet, status: 'draft' })
    .onConflictDoNothing()
    .returning();
  return inserted ?? null;
}

/** Writes what is given and counts the version up; a sheet that becomes submitted gets the instant, one returned loses it. */
export async function updateAssessment(
  tx: Db,
  ids: SheetIds,
  changes: Partial<SheetContent> & { status?: AssessmentStatus },
): Promise<Columns> {
  const submission = changes.status && { submittedAt: changes.status === 'submitted' ? sql`now()` : null };
  const rows = await tx
    .update(assessmentsEverywhere)
    .set({
      ...changes,
      ...submission,
      version: sql`${assessmentsEverywhere.version} + 1`,
      updatedAt: sql`now()`,
    } as never)
    .where(ofGroup(assessmentsEverywhere, ids))
    .returning();
  return onlyRow(rows);
}

export async function removeAssessment(tx: Db, ids: SheetIds): Promise<void> {
  await tx.delete(assessmentsEverywhere).where(ofGroup(assessmentsEverywhere, ids));
}

/** A sheet as clients see it: its scores in words, and the result that follows from them. */
export function assessmentView({ levels, reasons, ...sheet }: AssessmentRow, instrument: Instrument) {
  return { ...sheet, scores: scoresOf({ levels, reasons }, instrument), result: resultOf(levels, instrument) };
}

function sheetsInOrder(
  db: Db,
  principal: Principal,
  filter: AssessmentFilter,
  instrument: Instrument,
  page: PageRequest,
) {
  const visible = assessments.visibleTo(principal);
  const [areaCode, groupId] = page.after ?? [];
  const after =
    page.after === null ? undefined : sql`(${visible.areaCode}, ${visible.groupId}) > (${areaCode}, ${groupId})`;
  return withGroup(db, visible)
    .where(and(matching(visible, filter, instrument), after))
    .orderBy(asc(visible.areaCode), asc(visible.groupId))
    .limit(page.fetch);
}

/** The group's names come with the sheet: who may see the sheet may see them, wherever the group has moved since. */
function withGroup(db: Db, visible: Table) {
  return db
    .select({
      ...columnsOf(assessmentsEverywhere, visible),
      registrationNo: groupsEverywhere.registrationNo,
      groupName: groupsEverywhere.name,
    })
    .from(visible)
    .innerJoin(groupsEverywhere, eq(groupsEverywhere.groupId, visible.groupId));
}

function ofGroup(table: Table, { roundId, groupId }: SheetIds): SQL | undefined {
  return and(eq(table.groupId, groupId), eq(table.roundId, roundId));
}

function matching(visible: Table, filter: AssessmentFilter, instrument: Instrument): SQL | undefined {
  const { roundId, area, status, team, failedCriterion, wellManaged } = filter;
  const allPassed = `^[${instrument.passLevel}-3]+$`;
  return and(
    eq(visible.roundId, roundId),
    area === undefined ? undefined : underPrefix(visible.areaCode, area),
    status === undefined ? undefined : eq(visible.status, status),
    team === undefined ? undefined : eq(visible.teamId, team),
    failedCriterion === undefined ? undefined : failed(visible, failedCriterion, instrument),
    wellManaged === undefined ? undefined : sql`(${visible.levels} ~ ${allPassed}) = ${wellManaged}`,
  );
}

/** The digit of the criterion is below the pass level and not 0, which is no score. */
function failed(visible: Table, criterionNo: number, instrument: Instrument): SQL {
  const position = (criterionIndex(criterionNo, instrument) ?? -1) + 1;
  return sql`substring(${visible.levels}, ${position}::int, 1) between '1' and ${String(instrument.passLevel - 1)}`;
}
