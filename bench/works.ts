/** The works that are measured: the rows of the budget in the order of the table. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { measureAsOf } from './as-of.js';
import { measureBulk } from './bulk.js';
import { measureFlood } from './flooding.js';
import { runScript, type Server, startServer } from './processes.js';
import { type Effort, type Measured, perSecondOf, read } from './reading.js';
import { measureSearching } from './searching.js';
import { submitByHand, submitThroughService } from './submission.js';
import { type Line, median, perSecond, times } from './table.js';
import { measureTokens } from './tokens.js';
import type { World } from './world.js';

interface Work {
  /** For `--only`. */
  name: string;
  measure(world: World, effort: Effort): Promise<Line[]>;
}

export const works: readonly Work[] = [
  { name: 'one', measure: measureOne },
  { name: 'tokens', measure: measureTokens },
  { name: 'page', measure: measurePage },
  { name: 'searching', measure: measureSearching },
  { name: 'submission', measure: measureSubmission },
  { name: 'statistics', measure: measureStatistics },
  { name: 'as-of', measure: measureAsOf },
  { name: 'bulk', measure: measureBulk },
  { name: 'flood', measure: measureFlood },
  { name: 'start', measure: measureStart },
];

function measureOne(world: World, effort: Effort): Promise<Line[]> {
  const paths = world.groupIds.map((groupId) => `/v1/groups/${groupId}`);
  return measureRead(world, effort, 'GET /v1/groups/{id}', paths);
}

/** A province has as many groups as a page; a district of today has a third of that. */
function measurePage(world: World, effort: Effort): Promise<Line[]> {
  const paths = ['30', '34', '40', '50'].flatMap((area) =>
    [1, 2, 3].map((level) => `/v1/groups?area=${area}&developmentLevel=${level}&limit=100`),
  );
  return measureRead(world, effort, 'page of 100 groups by area and level', paths);
}

async function measureRead(world: World, { seconds, rounds }: Effort, work: string, paths: string[]): Promise<Line[]> {
  const service = await world.startService();
  const ceiling = await world.startCeiling();
  await requireSameAnswer(world, service, ceiling, paths[0] ?? '');
  const ask = (server: Server, time: number) => read(world, server, { paths, seconds: time, connections: 8 });
  await ask(service, 1);
  await ask(ceiling, 1);
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await ask(service, seconds));
    theirs.push(await ask(ceiling, seconds));
  }
  await service.stop();
  await ceiling.stop();
  const ratio = median(ours.map(({ rate }, round) => rate / (theirs[round]?.rate ?? Number.NaN)));
  const ceilingCpu = Math.round(median(theirs.map(({ cpuMicros }) => cpuMicros)));
  return [
    {
      work,
      ours: perSecond(median(ours.map(({ rate }) => rate))),
      ceiling: `${perSecond(median(theirs.map(({ rate }) => rate)))} by hand (${ceilingCpu} us)`,
      ratio: times(ratio),
      aim: '>= 1.0x',
      met: ratio >= 1,
      cpuMicros: median(ours.map(({ cpuMicros }) => cpuMicros)),
    },
  ];
}

/** A ceiling that answered something else would be no ceiling. */
async function requireSameAnswer(world: World, service: Server, ceiling: Server, path: string): Promise<void> {
  const answers = [service, ceiling].map(async ({ port }) => {
    const headers = { authorization: world.authorization };
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
    return JSON.stringify(sorted(await answer.json()));
  });
  const [ours, theirs] = await Promise.all(answers);
  if (ours !== theirs) throw new Error(`The ceiling answers something else:\n${ours}\n${theirs}`);
}

