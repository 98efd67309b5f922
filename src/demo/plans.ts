import { draftActionsForArea, type PlanState, type PlanStatus, type PlanTier } from '../domain/plan.js';
import { type ActionText, actionTextFor } from './action-texts.js';
import type { DemoAction, DemoData, DemoPlan, DemoProgress, DemoSheet } from './data.js';
import { itemAt } from './lists.js';
import { personNames } from './names.js';
import { inventedLabel, inventedMark } from './published.js';
import { type Random, randomFor } from './random.js';
import { failedCriteria } from './sheets.js';
import { pseudonym } from './teams.js';

/**
 * Invented improvement plans that answer round 1: of 40 groups, of the three districts with most targets, and of the
 * province. The report gives none. Always the same for the same data; days are in May to July 2012, money is whole baht.
 */
export function inventPlans(data: DemoData): DemoPlan[] {
  const random = randomFor('plans');
  const planning = random.shuffled(data.sheets).slice(0, groupPlanCount);
  const ends = groupEnds(planning);
  return [
    ...planning.map((sheet, index) => groupPlan(sheet, itemAt(ends, index), data, random)),
    ...largestDistricts(data).map((areaCode, index) =>
      areaPlan({ tier: 'district', areaCode, status: itemAt(districtEnds, index) }, data, random),
    ),
    areaPlan({ tier: 'province', areaCode: '40', status: 'in-progress' }, data, random),
  ];
}

/** What a group's plan amounts to for a criterion that the group failed, as the comparison of the rounds counts it. */
export function plannedStateOf(plan: DemoPlan | undefined, criterionNo: number): PlanState {
  if (plan === undefined || plan.status === 'cancelled') return 'none';
  const written = plan.actions.find((action) => action.criterionNo === criterionNo);
  if (written === undefined) return 'planned';
  return written.progress.status === 'dropped' ? 'none' : written.progress.status;
}

const groupPlanCount = 40;

/** A group begins with what is furthest from passing. */
const mostWritten = 5;

const districtEnds: readonly PlanStatus[] = ['in-progress', 'approved', 'draft'];

/** The strongest group finishes its plan, one gives up, a few have only drafted or approved; the others are at it. */
function groupEnds(planning: readonly DemoSheet[]): PlanStatus[] {
  const fewest = Math.min(...planning.map((sheet) => failedCriteria(sheet).length));
  const strongest = planning.findIndex((sheet) => failedCriteria(sheet).length === fewest);
  const others: PlanStatus[] = ['cancelled', ...fill('draft', 5), ...fill('approved', 6), ...fill('in-progress', 27)];
  return others.toSpliced(strongest, 0, 'completed');
}

function fill(status: PlanStatus, count: number): PlanStatus[] {
  return Array.from({ length: count }, () => status);
}

function groupPlan(sheet: DemoSheet, status: PlanStatus, { groups }: DemoData, random: Random): DemoPlan {
  const { registrationNo } = sheet;
  const group = groups.find((candidate) => candidate.registrationNo === registrationNo);
  const furthestFirst = sheet.scores.filter(({ level }) => level < 3).toSorted((a, b) => a.level - b.level);
  // Nobody has written anything into a draft yet: it is what drafting gives. A completed plan has no action left open.
  const written = status === 'draft' ? 0 : status === 'completed' ? furthestFirst.length : mostWritten;
  return {
    tier: 'group',
    areaCode: null,
    registrationNo,
    title: `แผนปรับปรุงพัฒนากลุ่มออมทรัพย์เพื่อการผลิต${group?.villageName} ตามผลการตรวจสุขภาพทางการเงิน รอบที่ 1 ปีงบประมาณ 2555 (${inventedMark})`,
    status,
    cancellationReason: status === 'cancelled' ? `คณะกรรมการลาออกทั้งชุด รอเลือกตั้งใหม่ (${inventedMark})` : null,
    actions: furthestFirst
      .slice(0, written)
      .map(({ criterionNo }) => action({ criterionNo, tier: 'group', planStatus: status }, random)),
  };
}

