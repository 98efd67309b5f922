/**
 * An instrument version is the "health thermometer" a round measures with: its criteria, what counts as passed,
 * which criteria must be explained, and the rule that turns a sheet into a health level. What nobody told us is null.
 */
import type { Bilingual } from './bilingual.js';
import type { ViolationCode } from './violation-code.js';

export type { Bilingual } from './bilingual.js';
export type Level = 1 | 2 | 3;
export type ReasonRequired = 'every' | 'failed' | 'none';
export type HealthLevelRule = 'weakest-criterion' | 'passed-share';

export interface Criterion {
  criterionNo: number;
  name: Bilingual | null;
  virtueCode: string | null;
  /** `guidance` is what to do to reach the level. */
  levels: { level: Level; descriptor: Bilingual | null; guidance: Bilingual | null }[];
}

export interface Virtue {
  code: string;
  name: Bilingual;
}

export interface Instrument {
  code: string;
  instrumentVersion: number;
  name: Bilingual;
  passLevel: Level;
  healthLevelRule: HealthLevelRule;
  /** Only for `passed-share`: the percent of criteria passed from which health level 2, and 3, is reached. */
  healthLevelThresholds: { level2Percent: number; level3Percent: number } | null;
  reasonRequired: ReasonRequired;
  virtues: Virtue[];
  /** In instrument order, which is ascending `criterionNo` from 1 without a gap. */
  criteria: Criterion[];
}

/** `pointer` is a JSON Pointer into the instrument. */
export interface InstrumentFault {
  pointer: string;
  code: ViolationCode;
  detail: Bilingual;
}

/** The natural key of an instrument version, as rounds and URLs name it: `fhc@1`. */
export function instrumentRef(instrument: Pick<Instrument, 'code' | 'instrumentVersion'>): string {
  return `${instrument.code}@${instrument.instrumentVersion}`;
}

/** Reads `fhc@1`; null when the text is not a code, an at sign and a version from 1 up to nine digits. */
export function parseInstrumentRef(ref: string): Pick<Instrument, 'code' | 'instrumentVersion'> | null {
  const [, code, digits] = /^([A-Za-z0-9][A-Za-z0-9._-]*)@([1-9]\d{0,8})$/.exec(ref) ?? [];
  return code === undefined ? null : { code, instrumentVersion: Number(digits) };
}

/** Whether every criterion names its virtue; only then can figures be given by virtue. */
export function knowsItsVirtues(instrument: Instrument): boolean {
  return instrument.criteria.every((criterion) => criterion.virtueCode !== null);
}

/** Position of a criterion on the sheet, from 0; null when the instrument has no criterion of that number. */
export function criterionIndex(criterionNo: number, instrument: Instrument): number | null {
  return instrument.criteria[criterionNo - 1]?.criterionNo === criterionNo ? criterionNo - 1 : null;
}

/** What an instrument says of a level that is aimed at; texts are null where it has none. */
export interface NextLevel {
  level: Level;
  descriptor: Bilingual | null;
  guidance: Bilingual | null;
}

/**
 * The level to aim at after the one that was found, with the instrument's words for it: the next one up, or the pass
 * level where nothing was found. Null at the highest level and for a criterion that the instrument does not have.
 */
export function nextLevelOf(criterionNo: number, found: Level | null, instrument: Instrument): NextLevel | null {
  const next = found === null ? instrument.passLevel : found + 1;
  const index = criterionIndex(criterionNo, instrument);
  if (index === null || !isLevel(next)) return null;
  const text = instrument.criteria[index]?.levels.find(({ level }) => level === next);
  return { level: next, descriptor: text?.descriptor ?? null, guidance: text?.guidance ?? null };
}

/** Whether a criterion found at this level is passed; below it is failed. One without a level is neither. */
export function passes(level: Level, { passLevel }: Pick<Instrument, 'passLevel'>): boolean {
  return level >= passLevel;
}

function isLevel(value: number): value is Level {
  return value === 1 || value === 2 || value === 3;
}

