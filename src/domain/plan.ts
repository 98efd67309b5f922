/**
 * An improvement plan answers the findings of a round: a group plans for the criteria it failed, a district and the
 * province for those that fail in their area. Its actions each belong to one criterion and one governance principle.
 */
import { areaKindOf, liesIn } from './area.js';
import { failedOf, isBlank } from './assessment.js';
import type { Bilingual } from './bilingual.js';
import { criterionIndex, type Instrument, type Level } from './instrument.js';
import type { Violation } from './refusal.js';
import { rules } from './rule.js';

export const planTiers = ['group', 'district', 'province'] as const;
export type PlanTier = (typeof planTiers)[number];

export const planStatuses = ['draft', 'approved', 'in-progress', 'completed', 'cancelled'] as const;
export type PlanStatus = (typeof planStatuses)[number];

/** A plan whose actions may still be written; the end of the others is decided. */
export const openPlanStatuses = ['draft', 'approved', 'in-progress'] as const satisfies readonly PlanStatus[];

/** What changes a plan's state, from which states, and into which. A cancellation needs a reason. */
export const planMoves = {
  approval: { from: ['draft'], to: 'approved' },
  start: { from: ['approved'], to: 'in-progress' },
  completion: { from: ['in-progress'], to: 'completed' },
  cancellation: { from: ['draft', 'approved', 'in-progress'], to: 'cancelled' },
} as const satisfies Record<string, { from: readonly PlanStatus[]; to: PlanStatus }>;
export type PlanMove = keyof typeof planMoves;

export const actionKinds = ['activity', 'project', 'training', 'visit', 'other'] as const;
export type ActionKind = (typeof actionKinds)[number];

export const actionStatuses = ['planned', 'in-progress', 'done', 'dropped'] as const;
export type ActionStatus = (typeof actionStatuses)[number];

/** Source: PM's Office regulation on good governance, B.E. 2542 (1999); the codes are ours. */
export const governancePrinciples = [
  { code: 'rule_of_law', name: { th: 'หลักนิติธรรม', en: 'Rule of law' } },
  { code: 'morality', name: { th: 'หลักคุณธรรม', en: 'Morality / ethics' } },
  { code: 'transparency', name: { th: 'หลักความโปร่งใส', en: 'Transparency' } },
  { code: 'participation', name: { th: 'หลักการมีส่วนร่วม', en: 'Participation' } },
  { code: 'accountability', name: { th: 'หลักความรับผิดชอบ', en: 'Accountability / responsibility' } },
  { code: 'value_for_money', name: { th: 'หลักความคุ้มค่า', en: 'Value for money' } },
] as const satisfies readonly { code: string; name: Bilingual }[];
export type GovernancePrinciple = (typeof governancePrinciples)[number]['code'];

/** What the rules of an action look at; days are `YYYY-MM-DD` in Bangkok, null while not set. */
export interface ActionFacts {
  criterionNo: number;
  /** Why the action is needed; required when the criterion is not failed. */
  reason: string | null;
  budgetBaht: number | null;
  startsOn: string | null;
  dueOn: string | null;
  status: ActionStatus;
  progressPercent: number;
  outcome: string | null;
}

/** What a group's actions on one criterion amount to: the furthest of them. */
export const planStates = ['none', 'planned', 'in-progress', 'done'] as const;
export type PlanState = (typeof planStates)[number];

export interface GroupDraft {
  criterionNo: number;
  level: Level;
  finding: string | null;
}

/** Whether a plan in this state may make the move. */
export function allowsMove(plan: { status: PlanStatus }, move: PlanMove): boolean {
  const from: readonly PlanStatus[] = planMoves[move].from;
  return from.includes(plan.status);
}

/**
 * A province plans for a province, a district for a district, a group for the area it lies in, and only a group's plan
 * names a group (`groupAreaCode`, else null); the area lies in the round's. Gives what is broken.
 */
export function brokenPlace(
  plan: { tier: PlanTier; areaCode: string; groupAreaCode: string | null },
  round: { areaCode: string | null },
): Violation[] {
  // Without an area there is nothing to say of it; what is missing is named by the tier.
  const isInside = plan.areaCode === '' || liesIn(plan.areaCode, round.areaCode);
  const outside = isInside ? [] : [rules.planOutsideRound('/areaCode', plan.areaCode)];
  return [...brokenTier(plan), ...outside];
}

