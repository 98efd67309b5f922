import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { insertMadeUpData } from '../../src/commands/generate.store.js';
import { type Folding, fold } from '../../src/domain/folding.js';
import { numberFolding, zerosFolding } from '../../src/domain/registration-no.js';
import { searchFolding } from '../../src/domain/search.js';
import { rowsOf } from '../../src/platform/db/database.js';
import { foldedSql } from '../../src/platform/db/folding.js';
import { theService } from '../../src/resources/api-keys/api-keys.actions.js';
import { type GroupFilter, groupLines } from '../../src/resources/groups/group-list.store.js';
import { startTestApp } from '../support/app.js';
import { openTestDatabase } from '../support/database.js';
import { makeGroup } from '../support/world.js';

const { database, admin, client } = await startTestApp(t);
const { db } = database;

async function found(t: Test, area: string, q: string): Promise<string[]> {
  const { body } = await admin.get(`/v1/groups?area=${area}&q=${encodeURIComponent(q)}`, { prefer: 'count=exact' });
  t.equal(body.total, body.items.length, q);
  return body.items.map(({ name }: { name: string }) => name).sort();
}

t.test('foldings: the service and the database fold every text alike', async (t) => {
  // Signs that stand for nothing, those that stand for others, and all that may come between them.
  const signs =
    "กขนมพาํำเแๅฤ็่้๊๋์๎ิีุู๐๑๙0019AZazÉée\u0301ßİıＡ０²½ﬁ \u00a0\u3000\\%_'./-=\n\u200b\u200d\ufeff\u00ad\ufe0f\u3164\u{e0100}😀".match(
      /./gsu,
    ) ?? [];
  // Beyond the first plane stand characters so new that one side may not know yet what they are made of.
  const old = fc.integer({ min: 1, max: 0xffff }).map((point) => String.fromCharCode(point));
  const text = fc.oneof(fc.string({ unit: fc.constantFrom(...signs) }), fc.string({ unit: old }));
  const storable = text.filter((value) => value.isWellFormed());
  const butForZeros = [...numberFolding, ...zerosFolding];
  const foldings: Record<string, Folding> = { searchFolding, numberFolding, butForZeros };
  for (const [name, folding] of Object.entries(foldings)) {
    await fc.assert(
      fc.asyncProperty(fc.array(storable, { minLength: 1, maxLength: 100 }), async (texts) => {
        const rows = await rowsOf<{ folded: string }>(
          db,
          sql`select ${sql.raw(foldedSql(folding, 'given.text collate "C"'))} as folded
            from json_array_elements_text(${JSON.stringify(texts)}::json) with ordinality as given (text, place)
            order by place`,
        );
        t.strictSame(
          rows.map(({ folded }) => folded),
          texts.map((one) => fold(folding, one)),
          name,
        );
      }),
      { numRuns: 30 },
    );
  }
});

t.test('listGroups: q finds with and without tone marks, and in the middle of a word', async (t) => {
  const names = ['กลุ่มออมทรัพย์บ้านน้ำใส', 'กลุมออมทรัพยบานนําใส', 'เเก่งเก็บออม', 'หมู่ ๕ Ban Nong'];
  const [proper, bare, doubled, mixed] = names as [string, string, string, string];
  for (const name of names) await makeGroup(admin, '2301', { name });
  const cases: [string, string[]][] = [
    ['กลุ่ม', [proper, bare]],
    ['กลุม', [proper, bare]],
    ['ลุ่มออ', [proper, bare]],
    ['ทรัพย์บ้าน', [proper, bare]],
    ['ทรัพยบาน', [proper, bare]],
    ['น้ำ', [proper, bare]],
    ['น้\u0e4d\u0e32', [proper, bare]],
    ['แก่ง', [doubled]],
    ['แกง', [doubled]],
    ['เกบ', [doubled]],
    ['หมู่ ๕', [mixed]],
    ['หมู 5', [mixed]],
    ['ban nong', [mixed]],
    ['BAN', [mixed]],
    ['น\u200bong', [] as string[]],
    ['N\u200bong', [mixed]],
    ['กลิ่ม', []],
    ['กล ุ่ม', []],
  ];
  for (const [q, expected] of cases) t.strictSame(await found(t, '2301', q), [...expected].sort(), q);
});

