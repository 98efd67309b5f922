import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import t, { type Test } from 'tap';
import { type Call, forEachOf, makeCall } from '../../src/demo/client.js';
import { randomFor } from '../../src/demo/random.js';
import { type Db, rowsOf } from '../../src/platform/db/database.js';
import { insertedGroups } from '../support/inserted-groups.js';
import { databases, startService, type Variables, withDatabase } from '../support/process.js';

const sheetCount = 1_000;
const secret = `prot_${'crash'.padEnd(43, '-')}`;
const roundId = '00000000-0000-7000-8000-000000000000';
const sheetsPath = `/v1/rounds/${roundId}/assessments`;

/** What the clients know: the version each answered submission was given, and which were sent but not answered. */
interface Known {
  acknowledged: Map<string, number>;
  unanswered: Set<string>;
}

t.setTimeout(110_000);

for (const database of databases) {
  t.test(
    `${database.name}: of 1,000 submissions to a service killed again and again every acknowledged one is there, none twice`,
    async (t) => {
      const startedAt = Date.now();
      const variables = { ...(await database.storage(t)), BOOTSTRAP_API_KEY: secret };
      await withDatabase(variables, prepareSheets);
      const known: Known = { acknowledged: new Map(), unanswered: new Set() };

      for (const kill of kills()) await submitUntilKilled(t, variables, known, kill);

      const service = await startService(t, variables);
      await checkSubmitted(t, makeCall(service.address, secret), known);
      t.equal(known.acknowledged.size, sheetCount, 'in the end every submission was acknowledged');
      t.strictSame(await service.kill('SIGTERM'), { code: 0, signal: null });
      await withDatabase(variables, (db) => checkOnceEach(t, db));
      t.comment(`${database.name}: ${Date.now() - startedAt} ms in all`);
    },
  );
}

/** When to kill: after so many acknowledged answers, and so many milliseconds more. */
interface Kill {
  after: number;
  delayMs: number;
}

/** About a sixth, a half and four fifths of the way, the same in every run, and at once after the last answer. */
function kills(): Kill[] {
  const random = randomFor('sheets');
  const midway = [150, 500, 800].map((around) => ({ after: around + random.int(-40, 40), delayMs: random.int(0, 10) }));
  return [...midway, { after: sheetCount, delayMs: 0 }];
}

/** Starts the service and submits what is left, eight at once, until so many are acknowledged and it is killed. */
async function submitUntilKilled(t: Test, variables: Variables, known: Known, kill: Kill): Promise<void> {
  const service = await startService(t, variables);
  const call = makeCall(service.address, secret, [409, 412]);
  await checkSubmitted(t, call, known);
  let killing: Promise<unknown> | null = null;
  let down = false;
  const left = groupIds().filter((groupId) => !known.acknowledged.has(groupId));
  await forEachOf(left, async (groupId) => {
    if (down) return;
    down = !(await submit(call, groupId, known)) || down;
    if (known.acknowledged.size >= kill.after) killing ??= delay(kill.delayMs).then(() => service.kill('SIGKILL'));
  });
  await killing;
  t.strictSame(await service.exited, { code: null, signal: 'SIGKILL' });
  t.comment(`killed when ${known.acknowledged.size} were acknowledged`);
}

/** Submits a sheet as a careful client does: an unanswered try may have arrived, so it looks first. False: no answer. */
async function submit(call: Call, groupId: string, { acknowledged, unanswered }: Known): Promise<boolean> {
  try {
    const arrived = unanswered.has(groupId) ? await arrivedVersion(call, groupId) : null;
    acknowledged.set(groupId, arrived ?? (await send(call, groupId, unanswered.has(groupId))));
    return true;
  } catch (error) {
    // fetch reports a connection that was refused or that broke as a TypeError.
    if (!(error instanceof TypeError)) throw error;
    unanswered.add(groupId);
    return false;
  }
}

