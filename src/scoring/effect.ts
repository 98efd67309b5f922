/** What became of what had failed, where there was a plan and where there was none. */
import type { Bilingual } from '../domain/bilingual.js';
import type { Instrument } from '../domain/instrument.js';
import { type PlanState, planStates } from '../domain/plan.js';
import { newcombeDifference } from './association.js';
import { percentOf } from './percent.js';
import { failBit, passBit } from './verdict.js';

export interface Effect {
  criteria: number;
  /** At `(criterionIndex * 4 + state) * 3 + outcome`: groups that failed; outcome 0 missing, 1 failed, 2 passed after. */
  outcomes: Uint32Array;
}

/** Groups that failed a criterion before, by what their plans did about it. */
export interface StateOutcome {
  state: PlanState;
  /** Of those scored in the second round too, which is what the percent is of. */
  failedBefore: number;
  passedAfter: number;
  passedAfterPercent: number | null;
  missingAfter: number;
}

/** Always shown beside the figures of an effect. */
const effectStatement: Bilingual = {
  en: 'This is association, not proof that the plans were the cause. Groups that acted may differ from those that did not, and what was failed once tends to do better next time by itself (regression to the mean).',
  th: 'ตัวเลขนี้แสดงความสัมพันธ์ ไม่ใช่ข้อพิสูจน์ว่าแผนเป็นสาเหตุ กลุ่มที่ดำเนินการตามแผนอาจแตกต่างจากกลุ่มอื่นมาแต่เดิม และข้อที่ไม่ผ่านในรอบแรกมักดีขึ้นเองในรอบต่อไป (การถดถอยสู่ค่าเฉลี่ย)',
};

/**
 * A group's plan states as one digit a criterion in instrument order (0 none, 1 planned, 2 in progress, 3 done), keyed
 * by criterion number, none where the map is silent. `effectOf` takes these digits, group after group.
 */
export function planCodesOf(states: ReadonlyMap<number, PlanState>, instrument: Instrument): string {
  return instrument.criteria.map(({ criterionNo }) => planStates.indexOf(states.get(criterionNo) ?? 'none')).join('');
}

/**
 * What became of each criterion that failed, by plan state. Three texts of digits hold the same groups in the same
 * order: the level codes of both rounds as for `movementOf`, and plan codes as `planCodesOf` makes them.
 * RangeError when they differ in length, do not cut into sheets, or have another character.
 */
export function effectOf(before: string, after: string, planCodes: string, instrument: Instrument): Effect {
  const effect = emptyEffect(instrument);
  const { criteria, outcomes } = effect;
  if (criteria === 0 || before.length % criteria !== 0) throw new RangeError('the level codes are not whole sheets');
  if (before.length !== after.length || before.length !== planCodes.length) {
    throw new RangeError('the rounds and the plans must hold the same groups');
  }
  for (let at = 0; at < before.length; at++) {
    const [levelBefore, levelAfter, state] = [digitIn(before, at), digitIn(after, at), digitIn(planCodes, at)];
    if (failBit(levelBefore, instrument.passLevel) === 0) continue;
    const outcome = levelAfter === 0 ? 0 : 1 + passBit(levelAfter, instrument.passLevel);
    const place = ((at % criteria) * 4 + state) * 3 + outcome;
    outcomes[place] = (outcomes[place] ?? 0) + 1;
  }
  return effect;
}

/** The effect in no group. */
export function emptyEffect(instrument: Instrument): Effect {
  const criteria = instrument.criteria.length;
  return { criteria, outcomes: new Uint32Array(criteria * 12) };
}

/** The effect in the groups of both; neither is changed. RangeError when they have different numbers of criteria. */
export function mergeEffects(a: Effect, b: Effect): Effect {
  if (a.criteria !== b.criteria) throw new RangeError(`${a.criteria} and ${b.criteria} criteria do not add up`);
  return { criteria: a.criteria, outcomes: a.outcomes.map((groups, at) => groups + (b.outcomes[at] ?? 0)) };
}

/**
 * The published figures of an effect made with the same instrument; RangeError when the numbers of criteria differ.
 * `doneAgainstNone` is by how many percent points more of the groups with an action done passed than of those with
 * none, with its 95 % interval; null without both. `allCriteria` adds the criteria up and so counts a group once for
 * each it failed: these are not independent, which is why the sum has no interval.
 */
export function effectFigures(effect: Effect, instrument: Instrument) {
  if (effect.criteria !== instrument.criteria.length) throw new RangeError('the effect is not of this instrument');
  const all = instrument.criteria.map((_, index) => index);
  const criteria = instrument.criteria.map(({ criterionNo, name }, index) => {
    const byState = outcomesByState(effect, [index]);
    const shareOf = (state: PlanState) => {
      const found = byState.find((outcome) => outcome.state === state);
      return { count: found?.passedAfter ?? 0, total: found?.failedBefore ?? 0 };
    };
    return { criterionNo, name, byState, doneAgainstNone: newcombeDifference(shareOf('done'), shareOf('none')) };
  });
  return { criteria, allCriteria: outcomesByState(effect, all), statement: effectStatement };
}

function outcomesByState({ outcomes }: Effect, indexes: readonly number[]): StateOutcome[] {
  return planStates.map((state, stateIndex) => {
    const sum = (outcome: 0 | 1 | 2) =>
      indexes.reduce((total, index) => total + (outcomes[(index * 4 + stateIndex) * 3 + outcome] ?? 0), 0);
    const [missingAfter, passedAfter] = [sum(0), sum(2)];
    const failedBefore = sum(1) + passedAfter;
    return { state, failedBefore, passedAfter, passedAfterPercent: percentOf(passedAfter, failedBefore), missingAfter };
  });
}

function digitIn(codes: string, at: number): number {
  const digit = codes.charCodeAt(at) ^ 48;
  if (digit > 3) throw new RangeError(`a level or plan state is a digit from 0 to 3, not "${codes[at]}"`);
  return digit;
}
