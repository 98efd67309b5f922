/** How the service speaks Thai: the rules that a machine can hold, over every Thai text of the sources. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import ts from 'typescript';
import { permissions } from '../../src/domain/access.js';
import { areaKinds } from '../../src/domain/area.js';
import { assessmentStatuses } from '../../src/domain/assessment.js';
import { groupStatuses } from '../../src/domain/group.js';
import { inThai, thaiLabels } from '../../src/domain/labels.js';
import { actionStatuses, planStatuses, planTiers } from '../../src/domain/plan.js';
import { problems } from '../../src/domain/problem.js';
import { roundStatuses } from '../../src/domain/round.js';
import { rules } from '../../src/domain/rule.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** No sentences for a reader: names, what a search leaves out, and rows that are made inside SQL. */
const data = ['demo/names.ts', 'domain/folding.ts', 'domain/search.ts', 'commands/generate.store.ts'];
const texts = await thaiTexts();

/** Words that mislead or read as a machine's, and what is said instead. */
const forbidden: [RegExp, string][] = [
  [/สัญญา(?!เงินกู้)/, 'a loan contract; of what was sent say ข้อมูลไม่ถูกต้อง'],
  [/ประชากร/, 'people; of groups say กลุ่มทั้งหมด'],
  [/เนื้อหา/, 'the content of a text; say ข้อมูลที่ส่งมา'],
  [/ทรัพยากร/, 'natural resources'],
  [/เคอร์เซอร์|ออบเจ็กต์|เมธอด|อาเรย์|สตริง|ยูเนียน|ยูนิออน/, 'transliterated jargon'],
  [/คะแนน/, 'no points are given: ระดับ, แบบประเมิน, ผลประเมินรายข้อ'],
  [/แบบร่าง/, 'say แบบประเมินฉบับร่าง'],
  [/ข้อค้นพบ/, 'say ข้อที่ไม่ผ่าน'],
  [/กติกา/, 'the rules of a game; say ข้อกำหนด'],
  [/หัวข้อ/, 'a topic; of a header say ส่วนหัว'],
  [/เกณฑ์ร้อยละ|เกณฑ์ตัวชี้วัด/, 'เกณฑ์ is a criterion; a threshold is ร้อยละขั้นต่ำ'],
  [/(?<!กลุ่ม)เป้าหมาย/, 'a goal; a target is กลุ่มเป้าหมาย'],
  [/ที่อยู่นี้/, 'where one lives; say URL นี้'],
  [/ถูก(?!เพิกถอน|ต้อง)/, 'only of what harms'],
  [/ซ้ำกัน/, 'say ระบุ … ซ้ำ'],
  [/ห้าม|ครับ|ค่ะ/, 'neither an order nor small talk'],
  [/ๆ/, 'avoided'],
  [/%(?!\))/, 'say ร้อยละ'],
];

/** Slots that always hold Thai, or begin with a space of their own: Thai may stand right before or after them. */
const thaiSlots = new Set([
  'areaText(areaCode).th',
  'areaText(round.areaCode).th',
  'areaText(yours).th',
  'beHint(day).th',
  'group.name',
  'container?.nameTh',
  'given.th',
  'group?.villageName',
  'nameTh',
  'villageName',
  "inThai('tier', 'group')",
  "inThai('tier', tier)",
  'text.title',
  'th',
  'wanted.th',
]);

t.test('thaiLabels: every code of a status, a tier and a permission has its Thai word, and no other has', async (t) => {
  const codes = {
    round: roundStatuses,
    sheet: assessmentStatuses,
    plan: planStatuses,
    action: actionStatuses,
    group: groupStatuses,
    tier: [...new Set([...planTiers, ...areaKinds])],
    permission: permissions,
    healthLevelRule: ['weakest-criterion', 'passed-share'],
  };
  for (const [kind, words] of Object.entries(thaiLabels)) {
    t.strictSame(Object.keys(words).sort(), [...codes[kind as keyof typeof codes]].sort(), kind);
  }
  t.equal(inThai('round', 'draft'), 'ร่าง (draft)');
  t.equal(inThai('round', 'constructor'), 'constructor');
});

t.test('a Thai text has no word that misleads', async (t) => {
  t.ok(texts.length > 300, `${texts.length} texts were read`);
  const found = texts.flatMap(({ file, words }) =>
    forbidden.flatMap(([word, why]) => (word.test(words) && !isLoan(file, word) ? [`${file}: ${words}: ${why}`] : [])),
  );
  t.strictSame(found, []);
});

