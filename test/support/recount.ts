/**
 * What random rounds may hold, and the plainest way to count again what the service says of them: sheet by sheet and
 * action by action, from what it lists over HTTP. Nothing here is the service's own code, so that agreement means
 * something.
 */
import fc from 'fast-check';
import type { Client } from './client.js';

export interface ListedSheet {
  groupId: string;
  areaCode: string;
  status: string;
  scores: { criterionNo: number; level: number }[];
}

export interface ListedPlan {
  planId: string;
  tier: string;
  groupId: string | null;
  areaCode: string;
  status: string;
  actions: ListedAction[];
}

export interface ListedAction {
  criterionNo: number;
  principle: string | null;
  status: string;
  dueOn: string | null;
  budgetBaht: number | null;
}

/** What of an instrument counting needs. */
export interface Scale {
  criteria: number;
  passLevel: number;
}

export interface ListedRound {
  sheets: ListedSheet[];
  plans: ListedPlan[];
}

/** The built-in instrument, and two short ones: with few criteria everything meets, fails and moves together. */
export const scales: Record<string, Scale> = {
  'fhc@1': { criteria: 19, passLevel: 3 },
  'four@1': { criteria: 4, passLevel: 3 },
  'four@2': { criteria: 4, passLevel: 2 },
};
/** A sheet for the longest instrument; a short one takes its first digits. */
const levels = fc
  .array(fc.constantFrom('1', '2', '3', '3'), { minLength: 19, maxLength: 19 })
  .map((all) => all.join(''));
const sheet = fc.option(fc.record({ levels, submitted: fc.constantFrom(true, true, true, true, false) }), { freq: 6 });
const action = fc.record({
  criterionNo: fc.integer({ min: 1, max: 4 }),
  status: fc.constantFrom('planned', 'in-progress', 'done', 'dropped'),
  dueOn: fc.constantFrom(null, '2012-05-31', '2099-12-31'),
  principle: fc.constantFrom(null, 'morality', 'transparency'),
  budgetBaht: fc.option(fc.integer({ min: 0, max: 999_999 }).map((satang) => satang / 100)),
});
const plan = fc.record({ actions: fc.array(action, { maxLength: 3 }), cancelled: fc.constantFrom(false, false, true) });
const group = fc.record({ first: sheet, second: sheet, plans: fc.array(plan, { maxLength: 2 }) });
/** What two rounds and the plans between them may hold. */
export const world = fc.record({
  instrument: fc.constantFrom(...Object.keys(scales)),
  groups: fc.array(group, { minLength: 6, maxLength: 14 }),
  district: plan,
});
export type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;

/** The submitted sheets of a round and its plans with their actions, read page by page. */
export async function readRound(client: Client, roundId: string): Promise<ListedRound> {
  const listed: ListedSheet[] = (await client.pages(`/v1/rounds/${roundId}/assessments?limit=7`)).flat();
  const plans: ListedPlan[] = (await client.pages(`/v1/plans?round=${roundId}&limit=3`)).flat();
  for (const plan of plans) plan.actions = (await client.pages(`/v1/plans/${plan.planId}/actions?limit=4`)).flat();
  return { sheets: listed.filter(({ status }) => status === 'submitted'), plans };
}

/** The sheets and plans in an area, by the beginning of its code. */
export function within(area: string, { sheets, plans }: ListedRound): ListedRound {
  const inArea = ({ areaCode }: { areaCode: string }) => areaCode.startsWith(area);
  return { sheets: sheets.filter(inArea), plans: plans.filter(inArea) };
}