/** The same value with its keys in order, and no cursor, which only the service can make. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'next');
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
}

async function measureSubmission(world: World, { seconds, rounds }: Effort): Promise<Line[]> {
  const service = await world.startService();
  const ours: Measured[] = [];
  const keyed: Measured[] = [];
  const theirs: number[] = [];
  await submitThroughService(world, service, 1);
  for (let round = 0; round < Math.min(rounds, 4); round += 1) {
    ours.push(await submitThroughService(world, service, Math.ceil(seconds)));
    keyed.push(await submitThroughService(world, service, Math.ceil(seconds), true));
    theirs.push(await submitByHand(world, Math.ceil(seconds)));
  }
  await service.stop();
  const keptRatio = median(keyed.map(({ rate }, round) => rate / (ours[round]?.rate ?? Number.NaN)));
  const ratio = median(ours.map(({ rate }, round) => rate / (theirs[round] ?? Number.NaN)));
  return [
    {
      work: 'submit one sheet',
      ours: perSecond(median(ours.map(({ rate }) => rate))),
      ceiling: `${perSecond(median(theirs))} the same statements`,
      ratio: times(ratio),
      aim: '>= 0.6x',
      met: ratio >= 0.6,
      cpuMicros: median(ours.map(({ cpuMicros }) => cpuMicros)),
    },
    {
      work: 'submit one sheet with an Idempotency-Key',
      ours: perSecond(median(keyed.map(({ rate }) => rate))),
      ceiling: `${perSecond(median(ours.map(({ rate }) => rate)))} without`,
      ratio: times(keptRatio),
      aim: '-',
      met: null,
      cpuMicros: median(keyed.map(({ cpuMicros }) => cpuMicros)),
    },
  ];
}

async function measureStatistics(world: World, { seconds, rounds }: Effort): Promise<Line[]> {
  const service = await world.startService();
  const path = (roundId: string) => [`/v1/rounds/${roundId}/statistics`];
  const open = (time: number) =>
    read(world, service, { paths: path(world.openRoundId), seconds: time, connections: 1 });
  const published = (time: number) =>
    read(world, service, { paths: path(world.publishedRoundId), seconds: time, connections: 8 });
  await open(1);
  await published(1);
  const ours: Measured[] = [];
  const counts: number[] = [];
  const cached: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await open(seconds / 2));
    counts.push(await countsPerSecond(world, seconds / 2));
    cached.push(await published(seconds / 2));
  }
  await service.stop();
  const ratio = median(ours.map(({ rate }, round) => (counts[round] ?? Number.NaN) / rate));
  const publishedRate = median(cached.map(({ rate }) => rate));
  return [
    {
      work: 'statistics of an open round',
      ours: perSecond(median(ours.map(({ rate }) => rate))),
      ceiling: `${perSecond(median(counts))} count(*), one client`,
      ratio: `${times(ratio)} its time`,
      aim: '<= 4x',
      met: ratio <= 4,
      cpuMicros: median(ours.map(({ cpuMicros }) => cpuMicros)),
    },
    {
      work: 'statistics of a published round',
      ours: perSecond(publishedRate),
      ceiling: '-',
      ratio: '-',
      aim: '>= 10,000/s',
      met: publishedRate >= 10_000,
      cpuMicros: median(cached.map(({ cpuMicros }) => cpuMicros)),
    },
  ];
}

/** How often one connection can count the sheets of the round over the index that the statistics are read from. */
function countsPerSecond({ pool, openRoundId }: World, seconds: number): Promise<number> {
  return perSecondOf(seconds, () => pool.query('select count(*) from assessments where round_id = $1', [openRoundId]));
}

async function measureStart(world: World, { rounds }: Effort): Promise<Line[]> {
  const DATA_DIR = await mkdtemp(join(world.directory, 'embedded-'));
  const env = { DATA_DIR, HOST: '127.0.0.1', PORT: '0' };
  await runScript('../src/commands/migrate.js', [], env);
  const seconds: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    const service = await startServer('../src/main.js', env, join(world.directory, 'embedded.log'));
    seconds.push((performance.now() - startedAt) / 1000);
    cpu.push(service.cpuMicros());
    await service.stop();
  }
  await rm(DATA_DIR, { recursive: true, force: true });
  const time = median(seconds);
  return [
    {
      work: 'start to ready, embedded PostgreSQL',
      ours: `${time.toFixed(2)} s`,
      ceiling: '-',
      ratio: '-',
      aim: '< 1.5 s',
      met: time < 1.5,
      cpuMicros: median(cpu),
    },
  ];
}
