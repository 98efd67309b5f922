/**
 * One caller floods the service with fifty times of what it can do, and another goes on with its work. What floods shares the
 * processors with what is measured, except the first one, and gives way to it (`nice`).
 */
import type { Flood, FloodResult } from './flood.js';
import type { Probe, ProbeResult } from './probe.js';
import { runProbe, type Server, startFlood } from './processes.js';
import { type Effort, read } from './reading.js';
import { type Line, median, perSecond, times } from './table.js';
import { defaultLimits, type World } from './world.js';

/** How many times of what the service can do is asked of it. */
const over = 50;
/** Connections with which it does all that it can, each waiting for its answer before it asks again. */
const saturating = 16;

interface Seen {
  quiet: ProbeResult;
  live: ProbeResult;
  ready: ProbeResult;
  memory: number;
  seconds: number;
  flood: FloodResult | null;
}

export async function measureFlood(world: World, { seconds, rounds }: Effort): Promise<Line[]> {
  const capacity = await measureCapacity(world, seconds);
  const service = await world.startService(defaultLimits);
  try {
    const quietKey = await makeKey(world, service);
    const ask = (flood: Partial<Flood> | null) => watch(world, service, quietKey, seconds * 4, flood);
    await ask(null);
    const before = service.memoryBytes();
    const alone: Seen[] = [];
    const waiting: Seen[] = [];
    const ahead: Seen[] = [];
    for (let round = 0; round < rounds; round += 1) {
      alone.push(await ask(null));
      waiting.push(await ask({ connections: saturating * over, perSecond: null }));
      alone.push(await ask(null));
      ahead.push(await ask({ connections: 50, perSecond: capacity * over }));
    }
    const memory = [before, Math.max(...waiting.map((seen) => seen.memory), ...ahead.map((seen) => seen.memory))];
    return [
      ...linesOf(`${saturating * over} connections of another that wait for each answer`, waiting, alone),
      ...linesOf(`${perSecond(capacity * over)} of another, sent ahead`, ahead, alone),
      probeOf('/livez', [...waiting, ...ahead], alone, ({ live }) => live),
      probeOf('/readyz', [...waiting, ...ahead], alone, ({ ready }) => ready),
      {
        work: 'memory: before, the most in a flood, and after a rest',
        ours: [...memory, await rested(service)].map((bytes) => `${Math.round(bytes / 2 ** 20)} MB`).join(', '),
        ceiling: '-',
        ratio: '-',
        aim: '-',
        met: null,
        cpuMicros: Number.NaN,
      },
    ];
  } finally {
    await service.stop();
  }
}

/** Requests a second that the service answers when it is not limited and everybody waits for the answer. */
async function measureCapacity(world: World, seconds: number): Promise<number> {
  const service = await world.startService();
  const paths = world.groupIds.map((groupId) => `/v1/groups/${groupId}`);
  await read(world, service, { paths, seconds: 1, connections: saturating });
  const { rate } = await read(world, service, { paths, seconds, connections: saturating });
  await service.stop();
  return Math.round(rate);
}

async function makeKey(world: World, service: Server): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${service.port}/v1/api-keys`, {
    method: 'POST',
    headers: { authorization: world.authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Quiet', permissions: ['read'], areaCode: null, expiresAt: null }),
  });
  const { secret } = (await answer.json()) as { secret: string };
  return `Bearer ${secret}`;
}

/** Lets the quiet caller and the probes ask for a while, beside a flood or alone. */
async function watch(
  world: World,
  service: Server,
  authorization: string,
  seconds: number,
  flood: Partial<Flood> | null,
): Promise<Seen> {
  const { port } = service;
  const path = `/v1/groups/${world.groupIds[0]}`;
  const flooding =
    flood === null
      ? null
      : startFlood({
          port,
          path,
          authorization: world.authorization,
          seconds,
          connections: 0,
          perSecond: null,
          ...flood,
        });
  const probe = (asked: Partial<Probe>) =>
    runProbe({ port, path, authorization: null, seconds, restMs: 50, reconnect: true, ...asked });
  const [quiet, live, ready] = await Promise.all([
    probe({ authorization, restMs: 5, reconnect: false }),
    probe({ path: '/livez' }),
    probe({ path: '/readyz' }),
  ]);
  const memory = service.memoryBytes();
  return { quiet, live, ready, memory, seconds, flood: await flooding };
}

/** What the quiet caller saw beside a flood and alone, and what the flooder got. */
function linesOf(work: string, beside: readonly Seen[], alone: readonly Seen[]): Line[] {
  const [ours, theirs] = [beside, alone].map((all) => {
    const at = (share: number) => median(all.map(({ quiet }) => quantile(quiet.times, share)));
    return { p50: at(0.5), p99: at(0.99) };
  });
  const ratio = (ours?.p99 ?? Number.NaN) / (theirs?.p99 ?? Number.NaN);
  const said = (seen: typeof ours) => `p50 ${seen?.p50.toFixed(1)} / p99 ${seen?.p99.toFixed(1)} ms`;
  const served = beside.every(({ quiet }) => Object.keys(quiet.statuses).join() === '200');
  const seconds = beside.reduce((sum, seen) => sum + seen.seconds, 0);
  return [
    {
      work: `a caller who reads beside ${work}`,
      ours: said(ours),
      ceiling: `${said(theirs)} alone`,
      ratio: times(ratio),
      aim: '<= 2x',
      met: ratio <= 2 && served,
      cpuMicros: Number.NaN,
    },
    {
      work: '- what the other was answered',
      ours: answersOf(beside),
      ceiling: `${perSecond(beside.reduce((sum, { flood }) => sum + (flood?.sent ?? 0), 0) / seconds)} written`,
      ratio: '-',
      aim: '-',
      met: null,
      cpuMicros: Number.NaN,
    },
  ];
}

function answersOf(beside: readonly Seen[]): string {
  const counts = new Map<string, number>();
  for (const { flood } of beside)
    for (const [status, count] of Object.entries(flood?.statuses ?? {}))
      counts.set(status, (counts.get(status) ?? 0) + count);
  return [...counts].map(([status, count]) => `${count}x ${status}`).join(', ');
}

function probeOf(path: string, beside: readonly Seen[], alone: readonly Seen[], of: (seen: Seen) => ProbeResult): Line {
  const slowest = (all: readonly Seen[]) => Math.max(...all.map((seen) => of(seen).times.at(-1) ?? Number.NaN));
  const p99 = (all: readonly Seen[]) => median(all.map((seen) => quantile(of(seen).times, 0.99)));
  return {
    work: `GET ${path} beside them, on new connections`,
    ours: `p99 ${p99(beside).toFixed(1)} / slowest ${slowest(beside).toFixed(1)} ms`,
    ceiling: `p99 ${p99(alone).toFixed(1)} / slowest ${slowest(alone).toFixed(1)} ms alone`,
    ratio: times(slowest(beside) / slowest(alone)),
    aim: 'slowest < 100 ms',
    met: slowest(beside) < 100,
    cpuMicros: Number.NaN,
  };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function rested(service: Server): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  return service.memoryBytes();
}