/** A comparison as the service gives it, without names and rounds. */
export function recountComparison(before: ListedSheet[], after: ListedSheet[], scale: Scale) {
  const pairs = pairsOf(before, after);
  const passed = pairs.map(([b, a]) => [passedCount(b, scale), passedCount(a, scale)] as const);
  const sum = (side: 0 | 1) => passed.reduce((total, counts) => total + counts[side], 0);
  const where = (holds: (before: number, after: number) => boolean) => passed.filter(([b, a]) => holds(b, a)).length;
  return {
    onlyBefore: before.length - pairs.length,
    onlyAfter: after.length - pairs.length,
    groups: {
      compared: pairs.length,
      missing: 0,
      complete: pairs.length,
      improved: where((b, a) => a > b),
      unchanged: where((b, a) => a === b),
      declined: where((b, a) => a < b),
      becameWellManaged: where((b, a) => b < scale.criteria && a === scale.criteria),
      stoppedBeingWellManaged: where((b, a) => b === scale.criteria && a < scale.criteria),
      meanPassedBefore: cut(sum(0), pairs.length, 1),
      meanPassedAfter: cut(sum(1), pairs.length, 1),
    },
    criteria: numbers(scale).map((criterionNo) => recountMovement(criterionNo, pairs, scale)),
  };
}

/** What a comparison with `split=plan` says of each criterion, as `state: passed of failed`. */
export function recountSplit(before: ListedRound, after: ListedSheet[], scale: Scale) {
  const pairs = pairsOf(before.sheets, after);
  return numbers(scale).map((criterionNo) => {
    const failed = pairs.filter(([sheet]) => levelOf(sheet, criterionNo) < scale.passLevel);
    const stateOf = ({ groupId }: ListedSheet) => {
      const statuses = actionsOn(criterionNo, groupId, before.plans).map(({ status }) => status);
      return ['done', 'in-progress', 'planned'].find((status) => statuses.includes(status)) ?? 'none';
    };
    return ['none', 'planned', 'in-progress', 'done'].map((state) => {
      const own = failed.filter(([sheet]) => stateOf(sheet) === state);
      const passed = own.filter(([, sheet]) => levelOf(sheet, criterionNo) >= scale.passLevel);
      return `${state}: ${passed.length} of ${own.length}`;
    });
  });
}

/** The groups behind each count of the coverage, by criterion; criteria that nobody failed are left out. */
export function recountCoverage({ sheets, plans }: ListedRound, scale: Scale, today: string) {
  return numbers(scale).flatMap((criterionNo) => {
    const failing = sheets.filter((sheet) => levelOf(sheet, criterionNo) < scale.passLevel);
    if (failing.length === 0) return [];
    const where = (holds: (actions: ListedAction[]) => boolean) =>
      failing.map(({ groupId }) => groupId).filter((groupId) => holds(actionsOn(criterionNo, groupId, plans)));
    const isLate = ({ status, dueOn }: ListedAction) => status !== 'done' && dueOn !== null && dueOn < today;
    return {
      criterionNo,
      failing: where(() => true),
      withPlan: where((actions) => actions.length > 0),
      withoutPlan: where((actions) => actions.length === 0),
      inProgress: where((actions) => actions.some(({ status }) => status === 'in-progress')),
      done: where((actions) => actions.some(({ status }) => status === 'done')),
      overdue: where((actions) => actions.some(isLate)),
    };
  });
}

/** Budgets in satang by `tier principle`, of actions not dropped in plans not cancelled. */
export function recountBudget(plans: ListedPlan[]): Record<string, { actions: number; satang: number }> {
  const budget: Record<string, { actions: number; satang: number }> = {};
  for (const { tier, actions } of plans.filter(({ status }) => status !== 'cancelled')) {
    for (const { principle, budgetBaht } of actions.filter(({ status }) => status !== 'dropped')) {
      const sum = budget[`${tier} ${principle}`] ?? { actions: 0, satang: 0 };
      const satang = sum.satang + Math.round((budgetBaht ?? 0) * 100);
      budget[`${tier} ${principle}`] = { actions: sum.actions + 1, satang };
    }
  }
  return budget;
}