t.test('Thai is parted by a space from digits, Latin letters and what fills a slot', async (t) => {
  const found = texts.flatMap(({ file, words, slots }) => {
    const touching = [...words.matchAll(/[ก-๛][A-Za-z0-9]|[A-Za-z0-9][ก-๛]/g)].map(([at]) => at);
    const bare = slots.filter(
      ({ before, expression, after }) => /[ก-๛]$/.test(before) && !joins(expression) && (before || after),
    );
    const after = slots.filter(({ expression, after }) => /^[ก-๛]/.test(after) && !joins(expression));
    return [...touching, ...[...bare, ...after].map(({ expression }) => expression)].map(
      (at) => `${file}: ${at} in ${words}`,
    );
  });
  t.strictSame(found, []);
});

t.test('a Thai text has no double space, none at its ends and no full stop', async (t) => {
  const wrong = texts
    .filter(({ words }) => / {2}|[ก-๛]{2}\.$/.test(words))
    .map(({ file, words }) => `${file}: ${words}`);
  t.strictSame(wrong, []);
});

t.test('a refusal never names a code alone in Thai: its word stands before it', async (t) => {
  const sentences: [string, readonly string[]][] = [
    ...roundStatuses.map((status): [string, string[]] => [
      problems.roundStateForbids({ status }, roundStatuses).content.detail.th,
      [status, ...roundStatuses],
    ]),
    ...planStatuses.map((status): [string, string[]] => [
      problems.planStateForbids({ status }, planStatuses).content.detail.th,
      [status, ...planStatuses],
    ]),
    ...roundStatuses.map((status): [string, string[]] => [
      problems.roundNotOpen({ status }).content.detail.th,
      [status],
    ]),
    ...permissions.map((one): [string, string[]] => [problems.permissionMissing(one).content.detail.th, [one]]),
    [problems.permissionNotYours(permissions).content.detail.th, permissions],
    ...groupStatuses.map((status): [string, string[]] => [rules.groupNotActive('', status).detail.th, [status]]),
    ...planTiers.flatMap((tier): [string, string[]][] => [
      [rules.areaOfTier('', '4010', tier).detail.th, [tier]],
      [rules.areaMissing('', tier).detail.th, [tier]],
      [rules.groupNotExpected('', tier).detail.th, [tier]],
    ]),
  ];
  for (const [sentence, codes] of sentences) {
    for (const code of codes) t.ok(new RegExp(`[ก-๛] \\(${code}\\)`).test(sentence), `${code}: ${sentence}`);
    for (const [bare] of sentence.matchAll(/(?<![(\w])[a-z]+[-:][a-z]+/g)) t.fail(`${bare} stands alone: ${sentence}`);
  }
});

t.test('several broken rules are parted by a semicolon in Thai, which has no full stop', async (t) => {
  const { th, en } = problems.rulesBroken([rules.levelMissing('', 1), rules.reasonMissing('', 2)]).content.detail;
  t.equal(th, 'เกณฑ์ข้อ 1 ยังไม่ได้ระบุระดับ; เกณฑ์ข้อ 2 ต้องระบุเหตุผล');
  t.equal(en, 'Criterion 1 has no level. Criterion 2 needs a reason.');
});

/** The demonstration speaks of loans, whose contracts are สัญญา. */
function isLoan(file: string, word: RegExp): boolean {
  return file.startsWith('demo/') && word.source.startsWith('สัญญา');
}

function joins(expression: string): boolean {
  return thaiSlots.has(expression) || /\? '' : ` |\? ' .* : ''|\.join\('/.test(expression);
}

interface ThaiText {
  file: string;
  words: string;
  slots: { before: string; expression: string; after: string }[];
}

/** Every literal with Thai in it. */
async function thaiTexts(): Promise<ThaiText[]> {
  const folder = join(root, 'src');
  const files = (await readdir(folder, { recursive: true })).filter(
    (file) => file.endsWith('.ts') && !data.includes(file),
  );
  const found: ThaiText[] = [];
  for (const file of files) {
    const source = ts.createSourceFile(file, await readFile(join(folder, file), 'utf8'), ts.ScriptTarget.ES2023, true);
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
        if (/[ก-๛]/.test(node.text)) found.push({ file, words: node.text, slots: [] });
      } else if (ts.isTemplateExpression(node)) found.push(...ofTemplate(file, node));
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

function ofTemplate(file: string, node: ts.TemplateExpression): ThaiText[] {
  const parts = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
  if (!parts.some((part) => /[ก-๛]/.test(part))) return [];
  const slots = node.templateSpans.map(({ expression, literal }, index) => ({
    before: parts[index] ?? '',
    expression: expression.getText(),
    after: literal.text,
  }));
  return [{ file, words: parts.join('{}'), slots }];
}
