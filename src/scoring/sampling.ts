/** How the assessed groups were chosen, and so what their figures may say about the groups that were not. */
import type { Bilingual } from '../domain/bilingual.js';
import type { targetSelections } from '../domain/round.js';
import { wilsonScore } from './association.js';
import { percentOf } from './percent.js';

export type TargetSelection = (typeof targetSelections)[number];

export interface Sampling {
  selection: TargetSelection;
  population: number | null;
  sample: number;
  sampledPercent: number | null;
  intervals: boolean;
  statement: Bilingual;
}

/**
 * What the figures stand for. `population` = number of groups the targets were chosen from, null when unknown;
 * `sample` = number of groups assessed. Intervals are given only for a random sample of a known population; the
 * statement says why, or why not. `sampledPercent` is cut at two decimals, null unless the population holds the sample.
 * RangeError for a negative or broken number of groups in a known population.
 */
export function samplingOf(selection: TargetSelection, population: number | null, sample: number): Sampling {
  const sampledPercent = population === null || sample > population ? null : percentOf(sample, population);
  const intervals = selection === 'random' && sampledPercent !== null && sample > 0;
  const statement = statementOf(selection, population, sample, sampledPercent);
  return { selection, population, sample, sampledPercent, intervals, statement };
}

/**
 * The 95 % Wilson score interval of a share, in percent cut at two decimals, for `passed` of n groups drawn at random
 * from a population of so many. The finite population correction takes n(N-1)/(N-n) as the size of the sample, so
 * the interval shrinks to the share itself at n = N. RangeError unless 0 <= passed <= n <= population, n >= 1, all whole.
 * Source: Wilson (1927), with the effective sample size of a draw without replacement.
 */
export function wilsonInterval(passed: number, n: number, population: number): { low: number; high: number } {
  const point = percentOf(passed, n);
  if (percentOf(n, population) === null || point === null) throw new RangeError('an empty sample has no interval');
  if (n === population) return { low: point, high: point };
  const effective = (n * (population - 1)) / (population - n);
  const { low, high } = wilsonScore(passed, n, effective);
  return { low: cutPercent(low), high: cutPercent(high) };
}

function cutPercent(share: number): number {
  return Math.floor(Math.min(Math.max(share, 0), 1) * 10_000) / 100;
}

function statementOf(
  selection: TargetSelection,
  population: number | null,
  sample: number,
  sampledPercent: number | null,
): Bilingual {
  const how = howChosen[selection];
  const size = sizeOf(population, sample, sampledPercent);
  const why = whyOf(selection, population, sample);
  return { th: `${how.th} ${size.th} ${why.th}`, en: `${how.en} ${size.en} ${why.en}` };
}

const howChosen: Readonly<Record<TargetSelection, Bilingual>> = {
  designated: { th: 'กลุ่มเป้าหมายมาจากการกำหนด ไม่ได้มาจากการสุ่ม', en: 'The targets were designated, not drawn at random.' },
  random: { th: 'กลุ่มเป้าหมายมาจากการสุ่ม', en: 'The targets were drawn at random.' },
  census: { th: 'กลุ่มเป้าหมายคือกลุ่มทั้งหมด', en: 'The targets are all groups of the population.' },
};

function sizeOf(population: number | null, sample: number, sampledPercent: number | null): Bilingual {
  if (population === null) return { th: `ตรวจแล้ว ${sample} กลุ่ม`, en: `Groups assessed: ${sample}.` };
  const percent = sampledPercent === null ? null : sampledPercent.toFixed(2);
  return {
    th: `ตรวจแล้ว ${sample} กลุ่ม จากกลุ่มทั้งหมด ${population} กลุ่ม${percent === null ? '' : ` (ร้อยละ ${percent})`}`,
    en: `Groups assessed: ${sample} of a population of ${population}${percent === null ? '' : ` (${percent} %)`}.`,
  };
}

function whyOf(selection: TargetSelection, population: number | null, sample: number): Bilingual {
  if (selection === 'designated') {
    return {
      th: 'ตัวเลขนี้ใช้อธิบายเฉพาะกลุ่มที่ตรวจ จึงไม่แสดงช่วงความเชื่อมั่น',
      en: 'The figures describe the groups assessed and no others, so no interval is given.',
    };
  }
  if (selection === 'census') {
    return {
      th: 'ตัวเลขนี้นับจริง ไม่ได้ประมาณจากกลุ่มตัวอย่าง จึงไม่แสดงช่วงความเชื่อมั่น',
      en: 'The figures are counts and not estimates from a sample, so no interval is given.',
    };
  }
  if (population === null) {
    return {
      th: 'ไม่ทราบจำนวนกลุ่มทั้งหมด จึงไม่มีช่วงความเชื่อมั่น',
      en: 'The size of the population is not known, so no interval is given.',
    };
  }
  if (sample > population) {
    return {
      th: 'จำนวนกลุ่มที่ตรวจมากกว่าจำนวนกลุ่มทั้งหมด จึงไม่มีช่วงความเชื่อมั่น',
      en: 'More groups were assessed than the population holds, so no interval is given.',
    };
  }
  if (sample === 0)
    return {
      th: 'ยังไม่มีกลุ่มที่ตรวจแล้ว จึงยังไม่มีช่วงความเชื่อมั่น',
      en: 'There is no interval before the first group is assessed.',
    };
  return {
    th: 'ช่วงความเชื่อมั่นร้อยละ 95 คำนวณด้วยวิธี Wilson และปรับตามจำนวนกลุ่มทั้งหมด ใช้ได้เมื่อกลุ่มที่สุ่มได้แต่ยังไม่ได้ตรวจไม่แตกต่างจากกลุ่มที่ตรวจแล้ว',
    en: 'Intervals are 95 % Wilson with finite population correction; they hold if groups drawn but not assessed do not differ.',
  };
}
