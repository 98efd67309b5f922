import type { DemoLevel, DemoScore, DemoSheet } from './data.js';
import { itemAt } from './lists.js';
import { reconstructPasses } from './passes.js';
import { reconstructedMark } from './published.js';
import { type Random, randomFor } from './random.js';
import { briefCriterionNames, reasonsFor } from './reasons.js';
import type { Target } from './targets.js';

/** One complete score sheet per target: 19 levels with their reasons, in criterion order, and a summary in Thai. */
export function reconstructSheets(targets: readonly Target[]): DemoSheet[] {
  const random = randomFor('sheets');
  const passes = reconstructPasses(targets.map((target) => target.districtCode));
  return targets.map(({ registrationNo, teamKey, assessedOn }, index) => {
    const scores = explain(itemAt(passes, index), random);
    return { registrationNo, teamKey, assessedOn, scores, summary: summarize(scores, reconstructedMark) };
  });
}

function explain(passed: readonly boolean[], random: Random): DemoScore[] {
  // The weaker the group, the more of what it failed is at level 1; level 2 stays the more common of the two.
  const level1Percent = 60 - 3 * passed.filter(Boolean).length;
  return passed.map((isPassed, index) => {
    const level: DemoLevel = isPassed ? 3 : random.chance(level1Percent) ? 1 : 2;
    return { criterionNo: index + 1, level, reason: random.pick(reasonsFor(index + 1, level)) };
  });
}

/** The numbers of the criteria a sheet failed, in instrument order. */
export function failedCriteria({ scores }: DemoSheet): number[] {
  return scores.filter((score) => score.level < 3).map((score) => score.criterionNo);
}

/** The overall picture in one sentence: how many criteria were passed and what to mend first, the lowest levels first. */
export function summarize(scores: readonly DemoScore[], mark: string): string {
  const passedCount = scores.filter((score) => score.level === 3).length;
  if (passedCount === scores.length) return `กลุ่มมีการบริหารจัดการที่ดี ผ่านครบทั้ง ${scores.length} ข้อ (${mark})`;
  const toMend = scores
    .filter((score) => score.level < 3 && briefCriterionNames.has(score.criterionNo))
    .sort((a, b) => a.level - b.level || a.criterionNo - b.criterionNo)
    .slice(0, 2)
    .map((score) => briefCriterionNames.get(score.criterionNo));
  const advice = toMend.length === 0 ? 'ควรปรับปรุงแก้ไขข้อที่ยังไม่ผ่าน' : `ควรปรับปรุงเรื่อง${toMend.join('และเรื่อง')}ก่อน`;
  return `${pictureOf(passedCount)} ผ่าน ${passedCount} จาก ${scores.length} ข้อ ${advice} (${mark})`;
}

function pictureOf(passedCount: number): string {
  if (passedCount >= 15) return 'ภาพรวมกลุ่มเข้มแข็งเกือบทุกด้าน';
  if (passedCount >= 11) return 'ภาพรวมกลุ่มดีพอสมควร';
  if (passedCount >= 7) return 'ภาพรวมกลุ่มพอใช้ มีหลายเรื่องที่ต้องปรับปรุง';
  return 'ภาพรวมกลุ่มยังไม่เข้มแข็ง ต้องได้รับการสนับสนุนอย่างใกล้ชิด';
}
