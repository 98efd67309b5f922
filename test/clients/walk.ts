/** What each generated client does and says: the example of the README, from a group to the effect of its plan. */

export interface Walked {
  /** The name of the group, as the page of groups has it. */
  name: string;
  /** The first line of the file of groups, as its item. */
  exported: string;
  /** What a dry run with the same group says. */
  unchanged: number;
  /** Why the group cannot be registered twice. */
  refused: { code: string; registrationNo: string | undefined };
  healthLevel: number | null;
  /** Who confirmed the sheet of the first round. */
  confirmedBy: string | undefined;
  mostFailed: { criterionNo: number; groups: number; failedPercent: number | null } | undefined;
  /** The finding that the draft of a plan answers, and what became of its action. */
  planned: { criterionNo: number; status: string };
  /** Groups by their level of criterion 2 in the first round (rows) and the second (columns). */
  matrix: number[][] | undefined;
  passedAfterAction: number | undefined;
}

/** `reviewerKey` is of somebody else, who signs off what the first one submitted and wrote. */
export type Walk = (service: { url: string; key: string; reviewerKey: string }) => Promise<Walked>;

export const group = { registrationNo: 'UD-1', name: 'กลุ่มออมทรัพย์บ้านตัวอย่าง', areaCode: '410101' };

export const figures = { memberCount: 71, savingsBaht: 366500.5, developmentLevel: 3 } as const;

export function round(roundNo: number) {
  const month = roundNo === 1 ? '04-01' : '08-01';
  const end = roundNo === 1 ? '04-30' : '08-31';
  return {
    fiscalYearBe: 2556,
    roundNo,
    areaCode: '41',
    title: `รอบที่ ${roundNo} ปีงบประมาณ 2556`,
    instrument: 'fhc@1',
    startsOn: `2013-${month}`,
    endsOn: `2013-${end}`,
    targetSelection: 'designated',
  } as const;
}

/** Criterion 2 at the level given, all others passed. */
export function scores(ofTwo: 1 | 2 | 3) {
  return Array.from({ length: 19 }, (_, index) => ({
    criterionNo: index + 1,
    level: index === 1 ? ofTwo : (3 as const),
    reason: 'ตามหลักฐาน',
  }));
}

export const doneAction = {
  criterionNo: 2,
  principle: 'transparency',
  title: 'อบรมการทำบัญชี',
  kind: 'training',
  status: 'done',
  progressPercent: 100,
  outcome: 'ทำบัญชีได้เองแล้ว',
} as const;

export function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
