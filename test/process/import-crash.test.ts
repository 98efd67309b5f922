import { request } from 'node:http';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import t, { type Test } from 'tap';
import { type Db, rowsOf } from '../../src/platform/db/database.js';
import { batchRows } from '../../src/resources/imports/read-batches.actions.js';
import { ndjson, types } from '../support/bulk.js';
import {
  databases,
  type RunningService,
  startService,
  urlOf,
  type Variables,
  withDatabase,
} from '../support/process.js';
import { until } from '../support/wait.js';

const secret = `prot_${'import-crash'.padEnd(43, '-')}`;
const authorization = `Bearer ${secret}`;
/** Longer than any test: an import that waits goes on because the test lets it. */
const patient = { LOCK_TIMEOUT_MS: '90000', STATEMENT_TIMEOUT_MS: '90000', LOG_LEVEL: 'debug' };
const killed = { code: null, signal: 'SIGKILL' };

/** A file of a batch and a half; every third group is registered beforehand and gets another name. */
const rowCount = 1.5 * batchRows;
const counts = { known: rowCount / 3, created: (2 * rowCount) / 3, updated: rowCount / 3 };
const rows = (name: string) =>
  Array.from({ length: rowCount }, (_, index) => ({
    registrationNo: `IC-${index}`,
    name: `${name}เพื่อการผลิตบ้านหนองน้ำใส หมู่ที่ ${index}`,
    areaCode: '401001',
    villageName: 'บ้านหนองน้ำใส',
  }));
const known = ndjson(rows('กลุ่มออมทรัพย์').filter((_, index) => index % 3 === 0));
const file = ndjson(rows('กลุ่มสัจจะ'));

t.setTimeout(110_000);

for (const database of databases) {
  t.test(
    `${database.name}: a service killed while a file comes and another is merged leaves nothing of them, one killed after its answer all, and a file sent again completes it`,
    async (t) => {
      const storage = await database.storage(t);
      const variables = { ...storage, ...patient, BOOTSTRAP_API_KEY: secret };
      const first = await startService(t, variables);
      t.match(await send(first, known), { status: 200, created: counts.known });
      const before = await groupsOf(first);
      const coming = startUpload(first, file.replaceAll('IC-', 'HALF-').slice(0, file.length / 2));
      await until('half of a file is on its way', () => hasTaken(first, 2));
      const middle = await inTheMiddle(t, urlOf(storage), storage.DATABASE_URL !== undefined);
      const merging = startUpload(first, file, 'whole');
      await middle.reached();
      t.strictSame(await first.kill('SIGKILL'), killed);
      t.match(await coming, /ECONNRESET|EPIPE/, 'the one that came was not answered');
      t.match(await merging, /ECONNRESET|EPIPE/, 'nor was the one that was merged');
      await middle.leave();

      const second = await startService(t, variables);
      t.equal(await groupsOf(second), before, 'nothing of them is there');
      t.match(await send(second, file), { status: 200, created: counts.created, updated: counts.updated });
      t.strictSame(await second.kill('SIGKILL'), killed);

      await isThereAlready(t, variables);
      await withDatabase(variables, (db) => checkOnceEach(t, db));
    },
  );
}

async function isThereAlready(t: Test, variables: Variables): Promise<void> {
  const service = await startService(t, variables);
  t.match(await send(service, file), { status: 200, created: 0, updated: 0, unchanged: rowCount });
  t.strictSame(await service.kill('SIGTERM'), { code: 0, signal: null });
}

/** A point in the middle of an import, where it waits or is caught at work. */
interface Middle {
  reached(): Promise<unknown>;
  /** To be called when the service is dead; after it nobody is left who works for it. */
  leave(): Promise<unknown>;
}

/**
 * The import waits in its second batch, when the first is merged, for a group that another connection holds. Where the
 * database ends with the service, that connection does too.
 */
async function inTheMiddle(t: Test, url: string, outlives: boolean): Promise<Middle> {
  const other = new pg.Client({ connectionString: url, application_name: 'other' });
  // The embedded database goes with its service.
  other.on('error', () => {});
  await other.connect();
  t.teardown(() => other.end());
  await other.query('begin');
  const { rowCount: held } = await other.query(
    `select from groups where registration_no = 'IC-${rowCount - 3}' for update`,
  );
  t.equal(held, 1);
  const prot = `from pg_stat_activity where datname = current_database() and application_name = 'prot'`;
  const some = async (query: string) => ((await other.query(query)).rowCount ?? 0) > 0;
  return {
    reached: () => until('the import waits', () => some(`select ${prot} and wait_event_type = 'Lock'`)),
    leave: async () => {
      if (!outlives) return;
      await other.query('rollback');
      await until('the connections of the service are gone', async () => !(await some(`select ${prot}`)));
    },
  };
}

/** What an import was answered. */
async function send({ address }: RunningService, body: string) {
  const headers = { authorization, 'content-type': types.ndjson };
  const response = await fetch(`${address}/v1/groups`, { method: 'POST', headers, body });
  const answer = (await response.json()) as Record<string, unknown>;
  return { ...answer, status: response.status };
}

/** Sends a file or the beginning of one; gives what became of it: the status of the answer, or the error. */
function startUpload({ address }: RunningService, part: string, extent: 'part' | 'whole' = 'part'): Promise<unknown> {
  const headers = { authorization, 'content-type': types.ndjson };
  return new Promise((resolve) => {
    const sending = request(`${address}/v1/groups`, { method: 'POST', headers, agent: false });
    sending.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
    sending.on('response', ({ statusCode }) => resolve(statusCode));
    sending.write(part);
    if (extent === 'whole') sending.end();
  });
}

/** Whether the service has begun to read so many imports. */
function hasTaken(service: RunningService, count: number): boolean {
  return service.log().filter(({ operation }) => operation === 'createGroup').length >= count;
}

/** Every group as clients see it, as one text. */
async function groupsOf({ address }: RunningService): Promise<string> {
  const response = await fetch(`${address}/v1/groups`, { headers: { authorization, accept: types.ndjson } });
  return response.text();
}

/** Each group is there once, at the version that its changes make, which tell what it is. */
async function checkOnceEach(t: Test, db: Db): Promise<void> {
  const found = await rowsOf(
    db,
    sql`with told as (
        select resource_id, count(*)::int as times, count(*) filter (where before is null)::int as creations,
          (array_agg(after ->> 'name' order by sequence desc))[1] as name
        from changes where resource = 'group' group by resource_id)
      select g.version, times, creations, g.name = told.name as told, n.group_id = g.group_id as numbered,
        count(*)::int as groups
      from groups g full join told on resource_id = g.group_id::text
        full join registration_numbers n on n.number_key = g.number_key
      group by 1, 2, 3, 4, 5 order by 1`,
  );
  const once = { creations: 1, told: true, numbered: true };
  t.strictSame(found, [
    { version: 1, times: 1, ...once, groups: counts.created },
    { version: 2, times: 2, ...once, groups: counts.known },
  ]);
}