/** A first try that the database finishes late, after the client has looked, is a refusal of the second one. */
async function send(call: Call, groupId: string, isSecondTry: boolean): Promise<number> {
  const answer = await call('POST', `${sheetsPath}/${groupId}/submission`, undefined, '"1"');
  if (answer.status === 200) return answer.body.version;
  const arrived = isSecondTry ? await arrivedVersion(call, groupId) : null;
  if (arrived === null) throw new Error(`A submission was answered ${JSON.stringify(answer)}`);
  return arrived;
}

async function arrivedVersion(call: Call, groupId: string): Promise<number | null> {
  const { body } = await call('GET', `${sheetsPath}/${groupId}`);
  return body.status === 'submitted' ? body.version : null;
}

/** Every acknowledged submission is there with its version, and nothing that nobody sent. */
async function checkSubmitted(t: Test, call: Call, { acknowledged, unanswered }: Known): Promise<void> {
  const found = new Map<string, number>();
  for (let next: string | null = `${sheetsPath}?status=submitted&limit=500`; next !== null; ) {
    const { body } = await call('GET', next);
    for (const { groupId, version } of body.items) found.set(groupId, version);
    next = body.next;
  }
  const lost = [...acknowledged].filter(([groupId, version]) => found.get(groupId) !== version);
  const unasked = [...found.keys()].filter((groupId) => !acknowledged.has(groupId) && !unanswered.has(groupId));
  t.strictSame({ lost, unasked }, { lost: [], unasked: [] }, `${acknowledged.size} acknowledged, ${found.size} found`);
}

async function checkOnceEach(t: Test, db: Db): Promise<void> {
  const submissions = await rowsOf<{ groupId: string; times: number }>(
    db,
    sql`select subject_id as "groupId", count(*)::int as times from changes where action = 'assessment.submitted'
      group by subject_id order by subject_id`,
  );
  t.strictSame(
    submissions,
    groupIds().map((groupId) => ({ groupId, times: 1 })),
    'the changes tell of one submission of each sheet',
  );
  const sheets = await rowsOf(
    db,
    sql`select status, version, count(*)::int as sheets from assessments where submitted_at is not null group by 1, 2`,
  );
  t.strictSame(sheets, [{ status: 'submitted', version: 2, sheets: sheetCount }]);
}

/** An open round with a complete draft for each of its targets, made by the database itself: it is not the test. */
async function prepareSheets(db: Db): Promise<void> {
  const groupId = sql.raw(`('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid`);
  const numbers = sql`generate_series(1, ${sheetCount}::int) as n`;
  const statements = [
    insertedGroups(
      ['group_id', 'registration_no', 'name', 'area_code', 'status'],
      sql`select ${groupId}, 'CRASH-' || n, 'กลุ่มที่ ' || n, '401001', 'active' from ${numbers}`,
    ),
    sql`insert into rounds (round_id, fiscal_year_be, round_no, area_code, title, instrument_code, instrument_version,
        starts_on, ends_on, target_selection, status, opened_at)
      values (${roundId}, 2555, 1, '40', 'ตรวจสุขภาพ', 'fhc', 1,
        '2011-10-01', '2012-09-30', 'designated', 'open', now())`,
    sql`insert into targets (group_id, round_id, area_code) select group_id, ${roundId}, area_code from groups`,
    sql`insert into assessments (group_id, round_id, area_code, assessed_on, status, levels, reasons)
      select group_id, round_id, area_code, '2012-04-01', 'draft', '2' || repeat('3', 18),
        (select jsonb_object_agg(criterion_no, 'มีหลักฐาน') from generate_series(1, 19) as criterion_no)
      from targets`,
  ];
  for (const statement of statements) await db.execute(statement);
}

function groupIds(): string[] {
  return Array.from(
    { length: sheetCount },
    (_, index) => `00000000-0000-7000-8000-${String(index + 1).padStart(12, '0')}`,
  );
}
