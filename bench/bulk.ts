/** Whole data sets in and out: the service beside COPY of the same rows in the same database. */
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { runTransfer, type Server } from './processes.js';
import type { Effort } from './reading.js';
import { type Line, median, perSecond, times } from './table.js';
import type { World } from './world.js';

/** A collection that goes out and comes in again. */
interface Collection {
  name: string;
  rows: number;
  path: string;
  /** What the database itself can write of it, and the table that takes the rows. */
  select: string;
  table: string;
  columns: string;
  /** Takes the rows away that an import is to bring. */
  empty(): Promise<void>;
}

/** Exports and imports of the score sheets of a round, and of the figures of all groups. */
export async function measureBulk(world: World, { rounds }: Effort): Promise<Line[]> {
  const lines: Line[] = [];
  for (const collection of [await sheetsOf(world), await figuresOf(world)]) {
    lines.push(await measureExport(world, collection, rounds), await measureImport(world, collection, rounds));
  }
  return lines;
}

async function sheetsOf({ pool, openRoundId }: World): Promise<Collection> {
  const rows = await pool.query('select count(*)::int as count from assessments where round_id = $1', [openRoundId]);
  return {
    name: 'score sheets',
    rows: rows.rows[0].count,
    path: `/v1/rounds/${openRoundId}/assessments`,
    table: 'assessments',
    columns: `group_id, round_id, area_code, team_id, assessed_on, status, levels, reasons, summary, submitted_at, version,
      created_at, updated_at`,
    select: `select a.*, registration_no, name from assessments a join groups using (group_id)
      where round_id = '${openRoundId}' order by a.area_code, group_id`,
    empty: async () => {
      await pool.query('delete from assessments where round_id = $1', [openRoundId]);
      await tidy(pool, 'assessments');
    },
  };
}

async function figuresOf({ pool }: World): Promise<Collection> {
  const rows = await pool.query('select count(*)::int as count from figures');
  return {
    name: 'figures',
    rows: rows.rows[0].count,
    path: '/v1/figures',
    table: 'figures',
    columns: 'group_id, as_of, member_count, savings_baht, development_level, source, version, created_at, updated_at',
    select: `select figures.*, registration_no, name, area_code from figures join groups using (group_id)
      order by registration_no, as_of`,
    empty: async () => {
      await pool.query('truncate figures');
      await tidy(pool, 'figures');
    },
  };
}

async function tidy(pool: pg.Pool, table: string): Promise<void> {
  await pool.query('truncate changes');
  await pool.query(`vacuum (analyze) ${table}`);
}

/** Where the rows of an export that is only timed go. */
const nowhere = '/dev/null';

interface Measured {
  seconds: number;
  cpuSeconds: number;
  /** Most memory of the service during it, in bytes beyond what it had before. */
  memory: number;
}

async function measureExport(world: World, collection: Collection, rounds: number): Promise<Line> {
  const service = await world.startService();
  const ours: Measured[] = [];
  const theirs: number[] = [];
  await exportBy(world, service, collection, nowhere);
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await exportBy(world, service, collection, nowhere));
    theirs.push(await copyOut(world, `select row_to_json(item) from (${collection.select}) as item`, nowhere));
  }
  await service.stop();
  return lineOf(`export ${collection.name} as NDJSON`, 'COPY row_to_json', 0.7, collection, ours, theirs);
}

async function measureImport(world: World, collection: Collection, rounds: number): Promise<Line> {
  const service = await world.startService();
  const { table, columns, select, empty } = collection;
  const rowsFile = join(world.directory, `${table}.copy`);
  await copyOut(world, `select ${columns} from (${select}) as item`, rowsFile);
  const file = join(world.directory, `${table}.ndjson`);
  await exportBy(world, service, collection, file);
  const ours: Measured[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await empty();
    ours.push(await importBy(world, service, collection, file));
    await empty();
    theirs.push(await copyIn(world, `${table} (${columns})`, rowsFile));
  }
  await service.stop();
  await rm(rowsFile);
  await rm(file);
  return lineOf(`import ${collection.name} as NDJSON`, 'COPY', 0.6, collection, ours, theirs);
}

function exportBy(world: World, service: Server, collection: Collection, take: string): Promise<Measured> {
  return transfer(service, async () => {
    const headers = { authorization: world.authorization, accept: 'application/x-ndjson' };
    const { port } = service;
    const result = await runTransfer({ port, path: collection.path, headers, take });
    if (result.status !== 200) throw new Error(`The export of ${collection.name} was answered ${result.status}.`);
    return result.seconds;
  });
}

function importBy(world: World, service: Server, { path, rows, name }: Collection, send: string): Promise<Measured> {
  return transfer(service, async () => {
    const headers = { authorization: world.authorization, 'content-type': 'application/x-ndjson' };
    const result = await runTransfer({ port: service.port, path, headers, send });
    const { created } = JSON.parse(result.answer);
    if (created !== rows) throw new Error(`Not all ${name} were imported:\n${result.answer.slice(0, 500)}`);
    return result.seconds;
  });
}

async function transfer(service: Server, work: () => Promise<number>): Promise<Measured> {
  const [cpu, memory] = [service.cpuMicros(), service.memoryBytes()];
  let most = memory;
  const watch = setInterval(() => {
    most = Math.max(most, service.memoryBytes());
  }, 50);
  try {
    const seconds = await work();
    return { seconds, cpuSeconds: (service.cpuMicros() - cpu) / 1e6, memory: most - memory };
  } finally {
    clearInterval(watch);
  }
}

async function copyOut({ url }: World, query: string, file: string): Promise<number> {
  return withClient(url, async (client) => {
    const stream = client.query(copyTo(`copy (${query}) to stdout`));
    await pipeline(stream, createWriteStream(file));
  });
}

async function copyIn({ url }: World, table: string, file: string): Promise<number> {
  if ((await stat(file)).size === 0) throw new Error(`${file} is empty.`);
  return withClient(url, async (client) => {
    await pipeline(createReadStream(file), client.query(copyFrom(`copy ${table} from stdin`)));
  });
}

/** How many seconds the work took on a connection of its own. */
async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const startedAt = performance.now();
    await work(client);
    return (performance.now() - startedAt) / 1000;
  } finally {
    await client.end();
  }
}

function lineOf(
  work: string,
  beside: string,
  aim: number,
  { rows }: Collection,
  ours: readonly Measured[],
  theirs: readonly number[],
): Line {
  const ratio = median(ours.map(({ seconds }, round) => (theirs[round] ?? Number.NaN) / seconds));
  const memory = Math.max(...ours.map((measured) => measured.memory)) / 1e6;
  return {
    work: `${work} (+${Math.round(memory)} MB)`,
    ours: perSecond(rows / median(ours.map(({ seconds }) => seconds))),
    ceiling: `${perSecond(rows / median(theirs))} ${beside}`,
    ratio: times(ratio),
    aim: `>= ${aim}x`,
    met: ratio >= aim,
    cpuMicros: (median(ours.map(({ cpuSeconds }) => cpuSeconds)) * 1e6) / rows,
  };
}
