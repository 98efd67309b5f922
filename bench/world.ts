/** The databases of one run of the bench, filled with made-up data, and removed at its end. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { killAll, runScript, type Server, startServer } from './processes.js';

/** What every measurement stands on. */
export interface World {
  /** A database of made-up data on PostgreSQL: round 1 published, round 2 open with all sheets submitted. */
  url: string;
  pool: pg.Pool;
  /** A third round, open, in which every sheet is a draft that may be submitted. */
  draftRoundId: string;
  publishedRoundId: string;
  openRoundId: string;
  groupIds: string[];
  directory: string;
  authorization: string;
  startService(variables?: Record<string, string>): Promise<Server>;
  startCeiling(): Promise<Server>;
  /** Ends everything and removes it; a signal may ask for it while the bench itself does. */
  remove(): Promise<void>;
}

/** One caller asks as fast as it can here. */
const noLimits = { RATE_LIMIT_PER_MINUTE: '0', RATE_LIMIT_BURST: '0', RATE_LIMIT_BULK_PER_MINUTE: '0' };
/** What is not set has its default. */
export const defaultLimits = { RATE_LIMIT_PER_MINUTE: '', RATE_LIMIT_BURST: '', RATE_LIMIT_BULK_PER_MINUTE: '' };

const apiKey = `prot_${'bench'.padEnd(43, '-')}`;
const adminUrl = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** @throws Error when PostgreSQL does not answer */
export async function makeWorld(groups: number): Promise<World> {
  const name = `prot_bench_${Date.now()}_${randomBytes(3).toString('hex')}`;
  const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
  const directory = await mkdtemp(join(tmpdir(), 'prot-bench-'));
  const env = {
    DATABASE_URL: url,
    DATA_DIR: directory,
    BOOTSTRAP_API_KEY: apiKey,
    BULK_LIMIT_BYTES: String(8 * 2 ** 30),
    ...noLimits,
    HOST: '127.0.0.1',
    PORT: '0',
  };
  await asAdmin(`create database ${name}`);
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  let removed: Promise<void> | undefined;
  const removeOnce = async () => {
    killAll();
    await pool.end();
    await asAdmin(`drop database ${name} with (force)`);
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  };
  const remove = () => {
    removed ??= removeOnce();
    return removed;
  };
  pool.on('error', () => {}); // Dropping the database by force breaks what is still connected to it.
  try {
    await runScript('../src/commands/generate.js', ['--groups', String(groups), '--rounds', '2'], env);
    const draftRoundId = await makeDraftRound(pool);
    const rounds = await pool.query(`select round_id, status from rounds where round_id <> $1`, [draftRoundId]);
    const groupRows = await pool.query(`select group_id from groups order by md5(group_id::text) limit 30000`);
    const roundIn = (status: string) => String(rounds.rows.find((round) => round.status === status)?.round_id);
    return {
      url,
      pool,
      draftRoundId,
      publishedRoundId: roundIn('published'),
      openRoundId: roundIn('open'),
      groupIds: groupRows.rows.map((row) => row.group_id),
      directory,
      authorization: `Bearer ${apiKey}`,
      startService: (variables = {}) =>
        startServer('../src/main.js', { ...env, ...variables }, join(directory, 'service.log')),
      startCeiling: () => startServer('./ceiling.js', { DATABASE_URL: url }, join(directory, 'ceiling.log')),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Makes every submitted sheet of the round a draft again, and the table as tidy as before. */
export async function resetDrafts({ pool, draftRoundId }: Pick<World, 'pool' | 'draftRoundId'>): Promise<void> {
  await pool.query(
    `update assessments set status = 'draft', version = 1, submitted_at = null where round_id = $1 and status <> 'draft'`,
    [draftRoundId],
  );
  await pool.query('truncate changes');
  await pool.query('vacuum (analyze) assessments');
}

async function makeDraftRound(pool: pg.Pool): Promise<string> {
  const made = await pool.query(`
    with made as (
      insert into rounds (round_id, fiscal_year_be, round_no, title, instrument_code, instrument_version, starts_on,
        ends_on, target_selection, status, opened_at)
      select gen_random_uuid(), fiscal_year_be, round_no + 1, title, instrument_code, instrument_version, starts_on,
        ends_on, target_selection, status, opened_at
      from rounds where status = 'open' returning round_id
    ), aimed as (
      insert into targets (group_id, round_id, area_code, team_id)
      select targets.group_id, made.round_id, targets.area_code, team_id
      from made, targets join rounds using (round_id) where rounds.status = 'open' returning 1
    )
    select round_id from made`);
  const roundId = made.rows[0].round_id;
  await pool.query(
    `insert into assessments (group_id, round_id, area_code, team_id, assessed_on, status, levels, reasons, summary)
    select group_id, $1, assessments.area_code, team_id, assessed_on, 'draft', levels, reasons, summary
    from assessments join rounds using (round_id) where rounds.status = 'open' and round_id <> $1`,
    [roundId],
  );
  await pool.query('vacuum (analyze) targets');
  await pool.query('vacuum (analyze) assessments');
  return roundId;
}

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
