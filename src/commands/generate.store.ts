/**
 * Made-up data of any size, the same at every call, for measuring. It is written by a few set-based statements and past
 * the API: it leaves no trace in `changes`, which is why only an empty registry takes it.
 */
import { type SQL, sql } from 'drizzle-orm';
import { type Db, onlyRow, rowsOf } from '../platform/db/database.js';
import { inTransaction } from '../platform/db/transactions.js';

/** What to make. `villages` are the names that groups are called after; `instrument` is the one all rounds use. */
export interface Plan {
  groups: number;
  rounds: number;
  villages: readonly string[];
  instrument: { code: string; instrumentVersion: number; criteria: number };
}

/** Whether no group was ever registered here. */
export async function isRegistryEmpty(db: Db): Promise<boolean> {
  return onlyRow(await rowsOf<{ empty: boolean }>(db, sql`select not exists (select from groups) as empty`)).empty;
}

/**
 * Writes a registry spread evenly over all subdistricts, a team in each district, and rounds of the whole country in
 * which every group is a target with a submitted sheet. All but the last round are published; the last is open.
 */
export async function insertMadeUpData(db: Db, plan: Plan, say: (line: string) => void): Promise<void> {
  await inTransaction(db, async (tx) => {
    // Setting up is no request: a million groups take longer than any of those may.
    await tx.execute(sql`set local statement_timeout = 0`);
    for (const [name, statement] of statementsOf(plan)) {
      const startedAt = Date.now();
      await tx.execute(statement);
      say(`${name}: ${Date.now() - startedAt} ms`);
    }
  });
  // Statistics are read from an index alone, which only works on vacuumed pages; autovacuum would come later.
  for (const table of ['groups', 'figures', 'targets', 'assessments', 'registration_numbers', 'teams']) {
    await db.execute(sql.raw(`vacuum (analyze) ${table}`));
  }
}

function statementsOf(plan: Plan): [string, SQL][] {
  const rounds = Array.from({ length: plan.rounds }, (_, index) => index + 1);
  return [
    ['teams', teams],
    ['groups', groups(plan)],
    ['registration numbers', registrationNumbers],
    ['figures', figures],
    ...rounds.flatMap((round): [string, SQL][] => [
      [`round ${round}`, roundRow(plan, round)],
      [`targets of round ${round}`, targetsOf(round)],
      [`score sheets of round ${round}`, sheetsOf(plan, round)],
    ]),
  ];
}

/**
 * An id that is always the same for the same thing, with the bits of a UUID version 7 and rising with `number`, as the
 * ids that the service makes: random ones would scatter over every index.
 */
function idOf(kind: string, number: SQL): SQL {
  const hash = sql`md5(${kind} || ${number})`;
  return sql`(lpad(to_hex(1331640000000 + ${number}), 12, '0') || '7' || left(${hash}, 3) || 'a' || substr(${hash}, 4, 15))::uuid`;
}

const madeAt = sql.raw("timestamptz '2012-07-01T02:00:00Z'");

const teams = sql`
  insert into teams (team_id, name, tier, area_code, members, created_at, updated_at)
  select ${idOf('team', sql`area_code::int`)}, case when area_code like '10%' then 'ทีมตรวจสุขภาพเขต' else 'ทีมตรวจสุขภาพอำเภอ' end || name_th, 'district', area_code,
    '[{"name": "ผู้ตรวจสุขภาพ (ข้อมูลจำลอง)", "organization": "cdd"}]', ${madeAt}, ${madeAt}
  from areas where kind = 'district'`;

/** Neighbours in the registry lie in different districts, as in a real one, which grew over decades. */
const groups = ({ groups, villages }: Plan) => sql`
  with place as (
    select array_agg(area_code order by area_code) as codes, count(*)::int as number from areas where kind = 'subdistrict'
  ), called as (
    select array(select json_array_elements_text(${JSON.stringify(villages)}::json)) as villages
  )
  insert into groups (group_id, registration_no, name, area_code, village_name, founded_on, status,
    figures_as_of, member_count, savings_baht, development_level, figures_source, created_at, updated_at)
  select ${idOf('group', sql`n`)}, 'SG-' || lpad(n::text, 8, '0'), 'กลุ่มออมทรัพย์เพื่อการผลิต' || village,
    codes[1 + (n::bigint * 3571) % number], village, date '1980-01-01' + n % 9000,
    'active',
    '2012-03-31', 20 + n % 300, 100000 + (n::bigint * 7919) % 3000000 + (n % 100) / 100.0, 1 + n % 3, 'ข้อมูลจำลอง',
    ${madeAt}, ${madeAt}
  from generate_series(1, ${groups}::int) as n, place, called,
    lateral (select villages[1 + n % ${villages.length}::int] as village) as named`;

