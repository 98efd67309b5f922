import t from 'tap';
import type { DemoSheet } from '../../src/demo/data.js';
import { reconstructKhonKaen } from '../../src/demo/reconstruct.js';

const districtCodes = [...Array.from({ length: 25 }, (_, index) => String(4001 + index)), '4029'];

/** Five made-up subdistricts in each district, unless a test asks for other numbers. */
function areas(countIn: (districtIndex: number) => number = () => 5): Map<string, string[]> {
  return new Map(
    districtCodes.map((code, district) => [
      code,
      Array.from({ length: countIn(district) }, (_, index) => code + String(index + 1).padStart(2, '0')),
    ]),
  );
}

const data = reconstructKhonKaen(areas());
const groupByNo = new Map(data.groups.map((group) => [group.registrationNo, group]));

function passedIn(sheet: DemoSheet): number {
  return sheet.scores.filter((score) => score.level === 3).length;
}

function passedPerCriterion(sheets: readonly DemoSheet[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { criterionNo, level } of sheets.flatMap((sheet) => sheet.scores)) {
    counts.set(criterionNo, (counts.get(criterionNo) ?? 0) + (level === 3 ? 1 : 0));
  }
  return counts;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}

function isThaiText(text: string): boolean {
  return /[\u0e00-\u0e7f]/.test(text) && text.trim() === text;
}

t.test('reconstructKhonKaen: the registry adds up to the published totals', async (t) => {
  t.equal(data.groups.length, 1061);
  t.equal(
    data.groups.reduce((total, group) => total + group.figures.memberCount, 0),
    74_803,
  );
  const satang = data.groups.map((group) => Math.round(group.figures.savingsBaht * 100));
  t.equal(
    satang.reduce((total, amount) => total + amount, 0),
    38_896_149_000,
  );
  t.strictSame(
    countBy(data.groups, (group) => String(group.figures.developmentLevel)),
    { 1: 35, 2: 240, 3: 786 },
  );
});

t.test('reconstructKhonKaen: every group is plausible, lies in a given subdistrict and is named once', async (t) => {
  const given = new Set([...areas().values()].flat());
  t.equal(new Set(data.groups.map((group) => group.name)).size, 1061);
  t.strictSame(
    data.groups.map((group) => group.registrationNo),
    Array.from({ length: 1061 }, (_, index) => `DEMO-40-${String(index + 1).padStart(4, '0')}`),
  );
  const odd = data.groups.filter(({ areaCode, foundedOn, villageName, figures }) => {
    const { memberCount, savingsBaht, asOf } = figures;
    const plausible =
      Number.isInteger(memberCount) &&
      memberCount >= 15 &&
      memberCount < 1000 &&
      savingsBaht > 0 &&
      asOf === '2012-03-31';
    const wholeBaht = Number.isInteger(savingsBaht);
    const wellFounded = isDayBetween(foundedOn, '1974-01-01', '2010-12-31') && isThaiText(villageName);
    return !plausible || !wholeBaht || !wellFounded || !given.has(areaCode);
  });
  t.strictSame(odd, []);
  t.equal(Object.keys(countBy(data.groups, (group) => group.areaCode.slice(0, 4))).length, 26);
});

t.test('reconstructKhonKaen: groups further on are larger and save more per member', async (t) => {
  const mean = (level: number, figureOf: (group: (typeof data.groups)[number]) => number) => {
    const atLevel = data.groups.filter((group) => group.figures.developmentLevel === level);
    return atLevel.reduce((total, group) => total + figureOf(group), 0) / atLevel.length;
  };
  for (const level of [1, 2]) {
    t.ok(mean(level, (group) => group.figures.memberCount) < mean(level + 1, (group) => group.figures.memberCount));
    t.ok(
      mean(level, (group) => group.figures.savingsBaht / group.figures.memberCount) <
        mean(level + 1, (group) => group.figures.savingsBaht / group.figures.memberCount),
    );
  }
});

t.test('reconstructKhonKaen: each of the 26 districts has its share of the 160 targets, all at level 3', async (t) => {
  t.equal(data.sheets.length, 160);
  t.equal(new Set(data.sheets.map((sheet) => sheet.registrationNo)).size, 160);
  const levels = data.sheets.map((sheet) => groupByNo.get(sheet.registrationNo)?.figures.developmentLevel);
  t.strictSame([...new Set(levels)], [3]);
  const perDistrict = countBy(data.sheets, districtOf);
  t.strictSame(Object.keys(perDistrict).sort(), districtCodes);
  t.ok(Object.values(perDistrict).every((count) => count >= 4 && count <= 10));
});