/** Every rule an action breaks, given the criteria its group failed or that fail in its area. */
export function brokenAction(
  action: ActionFacts,
  failedCriteria: ReadonlySet<number>,
  instrument: Instrument,
): Violation[] {
  const { criterionNo, budgetBaht, startsOn, dueOn } = action;
  const broken: Violation[] = [];
  if (criterionIndex(criterionNo, instrument) === null) {
    broken.push(rules.criterionUnknown('/criterionNo', criterionNo, instrument.criteria.length));
  } else if (!failedCriteria.has(criterionNo) && isBlank(action.reason)) {
    broken.push(rules.criterionNotFailed('/reason', criterionNo));
  }
  if (budgetBaht !== null && budgetBaht < 0) broken.push(rules.budgetNegative('/budgetBaht', budgetBaht));
  if (startsOn !== null && dueOn !== null && dueOn < startsOn) {
    broken.push(rules.datesOutOfOrder('/dueOn', startsOn, dueOn));
  }
  return [...broken, ...brokenEnd(action)];
}

/** A cancelled plan says why: a violation at `/reason` when it does not, else null. */
export function cancellationUnexplained(reason: string | null): Violation | null {
  return isBlank(reason) ? rules.cancellationUnexplained('/reason') : null;
}

/** The furthest of a group's actions on a criterion: done before in progress before planned; dropped ones do not count. */
export function planStateOf(statuses: readonly ActionStatus[]): PlanState {
  return planStates.findLast((state) => state !== 'none' && statuses.includes(state)) ?? 'none';
}

/** Whether an action that is neither done nor dropped is past its due day; one due today is not. */
export function isOverdue(action: Pick<ActionFacts, 'status' | 'dueOn'>, today: string): boolean {
  const isOpen = action.status === 'planned' || action.status === 'in-progress';
  return isOpen && action.dueOn !== null && action.dueOn < today;
}

/**
 * The actions to draft for a group: the criteria its sheet failed, furthest from passing first, then in instrument
 * order, each with the team's reason. A criterion any existing action is on stays out, a dropped one too: a person has
 * decided on it. So drafting twice adds nothing. RangeError when a digit is not a level.
 */
export function draftActionsForGroup(
  sheet: { levels: string; reasons: Readonly<Record<string, string>> },
  instrument: Instrument,
  existing: readonly { criterionNo: number }[],
): GroupDraft[] {
  const drafts = failedOf(sheet.levels, instrument)
    .filter(({ criterionNo }) => !isCovered(criterionNo, existing))
    .map(({ criterionNo, level }) => ({ criterionNo, level, finding: sheet.reasons[criterionNo] ?? null }));
  return drafts.sort((a, b) => a.level - b.level);
}

/**
 * The actions to draft for a district or a province: its `top` most failed criteria, a tie at the cut staying whole,
 * most failed first, then in instrument order, without those an existing action is on. The cut comes first, so that
 * drafting twice adds nothing. A row keeps what else it carries, such as the groups and which of them plan already.
 */
export function draftActionsForArea<Row extends { criterionNo: number; failed: number }>(
  failedByCriterion: readonly Row[],
  existing: readonly { criterionNo: number }[],
  top: number,
): Row[] {
  return failedByCriterion
    .filter((row) => row.failed > 0 && failedByCriterion.filter((other) => other.failed > row.failed).length < top)
    .filter((row) => !isCovered(row.criterionNo, existing))
    .sort((a, b) => b.failed - a.failed || a.criterionNo - b.criterionNo);
}

/** What a drafted action is called until a person gives it a better title. */
export function draftTitle({
  criterionNo,
  name,
}: Pick<Instrument['criteria'][number], 'criterionNo' | 'name'>): Bilingual {
  return {
    en: `Improve criterion ${criterionNo}${name === null ? '' : `: ${name.en}`}`,
    th: `ปรับปรุงการดำเนินงานตามเกณฑ์ข้อ ${criterionNo}${name === null ? '' : ` ${name.th}`}`,
  };
}

function brokenTier({
  tier,
  areaCode,
  groupAreaCode,
}: {
  tier: PlanTier;
  areaCode: string;
  groupAreaCode: string | null;
}) {
  if (tier === 'group') {
    if (groupAreaCode === null) return [rules.groupMissing('/groupId')];
    return areaCode === groupAreaCode ? [] : [rules.areaNotOfGroup('/areaCode', areaCode, groupAreaCode)];
  }
  const broken = areaKindOf(areaCode) === tier ? [] : [rules.areaOfTier('/areaCode', areaCode, tier)];
  return groupAreaCode === null ? broken : [...broken, rules.groupNotExpected('/groupId', tier)];
}

/** Done means: all of it, and what came of it is written down. */
function brokenEnd({ status, progressPercent, outcome }: ActionFacts): Violation[] {
  if (status !== 'done') return [];
  const progress = progressPercent === 100 ? [] : [rules.doneNotComplete('/progressPercent', progressPercent)];
  return isBlank(outcome) ? [...progress, rules.outcomeMissing('/outcome')] : progress;
}

function isCovered(criterionNo: number, existing: readonly { criterionNo: number }[]): boolean {
  return existing.some((action) => action.criterionNo === criterionNo);
}
