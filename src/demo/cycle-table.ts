import type { Call } from './client.js';
import { percent, whole, wrapped } from './format.js';

const width = 96;

/** What the invented rest of the cycle shows, every figure of it fetched from the API. */
export async function cycleTable(call: Call, firstId: string, secondId: string): Promise<string> {
  const { body: comparison } = await call(
    'GET',
    `/v1/rounds/${firstId}/comparison?with=${secondId}&area=40&split=plan`,
  );
  const { body: coverage } = await call('GET', `/v1/rounds/${firstId}/plan-coverage?area=40`);
  return [
    'INVENTED FOR DEMONSTRATION / ข้อมูลสมมติ: the report gives no second round and no plans.',
    '',
    ...movementLines(comparison),
    '',
    ...criteriaLines(comparison.criteria),
    '',
    ...effectLines(comparison.plans),
    '',
    ...coverageLines(coverage),
    '',
    ...budgetLines(coverage),
  ].join('\n');
}

interface Movement {
  onlyBefore: number;
  onlyAfter: number;
  groups: { compared: number; improved: number; unchanged: number; declined: number; becameWellManaged: number };
}

function movementLines({ onlyBefore, onlyAfter, groups }: Movement): string[] {
  const alone = `${whole(onlyBefore)} in round 1 alone, ${whole(onlyAfter)} in round 2 alone`;
  return [
    `Groups compared            ${whole(groups.compared)} assessed in rounds 1 and 2; ${alone}`,
    `Improved                   ${whole(groups.improved)} passed more criteria than before`,
    `Unchanged                  ${whole(groups.unchanged)}`,
    `Declined                   ${whole(groups.declined)}`,
    `Became well managed        ${whole(groups.becameWellManaged)}`,
  ];
}

interface MovedCriterion {
  criterionNo: number;
  name: { th: string } | null;
  gainedPasses: number;
  lostPasses: number;
  net: number;
  mcnemarP: number;
}

/** The three that gained most and the one that lost most, in instrument order when equal. */
function criteriaLines(criteria: readonly MovedCriterion[]): string[] {
  const mostGainFirst = criteria.toSorted((a, b) => b.net - a.net);
  const mostLossFirst = criteria.toSorted((a, b) => a.net - b.net);
  return [
    'Largest net gain              net  gained  lost  McNemar p',
    ...mostGainFirst.slice(0, 3).map(movedLine),
    'Largest net loss',
    ...mostLossFirst.slice(0, 1).map(movedLine),
  ];
}

function movedLine({ criterionNo, name, gainedPasses, lostPasses, net, mcnemarP }: MovedCriterion): string {
  const signed = `${net > 0 ? '+' : ''}${net}`;
  const p = mcnemarP < 0.0001 ? '< 0.0001' : mcnemarP.toFixed(4);
  const counts = `${signed.padStart(6)}${String(gainedPasses).padStart(8)}${String(lostPasses).padStart(6)}`;
  return `${label(`     criterion ${String(criterionNo).padStart(2)}`)}${counts}${p.padStart(11)}   ${name?.th ?? ''}`;
}

interface Outcome {
  state: 'none' | 'planned' | 'in-progress' | 'done';
  failedBefore: number;
  passedAfter: number;
  passedAfterPercent: number | null;
}

const stateNames: Record<Outcome['state'], string> = {
  done: 'action done',
  'in-progress': 'action in progress',
  planned: 'action planned',
  none: 'no action',
};

function effectLines({ allCriteria, statement }: { allCriteria: Outcome[]; statement: { en: string } }): string[] {
  return [
    'Criteria failed in round 1    failed  passed in round 2    percent',
    ...allCriteria.toReversed().map(outcomeLine),
    ...wrapped(statement.en, width),
  ];
}

function outcomeLine({ state, failedBefore, passedAfter, passedAfterPercent }: Outcome): string {
  const share = passedAfterPercent === null ? '-' : percent(passedAfterPercent);
  const counts = `${whole(failedBefore).padStart(9)}${whole(passedAfter).padStart(19)}${share.padStart(11)}`;
  return `${label(`     ${stateNames[state]}`)}${counts}`;
}

type Share = { groups: number; percent: number | null };

interface Coverage {
  criteria: { criterionNo: number; failing: number; withPlan: Share; inProgress: Share; done: Share }[];
  budget: { tier: string; actions: number; budgetBaht: number }[];
}

/** The most failed criterion stands for all; the whole list is what the address under the table gives. */
function coverageLines({ criteria }: Coverage): string[] {
  const [most] = criteria.toSorted((a, b) => b.failing - a.failing);
  if (most === undefined) return [];
  const { criterionNo, failing, withPlan, inProgress, done } = most;
  return [
    `${label(`Coverage of criterion ${criterionNo}`)}${whole(failing)} groups failed it: ${share(withPlan)} plan for it,`,
    `${label('')}${share(inProgress)} have an action in progress, ${share(done)} one done`,
  ];
}

function share({ groups, percent: of }: Share): string {
  return of === null ? whole(groups) : `${whole(groups)} (${percent(of)} %)`;
}

function budgetLines({ budget }: Coverage): string[] {
  const lineOf = (tier: string) => {
    const own = budget.filter((line) => line.tier === tier);
    const sum = (field: 'actions' | 'budgetBaht') => own.reduce((total, line) => total + line[field], 0);
    return `${label(`     ${tier}`)}${whole(sum('actions')).padStart(7)}${whole(sum('budgetBaht')).padStart(13)}`;
  };
  return [`${label('Budget by tier')}actions         baht`, ...['group', 'district', 'province'].map(lineOf)];
}

/** The first column of every line. */
function label(text: string): string {
  return text.padEnd(27);
}