t.test('reconstructKhonKaen: six teams of one officer of each organization share whole districts', async (t) => {
  t.equal(data.teams.length, 6);
  t.equal(new Set(data.teams.map((team) => team.key)).size, 6);
  for (const team of data.teams) {
    t.strictSame(
      team.members.map((member) => member.organization),
      ['cdd', 'network', 'gsb'],
    );
  }
  t.equal(new Set(data.teams.flatMap((team) => team.members.map((member) => member.name))).size, 18);
  const pairs = new Set(data.sheets.map((sheet) => `${districtOf(sheet)} ${sheet.teamKey}`));
  t.equal(pairs.size, 26, 'no district is visited by two teams');
  const perTeam = countBy(data.sheets, (sheet) => sheet.teamKey);
  t.strictSame(Object.keys(perTeam).sort(), data.teams.map((team) => team.key).sort());
  t.ok(Object.values(perTeam).every((count) => count >= 20 && count <= 34));
});

t.test('reconstructKhonKaen: a sheet has all 19 criteria, each explained, and a day of the round', async (t) => {
  const criterionNos = Array.from({ length: 19 }, (_, index) => index + 1);
  const broken = data.sheets.filter(
    ({ scores, assessedOn }) =>
      scores.map((score) => score.criterionNo).join() !== criterionNos.join() ||
      !isDayBetween(assessedOn, data.round.startsOn, data.round.endsOn) ||
      !scores.every(({ level, reason }) => [1, 2, 3].includes(level) && isThaiText(reason)),
  );
  t.strictSame(broken, []);
  t.strictSame(
    [...new Set(data.sheets.flatMap((sheet) => sheet.scores.map((score) => score.level)))].sort(),
    [1, 2, 3],
  );
});

t.test('reconstructKhonKaen: every printed count of passed criteria comes out, and both top fives', async (t) => {
  const passed = passedPerCriterion(data.sheets);
  const printed = { 2: 60, 4: 64, 6: 70, 10: 123, 11: 127, 13: 117, 16: 142, 17: 130, 18: 29, 19: 34 };
  for (const [criterionNo, count] of Object.entries(printed)) {
    t.equal(passed.get(Number(criterionNo)), count, `criterion ${criterionNo}`);
  }
  const mostPassedFirst = [...passed].sort(([, a], [, b]) => b - a).map(([criterionNo]) => criterionNo);
  t.strictSame(mostPassedFirst.slice(0, 5), [16, 17, 11, 10, 13]);
  t.strictSame(mostPassedFirst.toReversed().slice(0, 5), [18, 19, 2, 4, 6]);
  t.equal(new Set(passed.values()).size, 19, 'no ties');
});

t.test('reconstructKhonKaen: the nine criteria nobody named stay outside both top fives', async (t) => {
  const passed = passedPerCriterion(data.sheets);
  for (const criterionNo of [1, 3, 5, 7, 8, 9, 12, 14, 15]) {
    const count = passed.get(criterionNo) ?? 0;
    t.ok(count >= 71 && count <= 116, `criterion ${criterionNo}`);
  }
});

t.test('reconstructKhonKaen: the best group passes 18, the weakest 1, and most are in between', async (t) => {
  const counts = data.sheets.map(passedIn);
  t.equal(Math.max(...counts), 18);
  t.equal(Math.min(...counts), 1);
  const middle = counts.filter((count) => count >= 7 && count <= 15).length;
  t.ok(middle > counts.length / 2, 'a bell, not two heaps');
});

t.test(
  'reconstructKhonKaen: a failed criterion is more often at 2 than at 1, and at 1 more often in weak groups',
  async (t) => {
    const shareAt1 = (sheets: readonly DemoSheet[]) => {
      const failed = sheets.flatMap((sheet) => sheet.scores).filter((score) => score.level < 3);
      return failed.filter((score) => score.level === 1).length / failed.length;
    };
    t.ok(shareAt1(data.sheets) < 0.5);
    const weak = data.sheets.filter((sheet) => passedIn(sheet) <= 8);
    const strong = data.sheets.filter((sheet) => passedIn(sheet) >= 13);
    t.ok(shareAt1(weak) > shareAt1(strong));
  },
);