/** Every pair of criteria with the groups that fail both, one or neither; `phi` and `lift` are not rounded. */
export function recountPairs(sheets: ListedSheet[], scale: Scale, minimum: number) {
  return numbers(scale).flatMap((a) =>
    numbers(scale)
      .slice(a)
      .map((b) => {
        const fails = (sheet: ListedSheet, no: number) => levelOf(sheet, no) < scale.passLevel;
        const count = (inA: boolean, inB: boolean) =>
          sheets.filter((sheet) => fails(sheet, a) === inA && fails(sheet, b) === inB).length;
        const [both, onlyA, onlyB, neither] = [
          count(true, true),
          count(true, false),
          count(false, true),
          count(false, false),
        ];
        const [allA, allB, total] = [both + onlyA, both + onlyB, sheets.length];
        const spread = Math.sqrt(allA * (total - allA) * allB * (total - allB));
        return {
          counts: { a, b, total, both, onlyA, onlyB, neither, either: total - neither },
          phi: spread === 0 ? null : (both * neither - onlyA * onlyB) / spread,
          lift: allA * allB === 0 ? null : (both * total) / (allA * allB),
          small: both < minimum || allA * allB < minimum * total,
        };
      }),
  );
}

/** A percent, or with `scale` 1 a mean, cut at two decimals in decimal text; null of nothing. */
export function cut(count: number, total: number, scale = 100): number | null {
  if (total === 0) return null;
  const digits = String((BigInt(count) * BigInt(scale) * 100n) / BigInt(total)).padStart(3, '0');
  return Number(`${digits.slice(0, -2)}.${digits.slice(-2)}`);
}

export function passedCount({ scores }: ListedSheet, { passLevel }: Scale): number {
  return scores.filter(({ level }) => level >= passLevel).length;
}

/** Groups with a submitted sheet in both rounds. */
export function pairsOf(before: ListedSheet[], after: ListedSheet[]): [ListedSheet, ListedSheet][] {
  return before.flatMap((sheet) => {
    const other = after.find(({ groupId }) => groupId === sheet.groupId);
    return other === undefined ? [] : [[sheet, other] as [ListedSheet, ListedSheet]];
  });
}

function recountMovement(criterionNo: number, pairs: [ListedSheet, ListedSheet][], { passLevel }: Scale) {
  const moves = pairs.map(([b, a]) => [levelOf(b, criterionNo), levelOf(a, criterionNo)] as const);
  const where = (holds: (before: number, after: number) => boolean) => moves.filter(([b, a]) => holds(b, a)).length;
  const gainedPasses = where((b, a) => b < passLevel && a >= passLevel);
  const lostPasses = where((b, a) => b >= passLevel && a < passLevel);
  const [passedBefore, passedAfter] = [where((b) => b >= passLevel), where((_, a) => a >= passLevel)];
  return {
    criterionNo,
    compared: pairs.length,
    missing: 0,
    matrix: [1, 2, 3].map((row) => [1, 2, 3].map((column) => where((b, a) => b === row && a === column))),
    gainedPasses,
    lostPasses,
    net: gainedPasses - lostPasses,
    passedBefore,
    passedBeforePercent: cut(passedBefore, pairs.length),
    passedAfter,
    passedAfterPercent: cut(passedAfter, pairs.length),
    mcnemarP: mcNemar(gainedPasses, lostPasses),
  };
}

/** Twice the chance of so few heads or fewer, from Pascal's triangle; exact for the few groups of a test. */
function mcNemar(gained: number, lost: number): number {
  let row = [1];
  for (let n = 1; n <= gained + lost; n += 1) row = [...row, 0].map((ways, k) => ways + (row[k - 1] ?? 0));
  const tail = row.slice(0, Math.min(gained, lost) + 1).reduce((sum, ways) => sum + ways, 0);
  return Number(Math.min(1, (2 * tail) / 2 ** (gained + lost)).toPrecision(4));
}

/** A group's actions on a criterion, but for dropped ones and those of cancelled plans. */
function actionsOn(criterionNo: number, groupId: string, plans: ListedPlan[]): ListedAction[] {
  return plans
    .filter((plan) => plan.groupId === groupId && plan.status !== 'cancelled')
    .flatMap(({ actions }) => actions)
    .filter((action) => action.criterionNo === criterionNo && action.status !== 'dropped');
}

function levelOf({ scores }: ListedSheet, criterionNo: number): number {
  const score = scores.find((given) => given.criterionNo === criterionNo);
  if (score === undefined) throw new Error(`A submitted sheet has no level for criterion ${criterionNo}.`);
  return score.level;
}

function numbers({ criteria }: Scale): number[] {
  return Array.from({ length: criteria }, (_, index) => index + 1);
}
