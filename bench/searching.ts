/** Finding groups in a registry of the size of a nation: by a part of the name, and far down a list. */
import type { Server } from './processes.js';
import { type Effort, type Measured, perSecondOf, read } from './reading.js';
import { type Line, median, perSecond, times } from './table.js';
import type { World } from './world.js';

/** Searches beside the scan that a search is without an index, and deep pages beside the first. */
export async function measureSearching(world: World, effort: Effort): Promise<Line[]> {
  const service = await world.startService();
  try {
    return [await measureSearch(world, service, effort), await measureDeepPage(world, service, effort)];
  } finally {
    await service.stop();
  }
}

/** Names of villages, each of which one group in about a thousand has. */
async function measureSearch(world: World, service: Server, { seconds, rounds }: Effort): Promise<Line> {
  const { rows } = await world.pool.query('select village_name from groups order by registration_no limit 50');
  const words = rows.map((row) => String(row.village_name));
  const paths = words.map((word) => `/v1/groups?sort=name&q=${encodeURIComponent(word)}`);
  await ask(world, service, paths, 1);
  const ours: Measured[] = [];
  const scans: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await ask(world, service, paths, seconds));
    scans.push(await scansPerSecond(world, words, seconds));
  }
  const ratio = median(ours.map(({ rate }, round) => rate / (scans[round] ?? Number.NaN)));
  return {
    work: 'search a part of a name',
    ours: perSecond(median(ours.map(({ rate }) => rate))),
    ceiling: `${perSecond(median(scans))} ilike by hand, one client`,
    ratio: times(ratio),
    aim: '>= 5x',
    met: ratio >= 5,
    cpuMicros: median(ours.map(({ cpuMicros }) => cpuMicros)),
  };
}

async function measureDeepPage(world: World, service: Server, { seconds, rounds }: Effort): Promise<Line> {
  const first = '/v1/groups?sort=name&limit=100';
  const deep = await pathAt(world, service, 0.9);
  await ask(world, service, [first, deep], 1);
  const above: Measured[] = [];
  const below: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) {
    above.push(await ask(world, service, [first], seconds / 2));
    below.push(await ask(world, service, [deep], seconds / 2));
  }
  const ratio = median(above.map(({ rate }, round) => rate / (below[round]?.rate ?? Number.NaN)));
  return {
    work: 'page of 100 groups by name, nine tenths down',
    ours: perSecond(median(below.map(({ rate }) => rate))),
    ceiling: `${perSecond(median(above.map(({ rate }) => rate)))} the first page`,
    ratio: `${times(ratio)} its time`,
    aim: '<= 1.2x',
    met: ratio <= 1.2,
    cpuMicros: median(below.map(({ cpuMicros }) => cpuMicros)),
  };
}

/** The path of the page that follows a share of all groups. */
async function pathAt({ pool, authorization }: World, { port }: Server, share: number): Promise<string> {
  const { rows } = await pool.query('select count(*)::int as groups from groups');
  let path = '/v1/groups?sort=name&limit=500';
  for (let passed = 500; passed <= rows[0].groups * share; passed += 500) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization } });
    path = ((await answer.json()) as { next: string }).next;
  }
  return path.replace('limit=500', 'limit=100');
}

function ask(world: World, server: Server, paths: string[], seconds: number): Promise<Measured> {
  return read(world, server, { paths, seconds, connections: 1 });
}

function scansPerSecond({ pool }: World, words: readonly string[], seconds: number): Promise<number> {
  return perSecondOf(seconds, (before) =>
    pool.query(
      `select group_id, registration_no, name, area_code, version from groups where name collate "C" ilike $1
        order by name, group_id limit 51`,
      [`%${words[before % words.length]}%`],
    ),
  );
}
