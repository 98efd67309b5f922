/** A list that is read slowly while much is written: every row of it is of the one moment when the reading began. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { sql } from 'drizzle-orm';
import t from 'tap';
import { forEachOf } from '../../src/demo/client.js';
import { adminSecret, startTestApp } from '../support/app.js';
import type { Answer } from '../support/client.js';
import { insertedGroups } from '../support/inserted-groups.js';
import { made, makeRound, sheetFrom } from '../support/world.js';

const sheetCount = 3_000;
const { app, database, admin, client } = await startTestApp(t);
const reviewer = await client();
const address = await app.listen({ host: '127.0.0.1', port: 0 });

t.test('an export read through 1,000 writes adds up to the statistics of the moment when it began', async (t) => {
  const { roundId } = await makeRound(admin);
  await prepareSheets(roundId);
  const path = `/v1/rounds/${roundId}/assessments`;
  const statistics = async () => figuresOf((await admin.get(`/v1/rounds/${roundId}/statistics`)).body);
  const before = await statistics();

  const response = await open(path);
  const chunks: Buffer[] = [];
  const reading = response[Symbol.asyncIterator]();
  const readOn = async () => {
    const { value, done } = await reading.next();
    if (!done) chunks.push(value);
    return !done;
  };
  await readOn();
  const writes = writesOn(path);
  t.equal(writes.flat().length, 1_000);
  let sheets = 0;
  await forEachOf(writes, async (ofOneSheet) => {
    for (const write of ofOneSheet) await made(write());
    sheets += 1;
    if (sheets % 10 === 0) await readOn();
  });
  const meanwhile = sizeOf(chunks);
  while (await readOn());

  t.ok(meanwhile < sizeOf(chunks) / 2, `${meanwhile} of ${sizeOf(chunks)} bytes were read when all was written`);
  t.strictSame(figuresOfLines(chunks), before, 'the lines say what the statistics said when it began');
  const after = await statistics();
  t.notSame(after, before, 'which is not what they say now');
  t.strictSame(figuresOfLines(await allOf(await open(path))), after, 'as the next export does');
});

/** What is compared: how many sheets, and how many of them at each level of each criterion. */
interface Figures {
  assessed: number;
  drafts: number;
  wellManaged: number;
  levels: number[][];
}

function figuresOf({ assessed, drafts, groups, criteria }: Answer['body']): Figures {
  const levels = criteria.map((criterion: Record<string, number>) => [
    criterion.level1,
    criterion.level2,
    criterion.level3,
  ]);
  return { assessed, drafts, wellManaged: groups.wellManaged, levels };
}

function figuresOfLines(chunks: readonly Buffer[]): Figures {
  const figures: Figures = { assessed: 0, drafts: 0, wellManaged: 0, levels: [] };
  for (let no = 1; no <= 19; no += 1) figures.levels.push([0, 0, 0]);
  for (const line of Buffer.concat(chunks).toString('utf8').trimEnd().split('\n')) {
    const { status, scores } = JSON.parse(line);
    if (status === 'draft') {
      figures.drafts += 1;
      continue;
    }
    figures.assessed += 1;
    let passed = 0;
    for (const { criterionNo, level } of scores) {
      const counted = figures.levels[criterionNo - 1] as number[];
      counted[level - 1] = (counted[level - 1] ?? 0) + 1;
      if (level === 3) passed += 1;
    }
    if (passed === 19) figures.wellManaged += 1;
  }
  return figures;
}

/**
 * All over the list: 250 drafts are submitted, and 250 submitted sheets returned, written with other levels and submitted
 * again. The writes of one sheet come one after the other.
 */
function writesOn(path: string): (() => Promise<Answer>)[][] {
  const whatever = { 'if-match': '*' };
  return Array.from({ length: 500 }, (_, index) => {
    const sheet = `${path}/${groupId(index * 6 + (index % 2 === 0 ? 0 : 1))}`;
    const submit = () => admin.post(`${sheet}/submission`, undefined, whatever);
    if (index % 2 === 0) return [submit];
    const levels = index % 3 === 0 ? '3'.repeat(19) : '123'.repeat(7).slice(0, 19);
    return [
      () => reviewer.post(`${sheet}/return`, { reason: 'ตรวจทานแล้ว' }, whatever),
      () => admin.put(sheet, sheetFrom(levels), whatever),
      submit,
    ];
  });
}

/** Complete sheets, made by the database itself; every third is a draft. Their reasons make the list long. */
async function prepareSheets(roundId: string): Promise<void> {
  const id = sql.raw(`('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid`);
  const statements = [
    insertedGroups(
      ['group_id', 'registration_no', 'name', 'area_code', 'status'],
      sql`select ${id}, 'MOMENT-' || n, 'กลุ่มที่ ' || n, '401001', 'active' from generate_series(0, ${sheetCount - 1}::int) as n`,
    ),
    sql`insert into targets (group_id, round_id, area_code) select group_id, ${roundId}, area_code from groups`,
    sql`insert into assessments (group_id, round_id, area_code, assessed_on, status, submitted_at, levels, reasons)
      select group_id, ${roundId}, area_code, '2012-04-12',
        case when n % 3 = 0 then 'draft' else 'submitted' end, case when n % 3 > 0 then now() end,
        (select string_agg((1 + get_byte(sha256((n || '/' || no)::bytea), 0) % 3)::text, '' order by no)
          from generate_series(1, 19) as no),
        (select jsonb_object_agg(no, repeat('มีหลักฐาน ', 8)) from generate_series(1, 19) as no)
      from (select *, right(registration_no, -7)::int as n from groups) as numbered`,
  ];
  for (const statement of statements) await database.db.execute(statement);
}

function groupId(number: number): string {
  return `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
}

async function open(path: string): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${adminSecret}`, accept: 'application/x-ndjson' };
  const [response] = await once(get(address + path, { headers, agent: false }), 'response');
  return response;
}

async function allOf(response: IncomingMessage): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return chunks;
}

function sizeOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}