t.test('reconstructKhonKaen: a summary tells the number of criteria its own sheet passed', async (t) => {
  const wrong = data.sheets.filter((sheet) => !sheet.summary.includes(`ผ่าน ${passedIn(sheet)} จาก 19 ข้อ`));
  t.strictSame(wrong, []);
});

t.test('reconstructKhonKaen: every record says that it is reconstructed', async (t) => {
  const { th, en } = data.label;
  t.equal(th, 'ข้อมูลจำลองขึ้นใหม่จากยอดรวมในรายงาน');
  const texts = [
    data.round.title,
    ...data.groups.map((group) => group.figures.source),
    ...data.sheets.map((sheet) => sheet.summary),
  ];
  t.strictSame(
    texts.filter((text) => !text.includes(th) || !text.includes(en)),
    [],
  );
  const names = [...data.groups, ...data.teams].map((record) => record.name);
  t.strictSame(
    names.filter((name) => !name.includes('ข้อมูลจำลอง')),
    [],
  );
  const people = data.teams.flatMap((team) => team.members.map((member) => member.name));
  t.ok(people.every((name) => name.includes('นามสมมติ')));
});

t.test('reconstructKhonKaen: nothing is said about what an unnamed criterion is about', async (t) => {
  const reasonsOf = (criterionNo: number) =>
    new Set(
      data.sheets.flatMap((sheet) => sheet.scores.filter((score) => score.criterionNo === criterionNo)).map(reasonOf),
    );
  const unnamed = [1, 3, 5, 7, 8, 9, 12, 14, 15].map(reasonsOf);
  const shared = new Set(unnamed.flatMap((reasons) => [...reasons]));
  t.ok(shared.size <= 15, 'they all draw on the same few neutral sentences');
});

t.test('reconstructKhonKaen: two calls give the same data, whatever the order of the areas', async (t) => {
  t.strictSame(reconstructKhonKaen(areas()), data);
  const reversed = new Map([...areas()].reverse().map(([code, subdistricts]) => [code, subdistricts.reverse()]));
  t.strictSame(reconstructKhonKaen(reversed), data);
});

t.test(
  'reconstructKhonKaen: the totals hold for very uneven districts too, larger ones having more groups',
  async (t) => {
    const uneven = reconstructKhonKaen(areas((district) => (district === 0 ? 60 : 1)));
    const perDistrict = countBy(uneven.groups, (group) => group.areaCode.slice(0, 4));
    t.equal(uneven.groups.length, 1061);
    t.equal(uneven.sheets.length, 160);
    t.equal(perDistrict['4001'], Math.max(...Object.values(perDistrict)));
    t.equal(
      uneven.groups.reduce((total, group) => total + group.figures.memberCount, 0),
      74_803,
    );
    t.equal(Math.max(...uneven.sheets.map(passedIn)), 18);
    t.equal(Math.min(...uneven.sheets.map(passedIn)), 1);
    t.equal(passedPerCriterion(uneven.sheets).get(18), 29);
  },
);

t.test('reconstructKhonKaen: refuses areas that are not the 26 districts with their subdistricts', async (t) => {
  t.throws(
    () => reconstructKhonKaen(areas((district) => (district === 3 ? 0 : 5))),
    /district 4004 has no subdistrict/,
  );
  t.throws(() => reconstructKhonKaen(new Map([...areas()].slice(1))), /26 districts/);
  t.throws(() => reconstructKhonKaen(areas().set('4001', ['400201'])), /400201 is not a subdistrict of district 4001/);
  const elsewhere = areas();
  elsewhere.delete('4001');
  t.throws(() => reconstructKhonKaen(elsewhere.set('4101', ['410101'])), /4101 is not a district of Khon Kaen/);
});

function districtOf(sheet: DemoSheet): string {
  return groupByNo.get(sheet.registrationNo)?.areaCode.slice(0, 4) ?? 'unknown';
}

function reasonOf(score: DemoSheet['scores'][number]): string {
  return score.reason;
}

/** A real day of the calendar, in ISO form, inside the bounds. */
function isDayBetween(day: string, first: string, last: string): boolean {
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day) && day >= first && day <= last;
}
