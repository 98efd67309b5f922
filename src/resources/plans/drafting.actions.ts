import { v7 as uuidv7 } from 'uuid';
import type { Principal } from '../../domain/access.js';
import type { Bilingual } from '../../domain/bilingual.js';
import type { Instrument } from '../../domain/instrument.js';
import { draftActionsForArea, draftActionsForGroup, draftTitle } from '../../domain/plan.js';
import { refuseBroken, rules } from '../../domain/rule.js';
import type { Db, Tx } from '../../platform/db/database.js';
import { type Note, write } from '../changes/changes.actions.js';
import { findGroup } from '../groups/groups.store.js';
import { type ActionContent, type ActionRow, insertActions, listActionsOfPlace } from './actions.store.js';
import { fetchPlanContext, type PlanContext } from './context.store.js';
import { type FailedGroup, listFailedGroups } from './findings.store.js';
import { requirePlace, type WantedPlace } from './plans.actions.js';
import { findAndLockOpenPlan, holdPlace, insertPlan, type PlanPlace, type PlanRow } from './plans.store.js';
import { planActionKind, planKind } from './plans.table.js';

/** How many of its most failed criteria a district or a province drafts for: the published top five. */
const mostFailedDrafted = 5;

/** A finding that a plan answers: a criterion and the groups that failed it. */
export interface Finding {
  criterionNo: number;
  name: Bilingual | null;
  failedGroups: number;
  planningGroups: number;
  groups: FailedGroup[];
}

/** What drafting did: the plan, whether it is new, and the actions that were added. */
export interface Drafted {
  plan: PlanRow;
  created: boolean;
  added: ActionRow[];
  context: PlanContext;
  findings: Finding[];
}

/**
 * Makes a draft from the findings of a round, or adds to the open plan of the place what is new. A finding that has an
 * action in any plan of the place not cancelled is not drafted again, and actions stay as they are, whoever wrote them.
 * @throws problems.areaOutsideYours (403), problems.rulesBroken (422)
 */
export function draftPlan(db: Db, principal: Principal, wanted: WantedPlace): Promise<Drafted> {
  return write(db, principal, async (tx, note) => {
    const place = await requirePlace(tx, principal, wanted);
    await holdPlace(tx, place);
    const context = await fetchPlanContext(tx, place);
    const found = await findAndLockOpenPlan(tx, place);
    const existing = await listActionsOfPlace(tx, place);
    const findings = await findingsOf(tx, place, context);
    const drafts = draftsOf(findings, context, existing);
    refuseBroken([found === null && drafts.length === 0 && rules.nothingToDraft('/roundId')]);
    const plan = found ?? (await makePlan(tx, principal, note, place));
    const added = drafts.length === 0 ? [] : await insertActions(tx, plan, drafts);
    for (const action of added) note(planActionKind, 'plan-action.drafted', null, action);
    if (found !== null && added.length === 0) note.unchanged();
    return { plan, created: found === null, added, context, findings };
  });
}

async function makePlan(tx: Tx, principal: Principal, note: Note, place: PlanPlace): Promise<PlanRow> {
  const group = place.groupId === null ? null : await findGroup(tx, principal, place.groupId);
  const title = group === null ? `แผนสนับสนุนกลุ่มออมทรัพย์เพื่อการผลิต พื้นที่ ${place.areaCode}` : `แผนปรับปรุงพัฒนา${group.name}`;
  const plan = await insertPlan(tx, uuidv7(), { ...place, title });
  note(planKind, 'plan.drafted', null, plan);
  return plan;
}

/** For a group its own failures, furthest from passing first; for an area every failed criterion, most failed first. */
async function findingsOf(tx: Tx, place: PlanPlace, { instrument, sheet }: PlanContext): Promise<Finding[]> {
  const failed = await listFailedGroups(tx, place, instrument);
  const ofGroups = (keep: (group: FailedGroup) => boolean) =>
    instrument.criteria.flatMap(({ criterionNo, name }) => {
      const groups = (failed.get(criterionNo) ?? []).filter(keep);
      const planningGroups = groups.filter(({ planning }) => planning).length;
      return groups.length === 0 ? [] : [{ criterionNo, name, failedGroups: groups.length, planningGroups, groups }];
    });
  if (sheet === null) return ofGroups(() => true).sort((a, b) => b.failedGroups - a.failedGroups);
  const order = draftActionsForGroup(sheet, instrument, []).map(({ criterionNo }) => criterionNo);
  const own = ofGroups(({ groupId }) => groupId === place.groupId);
  return own.sort((a, b) => order.indexOf(a.criterionNo) - order.indexOf(b.criterionNo));
}

function draftsOf(findings: readonly Finding[], { instrument, sheet }: PlanContext, existing: readonly ActionRow[]) {
  const rows =
    sheet === null
      ? draftActionsForArea(
          findings.map((finding) => ({ ...finding, failed: finding.failedGroups })),
          existing,
          mostFailedDrafted,
        ).map(({ criterionNo }) => ({ criterionNo, finding: null }))
      : draftActionsForGroup(sheet, instrument, existing);
  return rows.map(({ criterionNo, finding }) => ({
    ...draftContent(criterionNo, instrument),
    actionId: uuidv7(),
    finding,
    drafted: true,
  }));
}

function draftContent(criterionNo: number, instrument: Instrument): ActionContent {
  const name = instrument.criteria.find((criterion) => criterion.criterionNo === criterionNo)?.name ?? null;
  return {
    criterionNo,
    principle: null,
    title: draftTitle({ criterionNo, name }).th,
    kind: 'activity',
    responsible: { name: null, organization: null },
    budgetBaht: null,
    startsOn: null,
    dueOn: null,
    status: 'planned',
    progressPercent: 0,
    outcome: null,
    reason: null,
  };
}
