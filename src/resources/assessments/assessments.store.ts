import { and, asc, count, eq, type SQL, sql } from 'drizzle-orm';
import type { Principal } from '../../domain/access.js';
import { type AssessmentStatus, scoresOf } from '../../domain/assessment.js';
import { criterionIndex, type Instrument } from '../../domain/instrument.js';
import { problems } from '../../domain/problem.js';
import { rules } from '../../domain/rule.js';
import { type Db, onlyRow, type Tx } from '../../platform/db/database.js';
import { refusing } from '../../platform/db/driver-error.js';
import { jsonFields, jsonLines } from '../../platform/db/json-lines.js';
import { columnsOf, underPrefix } from '../../platform/db/scope.js';
import { statement } from '../../platform/db/statement.js';
import type { WholeQuery } from '../../platform/db/whole.js';
import type { PageRequest } from '../../platform/http/page.js';
import { columnList, namedColumns, placeholders } from '../../platform/record/columns.js';
import type { AcceptedOf } from '../../platform/record/fields.js';
import { viewOf } from '../../platform/record/views.js';
import { resultOf } from '../../scoring/verdict.js';
import { groupsEverywhere } from '../groups/groups.table.js';
import { asPublished, shownNames } from '../rounds/published.store.js';
import { publishedGroups } from '../rounds/published.table.js';
import { assessmentFields } from './assessments.record.js';
import { assessments, assessmentsEverywhere, contentColumns } from './assessments.table.js';
import { allPass, digitFails } from './failed.store.js';

const value = sql.placeholder;

type Table = typeof assessmentsEverywhere;
type Columns = Table['$inferSelect'];

/** A score sheet with the names of its group. */
export type AssessmentRow = Columns & { registrationNo: string; groupName: string };

/** A sheet and the instrument it is scored by: what a view needs. */
export interface ScoredSheet {
  sheet: AssessmentRow;
  instrument: Instrument;
}

/** What a team writes on a sheet. */
export type SheetContent = Omit<AcceptedOf<typeof assessmentFields>, 'teamId' | 'scores'> &
  Pick<Columns, 'teamId' | 'levels' | 'reasons'>;

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
  confirmed?: boolean | undefined;
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
  const { levels, reasons } = listed;
  // What is shown instead of these two is made of them when the line is written.
  const { scores, result, ...plain } = viewOf(assessmentFields, listed, { ...listed, scores: levels, result: reasons });
  const item = jsonFields({ ...plain, levels, reasons });
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
export async function findAndLockAssessment(tx: Tx, ids: SheetIds): Promise<AssessmentRow | null> {
  const [sheet] = await withGroup(tx, assessmentsEverywhere)
    .where(ofGroup(assessmentsEverywhere, ids))
    .for('update', { of: assessmentsEverywhere });
  return sheet ?? null;
}

/**
 * Makes a draft. False when another writer made the sheet first: the primary key decides between two at once.
 * @throws problems.rulesBroken (422) when the group was taken off the targets just now
 */
export async function insertAssessment(tx: Tx, sheet: AssessmentRow): Promise<boolean> {
  const inserted = insertDraft(tx, { ...sheet, reasons: JSON.stringify(sheet.reasons) });
  const notTargeted = () => problems.rulesBroken([rules.groupNotTargeted('/path/groupId')]);
  return (await refusing(inserted, { assessments_target: notTargeted })).length === 1;
}

/** Writes what a team has changed of its draft. */
export async function updateSheetContent(tx: Tx, sheet: AssessmentRow): Promise<void> {
  await writeContent(tx, { ...sheet, reasons: JSON.stringify(sheet.reasons) });
}

/**
 * The same for the status, the instant of the submission and the confirmation, which only a submitted sheet has, and the last
 * return.
 */
export async function updateSheetStatus(tx: Tx, sheet: AssessmentRow): Promise<void> {
  const { lastReturn, confirmation } = sheet;
  await writeStatus(tx, {
    ...sheet,
    lastReturn: lastReturn && JSON.stringify(lastReturn),
    confirmation: confirmation && JSON.stringify(confirmation),
  });
}

export async function removeAssessment(tx: Tx, ids: SheetIds): Promise<void> {
  await tx.delete(assessmentsEverywhere).where(ofGroup(assessmentsEverywhere, ids));
}

/** A sheet as clients see it: its scores in words, and the result that follows from them. */
export function assessmentView(sheet: AssessmentRow, instrument: Instrument) {
  const derived = { scores: scoresOf(sheet, instrument), result: resultOf(sheet.levels, instrument) };
  return viewOf(assessmentFields, sheet, { ...sheet, ...derived });
}

const insertDraft = statement('sheet_draft', () => {
  const made = namedColumns(assessmentsEverywhere, [
    'groupId',
    'roundId',
    'areaCode',
    'createdAt',
    'updatedAt',
    'status',
  ]);
  const columns = [...made, ...contentColumns];
  return sql`
    insert into ${assessmentsEverywhere} (${columnList(columns)}) values (${placeholders(columns)})
    on conflict do nothing returning 1`;
});

const writeContent = statement('sheet_content', () =>
  updated(sql`(${columnList(contentColumns)}) = row (${placeholders(contentColumns)})`),
);

const writeStatus = statement('sheet_status', () =>
  updated(sql`status = ${value('status')}, submitted_at = ${value('submittedAt')},
    last_return = ${value('lastReturn')}::json, confirmation = ${value('confirmation')}::json`),
);

function updated(set: SQL): SQL {
  return sql`
    update ${assessmentsEverywhere} set ${set}, version = ${value('version')}, updated_at = ${value('updatedAt')}
    where group_id = ${value('groupId')} and round_id = ${value('roundId')}`;
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
      ...shownNames,
    })
    .from(visible)
    .innerJoin(groupsEverywhere, eq(groupsEverywhere.groupId, visible.groupId))
    .leftJoin(publishedGroups, asPublished(visible));
}

function ofGroup(table: Table, { roundId, groupId }: SheetIds): SQL | undefined {
  return and(eq(table.groupId, groupId), eq(table.roundId, roundId));
}

function matching(visible: Table, filter: AssessmentFilter, instrument: Instrument): SQL | undefined {
  const { roundId, area, status, team, failedCriterion, wellManaged, confirmed } = filter;
  return and(
    eq(visible.roundId, roundId),
    area === undefined ? undefined : underPrefix(visible.areaCode, area),
    status === undefined ? undefined : eq(visible.status, status),
    team === undefined ? undefined : eq(visible.teamId, team),
    failedCriterion === undefined ? undefined : failed(visible, failedCriterion, instrument),
    wellManaged === undefined ? undefined : sql`(${allPass(visible.levels, instrument)}) = ${wellManaged}`,
    confirmed === undefined ? undefined : sql`(${visible.confirmation} is not null) = ${confirmed}`,
  );
}

function failed(visible: Table, criterionNo: number, instrument: Instrument): SQL {
  const position = (criterionIndex(criterionNo, instrument) ?? -1) + 1;
  return digitFails(sql`substring(${visible.levels}, ${position}::int, 1)`, instrument);
}
