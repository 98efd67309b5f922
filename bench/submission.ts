/** Submitting score sheets: the service beside pgbench with the same statements on the same sheets. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { runLoad, runProgram, type Server, works } from './processes.js';
import { resetDrafts, type World } from './world.js';

const clients = 8;

/** Sheets submitted a second through the service, and the processor time of each. */
export async function submitThroughService(world: World, service: Server, seconds: number, keyed = false) {
  await resetDrafts(world);
  const before = service.cpuMicros();
  const result = await runLoad({
    port: service.port,
    connections: clients,
    seconds,
    method: 'POST',
    paths: world.groupIds.map((groupId) => `/v1/rounds/${world.draftRoundId}/assessments/${groupId}/submission`),
    headers: { authorization: world.authorization, 'if-match': '"1"', 'content-length': '0' },
    once: true,
    keyed,
  });
  return {
    rate: result.answers / result.seconds,
    cpuMicros: (service.cpuMicros() - before) / result.answers,
  };
}

/** Sheets submitted a second by pgbench, or by the driver where there is no pgbench. */
export async function submitByHand(world: World, seconds: number): Promise<number> {
  await resetDrafts(world);
  await world.pool.query(`
    create table if not exists bench_drafts as
    select row_number() over (order by md5(group_id::text)) - 1 as n, group_id
    from assessments where round_id = '${world.draftRoundId}'`);
  await world.pool.query('create unique index if not exists bench_drafts_n on bench_drafts (n)');
  await world.pool.query('analyze bench_drafts');
  return works('pgbench', ['--version']) ? byPgbench(world, seconds) : byDriver(world, seconds);
}

/** Every client takes each eighth sheet; looking up its id is a statement that the service does not have. */
async function byPgbench({ url, directory, draftRoundId }: World, seconds: number): Promise<number> {
  const script = [
    `\\set n :i * ${clients} + :client_id`,
    '\\set i :i + 1',
    'select group_id as group_id from bench_drafts where n = :n \\gset',
    `${statementOf(`'${draftRoundId}'`, ":'group_id'").replace(/\s+/g, ' ')};`,
  ];
  // pgbench cannot quote a variable and needs no quotes: with -M prepared it is sent as a parameter.
  const file = join(directory, 'submit.sql');
  await writeFile(file, `${script.join('\n').replaceAll(":'group_id'", ':group_id')}\n`);
  const options = ['-n', '-M', 'prepared', '-c', String(clients), '-j', '1', '-T', String(Math.ceil(seconds))];
  const printed = await runProgram('pgbench', [...options, '-D', 'i=0', '-f', file, url]);
  return Number(/tps = ([\d.]+)/.exec(printed)?.[1]);
}

async function byDriver({ url, draftRoundId, groupIds }: World, seconds: number): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: clients });
  const statement = { name: 'submit', text: statementOf('$2', '$1') };
  const startedAt = performance.now();
  let taken = 0;
  const work = async () => {
    const client = await pool.connect();
    for (; performance.now() - startedAt < seconds * 1000; ) {
      const groupId = groupIds[taken];
      if (groupId === undefined) break;
      taken += 1;
      await client.query({ ...statement, values: [groupId, draftRoundId] });
    }
    client.release();
  };
  await Promise.all(Array.from({ length: clients }, work));
  const rate = taken / ((performance.now() - startedAt) / 1000);
  await pool.end();
  return rate;
}

/**
 * What the service asks of the database to submit one sheet, written by hand: one statement that finds and locks round and
 * sheet, looks whether the sheet is complete, writes it, notes what differs and gives it back.
 */
function statementOf(roundId: string, groupId: string): string {
  return `
    with round as materialized (
      select * from rounds where round_id = ${roundId} and status = 'open' for share skip locked
    ), was as materialized (
      select held.*, g.registration_no, g.name as group_name
      from round r
      join targets t on t.round_id = r.round_id and t.group_id = ${groupId}
      join groups g on g.group_id = t.group_id and g.status = 'active'
      cross join lateral (
        select * from assessments s where s.group_id = t.group_id and s.round_id = r.round_id
          and s.status = 'draft' and s.version = 1 for update skip locked
      ) as held
    ), written as (
      update assessments a set status = 'submitted', submitted_at = now(), version = a.version + 1, updated_at = now()
      from was where a.group_id = was.group_id and a.round_id = was.round_id and was.levels ~ '^[1-3]+$'
        and not exists (select from generate_series(1, 19) as number
          where substr(was.levels, number, 1) < '2' and coalesce(was.reasons ->> number::text, '') !~ '[A-Za-z0-9ก-ฮ]')
      returning a.*
    ), noted as (
      insert into changes (subject_id, actor_kind, actor_id, actor_name, action, resource, resource_id, area_code, version,
        before, after)
      select written.group_id, 'api-key', 'bench', 'bench', 'assessment.submitted', 'assessment',
        written.round_id || '/' || written.group_id, written.area_code, written.version,
        json_build_object('status', was.status, 'submittedAt', was.submitted_at),
        json_build_object('status', written.status, 'submittedAt', written.submitted_at)
      from written cross join was
      returning 1
    )
    select row_to_json(written), was.registration_no, was.group_name from written cross join was cross join noted`;
}
