/** Records with texts and histories as odd as the service takes them, to see whether they survive being moved. */
import fc from 'fast-check';
import { faultOfLine } from '../../src/domain/text.js';
import type { Answer, Client } from './client.js';
import { made, makeTeam, moveRound, type People, roundContent, setTarget, sheetPath } from './world.js';

const oddTexts = [
  '=1+1',
  '+66',
  '-1',
  '@SUM(A1)',
  '＝1',
  "'=1",
  "''ก",
  "'ก",
  'a,b;c',
  'say "x"',
  '""ก',
  'null',
  '0012',
  '1e5',
  ' x ',
  'กลุ่มออมทรัพย์บ้านน้ำใส ที่ ๑๒',
  'ก\u0E48\u0E49\u0E4Cำ',
  '\u200Bก\u200B',
  '\uFEFFก',
  '\\n\\"{}',
  '","levels":"000","reasons":{}',
  '😀 ¼ ﬁ',
  'น้ำ'.repeat(66),
];

const line = fc
  .oneof(fc.constantFrom(...oddTexts), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }))
  .filter((text) => faultOfLine(text) === null && text.length <= 200);
const paragraphs = fc.oneof(
  line,
  fc.tuple(line, line).map(([one, two]) => `${one}\n\n\t${two}\r\n`),
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 3 });
const days = ['2009-03-31', '2010-03-31', '2011-12-31', '2012-03-31'];

const figures = fc.record({
  memberCount: fc.integer({ min: 0, max: 10_000_000 }),
  savingsBaht: fc.oneof(
    fc.constantFrom(0, 0.1, 0.29, 100, 366_500.5, 999_999_999_999.99),
    fc.integer({ min: 0, max: 99_999_999_999 }).map((satang) => satang / 100),
  ),
  developmentLevel: maybe(fc.constantFrom(1, 2, 3)),
  source: maybe(line),
});

const oneGroup = fc.record({
  name: line,
  areaCode: fc.constantFrom<string>('4010', '401001', '401002', '400201'),
  villageName: maybe(line),
  foundedOn: maybe(fc.constantFrom('1985-06-01', '2004-02-29', '1000-01-01')),
  movedTo: maybe(fc.constantFrom<string>('4002', '401005')),
  closed: fc.boolean(),
  figures: fc.uniqueArray(
    fc.record({ asOf: fc.constantFrom(...days), writings: fc.array(figures, { minLength: 1, maxLength: 2 }) }),
    {
      selector: ({ asOf }) => asOf,
      maxLength: 4,
    },
  ),
  target: fc.constantFrom<string>('none', 'unassessed', 'draft', 'submitted', 'submitted again'),
  hasTeam: fc.boolean(),
  levels: fc.array(fc.constantFrom(0, 1, 2, 3, 3), { minLength: 19, maxLength: 19 }),
  reasons: fc.array(paragraphs, { minLength: 19, maxLength: 19 }),
  hasReason: fc.array(fc.boolean(), { minLength: 19, maxLength: 19 }),
  summary: maybe(paragraphs),
});

type OddGroup = typeof oneGroup extends fc.Arbitrary<infer Value> ? Value : never;

/** Groups of a province as they shall be made, with all that becomes of them. */
export const oddGroups: fc.Arbitrary<OddGroup[]> = fc.array(oneGroup, { minLength: 8, maxLength: 12 });

/**
 * Makes the groups through the API, with a round that some are targets of. At the end one of each kind is there: a
 * group that moved after it was assessed, one that was closed, a team that works elsewhere since, and a round with
 * other days. Gives the id of the round, which is open.
 */