t.test('listGroups: q takes what means something elsewhere as it is, and looks into the number as well', async (t) => {
  const names = ['ออม 100% จริง', 'ออม 1000 จริง', 'a_b', 'aXb', 'back\\slash', "o'neil"];
  for (const name of names) await makeGroup(admin, '2302', { name });
  await makeGroup(admin, '2302', { name: 'numbered', registrationNo: 'NK-๑๒/Ab' });
  t.strictSame(await found(t, '2302', '100%'), ['ออม 100% จริง']);
  t.strictSame(await found(t, '2302', '%'), ['ออม 100% จริง']);
  t.strictSame(await found(t, '2302', '_'), ['a_b']);
  t.strictSame(await found(t, '2302', 'A_B'), ['a_b']);
  t.strictSame(await found(t, '2302', '\\'), ['back\\slash']);
  t.strictSame(await found(t, '2302', "'"), ["o'neil"]);
  for (const q of ['nk-12/aB', 'NK-๑๒', '12/']) t.strictSame(await found(t, '2302', q), ['numbered'], q);
  t.strictSame(await found(t, '2302', 'numberedNK'), [], 'not from the end of the name into the number');
});

t.test('listGroups: refuses a q of which a search would ignore everything', async (t) => {
  for (const q of ['่', '์้ ', '\u200b', ' ']) {
    const call = { method: 'GET', path: `/v1/groups?q=${encodeURIComponent(q)}` } as const;
    const refusal = { status: 400, code: 'invalid-input', pointers: ['/query/q'] };
    const { body } = await admin.refused(t, call, refusal);
    t.equal(body.errors[0].code, 'blank');
  }
});

t.test('listGroups: the pages of a search give each match once and in order, frequent or rare', async (t) => {
  const consonants = [...'กขคงจชดตนบปมยรลว'];
  const names = consonants.flatMap((first) => consonants.map((second) => first + second));
  const word = (index: number) => (index % 2 === 0 ? 'คู่' : index % 97 === 3 ? 'หายาก' : 'เดี่ยว');
  const made = names.map((name, index) => ({
    registrationNo: `PG-${String((index * 101) % names.length).padStart(3, '0')}`,
    name: `${name} ${word(index)}`,
    areaCode: index % 5 === 0 ? '2401' : '2501',
  }));
  const file = made.map((group) => JSON.stringify(group)).join('\n');
  const headers = { 'content-type': 'application/x-ndjson' };
  t.equal(
    (await admin.send({ method: 'POST', path: '/v1/groups', payload: file, headers })).body.created,
    names.length,
  );
  const officer = await client({ areaCode: '24', permissions: ['read'] });
  // With consonants alone the order of code points is that of the dictionary.
  const expected = (part: string, sort: 'name' | 'registrationNo', area: string) =>
    made
      .filter(({ name, areaCode }) => name.includes(part) && areaCode.startsWith(area))
      .map((group) => group[sort])
      .sort();
  for (const part of ['คู่', 'หายาก', 'าก', 'ก']) {
    for (const sort of ['name', 'registrationNo'] as const) {
      for (const limit of [1, 7, 500]) {
        const path = `/v1/groups?q=${encodeURIComponent(part)}&sort=${sort}&limit=${limit}`;
        const read = async (by: typeof admin, from: string) =>
          (await by.pages(from)).flat().flatMap((group) => (/^PG-/.test(group.registrationNo) ? [group[sort]] : []));
        t.strictSame(await read(admin, path), expected(part, sort, ''), `${path} (${part})`);
        t.strictSame(await read(admin, `${path}&area=25`), expected(part, sort, '25'), `${path} in an area`);
        t.strictSame(await read(officer, path), expected(part, sort, '24'), `${path} by an officer`);
      }
    }
  }
});

t.test('listGroups: a search reads the index of trigrams, and an area its own groups and no others', async (t) => {
  const { db, close } = await openTestDatabase();
  t.teardown(close);
  const villages = ['บ้านโนนออมสุข', 'บ้านหนองสัจจะงาม', 'บ้านแก่งร่วมทุน'];
  const instrument = { code: 'fhc', instrumentVersion: 1, criteria: 19 };
  await insertMadeUpData(db, { groups: 5_000, rounds: 0, villages, instrument }, () => {});
  const plan = async (filter: Partial<GroupFilter>) => {
    const query = groupLines(db, theService, { sort: 'name', ...filter }, { fetch: 2, after: null });
    const rows = await rowsOf<{ 'QUERY PLAN': string }>(db, sql`explain ${query}`);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };
  const inArea = await plan({ area: '40' });
  t.ok(inArea.includes('groups_by_area') && !inArea.includes('groups_by_name'), inArea);
  t.ok((await plan({})).includes('groups_by_name'), 'the whole country is read in its order');
  const extension = await rowsOf(db, sql`select from pg_extension where extname = 'pg_trgm'`);
  if (extension.length === 0) return t.pass('there is no pg_trgm here: the search reads the table');
  for (const q of ['SG-00004321', 'วังสามหมอ']) {
    const rare = await plan({ q });
    t.ok(rare.includes('groups_by_search_text'), rare);
  }
});
