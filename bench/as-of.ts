/** The past beside the present: the same answers as of a moment since which every row that they show was written anew. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Effort, type Measured, read } from './reading.js';
import { type Line, median, perSecond, times } from './table.js';
import type { World } from './world.js';

export async function measureAsOf(world: World, { seconds, rounds }: Effort): Promise<Line[]> {
  const { pool, openRoundId } = world;
  const { rows } = await pool.query('select clock_timestamp() as moment');
  const moment = (rows[0].moment as Date).toISOString();
  await delay(10);
  await pool.query(`update groups set village_name = village_name || 'x', version = version + 1, updated_at = now()`);
  await pool.query('update assessments set version = version + 1, updated_at = now() where round_id = $1', [
    openRoundId,
  ]);
  await pool.query('vacuum analyze');
  const service = await world.startService();
  const lines: Line[] = [];
  for (const [work, path] of [
    ['statistics of an open round as of a moment', `/v1/rounds/${openRoundId}/statistics?`],
    ['page of 50 groups of the country as of a moment', '/v1/groups?'],
    ['page of 50 groups of a province as of a moment', '/v1/groups?area=40&'],
  ] as const) {
    const ask = (query: string, time: number) =>
      read(world, service, { paths: [`${path}${query}`], seconds: time, connections: 1 });
    const past: Measured[] = [];
    const present: Measured[] = [];
    await ask(`asOf=${moment}`, 0.5);
    await ask('', 0.5);
    for (let round = 0; round < rounds; round += 1) {
      past.push(await ask(`asOf=${moment}`, seconds / 2));
      present.push(await ask('', seconds / 2));
    }
    const ratio = median(past.map(({ rate }, round) => (present[round]?.rate ?? Number.NaN) / rate));
    lines.push({
      work,
      ours: perSecond(median(past.map(({ rate }) => rate))),
      ceiling: `${perSecond(median(present.map(({ rate }) => rate)))} of the present`,
      ratio: `${times(ratio)} its time`,
      aim: '<= 3x',
      met: ratio <= 3,
      cpuMicros: median(past.map(({ cpuMicros }) => cpuMicros)),
    });
  }
  await service.stop();
  return lines;
}