function areaPlan(
  { tier, areaCode, status }: { tier: PlanTier; areaCode: string; status: PlanStatus },
  { sheets, groups }: DemoData,
  random: Random,
): DemoPlan {
  const inArea = new Set(
    groups.filter((group) => group.areaCode.startsWith(areaCode)).map((one) => one.registrationNo),
  );
  const failures = sheets.filter(({ registrationNo }) => inArea.has(registrationNo)).flatMap(failedCriteria);
  const rows = [...new Set(failures)].map((criterionNo) => ({
    criterionNo,
    failed: failures.filter((other) => other === criterionNo).length,
  }));
  const drafted = status === 'draft' ? [] : draftActionsForArea(rows, [], 5);
  return {
    tier,
    areaCode,
    registrationNo: null,
    title: `แผนสนับสนุนกลุ่มออมทรัพย์เพื่อการผลิต พื้นที่ ${areaCode} ตามผลการตรวจสุขภาพทางการเงิน รอบที่ 1 ปีงบประมาณ 2555 (${inventedMark})`,
    status,
    cancellationReason: null,
    actions: drafted.map(({ criterionNo }) => action({ criterionNo, tier, planStatus: status }, random)),
  };
}

/** The three districts with most targets, by code when they have as many. */
function largestDistricts({ sheets, groups }: DemoData): string[] {
  const districtByNo = new Map(groups.map((group) => [group.registrationNo, group.areaCode.slice(0, 4)]));
  const counts = new Map<string, number>();
  for (const { registrationNo } of sheets) {
    const district = districtByNo.get(registrationNo) ?? '';
    counts.set(district, (counts.get(district) ?? 0) + 1);
  }
  const largestFirst = [...counts].sort(([a, many], [b, few]) => few - many || a.localeCompare(b));
  return largestFirst.slice(0, districtEnds.length).map(([district]) => district);
}

/** Budgets in thousands of baht, from and to. */
const budgets: Record<PlanTier, [number, number]> = { group: [1, 5], district: [8, 25], province: [30, 90] };

const organizations: Record<PlanTier, string> = {
  group: 'คณะกรรมการกลุ่ม',
  district: 'สำนักงานพัฒนาชุมชนอำเภอ',
  province: 'สำนักงานพัฒนาชุมชนจังหวัดขอนแก่น',
};

function action(
  { criterionNo, tier, planStatus }: { criterionNo: number; tier: PlanTier; planStatus: PlanStatus },
  random: Random,
): DemoAction {
  const text = actionTextFor(criterionNo);
  const [official] = random.pick(personNames);
  return {
    criterionNo,
    text: {
      principle: text.principle,
      title: `${tier === 'group' ? '' : 'สนับสนุนกลุ่มในพื้นที่: '}${text.title} (${inventedLabel.th})`,
      kind: text.kind,
      responsible: { name: tier === 'group' ? 'ประธานกลุ่ม' : pseudonym(official), organization: organizations[tier] },
      budgetBaht: random.int(...budgets[tier]) * 1_000,
      startsOn: `2012-05-${String(random.int(7, 31)).padStart(2, '0')}`,
      dueOn: `2012-${random.pick(['06-29', '07-13', '07-31'])}`,
    },
    progress: progressOf(planStatus, text, random),
  };
}

function progressOf(planStatus: PlanStatus, { outcome }: ActionText, random: Random): DemoProgress {
  const done: DemoProgress = { status: 'done', progressPercent: 100, outcome: `${outcome} (${inventedMark})` };
  if (planStatus === 'completed') return done;
  const planned: DemoProgress = { status: 'planned', progressPercent: 0, outcome: null };
  if (planStatus !== 'in-progress') return planned;
  const drawn = random.int(1, 100);
  if (drawn <= 45) return done;
  if (drawn <= 70) return { status: 'in-progress', progressPercent: random.pick([25, 50, 75]), outcome: null };
  if (drawn <= 90) return planned;
  return { status: 'dropped', progressPercent: 0, outcome: `เกินกำลังที่จะดำเนินการ จึงยกเลิก (${inventedMark})` };
}