/** Every rule of an instrument version, beyond its shape, that this one breaks; empty when it can be used. */
export function instrumentFaults(instrument: Instrument): InstrumentFault[] {
  const codes = instrument.virtues.map((virtue) => virtue.code);
  return [
    ...thresholdFaults(instrument),
    ...codes.flatMap((code, i) => (codes.indexOf(code) < i ? [virtueRepeated(code, i)] : [])),
    ...(instrument.criteria.length === 0 ? [criteriaMissing] : []),
    ...numberFaults(instrument.criteria),
    ...instrument.criteria.flatMap((criterion, i) => virtueFaults(criterion, i, codes)),
    ...instrument.criteria.flatMap((criterion, i) => levelFaults(criterion, i)),
  ];
}

function thresholdFaults({ healthLevelRule, healthLevelThresholds: thresholds }: Instrument): InstrumentFault[] {
  const found = (code: ViolationCode, en: string, th: string) => [fault('/healthLevelThresholds', code, en, th)];
  if (healthLevelRule !== 'passed-share') {
    if (thresholds === null) return [];
    return found(
      'thresholds-not-used',
      'Only the rule passed-share has thresholds.',
      'ระบุร้อยละขั้นต่ำได้เฉพาะเมื่อใช้กฎร้อยละของข้อที่ผ่าน (passed-share)',
    );
  }
  if (thresholds === null) {
    return found(
      'thresholds-missing',
      'The rule passed-share needs thresholds.',
      'กฎร้อยละของข้อที่ผ่าน (passed-share) ต้องระบุร้อยละขั้นต่ำ',
    );
  }
  const { level2Percent, level3Percent } = thresholds;
  if (!(0 < level2Percent && level2Percent < level3Percent && level3Percent <= 100)) {
    const rule = '0 < level2Percent < level3Percent <= 100';
    return found('thresholds-order', `Thresholds must satisfy ${rule}.`, `ร้อยละขั้นต่ำต้องเป็นไปตาม ${rule}`);
  }
  // A finer threshold could lie between the true share and the printed one, which is cut at two decimals.
  if ([level2Percent, level3Percent].some((percent) => Math.round(percent * 100) / 100 !== percent)) {
    return found('thresholds-decimals', 'Thresholds have at most two decimals.', 'ร้อยละขั้นต่ำมีทศนิยมได้ไม่เกิน 2 ตำแหน่ง');
  }
  return [];
}

const criteriaMissing = fault('/criteria', 'criteria-missing', 'There is no criterion.', 'เครื่องมือต้องมีเกณฑ์อย่างน้อย 1 ข้อ');

function virtueRepeated(code: string, i: number): InstrumentFault {
  return fault(`/virtues/${i}/code`, 'virtue-repeated', `Virtue ${code} is listed twice.`, `ระบุคุณธรรม ${code} ซ้ำ`);
}

function numberFaults(criteria: readonly Criterion[]): InstrumentFault[] {
  const seen = new Set<number>();
  return criteria.flatMap(({ criterionNo }, i) => {
    const repeated = seen.has(criterionNo);
    seen.add(criterionNo);
    if (criterionNo === i + 1) return [];
    const en = repeated ? `Number ${criterionNo} is used twice.` : `Number ${i + 1} is expected here.`;
    const th = repeated ? `ระบุเกณฑ์ข้อ ${criterionNo} ซ้ำ` : `ลำดับนี้ต้องเป็นเกณฑ์ข้อ ${i + 1}`;
    return [fault(`/criteria/${i}/criterionNo`, repeated ? 'criterion-repeated' : 'criterion-order', en, th)];
  });
}

function virtueFaults({ virtueCode }: Criterion, i: number, known: readonly string[]): InstrumentFault[] {
  if (virtueCode === null || known.includes(virtueCode)) return [];
  const en = `Virtue ${virtueCode} is not listed in virtues.`;
  return [fault(`/criteria/${i}/virtueCode`, 'virtue-unknown', en, `ไม่มีคุณธรรม ${virtueCode} ในรายการ virtues`)];
}

function levelFaults({ levels }: Criterion, i: number): InstrumentFault[] {
  const given = levels.map(({ level }) => level);
  if (given.length === 3 && ([1, 2, 3] as const).every((level) => given.includes(level))) return [];
  return [
    fault(
      `/criteria/${i}/levels`,
      'levels-incomplete',
      'Give levels 1, 2 and 3 once each.',
      'ต้องมีระดับ 1 ระดับ 2 และระดับ 3 ระดับละหนึ่งรายการ',
    ),
  ];
}

function fault(pointer: string, code: ViolationCode, en: string, th: string): InstrumentFault {
  return { pointer, code, detail: { en, th } };
}
