/** Submitting score sheets: the service beside pgbench with the same statements on the same sheets. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { runLoad, runProgram, type Server, works } from './processes.js';
import { resetDrafts, type World } from './world.js';

const clients = 8;

/** Sheets submitted a second through the service, and the processor time of each. */
export async function submitThroughService(world: World, service: Server, seconds: number) {
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
    'begin;',
    'select group_id as group_id from bench_drafts where n = :n \\gset',
    ...statementsOf(`'${draftRoundId}'`, ":'group_id'").map((statement) => `${statement.replace(/\s+/g, ' ')};`),
    'commit;',
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
  const statements = statementsOf('$2', '$1').map((text, index) => ({ name: `submit ${index}`, text }));
  const startedAt = performance.now();
  let taken = 0;
  const work = async () => {
    const client = await pool.connect();
    for (; performance.now() - startedAt < seconds * 1000; ) {
      const groupId = groupIds[taken];
      if (groupId === undefined) break;
      taken += 1;
      await client.query('begin');
      for (const { name, text } of statements) {
        const values = text.includes('$1') ? [groupId, ...(text.includes('$2') ? [draftRoundId] : [])] : [draftRoundId];
        await client.query({ name, text: text.includes('$1') ? text : text.replace('$2', '$1'), values });
      }
      await client.query('commit');
    }
    client.release();
  };
  await Promise.all(Array.from({ length: clients }, work));
  const rate = taken / ((performance.now() - startedAt) / 1000);
  await pool.end();
  return rate;
}

/**
 * What the service asks of the database to submit one sheet, between begin and commit: what it stands on, locked and
 * read at once, and the sheet with its change. The document before and after stands for both views.
 */
function statementsOf(roundId: string, groupId: string): string[] {
  const view = { scores: 'x'.repeat(2_600) };
  const names = { actorKind: 'api-key', actorId: 'bench', actorName: 'bench', resource: 'assessment' };
  const change = { ...names, action: 'assessment.submitted', resourceId: 'bench', areaCode: '4010' };
  return [
    `with round as materialized (select * from rounds where round_id = ${roundId} for share)
      select row_to_json(r) as round, row_to_json(t) as target, row_to_json(a) as sheet, g.registration_no, g.name
      from round r
      left join groups g on g.group_id = ${groupId}
      left join targets t on t.round_id = r.round_id and t.group_id = g.group_id
      left join lateral (select * from assessments where group_id = t.group_id and round_id = r.round_id for update) a on true`,
    `with written as (
        update assessments set status = 'submitted', submitted_at = now(), version = version + 1, updated_at = now()
        where group_id = ${groupId} and round_id = ${roundId} returning group_id
      ), noted as (
        insert into changes (subject_id, actor_kind, actor_id, actor_name, action, resource, resource_id, area_code, before, after)
        select written.group_id, "actorKind", "actorId", "actorName", action, resource, "resourceId", "areaCode", before, after
        from json_to_recordset('${JSON.stringify([{ ...change, before: view, after: view }])}') as changes ("actorKind" text,
          "actorId" text, "actorName" text, action text, resource text, "resourceId" text, "areaCode" text, before json, after json),
          written
        returning 1
      )
      select 1 from noted`,
  ];
}
