import type { PlanState } from '../domain/plan.js';
import type { DemoData, DemoLevel, DemoPlan, DemoScore, DemoSecondRound, DemoSheet } from './data.js';
import { itemAt } from './lists.js';
import { plannedStateOf } from './plans.js';
import { inventedMark } from './published.js';
import { type Random, randomFor } from './random.js';
import { reasonsFor } from './reasons.js';
import { failedCriteria, summarize } from './sheets.js';

/**
 * An invented second round, August of FY2555, of the targets of the first: the report does not give one, and every
 * record says so. Six targets have no sheet. A criterion with an action done improves more often than one without, but
 * not always; some decline; at least three groups become well managed. Always the same for the same data and plans.
 */
export function inventSecondRound(first: DemoData, plans: readonly DemoPlan[]): DemoSecondRound {
  const random = randomFor('second-round');
  const planByNo = new Map(plans.flatMap((plan) => (plan.registrationNo ? [[plan.registrationNo, plan]] : [])));
  const wellManaged = groupsThatPassAll(first.sheets, planByNo);
  const skipped = groupsNotVisited(first.sheets, planByNo, wellManaged, random);
  const visited = first.sheets.filter(({ registrationNo }) => !skipped.has(registrationNo));
  const sheets = visited.map((sheet) => {
    const plan = planByNo.get(sheet.registrationNo);
    const scores = sheet.scores.map((score) => {
      const drawn = levelAfter(score, plannedStateOf(plan, score.criterionNo), random);
      return explain(score, wellManaged.has(sheet.registrationNo) ? 3 : drawn, random);
    });
    return { ...sheet, assessedOn: dayOf(sheet, visited), scores, summary: summarize(scores, inventedMark) };
  });
  return { round: { ...first.round, ...secondRound }, sheets };
}

const secondRound = {
  roundNo: 2,
  title: `ตรวจสุขภาพทางการเงินกลุ่มออมทรัพย์เพื่อการผลิต จังหวัดขอนแก่น ปีงบประมาณ 2555 รอบที่ 2 (${inventedMark})`,
  startsOn: '2012-08-01',
  endsOn: '2012-08-31',
} as const;

const wellManagedCount = 3;
const notVisitedCount = 6;

type Plans = ReadonlyMap<string, DemoPlan>;

/** The strongest of the groups that are at their plan or through with it. */
function groupsThatPassAll(sheets: readonly DemoSheet[], planByNo: Plans): Set<string> {
  const atIt = sheets.filter(({ registrationNo }) =>
    ['in-progress', 'completed'].includes(planByNo.get(registrationNo)?.status ?? ''),
  );
  const strongestFirst = atIt.toSorted((a, b) => failedCriteria(a).length - failedCriteria(b).length);
  return new Set(strongestFirst.slice(0, wellManagedCount).map(({ registrationNo }) => registrationNo));
}

/** The group that gave up its plan and a few others; nobody knows why of those, as in the field. */
function groupsNotVisited(
  sheets: readonly DemoSheet[],
  planByNo: Plans,
  wellManaged: ReadonlySet<string>,
  random: Random,
): Set<string> {
  const all = sheets.map(({ registrationNo }) => registrationNo);
  const givenUp = all.filter((registrationNo) => planByNo.get(registrationNo)?.status === 'cancelled');
  const others = random.shuffled(all.filter((no) => !givenUp.includes(no) && !wellManaged.has(no)));
  return new Set([...givenUp, ...others].slice(0, notVisitedCount));
}

/** In how many of a hundred cases a failed criterion rises by one level, or from 1 at once to 3, or falls to 1. */
const chancesByState: Record<PlanState, { rises: number; leaps: number; falls: number }> = {
  done: { rises: 60, leaps: 40, falls: 2 },
  'in-progress': { rises: 36, leaps: 8, falls: 4 },
  planned: { rises: 24, leaps: 4, falls: 6 },
  none: { rises: 20, leaps: 4, falls: 8 },
};

/** In how many of a hundred cases a passed criterion is lost. In August, before the harvest, members are short of cash. */
const lossChance = (criterionNo: number) => (criterionNo === 10 || criterionNo === 11 ? 14 : 6);

function levelAfter({ criterionNo, level }: DemoScore, state: PlanState, random: Random): DemoLevel {
  const drawn = random.int(1, 100);
  if (level === 3) return drawn > lossChance(criterionNo) ? 3 : drawn === 1 ? 1 : 2;
  const { rises, leaps, falls } = chancesByState[state];
  if (level === 1) return drawn <= leaps ? 3 : drawn <= leaps + rises ? 2 : 1;
  return drawn <= rises ? 3 : drawn > 100 - falls ? 1 : 2;
}

/** Where nothing moved, the team found what it had found before. */
function explain(before: DemoScore, level: DemoLevel, random: Random): DemoScore {
  if (level === before.level) return before;
  const { criterionNo } = before;
  return { criterionNo, level, reason: random.pick(reasonsFor(criterionNo, level)) };
}

/** Working days of August 2012: no weekends, no Asalha Bucha and Khao Phansa (2nd, 3rd), no Queen's birthday (13th). */
const workingDays = [1, 6, 7, 8, 9, 10, 14, 15, 16, 17, 20, 21, 22, 23, 24, 27, 28, 29, 30, 31];

/** A team goes through its groups in the order of the first round and spreads them evenly over the month. */
function dayOf(sheet: DemoSheet, visited: readonly DemoSheet[]): string {
  const own = visited.filter(({ teamKey }) => teamKey === sheet.teamKey);
  const day = itemAt(workingDays, Math.floor((own.indexOf(sheet) * workingDays.length) / own.length));
  return `2012-08-${String(day).padStart(2, '0')}`;
}