export async function makeOddWorld({ admin, reviewer }: People, groups: readonly OddGroup[]): Promise<string> {
  const members = [{ name: '"ก", ข', organization: 'cdd' }];
  const { teamId } = await makeTeam(admin, { members });
  const district = await makeTeam(admin, { tier: 'district', areaCode: '4010', name: '=ทีม' });
  const { roundId } = await made(
    admin.post('/v1/rounds', { ...roundContent, title: '"รอบ", ที่ 1', targetPopulation: 9 + groups.length }),
  );
  const groupIds = [];
  for (const [index, group] of groups.entries()) {
    const { groupId } = await makeOddGroup(admin, group, `ก/${index}-ก่ำ.${index}`);
    groupIds.push(groupId);
    if (group.target !== 'none') await setTarget(admin, roundId, groupId, group.hasTeam ? teamId : null);
  }
  const certain = {
    ...(groups[0] as OddGroup),
    areaCode: '401001',
    movedTo: '400201',
    closed: true,
    target: 'submitted again',
  };
  const movedGroup = await makeOddGroup(admin, certain, 'CERTAIN-1');
  await setTarget(admin, roundId, movedGroup.groupId, district.teamId);
  await moveRound(admin, roundId, 'opening');
  for (const [index, group] of [...groups, certain].entries()) {
    await assessOddly({ admin, reviewer }, roundId, groupIds[index] ?? movedGroup.groupId, group);
  }
  for (const [index, group] of [...groups, certain].entries()) {
    await changeOddGroup(admin, groupIds[index] ?? movedGroup.groupId, group);
  }
  await change(admin, `/v1/teams/${district.teamId}`, { tier: 'district', areaCode: '4002', name: 'ย้าย', members });
  await change(admin, `/v1/rounds/${roundId}`, {
    ...roundContent,
    startsOn: '2012-04-20',
    targetPopulation: 9 + groups.length,
  });
  return roundId;
}

async function makeOddGroup(admin: Client, group: OddGroup, registrationNo: string): Promise<Answer['body']> {
  const { name, areaCode, villageName, foundedOn, figures } = group;
  const record = await made(admin.post('/v1/groups', { registrationNo, name, areaCode, villageName, foundedOn }));
  for (const { asOf, writings } of figures) {
    const path = `/v1/groups/${record.groupId}/figures/${asOf}`;
    for (const [index, written] of writings.entries()) {
      await made(admin.put(path, written, index === 0 ? {} : { 'if-match': '*' }));
    }
  }
  return record;
}

/** A draft lacks what has no level and some reasons; one that is submitted is complete. */
async function assessOddly(
  { admin, reviewer }: People,
  roundId: string,
  groupId: string,
  group: OddGroup,
): Promise<void> {
  const { target, levels, reasons, hasReason, summary } = group;
  if (target === 'none' || target === 'unassessed') return;
  const path = sheetPath(roundId, groupId);
  const complete = target !== 'draft';
  const scores = levels.flatMap((level, index) => {
    if (level === 0 && !complete) return [];
    const reason = complete || hasReason[index] ? reasons[index] : null;
    return [{ criterionNo: index + 1, level: level === 0 ? 1 : level, reason }];
  });
  const any = { 'if-match': '*' };
  await made(admin.put(path, { assessedOn: '2012-04-12', scores: scores.slice(1), summary }));
  await made(admin.put(path, { assessedOn: '2012-04-12', scores, summary }, any));
  if (!complete) return;
  await made(admin.post(`${path}/submission`, undefined, any));
  if (target === 'submitted') return;
  await made(reviewer.post(`${path}/return`, { reason: 'ตรวจใหม่' }, any));
  await made(admin.post(`${path}/submission`, undefined, any));
  await made(reviewer.post(`${path}/confirmation`, undefined, any));
}

async function changeOddGroup(admin: Client, groupId: string, { movedTo, closed }: OddGroup): Promise<void> {
  const path = `/v1/groups/${groupId}`;
  const { registrationNo, name, areaCode, villageName, foundedOn } = (await admin.get(path)).body;
  const status = closed ? 'dissolved' : 'active';
  await change(admin, path, { registrationNo, name, areaCode: movedTo ?? areaCode, villageName, foundedOn, status });
}

function change(admin: Client, path: string, body: object): Promise<Answer['body']> {
  return made(admin.put(path, body, { 'if-match': '*' }));
}