const registrationNumbers = sql`
  insert into registration_numbers (number_key, group_id) select number_key, group_id from groups`;

const figures = sql`
  insert into figures (group_id, as_of, member_count, savings_baht, development_level, source, created_at, updated_at)
  select group_id, figures_as_of, member_count, savings_baht, development_level, figures_source, ${madeAt}, ${madeAt}
  from groups`;

function roundRow({ rounds, instrument }: Plan, round: number): SQL {
  const years = sql`${2554 + round}::int`;
  const published = round < rounds;
  return sql`
    insert into rounds (round_id, fiscal_year_be, round_no, area_code, title, instrument_code, instrument_version,
      starts_on, ends_on, target_selection, status, opened_at, closed_at, published_at, version,
      created_at, updated_at)
    select ${idOf('round', sql`${round}::int`)}, ${years}, 1, null, 'ตรวจสุขภาพทางการเงินทั้งประเทศ ปีงบประมาณ ' || ${years},
      ${instrument.code}, ${instrument.instrumentVersion}, make_date(${years} - 543, 1, 1), make_date(${years} - 543, 6, 30),
      'census', ${published ? 'published' : 'open'}, ${madeAt},
      ${published ? sql`${madeAt}, ${madeAt}, 4` : sql`null, null, 2`}, ${madeAt}, ${madeAt}`;
}

const targetsOf = (round: number) => sql`
  insert into targets (group_id, round_id, area_code, team_id, created_at, updated_at)
  select group_id, ${idOf('round', sql`${round}::int`)}, groups.area_code, team_id, ${madeAt}, ${madeAt}
  from groups left join teams on teams.area_code = left(groups.area_code, 4)`;

/** Each digit of a hash becomes a level; groups are weak, middling or strong, so that the figures have some shape. */
const sheetsOf = ({ instrument }: Plan, round: number) => sql`
  with said as (
    select array(select json_array_elements(${reasonsOf(instrument.criteria)}::json)::jsonb) as reasons
  )
  insert into assessments (group_id, round_id, area_code, team_id, assessed_on, status, levels, reasons, summary,
    submitted_at, version, created_at, updated_at)
  select group_id, round_id, area_code, team_id, make_date(${2554 + round}::int - 543, 3, 1) + luck % 60, 'submitted',
    translate(rpad(substr(hash, 1, ${instrument.criteria}::int), ${instrument.criteria}::int, hash), '0123456789abcdef',
      (array['1111122222223333', '1112222233333333', '1222333333333333'])[1 + luck % 3]),
    said.reasons[1 + luck % 16], 'ข้อมูลจำลองสำหรับวัดความเร็ว',
    ${madeAt}, 2, ${madeAt}, ${madeAt}
  from targets, said,
    lateral (select md5(group_id::text || round_id::text) as hash) as drawn,
    lateral (select ('x' || right(hash, 6))::bit(24)::int as luck) as rolled
  where round_id = ${idOf('round', sql`${round}::int`)}
  order by group_id`;

/** Sixteen ways to give a reason for every criterion, as long as those that teams write; a JSON array. */
function reasonsOf(criteria: number): string {
  const sentences = [
    'มีระเบียบข้อบังคับเป็นลายลักษณ์อักษร',
    'ประชุมคณะกรรมการทุกเดือน',
    'ตรวจบัญชีแล้วถูกต้อง',
    'ยังไม่มีหลักฐานที่ชัดเจน',
    'สมาชิกรับทราบทุกคน',
  ];
  const numbers = Array.from({ length: criteria }, (_, index) => index + 1);
  const reasonsOfWay = (way: number) =>
    Object.fromEntries(numbers.map((number) => [number, sentences[(way + number) % sentences.length]]));
  return JSON.stringify(Array.from({ length: 16 }, (_, way) => reasonsOfWay(way)));
}
