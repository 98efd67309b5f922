/** What keeps a row of a file out or looks like a mistake in it, found where rows are judged by the set: the sentence of each code. */
import { problems } from './problem.js';
import type { ProblemDefinition, Violation } from './refusal.js';
import { rules } from './rule.js';
import type { ViolationCode } from './violation-code.js';
import { warnings } from './warning.js';

/** A fault by its code, with what is in the row at the field and two facts. */
export interface RowFinding {
  code: string;
  value: string | null;
  a: string | null;
  b: string | null;
}

/**
 * The violation that a finding stands for, with the words that a single write would have used.
 * @throws Error for a code that is not listed here, which is a mistake of ours
 */
export function violationOfFinding(pointer: string, { code, value, a, b }: RowFinding): Violation {
  const say = sayings[code];
  if (say === undefined) throw new Error(`No sentence for the finding ${code}.`);
  return say(pointer, value ?? '', a ?? '', b ?? '');
}

const sayings: Record<string, (pointer: string, value: string, a: string, b: string) => Violation> = {
  'area-unknown': (pointer, value) => rules.areaUnknown(pointer, value),
  'area-too-wide': (pointer, value) => rules.areaTooWide(pointer, value),
  'area-outside-yours': (pointer, _value, area, yours) => refusedAs(pointer, problems.areaOutsideYours, area, yours),
  'registration-no-taken': (pointer, registrationNo) =>
    refusedAs(pointer, problems.registrationNoTaken, registrationNo),
  'row-repeated': (pointer, _value, firstRow) => rules.rowRepeated(pointer, Number(firstRow)),
  'day-implausible': (pointer, day) => warnings.dayImplausible(pointer, day),
  'number-differs-by-zeros': (pointer, _value, other) => warnings.numberDiffersByZeros(pointer, other),
  'group-unknown': (pointer, value) => rules.groupUnknown(pointer, value),
  'group-mismatch': (pointer, _value, registrationNo) => rules.groupMismatch(pointer, registrationNo),
  'group-outside-round': (pointer, _value, area, round) => rules.groupOutsideRound(pointer, area, round),
  'group-not-active': (pointer, _value, status) => rules.groupNotActive(pointer, status),
  'group-not-targeted': (pointer) => rules.groupNotTargeted(pointer),
  'team-unknown': (pointer, value) => rules.teamUnknown(pointer, value),
  'team-outside-area': (pointer, _value, teamArea, groupArea) => rules.teamOutsideArea(pointer, teamArea, groupArea),
  'area-not-of-target': (pointer, _value, targetArea) => rules.areaNotOfTarget(pointer, targetArea),
  'outside-round': (pointer, day, startsOn, endsOn) => rules.outsideRound(pointer, day, startsOn, endsOn),
  'team-not-yours': (pointer) => refusedAs(pointer, problems.teamNotYours),
  'assessment-submitted': (pointer) => refusedAs(pointer, problems.assessmentSubmitted),
};

/** What a single write is refused with, said of a row. */
function refusedAs<Facts extends unknown[], Code extends ViolationCode>(
  pointer: string,
  problem: ProblemDefinition<Facts, Code>,
  ...facts: Facts
): Violation {
  return { pointer, code: problem.code, detail: problem(...facts).content.detail };
}
