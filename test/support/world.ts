import type { Answer, Client } from './client.js';

/** Records of the field that many tests need, made through the API. Each function gives the record as it was answered. */

/** Who does the work, and somebody else, who signs it off. */
export interface People {
  admin: Client;
  reviewer: Client;
}

let numbered = 0;

export async function made(answer: Promise<Answer>): Promise<Answer['body']> {
  const { status, body, method, path } = await answer;
  if (status !== 200 && status !== 201) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
  return body;
}

export function makeGroup(admin: Client, areaCode = '401001', content: object = {}): Promise<Answer['body']> {
  numbered += 1;
  const registrationNo = `T-${numbered}`;
  return made(admin.post('/v1/groups', { registrationNo, name: `กลุ่มทดสอบ ${numbered}`, areaCode, ...content }));
}

export function makeTeam(admin: Client, content: object = {}): Promise<Answer['body']> {
  const team = { name: 'ทีมทดสอบ', tier: 'province', areaCode: '40', members: [], ...content };
  return made(admin.post('/v1/teams', team));
}

export const roundContent = {
  fiscalYearBe: 2555,
  roundNo: 1,
  areaCode: '40',
  title: 'รอบทดสอบ',
  instrument: 'fhc@1',
  startsOn: '2012-04-01',
  endsOn: '2012-04-30',
  targetSelection: 'designated',
  targetPopulation: 786,
};

/** A round in the state asked for; each gets a year of its own unless the content says which. */
export async function makeRound(
  admin: Client,
  content: object = {},
  status: 'draft' | 'open' = 'open',
): Promise<Answer['body']> {
  const round = await made(admin.post('/v1/rounds', { ...roundContent, ...content }));
  return status === 'draft' ? round : moveRound(admin, round.roundId, 'opening');
}

export async function moveRound(admin: Client, roundId: string, move: string, body?: object): Promise<Answer['body']> {
  return made(admin.post(`/v1/rounds/${roundId}/${move}`, body, { 'if-match': '*' }));
}

export function setTarget(admin: Client, roundId: string, groupId: string, teamId: string | null = null) {
  return made(admin.put(`/v1/rounds/${roundId}/targets/${groupId}`, { teamId }));
}

/** Scores by the digits of a level code, `'3123...'`; 0 leaves the criterion out. Every score has a reason. */
export function scoresFrom(levels: string): { criterionNo: number; level: number; reason: string }[] {
  return Array.from(levels).flatMap((digit, index) =>
    digit === '0' ? [] : [{ criterionNo: index + 1, level: Number(digit), reason: `เหตุผลข้อ ${index + 1}` }],
  );
}

export function sheetFrom(levels: string, content: object = {}) {
  return { assessedOn: '2012-04-12', scores: scoresFrom(levels), summary: null, ...content };
}

export function sheetPath(roundId: string, groupId: string): string {
  return `/v1/rounds/${roundId}/assessments/${groupId}`;
}

/** A target with its sheet: submitted, or left a draft. */
export async function assess(
  admin: Client,
  roundId: string,
  groupId: string,
  levels: string,
  { submitted = true, ...content }: { submitted?: boolean; teamId?: string | null } = {},
): Promise<Answer['body']> {
  const path = sheetPath(roundId, groupId);
  const sheet = await made(admin.put(path, sheetFrom(levels, content)));
  return submitted ? made(admin.post(`${path}/submission`, undefined, { 'if-match': `"${sheet.version}"` })) : sheet;
}
