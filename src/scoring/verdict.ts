/** From the levels of one sheet to what it says about the group, and how it came to that. */
import { levelAt } from '../domain/assessment.js';
import type { Bilingual } from '../domain/bilingual.js';
import { type HealthLevelRule, type Instrument, type Level, passes } from '../domain/instrument.js';
import { percentOf } from './percent.js';

export interface Result {
  passedCount: number;
  failedCount: number;
  missingCount: number;
  failedCriteria: number[];
  healthLevel: Level | null;
  wellManaged: boolean;
  rule: HealthLevelRule;
}

export interface ScoringStep {
  criterionNo: number;
  level: Level | null;
  passed: boolean | null;
  explanation: Bilingual;
}

/**
 * `passes` for a digit of level codes, as 1 or 0: for the loops over all sheets of a round, because levels are as good as
 * random to a processor and a branch for each took three times as long. A digit 0 is no level and does not pass.
 */
export function passBit(digit: number, passLevel: number): number {
  return (passLevel - 1 - digit) >>> 31;
}

/** Likewise whether it fails; a digit 0 does not fail either. */
export function failBit(digit: number, passLevel: number): number {
  return ((0 - digit) & (digit - passLevel)) >>> 31;
}

/**
 * The result of a sheet. `levels` has one digit 0-3 for each criterion in instrument order, 0 = not scored.
 * A criterion not scored is missing, neither passed nor failed, and there is no health level while one is missing.
 * RangeError when the digits do not fit the instrument.
 */
export function resultOf(levels: string, instrument: Instrument): Result {
  const { criteria, healthLevelRule: rule } = instrument;
  if (levels.length !== criteria.length) throw new RangeError(`${criteria.length} criteria do not fit "${levels}"`);
  const failedCriteria: number[] = [];
  let missingCount = 0;
  let weakest: Level = 3;
  for (const [index, { criterionNo }] of criteria.entries()) {
    const level = levelAt(levels, index);
    if (level === null) missingCount++;
    else if (!passes(level, instrument)) failedCriteria.push(criterionNo);
    if (level !== null && level < weakest) weakest = level;
  }
  const failedCount = failedCriteria.length;
  const passedCount = criteria.length - missingCount - failedCount;
  const healthLevel = missingCount > 0 ? null : healthLevelOf(weakest, passedCount, instrument);
  const wellManaged = passedCount === criteria.length;
  return { passedCount, failedCount, missingCount, failedCriteria, healthLevel, wellManaged, rule };
}

/** The result of a sheet with a sentence for each criterion and one for the whole; shapes and errors as `resultOf`. */
export function explainResult(
  levels: string,
  instrument: Instrument,
): { result: Result; steps: ScoringStep[]; explanation: Bilingual } {
  const result = resultOf(levels, instrument);
  const steps = instrument.criteria.map(({ criterionNo }, index) => {
    return stepOf(criterionNo, levelAt(levels, index), instrument);
  });
  const explanation = result.missingCount > 0 ? explainMissing(steps) : explainRule(result, steps, instrument);
  return { result, steps, explanation };
}

/**
 * The health level by the rule of the instrument version, for a sheet with every criterion scored.
 * `weakest` is the lowest level on it. Error when a passed-share version has no thresholds (`instrumentFaults`).
 */
export function healthLevelOf(weakest: Level, passedCount: number, instrument: Instrument): Level {
  if (instrument.healthLevelRule === 'weakest-criterion') return weakest;
  const { level2Percent, level3Percent } = thresholdsOf(instrument);
  // Thresholds have two decimals at most, so the cut percent reaches one exactly when the true share does.
  const passedPercent = percentOf(passedCount, instrument.criteria.length) ?? 0;
  if (passedPercent >= level3Percent) return 3;
  return passedPercent >= level2Percent ? 2 : 1;
}

function thresholdsOf({ healthLevelThresholds }: Instrument): { level2Percent: number; level3Percent: number } {
  if (healthLevelThresholds === null) throw new Error('the rule passed-share needs thresholds');
  return healthLevelThresholds;
}

function stepOf(criterionNo: number, level: Level | null, instrument: Instrument): ScoringStep {
  if (level === null) {
    const en = `Criterion ${criterionNo} has no level yet: it is missing, neither passed nor failed.`;
    const th = `เกณฑ์ข้อ ${criterionNo} ยังไม่ได้ระบุระดับ จึงยังไม่นับว่าผ่านหรือไม่ผ่าน`;
    return { criterionNo, level, passed: null, explanation: { th, en } };
  }
  const { passLevel } = instrument;
  const passed = passes(level, instrument);
  const en = `Criterion ${criterionNo} is at level ${level}; it passes from level ${passLevel}: ${passed ? 'passed' : 'failed'}.`;
  const th = `เกณฑ์ข้อ ${criterionNo} อยู่ในระดับ ${level} (ผ่านตั้งแต่ระดับ ${passLevel}) ผล: ${passed ? 'ผ่าน' : 'ไม่ผ่าน'}`;
  return { criterionNo, level, passed, explanation: { th, en } };
}

function explainMissing(steps: readonly ScoringStep[]): Bilingual {
  const missing = numbersOf(steps.filter((step) => step.level === null));
  const scored = steps.filter((step) => step.level !== null).length;
  return {
    th: `ประเมินแล้ว ${scored} ข้อ จากทั้งหมด ${steps.length} ข้อ ยังขาดข้อ ${missing} จึงยังไม่มีระดับสุขภาพ`,
    en: `${scored} of ${steps.length} criteria have a level; missing: ${missing}. There is no health level until all have one.`,
  };
}

function explainRule(result: Result, steps: readonly ScoringStep[], instrument: Instrument): Bilingual {
  const { passedCount, healthLevel } = result;
  const th = `ผ่าน ${passedCount} จาก ${steps.length} ข้อ`;
  const en = `${passedCount} of ${steps.length} criteria passed`;
  if (instrument.healthLevelRule === 'weakest-criterion') {
    const weakest = numbersOf(steps.filter((step) => step.level === healthLevel));
    return {
      th: `${th} ระดับสุขภาพเท่ากับระดับของข้อที่ต่ำที่สุด (weakest-criterion) คือระดับ ${healthLevel} (ข้อ ${weakest})`,
      en: `${en}. Rule weakest-criterion: the health level is the lowest criterion level, ${healthLevel} (criteria ${weakest}).`,
    };
  }
  const { level2Percent, level3Percent } = thresholdsOf(instrument);
  const share = percentOf(passedCount, steps.length)?.toFixed(2);
  return {
    th: `${th} (ร้อยละ ${share}) ตามกฎร้อยละของข้อที่ผ่าน (passed-share) ระดับ 2 ตั้งแต่ร้อยละ ${level2Percent} ระดับ 3 ตั้งแต่ร้อยละ ${level3Percent} ระดับสุขภาพจึงเป็นระดับ ${healthLevel}`,
    en: `${en} (${share} %). Rule passed-share: level 2 from ${level2Percent} %, level 3 from ${level3Percent} %, so the health level is ${healthLevel}.`,
  };
}

function numbersOf(steps: readonly ScoringStep[]): string {
  return steps.map((step) => step.criterionNo).join(', ');
}
